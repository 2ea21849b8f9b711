"""Losses of agents: ``L = loss.forward(…)`` is one number, ``dz = loss.backward()`` its gradient.

All are means over the batch, and all are minimised: a policy's loss is minus what it should
maximise. ``forward`` checks its arguments; the formula alone stays at ``forward.bare``.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import (
    checked,
    finite_array,
    labels,
    labels_below,
    not_negative,
    positive,
)
from lecturelib.losses import _Loss
from lecturelib.rl.returns import rows, same_length

__all__ = ["ClippedPolicy", "Huber", "PolicyGradient", "log_softmax"]


def log_softmax(z):
    """log p with p = softmax(z);  z (N, K) -> (N, K)."""
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _as_long(self, q, y):
    same_length(q=q, y=y)


class Huber(_Loss):
    """L = mean of h(q − y), h(e) = ½ e² for |e| ≤ δ, else δ (|e| − ½ δ);  q (N,), y (N,).

    Near the target a square, far from it a straight line: one surprising step cannot tear at the
    network with a gradient above δ / N. PyTorch's HuberLoss. Source: P. J. Huber (1964).
    """

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = positive(delta, "delta")

    @checked(_as_long, q=rows, y=rows)
    def forward(self, q, y) -> float:
        """Mean loss;  q (N,) values, y (N,) targets. ValueError for other shapes and NaN."""
        e = np.subtract(q, y, dtype=q.dtype)
        size = np.abs(e)
        self._kept = (e,)
        far = self.delta * (size - 0.5 * self.delta)
        return float(np.where(size <= self.delta, 0.5 * e * e, far).mean())

    def backward(self):
        """∂L/∂q = clip(q − y, −δ, δ) / N;  -> (N,). The targets y are given: no gradient."""
        (e,) = self._recall()
        return np.clip(e, -self.delta, self.delta) / len(e)


def _policy_case(z, name):
    z = finite_array(z, name)
    if z.ndim != 2:
        raise ValueError(
            f"{name}: expected logits (N, K), a row a step, got {z.shape}; use {name}[None, :]"
        )
    return z


def _fit(self, z, a, advantage, **more):
    labels_below(z, a)
    same_length(z=z, advantage=advantage, **more)


def _fit_clipped(self, z, a, advantage, log_old):
    _fit(self, z, a, advantage, log_old=log_old)


class PolicyGradient(_Loss):
    """L = −1/N Σ_n A_n log π(a_n | s_n) − β/N Σ_n H(π(· | s_n)),  π = softmax(z).

    Its gradient is minus the policy gradient: an action whose advantage A is positive becomes more
    likely. With A = 1 it is cross-entropy with the actions as labels. β ≥ 0 (``entropy``) pays for
    staying undecided. Source: R. J. Williams (1992).
    """

    def __init__(self, entropy: float = 0.0) -> None:
        self.entropy = not_negative(entropy, "entropy")

    @checked(_fit, z=_policy_case, a=labels, advantage=rows)
    def forward(self, z, a, advantage) -> float:
        """L;  z (N, K) logits, a (N,) actions, advantage (N,). ValueError for what does not fit."""
        log_p, n = log_softmax(z), np.arange(len(a))
        self._kept = log_p, a, advantage.astype(z.dtype)
        entropy = -(np.exp(log_p) * log_p).sum(axis=1)
        return float(-(advantage * log_p[n, a]).mean() - self.entropy * entropy.mean())

    def backward(self):
        """∂L/∂z = (A (p − one-hot(a)) + β p (log p + H)) / N;  -> (N, K)."""
        log_p, a, weight = self._recall()
        return _back(log_p, a, weight, self.entropy)


def _back(log_p, a, weight, beta):
    """∂L/∂z where −weight is the gradient of N·L with respect to log p(a)."""
    p = np.exp(log_p)
    dz = weight[:, None] * p
    dz[np.arange(len(a)), a] -= weight
    if beta:
        entropy = -(p * log_p).sum(axis=1, keepdims=True)
        dz += beta * p * (log_p + entropy)
    return dz / len(a)


class ClippedPolicy(_Loss):
    """L = −1/N Σ_n min(ρ_n A_n, clip(ρ_n, 1 − c, 1 + c) A_n) − β/N Σ_n H(π(· | s_n)).

    PPO's objective, with the ratio ρ = π(a | s) / π_old(a | s) of the policy now to the one that
    acted. The minimum leaves no gain, hence no gradient, beyond 1 + c where A > 0 and below 1 − c
    where A < 0; a step that made things worse keeps its gradient however far it went. ValueError
    for c outside (0, 1). Source: J. Schulman et al., Proximal policy optimization algorithms
    (2017), equation 7.
    """

    def __init__(self, clip: float = 0.2, entropy: float = 0.0) -> None:
        self.clip, self.entropy = positive(clip, "clip"), not_negative(entropy, "entropy")
        if self.clip >= 1:
            raise ValueError(f"clip: expected a number below 1, got {self.clip}; try 0.2")

    @checked(_fit_clipped, z=_policy_case, a=labels, advantage=rows, log_old=rows)
    def forward(self, z, a, advantage, log_old) -> float:
        """L;  z (N, K), a (N,), advantage (N,), log_old (N,) = log π_old(a | s)."""
        log_p, n = log_softmax(z), np.arange(len(a))
        ratio = np.exp(log_p[n, a] - log_old)
        gain = np.minimum(
            ratio * advantage, np.clip(ratio, 1 - self.clip, 1 + self.clip) * advantage
        )
        # Where the clipped product is the smaller one, nothing of the ratio is left to climb.
        beyond = np.where(advantage > 0, ratio > 1 + self.clip, ratio < 1 - self.clip)
        weight = np.where(beyond, 0, ratio * advantage).astype(z.dtype)
        self._kept = log_p, a, weight
        entropy = -(np.exp(log_p) * log_p).sum(axis=1)
        return float(-gain.mean() - self.entropy * entropy.mean())

    def backward(self):
        """∂L/∂z = (w (p − one-hot(a)) + β p (log p + H)) / N, w = ρ A or 0;  -> (N, K)."""
        log_p, a, weight = self._recall()
        return _back(log_p, a, weight, self.entropy)
