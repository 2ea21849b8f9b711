"""A convolution by hand: 4 × 4 pixels, a 3 × 3 kernel, one output or one gradient to compute."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Flag, Number, Numbers

__all__ = ["Convolution"]


class Convolution(BookWidget, module="convolution"):
    """Y = the kernel K laid on every place of X, and dK, with the reader's results marked.

    ``image`` has 16 numbers, row by row, and ``kernel`` 9, from −9 to 9. ``padding`` is 0 to 2,
    ``stride`` 1 to 3, ``dilation`` 1 or 2. ``ask`` is what is asked for: Y, the output number
    ``place``, or dK, the gradient of the kernel's entry number ``entry``, both counted row by row
    from 0; dY is 1 at the first output, −1 at the last and 0 elsewhere. ``show`` shows the answer.
    """

    heights = (1156, 1656)
    image = Numbers([1, 2, 0, 1, 0, 1, 3, 1, 2, 0, 1, 0, 1, 1, 0, 2], -9, 9)
    kernel = Numbers([1, 0, -1, 2, 0, -2, 1, 0, -1], -9, 9)
    padding = Choice(0, [0, 1, 2])
    stride = Choice(1, [1, 2, 3])
    dilation = Choice(1, [1, 2])
    ask = Choice("Y", ["Y", "dK"])
    place = Number(0, 0, 35, whole=True)
    entry = Number(5, 0, 8, whole=True)
    show = Flag(False)
