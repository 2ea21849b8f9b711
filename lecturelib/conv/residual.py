"""A block whose layers learn what to add to their input."""

from __future__ import annotations

import numpy as np

from lecturelib.layers import Sequential
from lecturelib.layers.base import floating_array

__all__ = ["ResidualBlock"]


class ResidualBlock(Sequential):
    """h = x + f_L(… f_1(x) …);  x -> the same shape.

    ``ResidualBlock(Conv2d(8, 8, padding=1, rng=rng), ReLU(), Conv2d(8, 8, padding=1, rng=rng))``;
    a ReLU after the sum, as in the first ResNet, stands behind the block. ValueError for layers
    that change the shape, and as ``Sequential``. Source: He, Zhang, Ren and Sun (2016).
    """

    def forward(self, x):
        """The input, and what the layers add to it."""
        x = floating_array(x)
        change = Sequential.forward.bare(self, x)
        if change.shape != x.shape:
            raise ValueError(
                f"ResidualBlock.forward: expected layers that keep the shape {x.shape}, got "
                f"{change.shape}; use stride 1, padding (kernel − 1) / 2 and n_out = n_in"
            )
        return change + x.astype(change.dtype, copy=False)

    def backward(self, dh, *, input_gradient: bool = True):
        """∂L/∂x = dh + (∂f/∂x)ᵀ dh: the first term reaches x whatever the layers do."""
        through = super().backward(dh, input_gradient=input_gradient)
        return through + np.asarray(dh, through.dtype) if input_gradient else None

    def to_torch(self):
        """An ``nn.Module`` of the same sum, with copies of the arrays; ValueError as its layers."""
        from torch import nn

        class Residual(nn.Module):
            def __init__(self, layers):
                super().__init__()
                self.layers = layers

            def forward(self, x):
                return x + self.layers(x)

        return Residual(super().to_torch())
