"""A trained CNN to look into: draw a digit, move it, cover it, and see every map.

The network travels as a record, in units of 1/4096, ten examples as text, a hexadecimal digit a
pixel; JavaScript computes all maps.
"""

from __future__ import annotations

import numpy as np
import traitlets

from lecturelib.layers import Layer
from lecturelib.shifts import cnn
from lecturelib.widgets.base import BookWidget, Choice, Flag, Number, Numbers, Text
from lecturelib.widgets.pad import examples
from lecturelib.widgets.record import Record, pack, unpack

__all__ = ["FeatureMaps"]

UNIT = 4096
SIDE = 28


class FeatureMaps(BookWidget, module="feature_maps"):
    """Every kernel, map and answer of a ``shifts.cnn(28)``, for a digit that the reader draws.

    ``digit`` is the example, 0 to 9; ``ink`` a drawing in its place, a hexadecimal digit for each
    of 784 pixels, row by row. ``down`` and ``right`` move it, ``cover`` hides a part, ``map`` is
    the map of the second layer whose kernels are shown, ``pen`` where the keys draw. Make it by
    ``FeatureMaps.of(model, images, y)``; without a network it stays empty.
    """

    heights = (1450, 1544)
    digit = Choice(3, range(10))
    ink = Text("", SIDE * SIDE)
    erase = Flag(False)
    pen = Numbers([14, 14], 0, SIDE - 1)
    down = Number(0, -8, 8, whole=True)
    right = Number(0, -8, 8, whole=True)
    cover = Choice(
        "nothing", ["nothing", "upper left", "upper right", "lower left", "lower right", "middle"]
    )
    map = Number(0, 0, 15, whole=True)
    _record = Record()
    _examples = traitlets.List(traitlets.Unicode()).tag(sync=True)

    @classmethod
    def of(cls, model: Layer, images, y, **state) -> FeatureMaps:
        """The figure of a network, with the first image of each digit;  (N, 28, 28), (N,).

        ValueError unless model has the layers of ``shifts.cnn(28)`` with weights below 8 in size,
        and the images lie in [0, 1] and hold every digit.
        """
        drawn = examples(images, y, SIDE, "mnist")
        return cls(_record=pack(_arrays(model), UNIT), _examples=drawn, **state)

    def network(self) -> Layer:
        """The recorded network, with its rounded weights. ValueError without a record."""
        model = cnn(SIDE, rng=np.random.default_rng(0))
        for name, array in unpack(self._record, "FeatureMaps.of(model, images, y)").items():
            model.parameters[name][...] = array
        return model


def _arrays(model):
    """The parameters of the network, once it is clear that the figure can show it."""
    expected = cnn(SIDE, rng=np.random.default_rng(0))
    if not isinstance(model, Layer) or repr(model) != repr(expected):
        raise ValueError(
            f"model: expected the layers of shifts.cnn(28), got {type(model).__name__} with "
            f"{list(getattr(model, 'parameters', []))}; build it by cnn(28, rng=rng)"
        )
    if max(np.abs(p).max() for p in model.parameters.values()) >= 32767 / UNIT:
        raise ValueError(
            "model: expected weights below 8 in size, got larger ones; train for fewer steps"
        )
    return model.parameters
