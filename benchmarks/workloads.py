"""What is computed both here and in Pyodide to compare the two; needs no more than the library."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import numpy as np

from lecturelib import data
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.rnn import RNN
from lecturelib.training import fit

BATCH = 32
T, N, D, H, C = 50, 32, 32, 64, 10
PRODUCT = "product 32×128 @ (64×128)ᵀ"
STEP = "training step of the digits network"
BPTT = "RNN forward and back"
TYPES = "float32", "float64"


def product(dtype: str) -> tuple[Callable[[], Any], int]:
    """The product of a dense layer, and how many there are a call."""
    rng = np.random.default_rng(0)
    x, W = (rng.standard_normal(shape).astype(dtype) for shape in ((32, 128), (64, 128)))
    return lambda: x @ W.T, 1


def step(dtype: str) -> tuple[Callable[[], Any], int]:
    """An epoch of the digits network 64-128-64-10 with Adam, and how many steps it has."""
    digits, rng = data.digits(), np.random.default_rng(0)
    X, y = digits.X.astype(dtype), digits.y
    model, loss = FFNN([64, 128, 64, 10], rng=rng, dtype=X.dtype), CrossEntropy()
    optimiser = Adam(model)
    epoch = {"epochs": 1, "batch_size": BATCH, "rng": rng}
    return lambda: fit(model, loss, optimiser, X, y, **epoch), -(-len(X) // BATCH)


def bptt(dtype: str) -> tuple[Callable[[], Any], int]:
    """Forward pass and BPTT of a batch of sequences."""
    rng = np.random.default_rng(0)
    x, dz = (rng.standard_normal(shape).astype(dtype) for shape in ((T, N, D), (T, N, C)))
    model = RNN(D, H, C, rng=rng, dtype=np.dtype(dtype))

    def both_ways() -> None:
        model.zero_grad()
        model.forward(x)
        model.backward(dz)

    return both_ways, 1


MAKE = {PRODUCT: product, STEP: step, BPTT: bptt}
_made: dict[tuple[str, str], tuple[Callable[[], Any], int]] = {}


def processor_time() -> float:
    """Seconds of the processor that this process has had, in Pyodide under Node as well.

    Others on a busy machine lengthen everything but this.
    """
    if sys.platform != "emscripten":  # where it would be the time of day
        return process_time()
    from js import process

    used = process.cpuUsage()
    return (used.user + used.system) / 1e6


def shortest(name: str, dtype: str, seconds: float) -> float:
    """The least time of the processor of many short runs, as long as these seconds last."""
    if (name, dtype) not in _made:
        _made[name, dtype] = MAKE[name](dtype)
        _made[name, dtype][0]()  # the first call imports and allocates
    run, count = _made[name, dtype]
    calls = 200 if name == PRODUCT else 1  # one product is shorter than a look at the clock
    best, end = float("inf"), perf_counter() + seconds
    while best == float("inf") or perf_counter() < end:
        start = processor_time()
        for _ in range(calls):
            run()
        best = min(best, (processor_time() - start) / calls / count)
    return best
