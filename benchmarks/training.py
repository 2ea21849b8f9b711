"""Training the digits network 64-128-64-10, batch 32, Adam: against torch, scikit-learn and NumPy.

All run in one process and one thread, on the same rows in the same type: forward, loss, backward
and update. The NumPy contestant is the same computation written out, without layers and checks.
"""

from __future__ import annotations

import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np

from benchmarks.report import NotMeasuredError, Row, judged, not_measured
from benchmarks.torch_rival import eager_training, torch_in_one_thread
from lecturelib import data
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import fit

SIZES = [64, 128, 64, 10]
BATCH, EPOCHS, ROUNDS = 32, 3, 15
# Rival -> at most this share of its time.
LIMITS = {"torch eager": 1 / 2, "scikit-learn": 1 / 1.5, "inlined NumPy": 1.25}


def network(dtype) -> FFNN:
    """The digits network."""
    return FFNN(SIZES, rng=np.random.default_rng(0), dtype=dtype)


def library(X, y, optimiser_of=Adam, network_of=network) -> Callable:
    """`lecturelib.training.fit`, as a reader calls it."""
    rng, model, loss = np.random.default_rng(0), network_of(X.dtype), CrossEntropy()
    optimiser = optimiser_of(model)
    return lambda: fit(model, loss, optimiser, X, y, epochs=EPOCHS, batch_size=BATCH, rng=rng)


def inlined(X, y) -> Callable:
    """The same in plain NumPy, array by array, each updated in place as soon as it can be."""
    θ = list(network(X.dtype).parameters.values())
    m, v, scratch = ([np.zeros_like(p) for p in θ] for _ in range(3))

    def update(gradients, t):
        correction = (1 - 0.999**t) ** 0.5
        for p, g, m_, v_, s in zip(θ, gradients, m, v, scratch, strict=True):
            m_ *= 0.9
            m_ += np.multiply(g, 0.1, out=s)
            v_ *= 0.999
            g *= g
            g *= 0.001
            v_ += g
            np.sqrt(v_, out=s)
            s += 1e-8 * correction
            np.divide(m_, s, out=s)
            s *= 1e-3 * correction / (1 - 0.9**t)
            p -= s

    return plain_training(θ, update, X, y)


def plain_training(θ, update: Callable, X, y) -> Callable:
    """Epochs of ``update(gradients, t)`` for the step t = 1, 2, … of shuffled batches."""
    rng, t = np.random.default_rng(0), 0

    def train():
        nonlocal t
        for _ in range(EPOCHS):
            order = rng.permutation(len(X))
            for start in range(0, len(X), BATCH):
                rows = order[start : start + BATCH]
                t += 1
                update(gradients(θ, X[rows], y[rows]), t)

    return train


def gradients(θ, x, y):
    """The gradients of W1, b1, …, b3 for a batch; FloatingPointError for a loss not finite."""
    W1, b1, W2, b2, W3, b3 = θ
    h1 = x @ W1.T
    h1 += b1
    np.maximum(h1, 0, out=h1)
    h2 = h1 @ W2.T
    h2 += b2
    np.maximum(h2, 0, out=h2)
    z = h2 @ W3.T
    z += b3
    z -= z.max(axis=1, keepdims=True)
    p, n = np.exp(z), np.arange(len(y))
    total = p.sum(axis=1, keepdims=True)
    loss = (np.log(total[:, 0]) - z[n, y]).mean()
    if not np.isfinite(loss):
        raise FloatingPointError(loss)
    p /= total
    p[n, y] -= 1
    p /= len(y)
    da2 = p @ W3
    da2 *= h2 > 0
    da1 = da2 @ W2
    da1 *= h1 > 0
    return da1.T @ x, da1.sum(0), da2.T @ h1, da2.sum(0), p.T @ h2, p.sum(0)


def torch_eager(X, y, network_of=network) -> Callable:
    """The usual PyTorch loop with Adam. Raises NotMeasuredError without torch."""
    torch = torch_in_one_thread()
    module = network_of(X.dtype).to_torch().train()
    optimisers = [torch.optim.Adam(module.parameters())]
    return eager_training(module, optimisers, X, y, batch=BATCH, epochs=EPOCHS)


def scikit_learn(X, y) -> Callable:
    """`MLPClassifier` without its weight decay. Raises NotMeasuredError where it is missing."""
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier
    except ImportError as error:
        raise NotMeasuredError("scikit-learn is not installed") from error
    settings = {"alpha": 0, "tol": 0, "n_iter_no_change": EPOCHS + 1, "random_state": 0}
    hidden = SIZES[1:-1]
    model = MLPClassifier(hidden, batch_size=BATCH, max_iter=EPOCHS, **settings)

    def train():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a few epochs are all we want
            model.fit(X, y)

    return train


RIVALS = {"torch eager": torch_eager, "scikit-learn": scikit_learn, "inlined NumPy": inlined}


def race(contestants: dict[str, Callable]) -> dict[str, float]:
    """The best seconds of each, in turns: other programs only add to a time, never take away."""
    for train in contestants.values():
        train()  # the first call also imports and allocates
    times = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, train in contestants.items():
            start = perf_counter()
            train()
            times[name].append(perf_counter() - start)
    return {name: min(seconds) for name, seconds in times.items()}


def rows(options: Namespace) -> Iterator[Row]:
    """For float32 and float64: microseconds a step, and the share of every rival's time."""
    digits = data.digits()
    n = 1437  # four fifths of the digits, as in the chapters
    for dtype in ("float32", "float64"):
        X, y = digits.X[:n].astype(dtype), digits.y[:n]
        contestants, missing = {"lecturelib": library(X, y)}, []
        for name, make in RIVALS.items():
            try:
                contestants[name] = make(X, y)
            except NotMeasuredError as reason:
                missing.append(not_measured(f"training against {name}, {dtype}", reason))
        yield from _verdicts(race(contestants), dtype, EPOCHS * -(-n // BATCH))
        yield from missing


def _verdicts(seconds: dict[str, float], dtype: str, steps: int) -> Iterator[Row]:
    own = seconds.pop("lecturelib")
    yield Row(f"training step, lecturelib, {dtype}", f"{1e6 * own / steps:.0f} µs")
    for name, theirs in seconds.items():
        text = f"{own / theirs:.2f} × its {1e6 * theirs / steps:.0f} µs"
        yield judged(
            f"training step against {name}, {dtype}",
            text,
            own / theirs,
            round(LIMITS[name], 2),
            "× its time",
        )
