"""Python in Pyodide under Node, asked from here: what the tests and the measurements run in."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).parent


class PyodideError(Exception):
    """What Python in Pyodide raised, or why it did not start."""


class Session:
    """A Pyodide with NumPy that keeps its state from one job to the next.

    ``pyodide`` is a folder with Pyodide's files, its lock and the wheel of NumPy; ``mounts`` has
    folders of this machine by their places there; ``node`` starts Node.js 18 or newer.
    """

    def __init__(
        self, pyodide: Path, mounts: Mapping[str, Path] = {}, node: Sequence[str] = ("node",)
    ) -> None:
        places = [f"{place}={Path(folder).resolve()}" for place, folder in mounts.items()]
        command = [*node, str(HERE / "session.js"), str(Path(pyodide).resolve()), *places]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def run(self, source: str, **given: Any) -> Any:
        """What the last expression of the source is, as JSON has it; PyodideError if it raised.

        ``given`` are variables that only this job sees; what it defines without them, later jobs
        see.
        """
        job = {"source": source, "given": json.dumps(given) if given else ""}
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise PyodideError("Node has ended; its last words stand above") from None
        line = self._process.stdout.readline()
        answer = json.loads(line) if line else {"error": "Node has ended; its words stand above"}
        if "error" in answer:
            raise PyodideError(answer["error"])
        return answer["value"]

    def close(self) -> None:
        """End Node."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
