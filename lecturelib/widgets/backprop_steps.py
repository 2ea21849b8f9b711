"""A 2-2-1 network to differentiate by hand: forward, backward, gradients, update."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Number, Numbers

__all__ = ["BackpropSteps"]


class BackpropSteps(BookWidget, module="backprop_steps"):
    """h = σ(W x + b), o = σ(V h + c), L = (o − y)², and the way back, one number at a time.

    ``x`` has 2 numbers, ``W`` 4 (its two rows one after the other), ``b`` 2, ``V`` 2 and ``c`` is
    one, all from −4 to 4; the target ``y`` is from 0 to 1, the learning rate ``rate`` from 0 to 10.
    ``parameter`` is the one whose gradient is asked for and checked; ``step`` says how many of the
    23 steps are shown: 7 forward, 6 backward, 9 gradients, the update. A value outside its range
    raises ``TraitError``. Slide: "Backpropagation Algorithm".
    """

    heights = (830, 1390)
    x = Numbers([0.5, 4.0], -4, 4)
    W = Numbers([2.0, -0.5, 1.0, 0.5], -4, 4)
    b = Numbers([1.0, -1.4], -4, 4)
    V = Numbers([-2.0, 3.0], -4, 4)
    c = Number(-0.85, -4, 4)
    y = Number(0.0, 0, 1)
    rate = Number(0.5, 0, 10)
    parameter = Choice("w11", ["w11", "w12", "b1", "w21", "w22", "b2", "v1", "v2", "c"])
    step = Number(0, 0, 23, whole=True)
