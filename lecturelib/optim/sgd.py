"""Gradient descent with and without momentum."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import below_one
from lecturelib.optim.base import Optimiser

__all__ = ["SGD"]


class SGD(Optimiser):
    """Stochastic gradient descent: m ← momentum · m + g,  θ ← θ − lr · m.

    With ``nesterov`` the step is lr · (g + momentum · m), which looks ahead along m. Without
    momentum it is lr · g. ``decay`` is ``weight_decay`` and ``decays`` of ``Optimiser``. ValueError
    unless 0 ≤ momentum < 1, and for nesterov without momentum.
    Source: Polyak (1964); Sutskever, Martens, Dahl and Hinton (2013).
    """

    def __init__(
        self, model, lr: float, momentum: float = 0.0, nesterov: bool = False, **decay
    ) -> None:
        super().__init__(model, lr, **decay)
        self.momentum = below_one(momentum, "momentum")
        self.nesterov = nesterov
        if nesterov and not momentum:
            raise ValueError(
                f"momentum: expected one above 0 with nesterov=True, got {momentum}; "
                "choose one such as 0.9"
            )
        self._m = np.zeros_like(self._gradient) if momentum else None

    def step(self) -> None:
        """Take one step along the gradients that ``backward`` has left in the model."""
        if self._m is not None or self.weight_decay:
            super().step()
            return
        # Nothing but −lr · g: array by array, without the copy into one vector.
        gradients = self._model.gradients
        for name, p in self._model.parameters.items():
            p -= float(self.lr) * gradients[name]

    def _step(self, g):
        m = self._m
        if m is None:
            g *= self.lr
            return g
        m *= self.momentum
        m += g
        if not self.nesterov:
            return np.multiply(m, self.lr, out=g)
        g += self.momentum * m
        g *= self.lr
        return g
