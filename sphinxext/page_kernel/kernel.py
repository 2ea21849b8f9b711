"""Runs cells one after the other in one namespace, and sends what they give as messages.

A message is JSON with ``kind`` and ``cell``, the cell's name:

- ``stream``: ``name`` (stdout or stderr) and ``text``;
- ``display``: ``data``, one representation a MIME type; for a figure also ``dark``, ``width`` and
  ``height``; for a widget ``widget``, its id;
- ``clear``: what is shown goes, with ``wait`` when the next output comes;
- ``error``: ``text``, the traceback without the kernel's own frames, and ``line``, the line of the
  cell that failed or None;
- ``widget``: ``id`` and ``state``, all of it at first, later what Python has changed.
"""

from __future__ import annotations

import json
import linecache
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from sphinxext.page_kernel import figures, magics
from sphinxext.page_kernel.displays import representations
from sphinxext.page_kernel.standard_library import find_rest
from sphinxext.page_kernel.streams import Stream

# Characters that one run may print: an endless loop of prints must not fill the page's memory.
LIMIT = 200_000
# What a page's Python does not have, and what a reader can do who needs it.
ELSEWHERE = {"torch", "torchvision", "tensorflow", "keras", "jax", "sklearn", "scipy", "pandas"}
# Those of its display module, see ``stand_ins``.
OF_IPYTHON = ("display", "clear_output", "HTML", "SVG", "Markdown", "Latex")

_running: Kernel | None = None


class Kernel:
    """``send(text)`` takes a message; ``evaluate(source, namespace, filename=)`` awaits a cell."""

    def __init__(self, send: Callable[[str], Any], evaluate: Callable[..., Awaitable[Any]]) -> None:
        self._send, self._evaluate = send, evaluate
        self.namespace: dict[str, Any] = {"__name__": "__main__", "display": self.display}
        self.namespace[magics.CALL] = magics.run
        self.cell = ""
        self.widgets: dict[str, Any] = {}  # by id: what the page can set
        self.sent = 0
        self.streams = [Stream(name, self._write) for name in ("stdout", "stderr")]

    def send(self, kind: str, **content: Any) -> None:
        """Tell the page; ``cell`` may be another one than the one that runs."""
        self._send(json.dumps({"kind": kind, "cell": self.cell, **content}, default=str))

    async def run(self, source: str, cell: str) -> bool:
        """Run one cell, its figures included; False if it raised."""
        self._begin(cell)
        linecache.cache[cell] = (len(source), None, source.splitlines(keepends=True), cell)
        with redirect_stdout(self.streams[0]), redirect_stderr(self.streams[1]):
            try:
                with magics.timed(source):
                    python = magics.plain(source)
                    value = await self._evaluate(python, self.namespace, filename=cell)
                if value is not None:
                    self.namespace["_"] = value
                    self.display(value)
                self._end()
                return True
            except BaseException as error:  # SystemExit and KeyboardInterrupt end a cell only
                self._end()
                self._fail(error)
                return False

    def _begin(self, cell: str) -> None:
        self.cell, self.sent = cell, 0
        for key, widget in list(self.widgets.items()):
            widget.cells = [other for other in widget.cells if other != cell]
            if not widget.cells:  # its last view is gone
                del self.widgets[key]

    def _end(self) -> None:
        figures.show_all(self.display)
        for stream in self.streams:
            stream.flush()

    def display(self, *values: Any, clear: bool = False, **options: Any) -> None:
        """Show values below the cell, as ``IPython.display.display`` does.

        Raises TypeError for an option that a page does not have.
        """
        if options:
            raise TypeError(
                f"display({next(iter(options))}=…) does not work in a page: "
                "clear_output(wait=True) before display(value) shows it in place of the last one"
            )
        if clear:
            self.clear(wait=True)
        for value in values:
            for stream in self.streams:
                stream.flush()  # what was printed before stands before
            self.send("display", **representations(value))

    def clear(self, wait: bool = False) -> None:
        """Take away what the cell has given so far; with ``wait`` when the next output is there."""
        for stream in self.streams:
            stream.flush()
        self.send("clear", wait=wait)
        self.sent = 0

    def receive(self, key: str, changes: dict[str, Any]) -> None:
        """Take over what a reader has set in a widget on the page."""
        widget = self.widgets.get(key)
        if widget is None:
            return
        self.cell, self.sent = widget.cells[-1], 0
        with redirect_stdout(self.streams[0]), redirect_stderr(self.streams[1]):
            try:
                widget.take_over(changes)
            except Exception as error:
                self._fail(error)
            self._end()

    def _write(self, name: str, text: str) -> None:
        if self.sent > LIMIT:
            return
        self.sent += len(text)
        if self.sent > LIMIT:
            text += f"\n… the rest is cut: a run may print {LIMIT:,} characters.\n"
        self.send("stream", name=name, text=text)

    def _fail(self, error: BaseException) -> None:
        own = [frame for frame in _frames(error) if frame.tb_frame.f_code.co_filename == self.cell]
        line = own[0].tb_lineno if own else None
        if isinstance(error, SyntaxError) and error.filename == self.cell:
            line, own = error.lineno, []
        lines = traceback.format_exception(type(error), error, own[0] if own else None)
        self.send("error", text="".join(lines) + _advice(error), line=line)


def _frames(error: BaseException) -> list[Any]:
    frames, frame = [], error.__traceback__
    while frame:
        frames.append(frame)
        frame = frame.tb_next
    return frames


def _advice(error: BaseException) -> str:
    """What to do about a module that is not here."""
    if not isinstance(error, ImportError) or not error.name:
        return ""
    name = error.name.partition(".")[0]
    if name == "IPython":
        return f"\nOf IPython this page has {', '.join(OF_IPYTHON[:-1])} and {OF_IPYTHON[-1]}.\n"
    if not isinstance(error, ModuleNotFoundError):
        return ""
    if name in ELSEWHERE:
        return f"\n{name} does not run in this page: open the notebook in Colab or Binder.\n"
    if name == "matplotlib":
        return '\nAdd the line "import matplotlib" to the cell: the page loads what a cell names.\n'
    return f"\nPython in this page has NumPy, matplotlib and lecturelib; {name} is not there.\n"


def start(send: Callable[[str], Any], evaluate: Callable[..., Awaitable[Any]]) -> Kernel:
    """Make the one kernel of this Python; stand-ins and what is fetched late come last of all."""
    global _running
    _running = Kernel(send, evaluate)
    folder = f"{__file__.rpartition('/')[0]}/stand_ins"
    if folder not in sys.path:
        sys.path.append(folder)
    find_rest()
    if sys.platform == "emscripten":
        # There is no clock of the process: it shows 0 for ever. A worker has its thread to itself.
        time.process_time, time.process_time_ns = time.perf_counter, time.perf_counter_ns
    return _running


def current() -> Kernel:
    """The kernel that runs; RuntimeError outside a page."""
    if _running is None:
        raise RuntimeError("no page runs here: call start(send, evaluate) first")
    return _running
