"""The lines of a cell that are IPython's and not Python's: ``%timeit f(x)``, ``!ls``, ``f?``.

They become calls, as IPython makes them, each on the line where it stands. What a page can do it
does; of the rest a sentence says that it does nothing here. Only a whole statement is such a line:
a ``%`` at the head of an expression's second line is a remainder, and a string keeps its lines.
"""

from __future__ import annotations

import io
import re
import sys
import time
import tokenize
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

CALL = "__magic__"  # stands for ``run`` in the cells' namespace
ANY = re.compile(r"^\s*[%!?]|=\s*[%!]|\?\s*$", re.MULTILINE)
COMMAND = re.compile(
    r"(\s*)((?:[^=!%#'\"]*[^=!<>%#'\"\s]\s*=\s*)?)(%%?|!!?)\s*(\S*)\s*(.*)", re.DOTALL
)
HELP = re.compile(r"(\s*)(?:\?\??\s*([\w.]+)|([\w.]+)\s*\?\??)\s*")
CELL = re.compile(r"\s*%%(\w+)[ \t]*(.*)")
# What the tokenizer says of a statement that goes on, in Python 3.11 and from 3.12 on.
GOES_ON = re.compile("EOF in multi-line|unexpected EOF|unterminated triple-quoted")
REPEAT = 7  # runs of %timeit, as in IPython
OPTION = re.compile(r"-(?:([nr])\s*(\d+)|p\s*\d+|[coqtv])\s+")
PYTHON = {"capture", "prun"}  # cell magics that are left out: the cell runs without them
INSTALLERS = ("pip", "conda", "mamba", "uv")


def plain(source: str) -> str:
    """The cell as Python alone, line for line."""
    if not ANY.search(source):
        return source
    head, _, body = source.lstrip("\n").partition("\n")
    found = CELL.match(head)
    if not found:
        return "".join(_translated(text) for text in _statements(source))
    name, blank = found[1], "\n" * (source.count("\n") - body.count("\n"))
    if name == "time":
        return blank + plain(body)
    call = f"{CALL}('%%{name}', {found[2]!r}"
    if name in PYTHON:
        return f"{call}){blank}{plain(body)}"
    return f"{call}, {plain(body)!r})" if name == "timeit" else f"{call})"


def _statements(source: str) -> Iterator[str]:
    """The statements of a cell as they stand, each with all of its lines."""
    text = ""
    for line in source.splitlines(keepends=True):
        text += line
        is_command = text.lstrip().startswith(("%", "!"))
        if not text.endswith("\\\n") if is_command else _is_whole(text):
            yield text
            text = ""
    yield text


def _is_whole(text: str) -> bool:
    try:
        for _ in tokenize.generate_tokens(io.StringIO(text.lstrip()).readline):
            pass
    except (tokenize.TokenError, SyntaxError) as error:  # or is wrong: running it says how
        return not GOES_ON.search(str(error))
    return True


def _translated(text: str) -> str:
    """One statement; a command becomes a call."""
    end = "\n" * text.count("\n")
    if found := COMMAND.fullmatch(text.rstrip()):
        indent, target, sign, name, rest = found.groups()
        rest = rest.replace("\\\n", " ")
        return f"{indent}{target}{CALL}({sign + name!r}, {rest!r}){end}"
    if found := HELP.fullmatch(text):
        return f"{found[1]}help({found[2] or found[3]}){end}"
    return text


def run(name: str, rest: str = "", body: str | None = None) -> Any:
    """Do what the command asks for, or say that it does nothing here.

    ``name`` has its sign, ``%time``; ``rest`` is its line, ``body`` the cell below it.
    """
    caller = sys._getframe(1)
    if name == "%time":
        return _time(rest, caller.f_globals, caller.f_locals)
    if name == "%timeit" or body is not None:
        return _timeit(rest, body, {**caller.f_globals, **caller.f_locals})
    if (name, rest) not in (("%matplotlib", ""), ("%matplotlib", "inline")):
        print(_excuse(name), file=sys.stderr)
    return None


def _excuse(name: str) -> str:
    if name.lstrip("%!") in INSTALLERS:
        return "Nothing can be installed here: this page has NumPy, matplotlib and lecturelib."
    if name.startswith("!"):
        return f"{name} does nothing here: a page has no shell."
    if name in ("%%time", "%%timeit"):
        return f"{name} does nothing here: it has to be the first line of its cell."
    left_out = name.startswith("%%") and name[2:] not in PYTHON
    what = "this cell does nothing in a page" if left_out else "it does nothing in a page"
    return f"{name} is a command of Jupyter: {what}, which knows %time and %timeit."


def _time(code: str, names: dict[str, Any], local: Mapping[str, Any]) -> Any:
    try:
        made = compile(code, "%time", "eval")
    except SyntaxError:
        made = None
    with _told():
        return eval(made or compile(code, "%time", "exec"), names, local)


@contextmanager
def timed(source: str) -> Iterator[None]:
    """Say how long the cell took if ``%%time`` asks for it."""
    found = CELL.match(source.lstrip("\n"))
    if not found or found[1] != "time":
        yield
        return
    with _told():
        yield


@contextmanager
def _told() -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        print(f"Wall time: {_span(time.perf_counter() - start)}")


def _timeit(line: str, body: str | None, names: dict[str, Any]) -> None:
    """As IPython's: mean and standard deviation of some runs, each long enough to be measured."""
    from timeit import Timer  # not at the top: a page's start does not fetch it

    options, code = {"n": 0, "r": REPEAT}, f"{line} "
    while found := OPTION.match(code):
        options |= {found[1]: int(found[2])} if found[1] else {}
        code = code[found.end() :]
    statement, setup = (code.strip(), "pass") if body is None else (body, code.strip() or "pass")
    timer = Timer(statement, setup, time.perf_counter, names)
    number = options["n"] or timer.autorange()[0]
    spans = [span / number for span in timer.repeat(options["r"], number)]
    mean = sum(spans) / len(spans)
    deviation = (sum((span - mean) ** 2 for span in spans) / len(spans)) ** 0.5
    print(
        f"{_span(mean)} ± {_span(deviation)} per loop "
        f"(mean ± std. dev. of {len(spans)} runs, {number:,} loops each)"
    )


def _span(seconds: float) -> str:
    """Three digits and a unit: 1.23 ms."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("μs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{round(seconds * 1e9, 2):.3g} ns"
