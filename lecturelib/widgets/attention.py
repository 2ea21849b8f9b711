"""Attention of three tokens by hand: queries, keys, values, mask, and a weight to compute."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Flag, Number, Numbers

__all__ = ["Attention"]

ORDERS = ["1, 2, 3", "2, 3, 1", "3, 1, 2", "3, 2, 1"]


class Attention(BookWidget, module="attention"):
    """p = softmax(q kᵀ / (√d · temperature)) and h = p v, with the reader's weight marked.

    ``q`` and ``k`` have 12 numbers, three rows of d = 4, ``v`` 6, three rows of two, from −9 to 9.
    ``mask`` has 9, row by row, 1 where a query may look and 0 elsewhere. ``order``: which token
    stands first, second and third; the mask belongs to the places. ``scaled`` is the division by
    √d. Asked for is the weight number ``place``, row by row from 0; ``show`` shows its row.
    """

    heights = (946, 1362)
    q = Numbers([1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1], -9, 9)
    k = Numbers([1, -1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1], -9, 9)
    v = Numbers([10, 0, 0, 10, 10, 10], -99, 99)
    mask = Numbers([1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 1)
    temperature = Number(1, 0.1, 10)
    scaled = Flag(True)
    order = Choice("1, 2, 3", ORDERS)
    place = Number(8, 0, 8, whole=True)
    show = Flag(False)
