"""A training step with dropout: the digits network 64-128-64-10, batch 32, Adam, against torch."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from benchmarks.report import NotMeasuredError, Row, judged, not_measured
from benchmarks.training import BATCH, EPOCHS, SIZES, race
from lecturelib import data
from lecturelib.layers import Linear, ReLU, Sequential
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.regularization import Dropout
from lecturelib.training import fit

LIMIT = 0.8  # of torch's time


def network(dtype) -> Sequential:
    """The digits network with dropout ½ behind both hidden layers."""
    rng, layers = np.random.default_rng(0), []
    for n_in, n_out in pairwise(SIZES[:-1]):
        layers += [Linear(n_in, n_out, rng=rng, dtype=dtype), ReLU(), Dropout(0.5, rng=rng)]
    return Sequential(*layers, Linear(*SIZES[-2:], rng=rng, dtype=dtype))


def library(model, X, y) -> Callable:
    """`lecturelib.training.fit`, as a reader calls it."""
    rng, loss, optimiser = np.random.default_rng(0), CrossEntropy(), Adam(model)
    return lambda: fit(model, loss, optimiser, X, y, epochs=EPOCHS, batch_size=BATCH, rng=rng)


def torch_eager(model, X, y) -> Callable:
    """The usual PyTorch loop. Raises NotMeasuredError without torch."""
    try:
        import torch
    except ImportError as error:
        raise NotMeasuredError("torch is not installed") from error
    torch.set_num_threads(1)
    twin, loss_of = model.to_torch().train(), torch.nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(twin.parameters())
    X, y = torch.from_numpy(X), torch.from_numpy(y)

    def train():
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(X)).split(BATCH):
                loss = loss_of(twin(X[rows]), y[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()

    return train


def rows(options: Namespace) -> Iterator[Row]:
    """The share of torch's time, in float32."""
    n, name = 1437, "training step with dropout against torch eager, float32"
    X, y = data.digits().X[:n].astype(np.float32), data.digits().y[:n]
    model = network(np.float32)
    try:
        contestants = {"torch": torch_eager(model, X, y), "lecturelib": library(model, X, y)}
    except NotMeasuredError as reason:
        yield not_measured(name, reason)
        return
    seconds, steps = race(contestants), EPOCHS * -(-n // BATCH)
    ratio = seconds["lecturelib"] / seconds["torch"]
    text = f"{ratio:.2f} × its {1e6 * seconds['torch'] / steps:.0f} µs"
    yield judged(name, text, ratio, LIMIT, "× its time")
