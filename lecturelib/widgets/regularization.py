"""Ridge and lasso with two weights: levels of the error, a circle or a diamond, a marked answer."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Flag, Number, Numbers

__all__ = ["Regularization"]


class Regularization(BookWidget, module="regularization"):
    """Minimise ½‖Xw − y‖² + penalty where XᵀX = 5I, and the reader enters both weights.

    ``least`` is the least-squares solution, Xᵀy / 5, in −4 to 4; ``penalty`` is ridge, ½λ‖w‖², or
    lasso, λ‖w‖₁, with λ = ``strength`` from 0 to 25. ``shown`` draws the solution. A value outside
    its range raises ``TraitError``. Topic: "Regularization methods".
    """

    heights = (852, 1462)
    penalty = Choice("ridge", ["ridge", "lasso"])
    strength = Number(5, 0, 25)
    least = Numbers([3.0, 1.0], -4, 4)
    shown = Flag(False)
