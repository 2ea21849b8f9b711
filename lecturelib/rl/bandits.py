"""Bandits: one state, K arms, and the price of finding out which is best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecturelib._validate import finite_array, generator, not_negative, whole

Choose = Callable[[np.ndarray, np.ndarray, int, np.random.Generator], np.ndarray]
"""choose(Q (B, K), N (B, K), t, rng) -> arms (B,): estimates, pulls so far, and the step from 1."""


@dataclass(frozen=True)
class Pulls:
    """What ``pull`` saw: arms, rewards, and the regret summed up to each step, all (T, B)."""

    arms: np.ndarray
    rewards: np.ndarray
    regret: np.ndarray


def pull(means, choose: Choose, *, steps: int, rng, initial: float = 0.0, rate=None) -> Pulls:
    """Play B bandits with K arms side by side, ``steps`` times each; means (B, K).

    An arm pays its mean plus normal noise of standard deviation 1. Its estimate starts at
    ``initial`` and follows the rewards, Q ← Q + (r − Q)/N, their plain mean, or with a constant
    ``rate`` in place of 1/N. The regret is Σ_t (max_k μ_k − μ_{a_t}): what the best arm would have
    paid more, on average, up to now.
    """
    means, rng = np.atleast_2d(finite_array(means, "means")), generator(rng)
    rows = np.arange(len(means))
    Q, N = np.full(means.shape, float(initial)), np.zeros(means.shape)
    arms, rewards = [], []
    for t in range(1, whole(steps, "steps") + 1):
        a = choose(Q, N, t, rng)
        r = means[rows, a] + rng.normal(size=len(rows))
        N[rows, a] += 1
        Q[rows, a] += (r - Q[rows, a]) * (1 / N[rows, a] if rate is None else rate)
        arms.append(a)
        rewards.append(r)
    arms = np.array(arms)
    missed = means.max(axis=1) - means[rows, arms]
    return Pulls(arms, np.array(rewards), missed.cumsum(axis=0))


def best_arms(values, rng) -> np.ndarray:
    """argmax_k of each row, ties broken at random;  (B, K) -> (B,)."""
    best = values == values.max(axis=1, keepdims=True)
    return np.where(best, rng.random(values.shape), -1.0).argmax(axis=1)


def explore(epsilon: float) -> Choose:
    """ε-greedy: with probability ε any arm, otherwise the one with the highest estimate."""
    epsilon = not_negative(epsilon, "epsilon")

    def choose(Q, N, t, rng):
        arms = best_arms(Q, rng)
        anything = rng.random(len(Q)) < epsilon
        return np.where(anything, rng.integers(Q.shape[1], size=len(Q)), arms)

    return choose


def upper_confidence(c: float) -> Choose:
    """UCB: argmax_k Q_k + c √(ln t / N_k); every arm once before any twice.

    Source: P. Auer, N. Cesa-Bianchi & P. Fischer, Finite-time analysis of the multiarmed bandit
    problem (2002).
    """
    c = not_negative(c, "c")

    def choose(Q, N, t, rng):
        bonus = c * np.sqrt(np.log(t) / np.maximum(N, 1))
        return best_arms(np.where(N == 0, np.inf, Q + bonus), rng)

    return choose
