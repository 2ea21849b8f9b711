"""The lecture's restricted Boltzmann machine: CD-1 by hand, Gibbs sampling, CD-k, all states."""

from __future__ import annotations

from itertools import product

from lecturelib.widgets.base import BookWidget, Choice, Number, Numbers

VIEWS = ["CD-1 by hand", "Gibbs", "CD-k", "all 128 states"]


class Rbm(BookWidget, module="rbm"):
    """Three visible and four hidden units without biases; the reader's results are marked.

    ``bits`` are the weights in multiples of ln 2, four for each visible unit; ``v`` and ``h`` the
    units, as texts of 0 and 1. By hand, the weight of visible unit ``i`` and hidden unit ``j`` is
    followed: ``u`` are the uniform numbers that draw the hidden, then the visible units, ``done``
    of the five values p(h|v), p(v′|h), p(h|v′), step and free energy are shown. ``steps`` Gibbs
    steps of the chain number ``chain`` make the histogram; ``k`` is that of CD-k. A value outside
    its range raises ``TraitError``.
    """

    heights = (846, 1210)
    view = Choice("CD-1 by hand", VIEWS)
    v = Choice("110", ["".join(one) for one in product("01", repeat=3)])
    h = Choice("1101", ["".join(one) for one in product("01", repeat=4)])
    bits = Numbers([2, 0, -1, 1, 0, 2, -1, 1, -1, -1, 2, 0], -6, 6)
    u = Numbers([0.5, 0.9, 0.1, 0.3, 0.6, 0.7, 0.4], 0, 1)
    i = Choice(1, range(1, 4))
    j = Choice(1, range(1, 5))
    done = Number(0, 0, 5, whole=True)
    steps = Number(0, 0, 2000, whole=True)
    chain = Choice(1, range(1, 5))
    k = Choice(1, [1, 2, 3, 5, 10, 50])
