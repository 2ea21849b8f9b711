"""The base of the layers, and how a layer shows its arrays as attributes.

Public as part of ``lecturelib.layers``, whose conventions hold here too.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array


class Layer:
    """A step h = f(x) of a network; the base of all layers, itself without parameters."""

    def __init__(self) -> None:
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self._kept = self._shape = None

    def forward(self, x):
        """f(x);  x (N, D) -> (N, H)."""
        raise NotImplementedError

    def backward(self, dh):
        """∂L/∂x = (∂h/∂x)ᵀ dh, and every gradient is added up;  dh (N, H) -> (N, D)."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to 0, in place."""
        for gradient in self.gradients.values():
            gradient.fill(0)

    def _keep(self, values, h):
        """Remember ``values`` for backward, and the shape that its argument must have."""
        self._kept, self._shape = values, h.shape
        return h

    def _recall(self, dh):
        """The checked dh and what forward kept."""
        if self._kept is None:
            raise ValueError(
                f"{type(self).__name__}.backward: expected a forward pass before it, got none; "
                "call forward(x) first, backward needs the values of that pass"
            )
        dh = np.asarray(dh, dtype=self._kept.dtype)
        if dh.shape != self._shape:
            raise ValueError(
                f"{type(self).__name__}.backward: expected dh of shape {self._shape}, the shape of "
                f"the last output, got {dh.shape}; pass ∂L/∂h of that very forward pass"
            )
        return dh, self._kept


def entry(kind: str, name: str) -> property:
    """A property for one array of a dict; assigning copies into it, so that all who hold it see."""

    def read(self):
        return getattr(self, kind).get(name)

    def write(self, value):
        array = read(self)
        value = finite_array(value, name)
        if array is None or value.shape != array.shape:
            expected = "no such parameter" if array is None else f"shape {array.shape}"
            raise ValueError(
                f"{name}: expected {expected} in {self!r}, got shape {value.shape}; "
                "weights are (out, in), one row a unit, and a bias has one entry a unit"
            )
        array[...] = value

    return property(read, write, doc=f"The array ``{kind}[{name!r}]``, or None without one.")


def floating_array(a) -> np.ndarray:
    """``a`` as a floating array, without a look at its entries."""
    a = np.asarray(a)
    return a if a.dtype.kind == "f" else a.astype(np.float64)
