"""One neuron with two inputs: a = w₁x₁ + w₂x₂ + b, h = f(a), and the line where a is zero."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Number, Numbers


class Neuron(BookWidget, module="neuron"):
    """a = w·x + b, h = f(a) for x in the plane; drag weights, bias and input.

    ``Neuron(weights=[1, 1], bias=-1.5, task="AND")`` opens with that state; every trait can be set
    and read later (``widget.bias = -0.5``). A value outside its range raises ``TraitError``.
    Slide: "A Neural".
    """

    heights = (760, 1200)
    weights = Numbers([1.0, 1.0], -4, 4)
    bias = Number(-1.5, -4, 4)
    inputs = Numbers([1.0, 0.0], -2, 2)
    activation = Choice(
        "sigmoid", ["step", "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu"]
    )
    task = Choice("none", ["none", "AND", "OR", "NAND", "XOR"])
