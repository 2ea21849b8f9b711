"""Layers with an explicit way back: ``h = forward(x)``, ``dx = backward(dh)``.

``forward`` keeps what ``backward`` needs. ``backward`` takes dh = ∂L/∂h, returns dx = ∂L/∂x and
adds to ``gradients``, as PyTorch does: call ``zero_grad`` before the next pass. ``parameters`` and
``gradients`` are dicts with the same keys; dW has the shape of W.

Batches come first: x (N, D). float32 stays float32. Layers stand inside the training loop, so they
raise ValueError for wrong shapes but do not look for NaN: the network and the losses do.
"""

from lecturelib.layers.base import Buffer, Layer, Parameter
from lecturelib.layers.dense import ELU, LeakyReLU, Linear, Maxout, ReLU, Sigmoid, Tanh
from lecturelib.layers.sequential import Sequential

__all__ = [
    "ELU",
    "Buffer",
    "Layer",
    "LeakyReLU",
    "Linear",
    "Maxout",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Tanh",
]
