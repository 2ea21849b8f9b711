"""Dropout on one layer: masks drawn one after the other, and their mean beside the full layer."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Number, Numbers

__all__ = ["DropoutMasks"]


class DropoutMasks(BookWidget, module="dropout_masks"):
    """h̃ = m h / (1 − p) for six outputs ``h``, from −3 to 3, and the mean over ``draws`` masks.

    ``p``, from 0 to 0.75, is the probability of a zero; ``draws``, up to 200, counts the masks,
    which are the same at every visit. A value outside its range raises ``TraitError``. Topic:
    "Regularization methods".
    """

    heights = (739, 903)
    p = Number(0.5, 0, 0.75)
    draws = Number(0, 0, 200, whole=True)
    h = Numbers([1.0, 3.0, -2.0, 0.5, 2.0, -1.0], -3, 3)
