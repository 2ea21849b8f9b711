"""More features than dimensions: data with a known answer for sparse autoencoders."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array, generator, number, whole
from lecturelib.autoencoder.network import Autoencoder


def hidden_features(
    n: int, *, features: int = 40, width: int = 20, active: float = 2.5, rng: np.random.Generator
):
    """Rows that are sums of a few out of many directions;  -> X (n, width), (features, width).

    The directions are drawn once, of length 1, and not orthogonal where ``features`` > ``width``.
    Each takes part in a row with probability ``active``/``features``, with a weight from 0.5 to
    1.5. float32. ValueError for sizes below 1, and unless 0 < active ≤ features. After Elhage and
    others (2022), "Toy models of superposition".
    """
    n, features, width = whole(n, "n"), whole(features, "features"), whole(width, "width")
    if not 0 < number(active, "active") <= features:
        raise ValueError(
            f"active: expected a mean number of features above 0 and up to {features}, got "
            f"{active}; a few, such as 2.5"
        )
    directions = generator(rng).standard_normal((features, width))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    taking_part = rng.random((n, features)) < active / features
    weights = taking_part * rng.uniform(0.5, 1.5, (n, features))
    return (weights @ directions).astype(np.float32), directions.astype(np.float32)


def unit_columns(model: Autoencoder, history=None) -> None:
    """Give each column of the decoder length 1, and the code what that takes away, in place.

    A callback for ``training.fit``: without it small codes with large decoders escape an L1
    penalty. For one layer each way, untied, with a ReLU code or a linear one.
    """
    encoder, decoder = model.encoder.layers[0], model.decoder.layers[0]
    length = np.linalg.norm(decoder.W, axis=0)  # (K,)
    decoder.W /= length
    encoder.W *= length[:, None]
    encoder.b *= length


def recovered(model: Autoencoder, directions):
    """For each direction the cosine of the decoder's column nearest to it;  (F, D) -> (F,)."""
    W = model.decoder.layers[0].W
    directions = finite_array(directions, "directions")
    if directions.ndim != 2 or directions.shape[1] != len(W):
        raise ValueError(
            f"directions: expected shape (F, {len(W)}), one a row, got {directions.shape}; pass "
            "those that hidden_features returned"
        )
    return (directions @ (W / np.linalg.norm(W, axis=0))).max(axis=1)
