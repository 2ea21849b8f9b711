"""A training step with dropout, and with BatchNorm too: the digits network, Adam, against torch."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np

from benchmarks.report import NotMeasuredError, Row, judged, not_measured
from benchmarks.training import BATCH, EPOCHS, SIZES, library, race, torch_eager
from lecturelib import data
from lecturelib.layers import Linear, ReLU, Sequential
from lecturelib.normalization import BatchNorm
from lecturelib.regularization import Dropout

LIMIT = 0.8  # of torch's time


def network(dtype, normalised: bool) -> Sequential:
    """The digits network with dropout ½ behind both hidden layers."""
    rng, layers = np.random.default_rng(0), []
    for n_in, n_out in pairwise(SIZES[:-1]):
        layers.append(Linear(n_in, n_out, rng=rng, dtype=dtype))
        layers += [BatchNorm(n_out, dtype=dtype)] * normalised
        layers += [ReLU(), Dropout(0.5, rng=rng)]
    return Sequential(*layers, Linear(*SIZES[-2:], rng=rng, dtype=dtype))


def rows(options: Namespace) -> Iterator[Row]:
    """The share of torch's time, in float32."""
    n = 1437
    X, y, steps = data.digits().X[:n].astype(np.float32), data.digits().y[:n], -(-n // BATCH)
    for what, normalised in (("dropout", False), ("BatchNorm and dropout", True)):
        name = f"training step with {what} against torch eager, float32"
        network_of = partial(network, normalised=normalised)
        try:
            theirs = torch_eager(X, y, network_of=network_of)
        except NotMeasuredError as reason:
            yield not_measured(name, reason)
            continue
        seconds = race({"ours": library(X, y, network_of=network_of), "torch": theirs})
        ratio = seconds["ours"] / seconds["torch"]
        text = f"{ratio:.2f} × its {1e6 * seconds['torch'] / steps / EPOCHS:.0f} µs"
        yield judged(name, text, ratio, LIMIT, "× its time")
