"""Recorded trainings of small networks on four data sets in the plane, to be scrubbed.

The record travels as numbers, not as pictures: JavaScript computes the output field from the
weights. It holds, in units of 1/1024, the points of each data set, "moons" (120, 2), and for each
data set and width the parameters at the recorded epochs, "moons 4" (21, 22).
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import generator
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import fit
from lecturelib.widgets.base import BookWidget, Choice, Flag, Number
from lecturelib.widgets.record import Record, fill, flat, pack, rounded, unpack

__all__ = ["DecisionBoundary"]

WIDTHS = (1, 2, 3, 4, 8, 24)
EPOCHS = range(0, 1001, 50)
HALF = 60  # points of each of the two classes
UNIT = 1024


def _moons(rng):
    t = np.pi * rng.random((2, HALF))
    upper = np.column_stack([np.cos(t[0]), np.sin(t[0])])
    lower = np.column_stack([1 - np.cos(t[1]), 0.5 - np.sin(t[1])])
    points = np.concatenate([upper, lower]) + rng.normal(0, 0.15, (2 * HALF, 2))
    return (points - [0.5, 0.25]) * [1.0, 1.3]


def _circles(rng):
    r = np.repeat([0.55, 1.4], HALF) + rng.normal(0, 0.15, 2 * HALF)
    return _polar(r, 2 * np.pi * rng.random(2 * HALF))


def _xor(rng):
    corners = np.array([[-1, -1], [1, 1], [-1, 1], [1, -1]])
    return 0.95 * np.repeat(corners, HALF // 2, axis=0) + rng.normal(0, 0.3, (2 * HALF, 2))


def _spiral(rng):
    # The square root spreads the points evenly along the arms, which grow longer outwards.
    share = np.sqrt(rng.uniform(0.03, 1, 2 * HALF))
    arm = np.repeat([0, np.pi], HALF)
    return _polar(1.75 * share, 2.55 * np.pi * share + arm) + rng.normal(0, 0.05, (2 * HALF, 2))


def _polar(r, angle):
    return np.column_stack([r * np.cos(angle), r * np.sin(angle)])


DATA = {"moons": _moons, "circles": _circles, "xor": _xor, "spiral": _spiral}


def _train(X, y, width, rng):
    """The parameters at each of ``EPOCHS``, one row each, (21, 5 · width + 2)."""
    model = FFNN([2, width, 2], "tanh", rng=rng)
    optimiser = Adam(model, lr=0.03)
    rows = [flat(model)]
    for _ in EPOCHS[1:]:
        # All points in one batch: an epoch is one step, and the curve of the loss is smooth.
        sizes = {"epochs": EPOCHS.step, "batch_size": len(X)}
        fit(model, CrossEntropy(), optimiser, X, y, rng=rng, **sizes)
        rows.append(flat(model))
    return np.array(rows)


class DecisionBoundary(BookWidget, module="decision_boundary"):
    """Where a 2-width-2 tanh network changes its mind while it learns; scrub epoch and width.

    ``data`` is moons, circles, xor or spiral, ``width`` one of 1, 2, 3, 4, 8, 24; ``epoch`` is
    drawn at the nearest of 0, 50, …, 1000; ``lines`` shows where each hidden sum is zero. Make it
    by ``DecisionBoundary.trained(rng=np.random.default_rng(0))``; without a record it stays empty.
    """

    heights = (641, 1091)
    data = Choice("moons", list(DATA))
    width = Choice(4, WIDTHS)
    epoch = Number(0, EPOCHS[0], EPOCHS[-1])
    lines = Flag(False)
    _record = Record()

    @classmethod
    def trained(cls, *, rng: np.random.Generator, **state) -> DecisionBoundary:
        """Train all 24 networks, 1000 steps of Adam (rate 0.03) on 120 points each, and record.

        The same ``rng`` gives the same figure. ValueError unless it is a NumPy Generator.
        """
        generator(rng)
        y = np.repeat([0, 1], HALF)
        arrays = {name: rounded(make(rng), UNIT) for name, make in DATA.items()}
        for name in DATA:
            arrays |= {f"{name} {w}": _train(arrays[name], y, w, rng) for w in WIDTHS}
        return cls(_record=pack(arrays, UNIT), **state)

    def points(self, data: str) -> tuple[np.ndarray, np.ndarray]:
        """The training set of that name: X (120, 2), and y (120,) in 0 and 1."""
        return self._array(data), np.repeat([0, 1], HALF)

    def network(self, data: str, width: int, epoch: int) -> FFNN:
        """The recorded network, 2-width-2 with tanh. ValueError for what is not recorded."""
        if width not in WIDTHS or epoch not in EPOCHS:
            raise ValueError(
                f"width, epoch: expected a width of {WIDTHS} and a multiple of {EPOCHS.step} up to "
                f"{EPOCHS[-1]}, got {width} and {epoch}; only those were recorded"
            )
        model = FFNN([2, width, 2], "tanh", rng=np.random.default_rng(0))
        return fill(model, self._array(data, width)[EPOCHS.index(epoch)])

    def _array(self, data, *width):
        """What is recorded of a data set: its points, or one width's parameters by epoch."""
        arrays = unpack(self._record, "DecisionBoundary.trained(rng=…)")
        if data not in DATA:
            raise ValueError(
                f"data: expected one of {list(DATA)}, got {data!r}; only those were recorded"
            )
        return arrays[" ".join(map(str, (data, *width)))]
