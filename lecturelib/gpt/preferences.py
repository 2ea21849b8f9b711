"""Learning from preferences: a loss for rewards (Bradley–Terry), DPO, and GRPO's advantages."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib._validate import finite_array, positive

__all__ = ["PairLoss", "dpo_loss", "group_advantages", "preference_loss"]


class PairLoss(NamedTuple):
    """A loss over pairs, and its gradients with respect to the numbers of both of each pair."""

    loss: float
    dbetter: np.ndarray
    dworse: np.ndarray


def preference_loss(better, worse) -> PairLoss:
    """L = −1/N Σ_n log σ(r⁺_n − r⁻_n): rewards r⁺ of the preferred, r⁻ of the other;  (N,), (N,).

    σ(r⁺ − r⁻) is how likely a person prefers the first in the model of Bradley and Terry (1952);
    only differences of rewards count. ValueError for unequal or empty rows, NaN and infinity.
    """
    better, worse = _pairs(better, worse, "better", "worse")
    d = better - worse
    loss = np.logaddexp(0, -d).mean()  # −log σ(d), without overflow
    slope = (-_sigmoid(-d) / len(d)).astype(d.dtype)
    return PairLoss(float(loss), slope, -slope)


def dpo_loss(better, worse, better_start, worse_start, beta: float = 0.1) -> PairLoss:
    """L = −1/N Σ log σ(β [(ℓ⁺ − ℓ⁺₀) − (ℓ⁻ − ℓ⁻₀)]): direct preference optimisation;  all (N,).

    ℓ⁺ and ℓ⁻ are the log-likelihoods of the preferred and the other answer in the model that
    learns, with ℓ⁺₀ and ℓ⁻₀ those of the model that it started from: β (ℓ − ℓ₀) plays the part of a
    reward. At the start L = log 2. The gradients are those with respect to ℓ⁺ and ℓ⁻, to be handed
    to ``LogLikelihood.backward``. ValueError for beta ≤ 0 and as in ``preference_loss``.
    Source: Rafailov et al. (2023).
    """
    beta = positive(beta, "beta")
    better, worse = _pairs(better, worse, "better", "worse")
    started = _pairs(better_start, worse_start, "better_start", "worse_start")
    if len(started[0]) != len(better):
        raise ValueError(
            f"better_start: expected one entry for each of the {len(better)} pairs, got "
            f"{len(started[0])}; let the start model judge the same answers"
        )
    loss, dbetter, dworse = preference_loss(
        beta * (better - started[0]), beta * (worse - started[1])
    )
    return PairLoss(loss, beta * dbetter, beta * dworse)


def group_advantages(rewards) -> np.ndarray:
    """(r − mean) / standard deviation within each group of answers to one prompt;  (P, G) -> same.

    What GRPO has in place of a value network: an answer counts by how much better it is than the
    others of its prompt. A group in which all are equally good has advantages 0. ValueError for
    groups of fewer than two, NaN and infinity. Source: Shao et al. (2024).
    """
    r = finite_array(rewards, "rewards")
    if r.ndim != 2 or r.shape[1] < 2:
        raise ValueError(
            f"rewards: expected shape (P, G), a row for each prompt with G ≥ 2 answers, got "
            f"{r.shape}; one answer alone is neither better nor worse"
        )
    centred = r - r.mean(axis=1, keepdims=True)
    spread = r.std(axis=1, keepdims=True)
    return np.where(spread > 0, centred / np.where(spread > 0, spread, 1), 0)


def _sigmoid(d):
    return np.exp(-np.logaddexp(0, -d))


def _pairs(first, second, *names):
    first, second = finite_array(first, names[0]), finite_array(second, names[1])
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError(
            f"{names[0]}, {names[1]}: expected one number a pair in each, (N,), got {first.shape} "
            f"and {second.shape}; entry n of both belongs to the same prompt"
        )
    return first, second
