"""Two or more ways to do the same, timed in turns."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

from benchmarks.report import NotMeasuredError, Row, judged, not_measured

CALLS, ROUNDS = 10, 25


def race(contestants: dict[str, Callable]) -> dict[str, float]:
    """Median seconds a call of each; they take turns, so that a busy moment meets all of them."""
    for run in contestants.values():
        _time(run, 3)  # the first calls also import and allocate
    times = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            times[name].append(_time(run, CALLS) / CALLS)
    return {name: median(seconds) for name, seconds in times.items()}


def _time(function: Callable, count: int) -> float:
    start = perf_counter()
    for _ in range(count):
        function()
    return perf_counter() - start


def against(
    measure: str, make: Callable[[], dict[str, Callable]], limit: float | None = None
) -> Row:
    """The share of a rival's time that the library takes, judged where there is a limit.

    ``make()`` gives both, the library's first; it may raise NotMeasuredError.
    """
    try:
        own, theirs = race(make()).values()
    except NotMeasuredError as reason:
        return not_measured(measure, reason)
    text = f"{own / theirs:.2f} × its {1e3 * theirs:.3g} ms"
    if limit is None:
        return Row(measure, text)
    return judged(measure, text, own / theirs, limit, "× its time")
