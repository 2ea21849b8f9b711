"""Forward pass and BPTT of a recurrent network, T 50, N 32, D 32, H 64: against torch and NumPy.

All run in one process and one thread, on the same float32 numbers, and compute the same: logits,
and the gradients of all weights, the inputs and the first state. The NumPy contestant is the
computation written out, without a class and without checks.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from benchmarks.race import race
from benchmarks.report import NotMeasuredError, Row, judged, not_measured
from benchmarks.torch_rival import torch_in_one_thread
from lecturelib.rnn import RNN

T, N, D, H, C = 50, 32, 32, 64, 10
TRUNCATE = 10
# Rival -> at most this share of its time.
LIMITS = {"torch": 1 / 1.5, "inlined NumPy": 1.25}


class Problem(NamedTuple):
    """The weights, a batch of sequences, its first state, and the gradient of the logits."""

    model: RNN
    x: np.ndarray
    s0: np.ndarray
    dz: np.ndarray


def problem() -> Problem:
    """The same float32 numbers for every contestant."""
    rng = np.random.default_rng(0)
    shapes = ((T, N, D), (N, H), (T, N, C))
    arrays = (rng.standard_normal(shape, dtype=np.float32) for shape in shapes)
    return Problem(RNN(D, H, C, rng=rng, dtype=np.float32), *arrays)


def library(given: Problem, truncate: int | None = None) -> Callable:
    """`lecturelib.rnn.RNN`, as a reader calls it."""
    model, x, s0, dz = given

    def both_ways():
        model.zero_grad()
        model.forward(x, s0)
        model.backward(dz, truncate)

    return both_ways


def inlined(given: Problem) -> Callable:
    """The same in plain NumPy."""
    (U, W, V), (x, s0, dz) = given.model.parameters.values(), given[1:]
    rows, errors = x.reshape(-1, D), dz.reshape(-1, C)

    def both_ways():
        s = np.empty((T + 1, N, H), np.float32)
        s[0] = s0
        s[1:] = (rows @ U.T).reshape(T, N, H)
        for t in range(T):
            s[t + 1] += s[t] @ W.T
            np.tanh(s[t + 1], out=s[t + 1])
        states = s[1:].reshape(-1, H)
        z = states @ V.T
        dh, da = (errors @ V).reshape(T, N, H), 1 - s[1:] ** 2
        ds = np.zeros((N, H), np.float32)
        for t in reversed(range(T)):
            da[t] *= dh[t] + ds
            ds = da[t] @ W
        flat = da.reshape(-1, H)
        return z, flat @ U, ds, flat.T @ rows, flat.T @ s[:-1].reshape(-1, H), errors.T @ states

    return both_ways


def torch_modules(given: Problem) -> Callable:
    """`nn.RNN` and `nn.Linear`. Raises NotMeasuredError without torch."""
    torch = torch_in_one_thread()
    rnn, linear = given.model.to_torch()
    x, s0, dz = (torch.from_numpy(array) for array in given[1:])
    x.requires_grad_()
    s0.requires_grad_()
    leaves = (x, s0, *rnn.parameters(), *linear.parameters())

    def both_ways():
        for leaf in leaves:
            leaf.grad = None
        linear(rnn(x, s0[None])[0]).backward(dz)

    return both_ways


def rows(options: Namespace) -> Iterator[Row]:
    """Milliseconds of forward and BPTT, the share of the rivals' time, the cost of truncation."""
    given, missing = problem(), []
    contestants = {"lecturelib": library(given), "truncated": library(given, TRUNCATE)}
    for name, make in {"torch": torch_modules, "inlined NumPy": inlined}.items():
        try:
            contestants[name] = make(given)
        except NotMeasuredError as reason:
            missing.append(not_measured(f"RNN against {name}", reason))
    yield from _verdicts(race(contestants))
    yield from missing


def _verdicts(seconds: dict[str, float]) -> Iterator[Row]:
    own, truncated = seconds.pop("lecturelib"), seconds.pop("truncated")
    yield Row("RNN forward and BPTT, lecturelib, float32", f"{1e3 * own:.2f} ms")
    yield Row(f"the same, truncate={TRUNCATE}", f"{truncated / own:.1f} × the full one")
    for name, theirs in seconds.items():
        text = f"{own / theirs:.2f} × its {1e3 * theirs:.2f} ms"
        limit = round(LIMITS[name], 2)
        yield judged(f"RNN against {name}", text, own / theirs, limit, "× its time")
