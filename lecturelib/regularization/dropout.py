"""Dropout: a layer that leaves out random entries while the network learns."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import below_one, generator
from lecturelib.layers.base import Layer, floating_array


class Dropout(Layer):
    """h = m x / (1 − p) with m = 0 or 1 and P(m = 0) = p, one m an entry;  any shape -> the same.

    In ``train`` mode only; in ``eval`` mode h = x. Divided by 1 − p, the mean of h over the masks
    is x in both modes ("inverted" dropout), so nothing is left to scale when the network is used.
    Every forward pass draws a new mask from ``rng``, the same one for float32 and float64; ``load``
    begins with a generator of its own. ValueError unless 0 ≤ p < 1. Source: Srivastava, Hinton,
    Krizhevsky, Sutskever and Salakhutdinov (2014).
    """

    arguments = ("p",)

    def __init__(self, p: float = 0.5, *, rng) -> None:
        self.p, self.rng = below_one(p, "p"), generator(rng)

    def forward(self, x):
        """m x / (1 − p) with a new mask m, in ``eval`` mode x;  any shape -> the same."""
        x = floating_array(x)
        if not self.training or not self.p:
            return self._keep(None, x)
        kept = self.rng.random(x.shape, dtype=np.float32) >= self.p
        factor = kept.astype(x.dtype)
        factor *= 1 / (1 - self.p)
        return self._keep(factor, x * factor)

    def backward(self, dh):
        """∂L/∂x = m dh / (1 − p) with the mask of the forward pass;  any shape -> the same."""
        dh, factor = self._recall(dh)
        return dh if factor is None else dh * factor

    def to_torch(self):
        """``torch.nn.Dropout`` with the same p; its masks come from PyTorch's generator."""
        from torch import nn

        return nn.Dropout(self.p)
