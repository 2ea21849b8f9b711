"""A generator and a discriminator trained in the page, on points that the reader draws."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Flag, Number, Numbers, Text

SIDE = 20
DATA = ["ring of eight", "two islands", "line", "square of four"]


class GanLab(BookWidget, module="gan_lab"):
    """The discriminator's field, samples, islands found and losses, live.

    ``data`` is a drawing to begin with, ``ink`` the reader's own in its place, a hexadecimal digit
    for each of 400 pixels. ``rate_D`` and ``rate_G`` are Adam's rates, in thousandths, ``loss`` the
    generator's, ``seed`` says which start and noise. ``moves`` is what was played since: "B50D10"
    for fifty rounds of both, then ten steps of D alone; whoever opens a link to it sees it played.
    ``pen`` is where the keys draw. A value outside its range raises ``TraitError``.
    """

    heights = (871, 1449)
    data = Choice("ring of eight", DATA)
    ink = Text("", SIDE * SIDE)
    pen = Numbers([10, 10], 0, SIDE - 1)
    erase = Flag(False)
    rate_D = Number(5, 0, 10)
    rate_G = Number(2, 0, 10)
    loss = Choice("non-saturating", ["minimax", "non-saturating"])
    seed = Number(0, 0, 19, whole=True)
    moves = Text("", 80)
