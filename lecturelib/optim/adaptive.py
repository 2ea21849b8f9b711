"""Optimisers with a step size of its own for every weight: AdaGrad, RMSProp, Adam, AdamW.

Each divides by the root of a sum or mean of earlier squared gradients, entry by entry.
"""

from __future__ import annotations

import math

import numpy as np

from lecturelib._validate import below_one, positive
from lecturelib.optim.base import Optimiser, Rule, shrink

__all__ = ["AdaGrad", "Adam", "AdamW", "RMSProp"]


class AdaGrad(Optimiser):
    """v ← v + g²,  θ ← θ − lr · g / (√v + eps).

    v only grows, so that the steps only shrink. ``decay`` is ``weight_decay`` and ``decays`` of
    ``Optimiser``. ValueError for eps ≤ 0. Source: Duchi, Hazan and Singer (2011).
    """

    def __init__(self, model, lr: float = 1e-2, eps: float = 1e-10, **decay) -> None:
        super().__init__(model, lr, **decay)
        self.eps = positive(eps, "eps")
        self._v, self._scratch = (np.zeros_like(self._gradient) for _ in range(2))

    def _step(self, g):
        self._v += np.multiply(g, g, out=self._scratch)
        return _over_root(self.lr, g, self._v, self.eps, self._scratch)


class RMSProp(Optimiser):
    """v ← alpha · v + (1 − alpha) g²,  θ ← θ − lr · g / (√v + eps).

    v is a mean that forgets: what lies 1 / (1 − alpha) steps back has lost most of its weight.
    ``decay`` is ``weight_decay`` and ``decays`` of ``Optimiser``. ValueError unless 0 ≤ alpha < 1
    and eps > 0. Source: Tieleman and Hinton (2012).
    """

    def __init__(
        self, model, lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8, **decay
    ) -> None:
        super().__init__(model, lr, **decay)
        self.alpha, self.eps = below_one(alpha, "alpha"), positive(eps, "eps")
        self._v, self._scratch = (np.zeros_like(self._gradient) for _ in range(2))

    def _step(self, g):
        v, scratch = self._v, self._scratch
        v *= self.alpha
        np.multiply(g, g, out=scratch)
        scratch *= 1 - self.alpha
        v += scratch
        return _over_root(self.lr, g, v, self.eps, scratch)


def _over_root(lr, g, v, eps, scratch):
    """lr · g / (√v + eps), in g's memory."""
    np.sqrt(v, out=scratch)
    scratch += eps
    g /= scratch
    g *= lr
    return g


class Adam(Optimiser):
    """m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − lr · m̂ / (√v̂ + eps).

    m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) after t steps: m and v start at 0 and would be too
    small at first. ``decay`` is ``weight_decay`` and ``decays`` of ``Optimiser``: an L2 penalty,
    whose gradient is divided by √v̂ like the rest. ValueError unless both betas lie in [0, 1) and
    eps > 0. Source: Kingma and Ba (2015).
    """

    def __init__(
        self,
        model,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        **decay,
    ) -> None:
        super().__init__(model, lr, **decay)
        if np.shape(betas) != (2,):
            raise ValueError(
                f"betas: expected two numbers in [0, 1), got {betas!r}; pass e.g. (0.9, 0.999)"
            )
        self.betas = below_one(betas[0], "betas[0]"), below_one(betas[1], "betas[1]")
        self.eps = positive(eps, "eps")
        self._m, self._v, self._scratch = (np.zeros_like(self._gradient) for _ in range(3))
        self._t = 0

    def _step(self, g):
        (beta1, beta2), m, v, scratch = self.betas, self._m, self._v, self._scratch
        self._t += 1
        m *= beta1
        m += np.multiply(g, 1 - beta1, out=scratch)
        v *= beta2
        g *= g
        g *= 1 - beta2
        v += g
        # lr · m̂ / (√v̂ + eps), with both corrections drawn into one number before the vectors.
        correction = math.sqrt(1 - beta2**self._t)
        np.sqrt(v, out=g)
        g += self.eps * correction
        np.divide(m, g, out=g)
        g *= self.lr * correction / (1 - beta1**self._t)
        return g


class AdamW(Adam):
    """Adam with decoupled decay: θ ← θ · (1 − lr · weight_decay), then Adam's step.

    Every weight shrinks by the same factor, however large its gradients are. ``decays=is_weight``
    spares biases and the gains of normalisation; None decays all. ValueError as in ``Adam``, and
    for weight_decay < 0. Source: Loshchilov and Hutter (2019).
    """

    def __init__(
        self,
        model,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        *,
        weight_decay: float = 1e-2,
        decays: Rule | None = None,
    ) -> None:
        super().__init__(model, lr, betas, eps, weight_decay=weight_decay, decays=decays)

    def _decay(self, parameters, g) -> None:
        shrink(self, parameters)
