"""Penalties on weights: a value to add to the loss, a gradient to add to the model's."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import not_negative
from lecturelib.optim.base import Rule, is_weight


class _Penalty:
    """λ Ω(θ) over the parameters for which ``decays(name, p)`` is true.

    The default takes arrays of two and more axes, the weights, and leaves biases and norm gains
    alone. ``model`` has the dicts ``parameters`` and ``gradients``, like any layer. ValueError for
    a strength λ < 0 and where no parameter is chosen.
    """

    def __init__(self, model, strength: float, *, decays: Rule = is_weight) -> None:
        self.model, self.strength = model, not_negative(strength, "strength")
        self.decays = decays
        if not self._chosen():
            raise ValueError(
                f"decays: expected at least one parameter to penalise, got none out of "
                f"{list(model.parameters)}; the default takes arrays of two and more axes"
            )

    def value(self) -> float:
        """λ Ω(θ);  -> one number."""
        return self.strength * float(sum(self._omega(p) for p, _ in self._chosen()))

    def add_gradient(self) -> None:
        """dθ ← dθ + λ ∂Ω/∂θ, in place in the model's gradients;  the shape of θ."""
        for p, dp in self._chosen():
            dp += self.strength * self._slope(p)

    def _chosen(self):
        gradients = self.model.gradients
        parameters = self.model.parameters.items()
        return [(p, gradients[name]) for name, p in parameters if self.decays(name, p)]


class L2(_Penalty):
    """½ λ Σ w², gradient λ w: each step takes away a share of every weight.

    ``L2(model, strength=λ)``; in plain gradient descent the same as weight decay, w ← (1 − ηλ) w,
    in Adam not, see ``optim.AdamW``. Source: Krogh and Hertz (1992); Loshchilov and Hutter (2019).
    """

    def _omega(self, p):
        return np.vdot(p, p) / 2

    def _slope(self, p):
        return p


class L1(_Penalty):
    """λ Σ |w|, gradient λ sign(w): each step takes away the same amount, down to 0.

    ``L1(model, strength=λ)``; at w = 0, where |w| has a kink, the slope 0 is taken. Steps of
    gradient descent jump over 0; ``lasso`` stops there. Source: Tibshirani (1996).
    """

    def _omega(self, p):
        return np.abs(p).sum()

    def _slope(self, p):
        return np.sign(p)
