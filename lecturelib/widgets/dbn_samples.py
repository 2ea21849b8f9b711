"""A trained deep belief network: a digit goes up, the top machine runs, and an image comes down.

The network travels as a record, in units of 1/1024, ten examples as text, a hexadecimal digit a
pixel; JavaScript draws the samples.
"""

from __future__ import annotations

import numpy as np
import traitlets

from lecturelib.dbn import DBN
from lecturelib.widgets.base import BookWidget, Choice, Flag, Number, Numbers, Text
from lecturelib.widgets.pad import examples
from lecturelib.widgets.record import Record, pack, unpack

__all__ = ["DbnSamples"]

UNIT = 1024
SIDE = 8
SIZES = [64, 64, 64]


class DbnSamples(BookWidget, module="dbn_samples"):
    """What a ``DBN([64, 64, 64])`` makes of a digit that the reader draws, layer by layer.

    ``digit`` is the example, 0 to 9; ``ink`` a drawing in its place, a hexadecimal digit for each
    of 64 pixels. ``steps`` Gibbs steps of the top machine lie between the way up and the way down;
    ``chain`` numbers the random numbers, ``pen`` is where the keys draw. Make it by
    ``DbnSamples.of(dbn, images, y)``; without a network it stays empty.
    """

    heights = (726, 1284)
    digit = Choice(3, range(10))
    ink = Text("", SIDE * SIDE)
    erase = Flag(False)
    pen = Numbers([4, 4], 0, SIDE - 1)
    steps = Number(0, 0, 1000, whole=True)
    chain = Number(1, 1, 99, whole=True)
    _record = Record()
    _examples = traitlets.List(traitlets.Unicode()).tag(sync=True)

    @classmethod
    def of(cls, dbn: DBN, images, y, **state) -> DbnSamples:
        """The figure of a network, with the first image of each digit;  (N, 8, 8), (N,).

        ValueError unless dbn has the sizes 64-64-64 and weights below 32 in size, and the images
        lie in [0, 1] and hold every digit.
        """
        drawn = examples(images, y, SIDE, "digits")
        if not isinstance(dbn, DBN) or dbn.sizes != SIZES:
            raise ValueError(
                f"dbn: expected a DBN of the sizes {SIZES}, got "
                f"{getattr(dbn, 'sizes', type(dbn).__name__)}; pass trained_dbn()"
            )
        if max(np.abs(p).max() for p in dbn.parameters.values()) >= 32767 / UNIT:
            raise ValueError(
                "dbn: expected weights below 32 in size, got larger ones; train for fewer epochs"
            )
        return cls(_record=pack(dbn.parameters, UNIT), _examples=drawn, **state)

    def network(self) -> DBN:
        """The recorded network, with its rounded weights. ValueError without a record."""
        dbn = DBN(SIZES, rng=np.random.default_rng(0))
        for name, array in unpack(self._record, "DbnSamples.of(dbn, images, y)").items():
            dbn.parameters[name][...] = array
        return dbn
