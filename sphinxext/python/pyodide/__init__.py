"""A folder with the Python that runs in the page: Pyodide, the packages, the library of the book.

``python -m sphinxext.python.pyodide TARGET [--cache FOLDER]`` puts it together. Every file has the
sha256 that ``pins.toml`` or the official lock states, whatever its source; what was downloaded
stays in the cache, so that only the first build needs a network.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sphinxext.python.pyodide import licences, places
from sphinxext.python.pyodide import lock as locks
from sphinxext.python.pyodide.compile import compile_official, compile_own
from sphinxext.python.pyodide.pins import PINS, Pins, read_pins
from sphinxext.python.pyodide.sources import Found, Source, Unavailable, fetch
from sphinxext.python.pyodide.wheel import build_wheel, lazy, own_wheels
from sphinxext.shared import digest, write_whole

__all__ = [
    "PINS",
    "Pins",
    "Served",
    "Unavailable",
    "assemble",
    "build_wheel",
    "own_wheels",
    "read_pins",
]

LOCK, LICENCES, INDEX = "pyodide-lock.json", "LICENSES.txt", "files.json"

Lock = Mapping[str, Any]


class Served(NamedTuple):
    """A file of the folder: its name there, where it came from, its sha256 and size in bytes."""

    name: str
    source: str
    sha256: str
    size: int


def assemble(
    target: Path, cache: Path, wheels: Sequence[Path] = (), *, pins: Pins = PINS
) -> list[Served]:
    """Put all files into ``target``, which then holds nothing else; what is right there stays.

    ``wheels`` are pure Python wheels of our own, as ``own_wheels`` makes them. Beside the files
    of Pyodide and the wheels, there will be a lock of just what is served, ``LICENSES.txt``, and
    ``files.json``: size and sha256 of every file, and ("lazy") which file of a wheel is fetched
    from where when Python first opens it.

    If the pins say so, the standard library and the wheels are served with bytecode, made here.

    Raises Unavailable if no source has a file, and ValueError for a wheel that is none or needs a
    package that is not there, or a target that holds other things; then nothing is written there.
    RuntimeError if nothing can be compiled here.
    """
    _refuse_foreign(target)
    own = {wheel.name: wheel.read_bytes() for wheel in wheels}
    lock, found = _obtain(target, cache, own, pins)
    found |= _made(own) | _made(_left_out(wheels))
    text = licences.report(_components(lock, found, pins))
    if pins.compiled_imports:
        text = licences.CHANGES + text
        found |= _compiled(lock, found, own, pins, cache / "compiled")
        lock = locks.of_served(lock, {name: digest(file.content) for name, file in found.items()})
    found |= _made({LOCK: json.dumps(lock, sort_keys=True).encode(), LICENCES: text.encode()})
    found |= _made({INDEX: _index(own, found)})
    _write(target, found)
    return [
        Served(name, source, digest(content), len(content))
        for name, (source, content) in sorted(found.items())
    ]


def _refuse_foreign(target: Path) -> None:
    if target.exists() and any(target.iterdir()) and not (target / LOCK).exists():
        raise ValueError(
            f"{target} holds files that are not of Pyodide and would be removed; expected a folder "
            "that is new, empty or made by an earlier run. Name another one, or empty it."
        )


def _obtain(
    target: Path, cache: Path, own: Mapping[str, bytes], pins: Pins
) -> tuple[Lock, dict[str, Found]]:
    """The trimmed lock, and all files that it and the pins name but our own."""
    sources = _sources(pins)
    official, refusals = fetch({LOCK: pins.lock_sha256}, cache, sources)
    lock: Lock = {"packages": {}}
    if not refusals:
        lock = locks.trimmed(json.loads(official[LOCK].content), own, pins)
    wanted = {**pins.core, **locks.wheels(lock)}
    there = _present(target, wanted)
    missing = {file: sha for file, sha in wanted.items() if file not in own.keys() | there.keys()}
    found, refused = fetch(missing, cache, sources)
    # Only now, so that the message names the core files too when the lock is missing.
    if refusals := refusals | refused:
        raise Unavailable(refusals, cache)
    return lock, there | found


def _sources(pins: Pins) -> list[Source]:
    found = [
        places.npm(pins.npm, pins.integrity, {LOCK, *pins.core}),
        places.cdn(pins.cdn, pins.version),
    ]
    return [*found, places.carrier(pins.carrier, pins.carrier_folder)] if pins.carrier else found


def _present(target: Path, wanted: Mapping[str, str]) -> dict[str, Found]:
    """The files that are right in the target already."""
    there = {name: (target / name).read_bytes() for name in wanted if (target / name).is_file()}
    return {
        name: Found("there already", content)
        for name, content in there.items()
        if digest(content) == wanted[name]
    }


def _made(files: Mapping[str, bytes]) -> dict[str, Found]:
    return {name: Found("made here", content) for name, content in files.items()}


def _compiled(
    lock: Lock, found: Mapping[str, Found], own: Mapping[str, bytes], pins: Pins, cache: Path
) -> dict[str, Found]:
    """The standard library and all wheels anew."""
    official = locks.without(lock, own)
    core = {name: found[name].content for name in pins.core}
    wheels = {name: found[name].content for name in locks.wheels(official)}
    told = pins.compiled_imports, pins.compiled_leave_out
    made = compile_official(core | wheels, official, *told, cache / "official")
    made |= compile_own(core, official, own, cache / "own") if own else {}
    return {name: Found("compiled here", content) for name, content in made.items()}


def _left_out(wheels: Iterable[Path]) -> dict[str, bytes]:
    """The data that our wheels leave out, by their names in the target."""
    return {
        file: (wheel.parent / file).read_bytes()
        for wheel in wheels
        for file in lazy(wheel.read_bytes()).values()
    }


def _components(lock: Lock, found: Mapping[str, Found], pins: Pins) -> list[licences.Component]:
    packages = [found[file].content for file in locks.wheels(lock)]
    return [*pins.built_in, *map(licences.component, packages)]


def _index(own: Mapping[str, bytes], found: Mapping[str, Found]) -> bytes:
    index = {
        "files": {
            name: {"bytes": len(file.content), "sha256": digest(file.content)}
            for name, file in sorted(found.items())
        },
        "lazy": {path: file for wheel in own.values() for path, file in lazy(wheel).items()},
    }
    return json.dumps(index, indent=1).encode()


def _write(target: Path, found: Mapping[str, Found]) -> None:
    # The lock first: it marks the folder as ours if the run is interrupted.
    for name in sorted(found, key=lambda name: (name != LOCK, name)):
        path, content = target / name, found[name].content
        if not path.is_file() or path.read_bytes() != content:
            write_whole(path, content)
    for path in sorted(target.rglob("*"), reverse=True):  # what is inside a folder before it
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        elif path.is_file() and path.relative_to(target).as_posix() not in found:
            path.unlink()
