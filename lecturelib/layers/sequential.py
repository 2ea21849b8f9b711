"""Layers one after the other, with children and files like any layer."""

from __future__ import annotations

import inspect
import json

import numpy as np

from lecturelib._validate import checked, finite_array
from lecturelib.exchange import pytorch
from lecturelib.layers.base import Layer

__all__ = ["Sequential"]


class Sequential(Layer):
    """h = f_L(… f_2(f_1(x)) …), as ``torch.nn.Sequential``;  what f_1 takes -> what f_L gives.

    ``Sequential(Linear(64, 128, rng=rng), ReLU(), Linear(128, 10, rng=rng))``; arrays are named by
    place, ``layers.0.W``. ValueError for no layers and for what is no layer.
    """

    arguments = ("spec",)

    def __init__(self, *layers: Layer) -> None:
        if not layers or not all(isinstance(layer, Layer) for layer in layers):
            raise ValueError(
                "layers: expected at least one layer and nothing else, got "
                f"{[type(layer).__name__ for layer in layers]}; write Sequential(Linear(…), ReLU())"
            )
        self.layers = layers
        self._skips = "input_gradient" in inspect.signature(layers[0].backward).parameters

    @property
    def spec(self) -> list[str]:
        """A line of JSON a layer: its class and the constructor's arguments that ``save`` keeps."""
        return [
            json.dumps([type(f).__name__, {name: getattr(f, name) for name in f.arguments}])
            for f in self.layers
        ]

    @checked(x=finite_array)
    def forward(self, x):
        """The output of the last layer, and every layer keeps what backward needs.

        ValueError for an empty batch, NaN and infinity, and for what a layer refuses.
        """
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dh, *, input_gradient: bool = True):
        """∂L/∂x, and the gradients of all layers are added up;  the shape of h -> that of x.

        Without ``input_gradient``, a first layer that can save that product does, and gives None.
        """
        first, *others = self.layers
        for layer in reversed(others):
            dh = layer.backward(dh)
        if self._skips:
            return first.backward(dh, input_gradient=input_gradient)
        return first.backward(dh)

    def to_torch(self):
        """``torch.nn.Sequential`` with copies of the arrays; ValueError as for its layers."""
        return pytorch.to_sequential(self.layers)

    @classmethod
    def _made(cls, arguments, dtype: np.dtype):
        rows = [json.loads(line) for line in arguments["spec"]]
        kinds = {kind.__name__: kind for kind in _subclasses(Layer)}
        if unknown := [name for name, _ in rows if name not in kinds]:
            raise ValueError(
                f"expected layers that are defined, got {unknown}; import their module first"
            )
        return cls(*(kinds[name]._made(given, dtype) for name, given in rows))


def _subclasses(kind):
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)
