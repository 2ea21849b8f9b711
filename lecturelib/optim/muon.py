"""Muon: momentum whose matrix is made orthogonal, for weight matrices; Adam for the rest."""

from __future__ import annotations

import math

import numpy as np

from lecturelib._validate import below_one, positive, whole
from lecturelib.optim.adaptive import Adam
from lecturelib.optim.base import Optimiser, Rule, is_weight, rule, shrink

__all__ = ["Muon", "orthogonalise"]

# The quintic of Jordan et al.: steepest at 0, so that small singular values grow within five steps.
_A, _B, _C = 3.4445, -4.7750, 2.0315
_EPS = 1e-7


def orthogonalise(G, steps: int = 5) -> np.ndarray:
    """About U Vᵀ, for G = U S Vᵀ: all singular values brought near 1;  G (n, m) -> (n, m).

    Newton–Schulz: X ← G / ‖G‖, then ``steps`` times X ← 3.4445 X + (−4.775 A + 2.0315 A²) X with
    A = X Xᵀ. Five steps bring singular values of X above about 0.01 to between 0.7 and 1.2; the
    iteration does not converge to 1. It needs products only, no decomposition. Source: Jordan et
    al. (2024).
    """
    tall = G.shape[0] > G.shape[1]  # the smaller of G Gᵀ and Gᵀ G is cheaper
    X = G.T if tall else G
    X = X / max(float(np.linalg.norm(X)), _EPS)
    for _ in range(steps):
        A = X @ X.T  # (n, n)
        X = _A * X + (_B * A + _C * (A @ A)) @ X
    return X.T if tall else X


class _Part:
    """The parameters of a model for which a rule holds, with their gradients."""

    def __init__(self, model, chosen: Rule) -> None:
        self._model, self._chosen = model, chosen

    @property
    def parameters(self):
        return {n: p for n, p in self._model.parameters.items() if self._chosen(n, p)}

    @property
    def gradients(self):
        gradients = self._model.gradients
        return {name: gradients[name] for name in self.parameters}


class Muon(Optimiser):
    """m ← β m + (1 − β) g,  W ← W (1 − lr · weight_decay) − lr · √max(1, out / in) · O(m̃).

    For matrices: O is ``orthogonalise`` in ``steps`` iterations, β is ``momentum``, and m̃ is
    β m + (1 − β) g with ``nesterov``, else m. Kernels (out, in, …) count as matrices (out, rest).
    ``matrices`` is the rule (name, array) -> bool that says which parameters; all others go
    to Adam with the rate ``adam_lr``, which follows ``lr`` where that is changed, in proportion,
    and are not decayed. The authors leave input and output layers to Adam too.

    ValueError unless 0 ≤ momentum < 1 and steps ≥ 1, for a rule that chooses nothing or an array of
    one axis. Source: Jordan et al. (2024).
    """

    def __init__(
        self,
        model,
        lr: float = 1e-3,
        momentum: float = 0.95,
        nesterov: bool = True,
        steps: int = 5,
        *,
        adam_lr: float = 1e-3,
        matrices: Rule = is_weight,
        weight_decay: float = 0.1,
        decays: Rule | None = None,
    ) -> None:
        super().__init__(model, lr, weight_decay=weight_decay, decays=decays)
        self.momentum, self.steps = below_one(momentum, "momentum"), whole(steps, "steps")
        self.nesterov, self.matrices = nesterov, rule(matrices, "matrices")
        self._ratio = positive(adam_lr, "adam_lr") / self.lr
        chosen = _Part(self._model, matrices).parameters
        if not chosen or any(p.ndim < 2 for p in chosen.values()):
            raise ValueError(
                "matrices: expected a rule that chooses at least one array and none of one axis, "
                f"got { ({name: p.shape for name, p in chosen.items()}) }; pass is_weight"
            )
        self._m = {name: np.zeros_like(p) for name, p in chosen.items()}
        rest = _Part(self._model, lambda name, p: not matrices(name, p))
        self._adam = Adam(rest, adam_lr) if rest.parameters else None

    def step(self) -> None:
        """One step: matrices along the orthogonalised momentum, all other parameters by Adam."""
        gradients, part = self._model.gradients, _Part(self._model, self.matrices).parameters
        if self.weight_decay:
            shrink(self, part)
        for name, p in part.items():
            p -= self._matrix_step(gradients[name], self._m[name])
        if self._adam is not None:
            self._adam.lr = self.lr * self._ratio
            self._adam.step()

    def _matrix_step(self, g, m):
        """lr · √max(1, out / in) · O(m̃);  g and m (out, in, …) -> the same."""
        m *= self.momentum
        m += (1 - self.momentum) * g
        ahead = self.momentum * m + (1 - self.momentum) * g if self.nesterov else m
        flat = ahead.reshape(len(ahead), -1)
        scale = self.lr * math.sqrt(max(1, flat.shape[0] / flat.shape[1]))
        return (scale * orthogonalise(flat, self.steps)).reshape(m.shape)
