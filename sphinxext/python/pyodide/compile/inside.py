"""Packs archives anew with bytecode; runs in Pyodide, which ``node.js`` starts.

Pyodide's standard library and wheels hold sources, which a browser would compile at every start:
half of the time until the first output. What starting needs becomes bytecode here, by the very
Python that will read it; the rest of the standard library goes to an archive of its own, which a
browser fetches when something in it is first imported.
"""

import fnmatch
import importlib
import json
import py_compile
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

STDLIB = "/lib/python312.zip"  # where Pyodide puts its standard library
SITE_PACKAGES = "/lib/python3.12/site-packages"
TAG = sys.implementation.cache_tag
NAMES = "python_rest.txt"  # in the first archive: what can be imported from the other
EPOCH = (1980, 1, 1, 0, 0, 0)

Members = dict[str, bytes]


def used(imports: Collection[str]) -> set[str]:
    """The files of all modules that are loaded once these are imported."""
    for name in imports:
        importlib.import_module(name)
    specs = (getattr(module, "__spec__", None) for module in list(sys.modules.values()))
    return {spec.origin for spec in specs if spec and spec.origin}


def bytecode(source: bytes, place: str) -> bytes:
    """The module's bytecode, to be read without a look at its source, which is named ``place``."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old escapes in strings, which are not ours to mend
        file, compiled = Path(folder, "module.py"), Path(folder, "module.pyc")
        file.write_bytes(source)
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(file, compiled, place, True, 0, mode)
        return compiled.read_bytes()


def compiled(members: Members, place: str, wanted: Collection[str]) -> Members:
    """Bytecode in place of the sources of the wanted modules; the others stay sources."""

    def of(path: str, content: bytes) -> tuple[str, bytes]:
        where = f"{place}/{path}"
        is_wanted = path.endswith(".py") and where in wanted
        return (f"{path}c", bytecode(content, where)) if is_wanted else (path, content)

    return dict(of(path, content) for path, content in members.items())


def with_bytecode(members: Members, place: str) -> Members:
    """All of it, and the bytecode of every module beside its source."""

    def beside(path: str) -> str:
        folder, slash, name = path.rpartition("/")
        return f"{folder}{slash}__pycache__/{name.removesuffix('.py')}.{TAG}.pyc"

    sources = {path: content for path, content in members.items() if path.endswith(".py")}
    return members | {
        beside(path): bytecode(content, f"{place}/{path}") for path, content in sources.items()
    }


def split(members: Members, place: str, wanted: Collection[str]) -> tuple[Members, Members]:
    """What starting needs, whole packages of it, with the names of the rest; and the rest."""

    def top(path: str) -> str:
        return path.partition("/")[0]

    needed = {top(path) for path in members if f"{place}/{path}" in wanted}
    first = {path: content for path, content in members.items() if top(path) in needed}
    rest = {path: content for path, content in members.items() if path not in first}
    names = {top(path).removesuffix(".py") for path in rest if path.endswith(".py")}
    return first | {NAMES: "\n".join(sorted(names)).encode()}, rest


def read(path: Path, leave_out: Collection[str]) -> Members:
    """The files in an archive but those that match one of the patterns."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        gone = {name for pattern in leave_out for name in fnmatch.filter(names, pattern)}
        return {name: archive.read(name) for name in names if name not in gone}


def write(path: Path, members: Members) -> None:
    """An archive of them, sorted and without times: the same bytes for the same files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(members):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), members[name], zipfile.ZIP_DEFLATED, 9)


def pack(job: dict, given: Path) -> Iterator[tuple[str, Members]]:
    """Every archive of the job by its name."""
    wanted = used(job["imports"])
    for name in job["packages"]:
        members = read(given / name, job["leave_out"])
        yield name, compiled(members, SITE_PACKAGES, wanted)
    for name in job["own"]:
        yield name, with_bytecode(read(given / name, ()), SITE_PACKAGES)
    if name := job["stdlib"]:
        first, rest = split(read(given / name, job["leave_out"]), STDLIB, wanted)
        yield name, compiled(first, STDLIB, wanted)
        yield job["rest"], rest


def main(given: str, made: str, job: str) -> None:
    """Pack what the job, JSON, names in the folder ``given`` into the folder ``made``."""
    for name, members in pack(json.loads(job), Path(given)):
        write(Path(made, name), members)
