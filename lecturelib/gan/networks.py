"""The networks of the chapter's experiments: points in the plane, and digits of 8 × 8 pixels."""

from __future__ import annotations

import numpy as np

from lecturelib.layers import LeakyReLU, Linear, ReLU, Sequential, Sigmoid
from lecturelib.normalization import BatchNorm

__all__ = ["digit_networks", "ring_networks"]


def ring_networks(rng, *, n_noise: int = 2, n_condition: int = 0, hidden: int = 64):
    """G and D with two hidden layers, float32: ReLU in G, LeakyReLU in D, linear outputs.

    G takes noise and condition, (N, n_noise + n_condition) -> (N, 2); D takes points and condition,
    (N, 2 + n_condition) -> (N, 1) logits.
    """

    def network(n_in, n_out, activation):
        made = {"rng": rng, "dtype": np.float32}
        return Sequential(
            Linear(n_in, hidden, **made),
            activation(),
            Linear(hidden, hidden, **made),
            activation(),
            Linear(hidden, n_out, init="xavier", **made),
        )

    G = network(n_noise + n_condition, 2, ReLU)
    return G, network(2 + n_condition, 1, lambda: LeakyReLU(0.2))


def digit_networks(rng, *, n_noise: int = 32, hidden: int = 128, batch_norm: bool = True):
    """G and D for 64 pixels in [0, 1], float32: as above, with BatchNorm and a sigmoid in G.

    G takes noise, (N, n_noise) -> (N, 64); D takes images, (N, 64) -> (N, 1) logits. BatchNorm
    stands in G only: in D it would let every row see what the others of its batch are.
    """
    made = {"rng": rng, "dtype": np.float32}

    def block(n_in):
        norm = [BatchNorm(hidden, dtype=np.float32)] if batch_norm else []
        return [Linear(n_in, hidden, **made), *norm, ReLU()]

    out = Linear(hidden, 64, init="xavier", **made)
    G = Sequential(*block(n_noise), *block(hidden), out, Sigmoid())
    D = Sequential(
        Linear(64, hidden, **made),
        LeakyReLU(0.2),
        Linear(hidden, hidden, **made),
        LeakyReLU(0.2),
        Linear(hidden, 1, init="xavier", **made),
    )
    return G, D
