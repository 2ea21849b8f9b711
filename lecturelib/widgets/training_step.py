"""One training step in NumPy, PyTorch and Keras, line against line, with the numbers it makes."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Flag, Number, Numbers

__all__ = ["TrainingStep"]


class TrainingStep(BookWidget, module="training_step"):
    """h = relu(W x + b), z = V h + c, L = (z − y)², θ ← θ − rate · gradient, in three libraries.

    ``framework`` (numpy, pytorch or keras) is the column in front, whose numbers are shown;
    ``stage`` is 0 for the set-up, then 1 forward, 2 loss, 3 zero_grad, 4 backward, 5 update, of the
    step that follows ``step`` finished ones (0 to 20). ``x`` has 2 numbers, ``W`` 4 (its two rows
    one after the other), ``b`` 2, ``V`` 2; ``c`` and the target ``y`` are one each, all from −4 to
    4; they are the values before the first step. ``rate`` is from 0 to 0.5. With ``forget`` the
    gradients of NumPy and PyTorch add up over the steps. A value outside its range raises
    ``TraitError``. Slide: "Keras of Tensorflow vs Pytorch".
    """

    heights = (1017, 1640)
    framework = Choice("pytorch", ["numpy", "pytorch", "keras"])
    stage = Number(0, 0, 5, whole=True)
    step = Number(0, 0, 20, whole=True)
    x = Numbers([1.0, 2.0], -4, 4)
    y = Number(3.0, -4, 4)
    W = Numbers([1.0, 0.5, -0.5, 0.5], -4, 4)
    b = Numbers([-1.0, 0.0], -4, 4)
    V = Numbers([1.0, -1.0], -4, 4)
    c = Number(0.5, -4, 4)
    rate = Number(0.02, 0, 0.5)
    forget = Flag(False)
