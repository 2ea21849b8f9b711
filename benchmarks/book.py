"""How long an author waits for the book: with nothing changed, and from nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.report import NotMeasuredError, Row, judged, spread
from benchmarks.variants import BENCH, ROOT

SPHINX = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "--quiet"]
FRONT = [str(Path(sys.executable).with_name("jupyter-book")), "build", ".", "-W", "--keep-going"]
PAGE = ROOT / "book" / "start" / "how-to-use.md"
NOTHING_LIMIT, PAGE_LIMIT = 2, 10  # s
RUNS = 3


def run(*command: str | Path) -> float:
    """The seconds that a build took. Raises NotMeasuredError when it fails."""
    start = perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    seconds = perf_counter() - start
    if done.returncode:
        raise NotMeasuredError("the book does not build; `make book` says why")
    return seconds


def change_a_page() -> float:
    """The seconds of ``make book`` after one more line in a page, which is taken out again."""
    text = PAGE.read_bytes()
    try:
        PAGE.write_bytes(text + b"\nOne more line.\n")
        return run("make", "book")
    finally:
        PAGE.write_bytes(text)
        run("make", "book")


def rows(options: Namespace) -> Iterator[Row]:
    """Warm: built once, then unchanged, with a changed page, and by Jupyter Book's own command.

    Cold, if asked for: both in folders beside it, every notebook run.
    """
    run("make", "book")
    nothing = [run("make", "book") for _ in range(RUNS)]
    yield judged(
        "make book, nothing changed", spread(nothing, "s", 1), median(nothing), NOTHING_LIMIT, "s"
    )
    page = [change_a_page() for _ in range(RUNS)]
    yield judged("make book, a page changed", spread(page, "s", 1), median(page), PAGE_LIMIT, "s")
    run(*FRONT)
    yield Row("jupyter-book build, nothing changed", f"{run(*FRONT):.1f} s")
    if options.cold:
        folder = BENCH / "cold"
        shutil.rmtree(folder, ignore_errors=True)
        sphinx = run(*SPHINX, "-d", folder / "sphinx/doctrees", ".", folder / "sphinx/html")
        yield Row("make book, cold", f"{sphinx:.1f} s")
        yield Row("jupyter-book build, cold", f"{run(*FRONT, '--path-output', folder):.1f} s")
