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

COMMAND = [str(Path(sys.executable).with_name("jupyter-book")), "build", ".", "-W", "--keep-going"]
WARM_LIMIT = 10  # s
WARM_RUNS = 3


def build(*options: str) -> float:
    """Run what ``make book`` runs; the seconds it took. Raises NotMeasuredError when it fails."""
    start = perf_counter()
    done = subprocess.run([*COMMAND, *options], cwd=ROOT, capture_output=True, text=True)
    seconds = perf_counter() - start
    if done.returncode:
        raise NotMeasuredError("the book does not build; `make book` says why")
    return seconds


def rows(options: Namespace) -> Iterator[Row]:
    """Warm: built once, then again unchanged. Cold, if asked for: in a folder beside it."""
    build()
    warm = [build() for _ in range(WARM_RUNS)]
    yield judged("make book, nothing changed", spread(warm, "s", 1), median(warm), WARM_LIMIT, "s")
    if options.cold:
        folder = BENCH / "cold"
        shutil.rmtree(folder, ignore_errors=True)
        yield Row("make book, cold", f"{build('--path-output', str(folder)):.1f} s")
