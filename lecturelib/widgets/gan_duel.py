"""A round of the smallest adversarial game, by hand, with both losses of the generator."""

from __future__ import annotations

import math

from lecturelib.widgets.base import BookWidget, Choice, Number

LOSSES = ["minimax", "non-saturating"]


class GanDuel(BookWidget, module="gan_duel"):
    """D(x) = σ(w x) against one generated number θ, with the reader's results marked.

    ``w`` is the discriminator's weight, ``real`` the only real sample, ``theta`` what the generator
    makes, ``rate`` the rate of both. ``done`` of the seven values D(real), D(θ), D's loss, its
    slope, the new w, and the generator's slope by both losses are shown. ``loss`` is the one with
    which Next round goes on. A value outside its range raises ``TraitError``.
    """

    heights = (641, 1131)
    w = Number(math.log(3), -8, 8)
    real = Number(1, -3, 3)
    theta = Number(-1, -8, 8)
    rate = Number(1, 0, 2)
    loss = Choice("non-saturating", LOSSES)
    done = Number(0, 0, 7, whole=True)
