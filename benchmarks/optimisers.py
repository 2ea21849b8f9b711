"""A training step of the digits network with each optimiser, against torch eager and plain NumPy.

As in ``benchmarks.training``: the same rows, float32, one thread; forward, loss, backward, update.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from benchmarks.report import NotMeasuredError, Row, judged, not_measured
from benchmarks.torch_rival import eager_training, torch_in_one_thread
from benchmarks.training import BATCH, EPOCHS, library, network, plain_training, race
from lecturelib import data
from lecturelib.optim import SGD, AdaGrad, AdamW, Muon, RMSProp, is_weight

RATE = 1e-3
TORCH, INLINED = 0.6, 1.25  # at most this share of their time

# Written out for one array p with its gradient g: memory -> update(p, g, t), in place.


def _sgd(p):
    def update(p, g, t):
        g *= RATE
        p -= g

    return update


def _momentum(p, nesterov=False):
    m = np.zeros_like(p)

    def update(p, g, t):
        nonlocal m
        m *= 0.9
        m += g
        p -= RATE * (g + 0.9 * m if nesterov else m)

    return update


def _scaled(p, keep):
    v = np.zeros_like(p)

    def update(p, g, t):
        nonlocal v
        v *= keep
        v += g * g * ((1 - keep) if keep < 1 else 1)
        p -= RATE * g / (np.sqrt(v) + 1e-8)

    return update


def _adamw(p):
    m, v = np.zeros_like(p), np.zeros_like(p)

    def update(p, g, t):
        nonlocal m, v
        correction = (1 - 0.999**t) ** 0.5
        p *= 1 - RATE * 0.01
        m *= 0.9
        m += 0.1 * g
        g *= g
        v *= 0.999
        g *= 0.001
        v += g
        np.sqrt(v, out=g)
        g += 1e-8 * correction
        np.divide(m, g, out=g)
        g *= RATE * correction / (1 - 0.9**t)
        p -= g

    return update


def _muon(p):
    if p.ndim < 2:
        return _adamw(p)
    m, scale = np.zeros_like(p), RATE * max(1, p.shape[0] / p.shape[1]) ** 0.5

    def update(p, g, t):
        nonlocal m
        m *= 0.95
        m += 0.05 * g
        x = 0.95 * m + 0.05 * g
        x = x.T if x.shape[0] > x.shape[1] else x
        x = x / np.linalg.norm(x)
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.775 * a + 2.0315 * (a @ a)) @ x
        p *= 1 - RATE * 0.1
        p -= scale * (x if x.shape == p.shape else x.T)

    return update


# Name -> ours, PyTorch's class and settings, the update written out.
OPTIMISERS = {
    "SGD": (partial(SGD, lr=RATE), ("SGD", {}), _sgd),
    "momentum": (partial(SGD, lr=RATE, momentum=0.9), ("SGD", {"momentum": 0.9}), _momentum),
    "Nesterov": (
        partial(SGD, lr=RATE, momentum=0.9, nesterov=True),
        ("SGD", {"momentum": 0.9, "nesterov": True}),
        partial(_momentum, nesterov=True),
    ),
    "AdaGrad": (partial(AdaGrad, lr=RATE), ("Adagrad", {}), partial(_scaled, keep=1)),
    "RMSProp": (partial(RMSProp, lr=RATE), ("RMSprop", {}), partial(_scaled, keep=0.99)),
    "AdamW": (partial(AdamW, lr=RATE), ("AdamW", {}), _adamw),
    "Muon": (partial(Muon, lr=RATE, matrices=is_weight), ("Muon", {}), _muon),
}


def inlined(X, y, make) -> Callable:
    """The same in plain NumPy, array by array."""
    θ = list(network(X.dtype).parameters.values())
    updates = [make(p) for p in θ]

    def update(gradients, t):
        for one, p, g in zip(updates, θ, gradients, strict=True):
            one(p, g, t)

    return plain_training(θ, update, X, y)


def torch_eager(X, y, name, settings) -> Callable:
    """The usual PyTorch loop; with Muon, AdamW takes the biases, as PyTorch's page advises."""
    torch = torch_in_one_thread()
    module = network(X.dtype).to_torch()
    groups = [list(module.parameters())]
    if name == "Muon":
        groups = [[p for p in groups[0] if (p.ndim == 2) == two] for two in (True, False)]
    kinds = [getattr(torch.optim, kind) for kind in (name, "AdamW")]
    optimisers = [k(g, lr=RATE, **settings) for k, g in zip(kinds, groups, strict=False)]
    return eager_training(module, optimisers, X, y, batch=BATCH, epochs=EPOCHS)


def rows(options: Namespace) -> Iterator[Row]:
    """For each optimiser: microseconds a step, and the share of both rivals' time."""
    digits, n = data.digits(), 1437  # four fifths of the digits, as in the chapters
    X, y, steps = digits.X[:n].astype(np.float32), digits.y[:n], EPOCHS * -(-n // BATCH)
    for name, (ours, theirs, update) in OPTIMISERS.items():
        contestants = {"ours": library(X, y, ours), "inlined NumPy": inlined(X, y, update)}
        try:
            contestants["torch eager"] = torch_eager(X, y, *theirs)
        except NotMeasuredError as reason:
            yield not_measured(f"{name} against torch eager", reason)
        seconds = race(contestants)
        own = seconds.pop("ours")
        yield Row(f"training step with {name}, float32", f"{1e6 * own / steps:.0f} µs")
        for rival, time in seconds.items():
            limit = INLINED if rival == "inlined NumPy" else TORCH
            text = f"{own / time:.2f} × its {1e6 * time / steps:.0f} µs"
            yield judged(f"{name} against {rival}", text, own / time, limit, "× its time")
