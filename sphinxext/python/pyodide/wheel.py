"""A project of this tree as a wheel for the page, with its large data beside it.

The name changes when, and only when, the contents do, so that a browser may keep what it has.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from sphinxext.shared import digest, prune, write_whole

SOURCES = ("lecturelib", "pyproject.toml", "README.md", "LICENSE")
# Of fast_numpy, whose folder is a project of its own.
FAST_NUMPY = ("src", "pyproject.toml", "README.md", "LICENSE", "LICENSE-Cephes")
LARGE = 100_000  # bytes: data above it come when Python first opens them
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a zip file can hold
LAZY = "lazy.json"  # in the wheel's dist-info: {path in the wheel: file beside the wheel}

Members = dict[str, bytes]


def build_wheel(root: Path, folder: Path, sources: Sequence[str] = SOURCES) -> Path:
    """The wheel of these ``sources`` below ``root``, in a folder of their digest in ``folder``.

    Data files above 100 kB are left out of it and lie beside it in ``data/``; ``lazy`` says which.
    Built by pip, unless the same sources have been built lately. Raises RuntimeError with what pip
    said if it cannot, and ValueError if a source is missing.
    """
    files = _sources(root, sources)
    kept = folder / _sources_digest(root, files)
    # The wheel is written last, so it marks the folder as complete.
    wheel = next(kept.glob("*.whl"), None) or _write(kept, *_pip_wheel(root, files))
    os.utime(kept)
    prune(folder)
    return wheel


def own_wheels(root: Path, cache: Path) -> list[Path]:
    """All of the tree's own that a page loads: the library, and what makes NumPy fast there.

    Raises RuntimeError and ValueError as ``build_wheel`` does.
    """
    return [
        build_wheel(root, cache / "lecturelib"),
        build_wheel(root / "fast_numpy", cache / "fast_numpy", FAST_NUMPY),
    ]


def lazy(wheel: bytes) -> dict[str, str]:
    """{path in the wheel: file beside the wheel} of the data left out; empty for other wheels."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        lists = [name for name in archive.namelist() if name.endswith(f".dist-info/{LAZY}")]
        return json.loads(archive.read(lists[0])) if lists else {}


def _sources(root: Path, sources: Sequence[str]) -> list[Path]:
    for source in sources:
        if not (root / source).exists():
            raise ValueError(f"{root} has no {source}; expected the root of the project's tree")
    found = (path for source in sources for path in [root / source, *(root / source).rglob("*")])
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def _sources_digest(root: Path, files: Sequence[Path]) -> str:
    total = hashlib.sha256(Path(__file__).read_bytes())  # another way to build is another wheel
    for path in files:
        name = path.relative_to(root).as_posix()
        total.update(f"{name} {digest(path.read_bytes())}\n".encode())
    return total.hexdigest()[:12]


def _pip_wheel(root: Path, files: Sequence[Path]) -> tuple[str, Members]:
    """The name and the files of the wheel that pip builds from a copy, so the tree stays clean."""
    with tempfile.TemporaryDirectory() as temporary:
        tree, out = Path(temporary, "tree"), Path(temporary, "out")
        for path in files:
            copy = tree / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        _run_pip(tree, out)
        (wheel,) = out.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return wheel.name, {name: archive.read(name) for name in archive.namelist()}


def _run_pip(tree: Path, out: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    command += ["--disable-pip-version-check", "--wheel-dir", str(out), str(tree)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "315532800"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(
            f"pip could not build the wheel of the library; it said\n{done.stdout[-2000:]}"
            f"{done.stderr[-2000:]}\nInstall the build system that pyproject.toml names."
        )


def _write(folder: Path, name: str, members: Members) -> Path:
    """Put the large data and then the wheel without them into the folder."""
    large = {path: members.pop(path) for path in list(members) if _is_large(path, members[path])}
    beside = {path: _data_name(path, content) for path, content in large.items()}
    for path, content in large.items():
        write_whole(folder / beside[path], content)
    (info,) = {path.split("/")[0] for path in members if path.endswith(".dist-info/WHEEL")}
    members[f"{info}/{LAZY}"] = json.dumps(beside, indent=1, sort_keys=True).encode()
    # Of the packed bytes, since another zlib packs the same files otherwise.
    build = f"0{digest(_pack(members, info))[:12]}"
    members[f"{info}/WHEEL"] = members[f"{info}/WHEEL"].rstrip() + f"\nBuild: {build}\n".encode()
    wheel = folder / re.sub(r"^([^-]+-[^-]+)-", rf"\1-{build}-", name)
    write_whole(wheel, _pack(members, info))
    return wheel


def _is_large(path: str, content: bytes) -> bool:
    return PurePosixPath(path).parent.name == "data" and len(content) > LARGE


def _data_name(path: str, content: bytes) -> str:
    stem, dot, endings = PurePosixPath(path).name.partition(".")
    return f"data/{stem}-{digest(content)[:12]}{dot}{endings}"


def _pack(members: Mapping[str, bytes], info: str) -> bytes:
    """The same files give the same bytes: sorted, without times, with a RECORD of just them."""
    record = f"{info}/RECORD"
    files = {path: members[path] for path in sorted(members) if path != record}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in (files | {record: _record(files, record)}).items():
            member = zipfile.ZipInfo(path, EPOCH)
            member.external_attr = 0o644 << 16
            member.create_system = 3  # Unix, also when built elsewhere
            archive.writestr(member, content, zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def _record(files: Mapping[str, bytes], record: str) -> bytes:
    def row(path: str, content: bytes) -> str:
        sha256 = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        return f"{path},sha256={sha256},{len(content)}\n"

    return "".join([*(row(*file) for file in files.items()), f"{record},,\n"]).encode()
