"""A digit, a small network, and a change of every pixel by at most ε.

The network travels as numbers; JavaScript computes its answer and its gradient. All numbers are
int16 in units of 1/2048, little-endian, in base64: W (H, 64), b (H,), V (10, H), c (10,), then one
picture of each digit, (10, 64).
"""

from __future__ import annotations

import base64

import numpy as np
import traitlets

from lecturelib._validate import array_between
from lecturelib.ffnn import FFNN
from lecturelib.widgets.base import BookWidget, Number

__all__ = ["Adversarial"]

UNIT = 2048  # a power of two: the rounded numbers are exact in both languages
CLASSES = 10
_pixels = array_between(0, 1, "scale the pixels to [0, 1] first")


class Adversarial(BookWidget, module="adversarial"):
    """x' = clip(x + ε · direction, 0, 1): move ε until a 64-H-10 network misreads the digit.

    ``digit`` is 0 to 9, ``epsilon`` from 0 to 0.3, ``direction`` gradient (the sign of ∂L/∂x) or
    random (signs by chance, the same each time). Make it by ``Adversarial.of(model, X)``; without a
    network it stays empty.
    """

    heights = (511, 752)
    digit = traitlets.Enum(list(range(CLASSES)), 3).tag(sync=True)
    epsilon = Number(0, 0, 0.3)
    direction = traitlets.Enum(["gradient", "random"], "gradient").tag(sync=True)
    _record = traitlets.Unicode().tag(sync=True)

    @classmethod
    def of(cls, model: FFNN, X, **state) -> Adversarial:
        """The figure of a network and one picture a digit, in order;  X (10, 64) in [0, 1].

        ValueError unless model is a ReLU FFNN of sizes [64, H, 10] with weights below 16 in size,
        and X has that shape and range.
        """
        X = _pixels(X, "X")
        if X.shape != (CLASSES, 64):
            raise ValueError(
                f"X: expected one row of 64 pixels for each of ten digits, got {X.shape}; "
                "choose ten pictures in the order 0 to 9"
            )
        values = np.concatenate([*(p.ravel() for p in _parameters(model)), X.ravel()])
        record = np.round(values * UNIT).astype("<i2").tobytes()
        return cls(_record=base64.b64encode(record).decode("ascii"), **state)

    def network(self) -> FFNN:
        """The recorded network, with its rounded weights. ValueError without a record."""
        values = self._values()
        width = (len(values) - 65 * CLASSES) // (65 + CLASSES)
        model = FFNN([64, width, CLASSES], "relu", rng=np.random.default_rng(0))
        for p in model.parameters.values():
            p[...], values = values[: p.size].reshape(p.shape), values[p.size :]
        return model

    def pictures(self) -> np.ndarray:
        """The recorded pictures, one for each digit;  -> (10, 64). ValueError without a record."""
        return self._values()[-64 * CLASSES :].reshape(CLASSES, 64)

    def _values(self):
        if not self._record:
            raise ValueError(
                "Adversarial: expected a figure with a network, got an empty one; "
                "make the figure by Adversarial.of(model, X)"
            )
        return np.frombuffer(base64.b64decode(self._record), "<i2") / UNIT


def _parameters(model):
    """The arrays of the network, once it is clear that the figure can show it."""
    sizes = model.sizes if isinstance(model, FFNN) else None
    fits = sizes is not None and len(sizes) == 3 and (sizes[0], sizes[2]) == (64, CLASSES)
    if not fits or model.activation != "relu":
        what = type(model).__name__ if sizes is None else f"{sizes} with {model.activation}"
        raise ValueError(
            f"model: expected a ReLU FFNN of sizes [64, H, 10], got {what}; "
            "train FFNN([64, 32, 10], rng=rng)"
        )
    arrays = list(model.parameters.values())
    if max(np.abs(p).max() for p in arrays) >= 32767 / UNIT:
        raise ValueError(
            "model: expected weights below 16 in size, got larger ones; train for fewer steps"
        )
    return arrays
