"""What a denoising autoencoder is shown: the input with noise, or with holes."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array, generator, number
from lecturelib.layers.base import Layer, floating_array

_KINDS = ("gaussian", "mask")


class Corruption(Layer):
    """x + s ε with ε ~ N(0, 1), or m x with P(m = 0) = s, one m an entry;  any shape -> the same.

    ``kind`` is "gaussian" or "mask", ``amount`` is s. In ``train`` mode only; in ``eval`` mode the
    input passes as it is. Unlike ``Dropout`` a mask does not enlarge what it leaves: the network
    is to see what it will be given. ValueError for another kind, an amount below 0, and for a mask
    that leaves nothing. Source: Vincent, Larochelle, Bengio and Manzagol (2008).
    """

    arguments = "kind", "amount"

    def __init__(self, kind: str, amount: float, *, rng: np.random.Generator) -> None:
        if kind not in _KINDS:
            raise ValueError(f"kind: expected one of {list(_KINDS)}, got {kind!r}")
        amount = number(amount, "amount")
        if amount < 0 or (kind == "mask" and amount >= 1):
            limit = "in [0, 1), a share of the entries" if kind == "mask" else "of at least 0"
            raise ValueError(f"amount: expected a number {limit}, got {amount}; try 0.3")
        self.kind, self.amount, self.rng = kind, amount, generator(rng)

    def corrupt(self, x):
        """x with new noise, in either mode;  any shape -> the same. ValueError as finite_array."""
        return self._spoilt(finite_array(x, "x"))[0]

    def forward(self, x):
        """x with new noise, in ``eval`` mode x;  any shape -> the same."""
        x = floating_array(x)
        h, kept = self._spoilt(x) if self.training else (x, None)
        return self._keep(kept, h)

    def backward(self, dh):
        """∂L/∂x: dh, or dh where the mask let x through;  any shape -> the same."""
        dh, kept = self._recall(dh)
        return dh if kept is None else dh * kept

    def _spoilt(self, x):
        """The spoilt x, and what its slope is (None for 1)."""
        if self.kind == "gaussian":
            noise = self.rng.standard_normal(x.shape, dtype=np.float32)
            return x + self.amount * noise.astype(x.dtype), None
        kept = (self.rng.random(x.shape, dtype=np.float32) >= self.amount).astype(x.dtype)
        return x * kept, kept
