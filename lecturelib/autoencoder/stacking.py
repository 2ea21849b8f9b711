"""A stacked autoencoder, trained layer by layer: each pair of layers rebuilds the codes below."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array
from lecturelib.autoencoder.network import Autoencoder, Transposed
from lecturelib.layers import Linear, Sequential
from lecturelib.losses import MeanSquaredError
from lecturelib.optim import Adam
from lecturelib.training import History, fit

_REACH = {"sigmoid": (0, 1), "tanh": (-1, 1), "relu": (0, np.inf)}


def pairs(model: Autoencoder) -> list[Sequential]:
    """The autoencoders of one hidden layer that a stacked one consists of, outermost first.

    Each is an encoding layer and the decoding layer opposite, with their activations: the model's
    own layers, so what they learn the model has learned.
    """
    into, back = _stages(model.encoder.layers), _stages(model.decoder.layers)
    return [Sequential(*f, *g) for f, g in zip(into, reversed(back), strict=True)]


def pretrain(
    model: Autoencoder,
    X,
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    lr: float = 2e-3,
) -> list[History]:
    """Train each pair in turn on the codes of the one below;  X (N, D) -> a History a pair.

    Adam on the mean squared error; the model's corruption and penalty take no part. ValueError for
    values that the model's output cannot reach, such as grey values above 1 for a sigmoid, and as
    for ``training.fit``; DivergenceError where a loss is not finite. Sources: Hinton and
    Salakhutdinov (2006); Bengio, Lamblin, Popovici and Larochelle (2007).
    """
    h, found = _reached(finite_array(X, "X"), model.output), []
    for pair in pairs(model):
        options = {"epochs": epochs, "batch_size": batch_size, "rng": rng}
        found.append(fit(pair, MeanSquaredError(), Adam(pair, lr), h, h, **options))
        h = Sequential(*_stages(pair.layers)[0]).predict(h)
    return found


def _stages(layers):
    """The layers in groups, each a layer with weights and what follows it up to the next."""
    found = []
    for layer in layers:
        if isinstance(layer, (Linear, Transposed)):
            found.append([])
        found[-1].append(layer)
    return found


def _reached(X, output):
    low, high = _REACH.get(output, (-np.inf, np.inf))
    if X.min() < low or X.max() > high:
        raise ValueError(
            f"X: expected values from {low:g} to {high:g}, all that output={output!r} can give, "
            f"got {X.min():g} to {X.max():g}; scale the pixels, or take output='linear'"
        )
    return X
