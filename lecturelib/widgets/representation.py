"""Recorded trainings of deep, narrow networks: what each layer makes of two tangled classes.

Every second hidden layer has two units, so its outputs are points of a plane and are drawn as they
are, without a projection. JavaScript computes the layers and the probe from the record: in units of
1/1024 the points of each data set, "moons" (120, 2), and for each data set and width the parameters
at the recorded epochs, "moons 8" (21, 124).
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import generator
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import fit
from lecturelib.widgets.base import BookWidget, Choice, Flag, Number
from lecturelib.widgets.decision_boundary import DATA as MAKERS
from lecturelib.widgets.decision_boundary import HALF, UNIT
from lecturelib.widgets.record import Record, fill, flat, pack, rounded, unpack

__all__ = ["Representation"]

DATA = ("circles", "spiral", "moons")
WIDTHS = (8, 2)
LAYERS = (0, 2, 4, 6)  # 0 is the input
EPOCHS = range(0, 1001, 50)
LABELS = np.repeat([0, 1], HALF)


def _network(width, rng):
    return FFNN([2, *[width, 2] * 3, 2], "tanh", rng=rng)


def _train(X, width, rng):
    """The parameters at each of ``EPOCHS``, one row each."""
    model = _network(width, rng)
    optimiser, rows = Adam(model, lr=0.02), [flat(model)]
    for _ in EPOCHS[1:]:
        # All points in one batch: an epoch is one step, and a step moves the picture smoothly.
        sizes = {"epochs": EPOCHS.step, "batch_size": len(X)}
        fit(model, CrossEntropy(), optimiser, X, LABELS, rng=rng, **sizes)
        rows.append(flat(model))
    return np.array(rows)


class Representation(BookWidget, module="representation"):
    """Where the points and the grid of the input lie after each layer, and the line of a probe.

    ``data`` is circles, spiral or moons; ``width``, 8 or 2, belongs to layers 1, 3 and 5; ``layer``
    is 0 for the input, 2, 4 or 6; ``epoch`` is drawn at the nearest of 0, 50, …, 1000; ``mesh``
    shows the image of the input's grid. Make it by
    ``Representation.trained(rng=np.random.default_rng(3))``; without a record it stays empty.
    """

    heights = (709, 1205)
    data = Choice("circles", DATA)
    width = Choice(8, WIDTHS)
    layer = Choice(6, LAYERS)
    epoch = Number(0, EPOCHS[0], EPOCHS[-1])
    mesh = Flag(True)
    _record = Record()

    @classmethod
    def trained(cls, *, rng: np.random.Generator, **state) -> Representation:
        """Train all 6 networks, 1000 steps of Adam (rate 0.02) on 120 points each, and record.

        The same ``rng`` gives the same figure. ValueError unless it is a NumPy Generator.
        """
        generator(rng)
        arrays = {name: rounded(MAKERS[name](rng), UNIT) for name in DATA}
        for name in DATA:
            arrays |= {f"{name} {w}": _train(arrays[name], w, rng) for w in WIDTHS}
        return cls(_record=pack(arrays, UNIT), **state)

    def points(self, data: str) -> tuple[np.ndarray, np.ndarray]:
        """The training set of that name: X (120, 2), and y (120,) in 0 and 1."""
        return self._array(data), LABELS.copy()

    def network(self, data: str, width: int, epoch: int) -> FFNN:
        """The recorded network, 2-width-2-width-2-width-2-2. ValueError for what is not recorded.

        After layer l: ``lecturelib.representation.layer_outputs(network, X)[l]``.
        """
        if width not in WIDTHS or epoch not in EPOCHS:
            raise ValueError(
                f"width, epoch: expected a width of {WIDTHS} and a multiple of {EPOCHS.step} up to "
                f"{EPOCHS[-1]}, got {width} and {epoch}; only those were recorded"
            )
        model = _network(width, np.random.default_rng(0))
        return fill(model, self._array(data, width)[EPOCHS.index(epoch)])

    def _array(self, data, *width):
        """What is recorded of a data set: its points, or one width's parameters by epoch."""
        arrays = unpack(self._record, "Representation.trained(rng=…)")
        if data not in DATA:
            raise ValueError(
                f"data: expected one of {list(DATA)}, got {data!r}; only those were recorded"
            )
        return arrays[" ".join(map(str, (data, *width)))]
