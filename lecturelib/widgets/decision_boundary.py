"""Recorded trainings of small networks on four data sets in the plane, to be scrubbed.

The record travels as numbers, not as pictures: JavaScript computes the output field from the
weights. All numbers are int16 in units of 1/1024, little-endian, in base64: first the points of
each data set, (120, 2), then for each data set, width and recorded epoch W, b, V and c.
"""

from __future__ import annotations

import base64

import numpy as np
import traitlets

from lecturelib._validate import generator
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import fit
from lecturelib.widgets.base import BookWidget, Number

__all__ = ["DecisionBoundary"]

WIDTHS = (1, 2, 3, 4, 8, 24)
EPOCHS = range(0, 1001, 50)
HALF = 60  # points of each of the two classes
UNIT = 1024  # a power of two: the rounded numbers are exact in both languages


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
    rows = [_flat(model)]
    for _ in EPOCHS[1:]:
        # All points in one batch: an epoch is one step, and the curve of the loss is smooth.
        sizes = {"epochs": EPOCHS.step, "batch_size": len(X)}
        fit(model, CrossEntropy(), optimiser, X, y, rng=rng, **sizes)
        rows.append(_flat(model))
    return np.array(rows)


def _flat(model):
    return np.concatenate([p.ravel() for p in model.parameters.values()])


def _rounded(values):
    """Multiples of 1/1024 in the range of int16, about ±32."""
    return np.clip(np.round(values * UNIT), -32768, 32767) / UNIT


class DecisionBoundary(BookWidget, module="decision_boundary"):
    """Where a 2-width-2 tanh network changes its mind while it learns; scrub epoch and width.

    ``data`` is moons, circles, xor or spiral, ``width`` one of 1, 2, 3, 4, 8, 24; ``epoch`` is
    drawn at the nearest of 0, 50, …, 1000; ``lines`` shows where each hidden sum is zero. Make it
    by ``DecisionBoundary.trained(rng=np.random.default_rng(0))``; without a record it stays empty.
    """

    heights = (641, 1091)
    data = traitlets.Enum(list(DATA), "moons").tag(sync=True)
    width = traitlets.Enum(WIDTHS, 4).tag(sync=True)
    epoch = Number(0, EPOCHS[0], EPOCHS[-1])
    lines = traitlets.Bool(False).tag(sync=True)
    _record = traitlets.Unicode().tag(sync=True)

    @classmethod
    def trained(cls, *, rng: np.random.Generator, **state) -> DecisionBoundary:
        """Train all 24 networks, 1000 steps of Adam (rate 0.03) on 120 points each, and record.

        The same ``rng`` gives the same figure. ValueError unless it is a NumPy Generator.
        """
        generator(rng)
        y = np.repeat([0, 1], HALF)
        points = [_rounded(make(rng)) for make in DATA.values()]
        runs = [_rounded(_train(X, y, width, rng)) for X in points for width in WIDTHS]
        numbers = np.concatenate([part.ravel() for part in (*points, *runs)])
        content = (numbers * UNIT).astype("<i2").tobytes()
        return cls(_record=base64.b64encode(content).decode("ascii"), **state)

    def points(self, data: str) -> tuple[np.ndarray, np.ndarray]:
        """The training set of that name: X (120, 2), and y (120,) in 0 and 1."""
        numbers, _ = self._place(data)
        return numbers[: 4 * HALF].reshape(-1, 2), np.repeat([0, 1], HALF)

    def network(self, data: str, width: int, epoch: int) -> FFNN:
        """The recorded network, 2-width-2 with tanh. ValueError for what is not recorded."""
        if width not in WIDTHS or epoch not in EPOCHS:
            raise ValueError(
                f"width, epoch: expected a width of {WIDTHS} and a multiple of {EPOCHS.step} up to "
                f"{EPOCHS[-1]}, got {width} and {epoch}; only those were recorded"
            )
        _, numbers = self._place(data)
        start = len(EPOCHS) * sum(5 * w + 2 for w in WIDTHS[: WIDTHS.index(width)])
        start += EPOCHS.index(epoch) * (5 * width + 2)
        model = FFNN([2, width, 2], "tanh", rng=np.random.default_rng(0))
        for p in model.parameters.values():
            p[...] = numbers[start : start + p.size].reshape(p.shape)
            start += p.size
        return model

    def _place(self, data):
        """The recorded numbers from the points and from the weights of one data set on."""
        if data not in DATA or not self._record:
            raise ValueError(
                f"data: expected one of {list(DATA)} in a figure with a record, got {data!r}; "
                "make the figure by DecisionBoundary.trained(rng=…)"
            )
        numbers = np.frombuffer(base64.b64decode(self._record), "<i2") / UNIT
        i, size = list(DATA).index(data), len(EPOCHS) * sum(5 * w + 2 for w in WIDTHS)
        return numbers[i * 4 * HALF :], numbers[len(DATA) * 4 * HALF + i * size :]
