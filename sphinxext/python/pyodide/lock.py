"""``pyodide-lock.json``: what needs what, and an entry for a wheel of our own."""

from __future__ import annotations

import email
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from email.message import Message
from typing import Any

from packaging.requirements import Requirement

from sphinxext.python.pyodide.pins import Pins
from sphinxext.shared import digest

Entry = Mapping[str, Any]  # a package of the lock


def normalise(name: str) -> str:
    """The one spelling of a package's name: lower case, a hyphen for any run of ``-_.``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def by_name(packages: Mapping[str, Entry], leave_out: Iterable[str] = ()) -> dict[str, Entry]:
    """The packages of a lock with all names normalised, without those left out."""
    gone = {normalise(name) for name in leave_out}

    def depends(entry: Entry) -> list[str]:
        return [name for name in map(normalise, entry["depends"]) if name not in gone]

    return {
        normalise(key): {**entry, "depends": depends(entry)}
        for key, entry in packages.items()
        if normalise(key) not in gone
    }


def closure(packages: Mapping[str, Entry], roots: Iterable[str]) -> dict[str, Entry]:
    """The roots and all that they need, sorted; ``packages`` has normalised names.

    Raises ValueError for a package that is needed and not there.
    """
    wanted: dict[str, Entry] = {}
    todo = [(normalise(root), "the pins") for root in roots]
    while todo:
        name, needed_by = todo.pop()
        if name in wanted:
            continue
        if name not in packages:
            raise ValueError(
                f"{needed_by} asks for the package {name}, which this Pyodide does not have or "
                "which is left out; expected one of its lock. Drop the dependency, or give a "
                "wheel of it."
            )
        wanted[name] = packages[name]
        todo += [(dependency, name) for dependency in packages[name]["depends"]]
    return dict(sorted(wanted.items()))


def trimmed(official: Entry, own: Mapping[str, bytes], pins: Pins) -> dict[str, Any]:
    """The official lock with the pins' roots, our own wheels and all that they need, and no more.

    ``own`` has our wheels by file name. Raises ValueError for one that is no wheel, if a package
    is needed that is not there, or if the roots need other packages than the pins state.
    """
    extra = {normalise(name): depends for name, depends in pins.extra_depends.items()}
    ours = [entry(file, wheel, extra) for file, wheel in own.items()]
    packages = by_name(official["packages"], pins.leave_out)
    if pins.packages:
        _compare(closure(packages, pins.roots), pins.packages)
    packages |= {about["name"]: about for about in ours}
    roots = [*pins.roots, *(about["name"] for about in ours)]
    return {**official, "packages": closure(packages, roots)}


def _compare(needed: Mapping[str, Entry], stated: Mapping[str, str]) -> None:
    came = {(name, about["version"]) for name, about in needed.items()}
    if other := came ^ {(normalise(name), version) for name, version in stated.items()}:
        raise ValueError(
            "the lock and [packages] of the pins differ in "
            f"{', '.join(f'{name} {version}' for name, version in sorted(other))}; expected what "
            "the roots need, in the lock's versions. Correct the pins and the page of licences."
        )


def wheels(lock: Entry) -> dict[str, str]:
    """{file name: sha256} of all packages of the lock."""
    return {about["file_name"]: about["sha256"] for about in lock["packages"].values()}


def without(lock: Entry, files: Iterable[str]) -> dict[str, Any]:
    """The lock without the packages whose wheels are these files."""
    kept = {n: about for n, about in lock["packages"].items() if about["file_name"] not in files}
    return {**lock, "packages": kept}


def of_served(lock: Entry, digests: Mapping[str, str]) -> dict[str, Any]:
    """The lock with the sha256 of the wheels as they are served, by their file names."""
    packages = {
        name: {**about, "sha256": digests[about["file_name"]]}
        for name, about in lock["packages"].items()
    }
    return {**lock, "packages": packages}


def metadata(wheel: bytes) -> Message:
    """The METADATA of a wheel. Raises ValueError if the bytes are no wheel with one."""
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            (path,) = (n for n in archive.namelist() if re.fullmatch(r"[^/]+-info/METADATA", n))
            return email.message_from_string(archive.read(path).decode())
    except (zipfile.BadZipFile, ValueError):
        raise ValueError(
            "expected the bytes of a wheel with one METADATA, got something else. Build it again."
        ) from None


def entry(file_name: str, wheel: bytes, extra_depends: Mapping[str, Iterable[str]]) -> Entry:
    """The lock's entry for a pure Python wheel; what only its extras require is left out.

    ``extra_depends`` adds dependencies by normalised name. Raises ValueError if the bytes are no
    wheel.
    """
    about = metadata(wheel)
    name = normalise(about["Name"])
    depends = map(normalise, [*_required(about), *extra_depends.get(name, ())])
    return {
        "name": name,
        "version": about["Version"],
        "file_name": file_name,
        "install_dir": "site",
        "sha256": digest(wheel),
        "package_type": "package",
        "imports": _imports(wheel),
        "depends": sorted(set(depends)),
        "unvendored_tests": False,
    }


def _required(about: Message) -> list[str]:
    """The names that the wheel needs in the page, where no extra is asked for."""
    page = {"extra": "", "sys_platform": "emscripten", "platform_system": "Emscripten"}
    required = map(Requirement, about.get_all("Requires-Dist", []))
    return [r.name for r in required if r.marker is None or r.marker.evaluate(page)]


def _imports(wheel: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        modules = (name for name in archive.namelist() if name.endswith(".py"))
        return sorted({name.split("/")[0].removesuffix(".py") for name in modules})
