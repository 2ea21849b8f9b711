"""A digit, a small network, and a change of every pixel by at most ε.

The network and ten pictures travel as numbers, in units of 1/2048; JavaScript computes the
network's answer and its gradient.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import array_between
from lecturelib.ffnn import FFNN
from lecturelib.widgets.base import BookWidget, Choice, Number
from lecturelib.widgets.record import Record, fill, flat, pack, unpack

__all__ = ["Adversarial"]

UNIT = 2048
CLASSES = 10
_pixels = array_between(0, 1, "scale the pixels to [0, 1] first")


class Adversarial(BookWidget, module="adversarial"):
    """x' = clip(x + ε · direction, 0, 1): move ε until a 64-H-10 network misreads the digit.

    ``digit`` is 0 to 9, ``epsilon`` from 0 to 0.3, ``direction`` gradient (the sign of ∂L/∂x) or
    random (signs by chance, the same each time). Make it by ``Adversarial.of(model, X)``; without a
    network it stays empty.
    """

    heights = (511, 752)
    digit = Choice(3, range(CLASSES))
    epsilon = Number(0, 0, 0.3)
    direction = Choice("gradient", ["gradient", "random"])
    _record = Record()

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
        record = pack({"network": _parameters(model), "pictures": X}, UNIT)
        return cls(_record=record, **state)

    def network(self) -> FFNN:
        """The recorded network, with its rounded weights. ValueError without a record."""
        numbers = self._arrays()["network"]
        width = (len(numbers) - CLASSES) // (65 + CLASSES)
        return fill(FFNN([64, width, CLASSES], "relu", rng=np.random.default_rng(0)), numbers)

    def pictures(self) -> np.ndarray:
        """The recorded pictures, one for each digit;  -> (10, 64). ValueError without a record."""
        return self._arrays()["pictures"]

    def _arrays(self):
        return unpack(self._record, "Adversarial.of(model, X)")


def _parameters(model):
    """The parameters of the network, once it is clear that the figure can show it."""
    sizes = model.sizes if isinstance(model, FFNN) else None
    fits = sizes is not None and len(sizes) == 3 and (sizes[0], sizes[2]) == (64, CLASSES)
    if not fits or model.activation != "relu":
        what = type(model).__name__ if sizes is None else f"{sizes} with {model.activation}"
        raise ValueError(
            f"model: expected a ReLU FFNN of sizes [64, H, 10], got {what}; "
            "train FFNN([64, 32, 10], rng=rng)"
        )
    numbers = flat(model)
    if np.abs(numbers).max() >= 32767 / UNIT:
        raise ValueError(
            "model: expected weights below 16 in size, got larger ones; train for fewer steps"
        )
    return numbers
