"""Gradient descent on a surface over two weights, w ← w − η∇L(w), from a start to be moved."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Number, Numbers


class Descent(BookWidget, module="descent"):
    """The path of ``steps`` steps from ``start`` with the learning rate ``rate``, and its losses.

    ``kind`` chooses the surface: L = w₁² + w₂² (bowl), ½w₁² + 10w₂² (valley),
    ½w₁² + (w₂² − 4)²/16 (saddle), ((w₁² + w₂ − 11)² + (w₁ + w₂² − 7)²)/50 (four minima).
    A value outside its range raises ``TraitError``. Slide: "Gradient Descent Algorithm".
    """

    heights = (820, 1250)
    kind = Choice("bowl", ["bowl", "valley", "saddle", "four minima"])
    start = Numbers([-4.0, 2.0], -5, 5)
    rate = Number(0.1, 0.001, 3)
    steps = Number(0, 0, 100, whole=True)
