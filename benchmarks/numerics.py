"""The activation functions against torch and against the formula written out in NumPy."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter
from typing import NamedTuple

import numpy as np

from benchmarks.report import Row
from benchmarks.torch_rival import torch_in_one_thread
from lecturelib import activations

SIZES = (1_000, 1_000_000)
CLASSES = 10  # of softmax, whose input is (size / 10, 10)
ROUNDS = 15
ROUND_SECONDS = 0.01


def _softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


INLINE: dict[str, Callable] = {
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "leaky_relu": lambda a: np.maximum(0.1 * a, a),
    "elu": lambda a: np.where(a > 0, a, np.exp(a) - 1),
    "softmax": _softmax,
}


class Contest(NamedTuple):
    """The same computation four times, as functions without arguments."""

    public: Callable
    bare: Callable
    inline: Callable
    torch: Callable


def contest(name: str, size: int) -> Contest:
    """The four ways to compute ``name`` of ``size`` float32 numbers, in one thread.

    Raises NotMeasuredError without torch.
    """
    torch = torch_in_one_thread()
    functional = torch.nn.functional
    a = np.random.default_rng(0).standard_normal(size, dtype=np.float32)
    a = a.reshape(-1, CLASSES) if name == "softmax" else a
    tensor, function = torch.from_numpy(a), getattr(activations, name)
    more = {"leaky_relu": {"negative_slope": 0.1}, "softmax": {"dim": -1}}.get(name, {})
    return Contest(
        lambda: function(a),
        lambda: function.bare(a),
        lambda: INLINE[name](a),
        lambda: getattr(functional, name)(tensor, **more),
    )


def race(entrants: Contest, rounds: int = ROUNDS, seconds: float = ROUND_SECONDS) -> Contest:
    """Median seconds a call of each; they take turns, so that a busy moment meets all of them."""
    calls = [_calls(entrant, seconds) for entrant in entrants]
    times = [
        [_time(entrant, count) / count for entrant, count in zip(entrants, calls, strict=True)]
        for _ in range(rounds)
    ]
    return Contest(*map(median, zip(*times, strict=True)))


def _calls(function: Callable, seconds: float) -> int:
    _time(function, 2)  # the first calls also import and allocate
    return max(1, round(seconds / (_time(function, 3) / 3)))


def _time(function: Callable, count: int) -> float:
    start = perf_counter()
    for _ in range(count):
        function()
    return perf_counter() - start


def rows(options: Namespace) -> Iterator[Row]:
    """One row a size and function: microseconds, and ratios to torch and to inline NumPy."""
    for size in SIZES:
        for name in INLINE:
            yield Row(
                f"{name}, {size:.0e} float32".replace("e+0", "e"),
                _verdict(race(contest(name, size))),
            )


def _verdict(took: Contest) -> str:
    public, bare, inline, torch = (1e6 * seconds for seconds in took)
    return (
        f"{public:.1f} µs = {public / torch:.2f} × torch, {public / inline:.2f} × inline; "
        f"unchecked {bare:.1f} µs = {bare / torch:.2f} ×, {bare / inline:.2f} ×"
    )
