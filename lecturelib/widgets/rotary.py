"""A query and a key, turned by their positions: only the distance counts."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Number, Numbers

__all__ = ["Rotary"]


class Rotary(BookWidget, module="rotary"):
    """The dot product of q, turned by ``m`` · ``angle``, and k, turned by ``n`` · ``angle``.

    ``m`` and ``n`` are the positions, 0 to 16, ``angle`` the degrees of one position, 0 to 180.
    ``q`` and ``k`` have two numbers from −3 to 3: one pair of a head.
    """

    heights = (830, 954)
    q = Numbers([2, 1], -3, 3)
    k = Numbers([1, 2], -3, 3)
    m = Number(3, 0, 16, whole=True)
    n = Number(3, 0, 16, whole=True)
    angle = Number(90, 0, 180)
