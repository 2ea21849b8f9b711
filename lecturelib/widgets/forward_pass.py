"""A 2-3-2 network to compute by hand: h = f(W x + b), z = V h + c, o = softmax(z)."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Number, Numbers

__all__ = ["ForwardPass"]


class ForwardPass(BookWidget, module="forward_pass"):
    """h = f(W x + b), z = V h + c, o = softmax(z), unit by unit, with the reader's results marked.

    ``x`` has 2 numbers and ``W`` 6, those of its 3 rows one after the other; ``b`` has 3, ``V`` 6
    (2 rows) and ``c`` 2, all from −4 to 4. ``unit`` is the value that is marked, ``done`` how many
    of the seven (h1 h2 h3 z1 z2 o1 o2) are shown already. A value outside its range raises
    ``TraitError``. Slide: "Example".
    """

    heights = (777, 1256)
    x = Numbers([1.0, 2.0], -4, 4)
    W = Numbers([0.5, 1.0, -1.0, 0.5, 1.0, -0.5], -4, 4)
    b = Numbers([-0.5, 0.5, -1.0], -4, 4)
    V = Numbers([1.0, -1.0, 2.0, -0.5, 1.0, 1.0], -4, 4)
    c = Numbers([0.0, 0.5], -4, 4)
    activation = Choice("relu", ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu"])
    unit = Choice("h1", ["h1", "h2", "h3", "z1", "z2", "o1", "o2"])
    done = Number(0, 0, 7, whole=True)
