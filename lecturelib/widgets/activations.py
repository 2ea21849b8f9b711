"""The activation functions of the lecture: value, slope and tangent at a point."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choices, Number, Numbers


class Activations(BookWidget, module="activations"):
    """f(a) and f′(a) of the functions in ``shown``, with the tangent at ``a``.

    ``shown`` takes names from sigmoid, tanh, relu, leaky_relu, elu, maxout; ``slope`` belongs to
    Leaky ReLU (0.1 in the lecture), ``alpha`` to ELU, ``pieces`` = [w₁, b₁, w₂, b₂] to Maxout.
    A value outside its range raises ``TraitError``. Slide: "Activation functions".
    """

    heights = (750, 1200)
    shown = Choices(["sigmoid", "relu"], ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "maxout"])
    a = Number(1.0, -5, 5)
    slope = Number(0.1, 0, 0.9)
    alpha = Number(1.0, 0.1, 2)
    pieces = Numbers([-1.0, 0.0, 1.0, 0.0], -1.5, 1.5)
