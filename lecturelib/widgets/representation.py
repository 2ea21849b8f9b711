"""Recorded trainings of deep, narrow networks: what each layer makes of two tangled classes.

Every second hidden layer has two units, so its outputs are points of a plane and are drawn as they
are, without a projection. The record holds weights; JavaScript computes the layers and the probe.
All numbers are int16 in units of 1/1024, little-endian, in base64: first the points of each data
set, (120, 2), then for each data set, width and recorded epoch the parameters in their order.
"""

from __future__ import annotations

import base64
from itertools import pairwise

import numpy as np
import traitlets

from lecturelib._validate import generator
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import fit
from lecturelib.widgets.base import BookWidget, Number
from lecturelib.widgets.decision_boundary import DATA as MAKERS
from lecturelib.widgets.decision_boundary import HALF, UNIT

__all__ = ["Representation"]

DATA = ("circles", "spiral", "moons")
WIDTHS = (8, 2)
LAYERS = (0, 2, 4, 6)  # 0 is the input
EPOCHS = range(0, 1001, 50)
LABELS = np.repeat([0, 1], HALF)


def _sizes(width):
    return [2, *[width, 2] * 3, 2]


def _network(width, rng):
    return FFNN(_sizes(width), "tanh", rng=rng)


def _count(width):
    """Parameters of one network."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(_sizes(width)))


def _train(X, width, rng):
    """The parameters at each of ``EPOCHS``, one row each."""
    model = _network(width, rng)
    optimiser, rows = Adam(model, lr=0.02), [_flat(model)]
    for _ in EPOCHS[1:]:
        # All points in one batch: an epoch is one step, and a step moves the picture smoothly.
        sizes = {"epochs": EPOCHS.step, "batch_size": len(X)}
        fit(model, CrossEntropy(), optimiser, X, LABELS, rng=rng, **sizes)
        rows.append(_flat(model))
    return np.array(rows)


def _flat(model):
    return np.concatenate([p.ravel() for p in model.parameters.values()])


def _whole(values):
    """int16 in units of 1/1024, about ±32."""
    return np.clip(np.round(values * UNIT), -32768, 32767).astype("<i2")


class Representation(BookWidget, module="representation"):
    """Where the points and the grid of the input lie after each layer, and the line of a probe.

    ``data`` is circles, spiral or moons; ``width``, 8 or 2, belongs to layers 1, 3 and 5; ``layer``
    is 0 for the input, 2, 4 or 6; ``epoch`` is drawn at the nearest of 0, 50, …, 1000; ``mesh``
    shows the image of the input's grid. Make it by
    ``Representation.trained(rng=np.random.default_rng(3))``; without a record it stays empty.
    """

    heights = (709, 1205)
    data = traitlets.Enum(DATA, "circles").tag(sync=True)
    width = traitlets.Enum(WIDTHS, 8).tag(sync=True)
    layer = traitlets.Enum(LAYERS, 6).tag(sync=True)
    epoch = Number(0, EPOCHS[0], EPOCHS[-1])
    mesh = traitlets.Bool(True).tag(sync=True)
    _record = traitlets.Unicode().tag(sync=True)

    @classmethod
    def trained(cls, *, rng: np.random.Generator, **state) -> Representation:
        """Train all 6 networks, 1000 steps of Adam (rate 0.02) on 120 points each, and record.

        The same ``rng`` gives the same figure. ValueError unless it is a NumPy Generator.
        """
        generator(rng)
        points = [_whole(MAKERS[name](rng)) for name in DATA]
        runs = [_whole(_train(X / UNIT, width, rng)) for X in points for width in WIDTHS]
        content = b"".join(part.tobytes() for part in (*points, *runs))
        return cls(_record=base64.b64encode(content).decode("ascii"), **state)

    def points(self, data: str) -> tuple[np.ndarray, np.ndarray]:
        """The training set of that name: X (120, 2), and y (120,) in 0 and 1."""
        start = 4 * HALF * self._index(data)
        return self._numbers()[start : start + 4 * HALF].reshape(-1, 2), LABELS.copy()

    def network(self, data: str, width: int, epoch: int) -> FFNN:
        """The recorded network, 2-width-2-width-2-width-2-2. ValueError for what is not recorded.

        After layer l: ``lecturelib.representation.layer_outputs(network, X)[l]``.
        """
        if width not in WIDTHS or epoch not in EPOCHS:
            raise ValueError(
                f"width, epoch: expected a width of {WIDTHS} and a multiple of {EPOCHS.step} up to "
                f"{EPOCHS[-1]}, got {width} and {epoch}; only those were recorded"
            )
        counts = [_count(w) for w in WIDTHS]
        runs = self._index(data) * sum(counts) + sum(counts[: WIDTHS.index(width)])
        start = 4 * HALF * len(DATA) + len(EPOCHS) * runs + EPOCHS.index(epoch) * _count(width)
        model, numbers = _network(width, np.random.default_rng(0)), self._numbers()
        for p in model.parameters.values():
            p[...] = numbers[start : start + p.size].reshape(p.shape)
            start += p.size
        return model

    def _index(self, data):
        if data not in DATA or not self._record:
            raise ValueError(
                f"data: expected one of {list(DATA)} in a figure with a record, got {data!r}; "
                "make the figure by Representation.trained(rng=…)"
            )
        return DATA.index(data)

    def _numbers(self):
        return np.frombuffer(base64.b64decode(self._record), "<i2") / UNIT
