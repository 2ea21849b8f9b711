"""The machine: its energies, its conditional probabilities, and samples of them."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import array_between, checked, finite_array, generator, whole
from lecturelib.activations import sigmoid
from lecturelib.layers import Layer, Parameter

__all__ = ["RBM", "draw", "shares"]

shares = array_between(0, 1, "divide grey values by the largest possible one, such as X / 16")


def binary(value, name: str) -> np.ndarray:
    """``value`` as a floating array of zeros and ones, or ValueError."""
    array = finite_array(value, name)
    other = (array != 0) & (array != 1)
    if other.any():
        raise ValueError(
            f"{name}: expected units that are 0 or 1, got {array[other][0]}; an energy is that of "
            "a state: make pixels black or white, X > 0.5, or draw them, rng.random(X.shape) < X"
        )
    return array


def _rows_fit(self, **arrays) -> None:
    """ValueError unless v is (N, V) and h is (N, H), where they are given."""
    for name, size in (("v", self.n_visible), ("h", self.n_hidden)):
        array = arrays.get(name)
        if array is not None and (array.ndim != 2 or array.shape[1] != size):
            raise ValueError(
                f"{name}: expected shape (N, {size}), one row a state, got {array.shape}; "
                f"one state is a row: {name}[None, :], pictures are laid flat"
            )
    if {"v", "h"} <= arrays.keys() and len(arrays["v"]) != len(arrays["h"]):
        raise ValueError(
            f"v, h: expected equally many rows, got {len(arrays['v'])} and {len(arrays['h'])}; "
            "a row of each makes one state"
        )


def draw(p, rng: np.random.Generator) -> np.ndarray:
    """1 with probability p, else 0, in p's type;  any shape -> the same."""
    return (rng.random(p.shape, dtype=p.dtype) < p).astype(p.dtype)


class RBM(Layer):
    """p(v, h) = e^{−E(v, h)} / Z with E = −vᵀ W h − c·v − b·h;  v (N, V), h (N, H), 0 or 1.

    W (V, H) starts at 0.01 times standard normal numbers, b (H,) and c (V,) at 0; without
    ``biases`` there are none, as in the lecture. No two units of a layer are joined, so each layer
    is drawn at once when the other is known. ValueError for sizes below 1.
    Source: Smolensky (1986); Hinton (2012), "A practical guide".
    """

    W = Parameter()
    b = Parameter()
    c = Parameter()
    arguments = "n_visible", "n_hidden", "biases"

    def __init__(
        self, n_visible: int, n_hidden: int, *, rng, biases: bool = True, dtype=np.float64
    ) -> None:
        self.n_visible, self.n_hidden = whole(n_visible, "n_visible"), whole(n_hidden, "n_hidden")
        self.biases = bool(biases)
        start = 0.01 * generator(rng).standard_normal((self.n_visible, self.n_hidden))
        self.W = start.astype(dtype)
        self.b = np.zeros(self.n_hidden, dtype) if biases else None
        self.c = np.zeros(self.n_visible, dtype) if biases else None

    # Without checks, for inner loops

    def into_hidden(self, v):
        """a = v W + b, what the hidden units are told;  v (N, V) -> (N, H)."""
        a = v @ self.W
        return a if self.b is None else a + self.b

    def into_visible(self, h):
        """h Wᵀ + c, what the visible units are told;  h (N, H) -> (N, V)."""
        a = h @ self.W.T
        return a if self.c is None else a + self.c

    # Public

    @checked(_rows_fit, v=shares)
    def hidden(self, v):
        """p(h_j = 1 | v) = σ(v·W_j + b_j);  v (N, V) in [0, 1] -> (N, H)."""
        return sigmoid.bare(self.into_hidden(v))

    @checked(_rows_fit, h=shares)
    def visible(self, h):
        """p(v_i = 1 | h) = σ(W_i·h + c_i);  h (N, H) in [0, 1] -> (N, V)."""
        return sigmoid.bare(self.into_visible(h))

    @checked(_rows_fit, v=binary, h=binary)
    def energy(self, v, h):
        """E(v, h) = −vᵀ W h − c·v − b·h;  (N, V), (N, H) -> (N,). ValueError unless 0 or 1."""
        e = -np.sum((v @ self.W) * h, axis=1)
        return e if self.b is None else e - v @ self.c - h @ self.b

    @checked(_rows_fit, v=binary)
    def free_energy(self, v):
        """F(v) = −c·v − Σ_j log(1 + e^{a_j}), a = v W + b: p(v) = e^{−F(v)} / Z;  (N, V) -> (N,).

        ValueError unless v is 0 or 1.
        """
        return self._free(v)

    def _free(self, v):
        f = -np.logaddexp(0, self.into_hidden(v)).sum(axis=1)
        return f if self.c is None else f - v @ self.c

    @checked(_rows_fit, v=shares)
    def gibbs(self, v, k: int, rng):
        """k steps of Gibbs sampling, h ~ p(h | v) then v ~ p(v | h);  -> v (N, V), h (N, H).

        The h is that from which the last v was drawn. ValueError for k < 1.
        """
        generator(rng)
        for _ in range(whole(k, "k")):
            h = draw(self.hidden.bare(self, v), rng)
            v = draw(self.visible.bare(self, h), rng)
        return v, h
