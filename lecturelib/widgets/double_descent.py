"""Least squares through eight points with more and more cosines: past the interpolation peak."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Number, Numbers

__all__ = ["DoubleDescent"]


class DoubleDescent(BookWidget, module="double_descent"):
    """A sum of ``width`` cosines, fitted to eight noisy points of a sine by ``ridge``.

    Feature k = 0, 1, … of x, from −1 to 1, is cos(πk (x + 1) / 2) / (1 + k); ``strength`` is
    ridge's λ, and for λ = 0 the weights are those of smallest norm. ``y`` holds the heights of the
    points, from −2 to 2. A value outside its range raises ``TraitError``. Topic: "Regularization
    methods".
    """

    heights = (626, 1077)
    width = Number(4, 1, 120, whole=True)
    strength = Choice(0, [0, 0.001, 0.01, 0.1])
    y = Numbers([-0.7, -0.8, -0.2, 0.2, 0.8, 0.6, 0.8, 0.0], -2, 2)
