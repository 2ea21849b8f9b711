"""One unit with gates: a step of an LSTM or a GRU by hand, a latch, and gradients over 20 steps."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Number, Numbers

VIEWS = ["gates by hand", "gates from weights", "GRU, z keeps", "GRU, z renews"]
VIEWS += ["latch", "gradient bars"]


class LstmCell(BookWidget, module="lstm_cell"):
    """c′ = f c + i g, s′ = o tanh(c′) and the way back, with the reader's results marked.

    ``f``, ``i``, ``o`` (0 to 1) and the candidate ``g`` (−1 to 1) are set, or follow from ``W``,
    twelve numbers: for i, f, g, o the weight of the input ``x``, that of the old state ``s``, and
    the bias. ``c`` is the old cell, ``ds`` and ``dc`` are what comes back into s′ and c′; ``done``
    of the five values c′, s′, dc′, da_f, dc are shown. In the views of the GRU ``f`` is z.
    ``latch``: weight of the mark and bias, of i and of f. ``w``: the recurrent weight of a tanh
    unit that starts at 0.8. A value outside its range raises ``TraitError``.
    """

    heights = (801, 1063)
    view = Choice("gates by hand", VIEWS)
    f = Number(0.5, 0, 1)
    i = Number(1, 0, 1)
    g = Number(-0.5, -1, 1)
    o = Number(1, 0, 1)
    c = Number(2, -4, 4)
    s = Number(0.2, -1, 1)
    x = Number(1, -2, 2)
    W = Numbers([1.0, 0, 0.1, 0.5, 1.0, 1.0, 0.7, -1.0, 0, 1.0, 0.5, -1.0], -10, 10)
    ds = Number(0.5, -2, 2)
    dc = Number(1, -2, 2)
    done = Number(0, 0, 5, whole=True)
    latch = Numbers([0.0, 0, 0, 0], -20, 20)
    w = Number(1, 0, 2)
