"""Checks for the chapter "Deep belief networks"."""

from __future__ import annotations

import numpy as np

from lecturelib.checks import code, number

hidden_third = number("deep_belief_network", "by_hand", "hidden_third")
free_zero = number("deep_belief_network", "by_hand", "free_zero")
p_zero = number("deep_belief_network", "by_hand", "p_zero")
step_third = number("deep_belief_network", "by_hand", "step_third")
terms = number("deep_belief_network", "sizes", "terms")
inherited = number("deep_belief_network", "sizes", "inherited")

_rng = np.random.default_rng(0)
_V = np.array([[1.0, 0, 1], [0, 1, 1], [1, 1, 0], [0, 0, 1]])
_W, _b, _c = _rng.normal(size=(3, 2)), _rng.normal(size=2), _rng.normal(size=3)


@code(
    (_V, _W, _b, _c),
    otherwise="Test it with W = 0 and no biases: the answer is −H ln 2 for every row.",
    says="One number for each row, without a sum over 2^H states.",
)
def free_energy(v: np.ndarray, W: np.ndarray, b: np.ndarray, c: np.ndarray) -> tuple:
    """A function (v, W, b, c): the free energy of every row of v."""
    a = v @ W + b
    soft = np.log1p(np.exp(a)).sum(axis=1)
    right = -v @ c - soft
    return right, {
        "The sign: that is minus the free energy.": -right,
        "The visible biases are missing.": -soft,
        "The hidden biases are missing.": -v @ c - np.log1p(np.exp(v @ W)).sum(axis=1),
        "That is an energy with all hidden units on; they may be off as well.": -v @ c
        - a.sum(axis=1),
        "The sign of the visible biases.": v @ c - soft,
        "The sum over all rows at once: each row has its own.": right.sum(),
        "The logarithm comes before the sum over the units: each has a sum of its own.": -v @ c
        - np.log1p(np.exp(a).sum(axis=1)),
    }


@code(
    (_V, 1 / (1 + np.exp(-_V @ _W)), 1 - _V, 1 / (1 + np.exp(-(1 - _V) @ _W))),
    otherwise="For one example: the outer product of v and p, minus that of v1 and p1.",
    says="The step that CD takes with W, upwards.",
)
def contrast(v: np.ndarray, p: np.ndarray, v1: np.ndarray, p1: np.ndarray) -> tuple:
    """A function (v, p, v1, p1): the direction of CD-1 for W, a mean over the batch."""
    n = len(v)
    right = (v.T @ p - v1.T @ p1) / n
    return right, {
        "The sign: this step makes the data less likely.": -right,
        "That is the sum over the batch, not the mean.": right * n,
        "It is transposed: a row belongs to a visible unit.": right.T,
        "That is what the data say; what the chain says is missing.": v.T @ p / n,
        "That is what the chain says; what the data say is missing.": -v1.T @ p1 / n,
        "The chain's product has the visible units of the data.": (v.T @ p - v.T @ p1) / n,
        "The chain's product has the hidden probabilities of the data.": (v.T @ p - v1.T @ p) / n,
        "Means were multiplied; take the mean of the products.": np.outer(v.mean(0), p.mean(0))
        - np.outer(v1.mean(0), p1.mean(0)),
    }
