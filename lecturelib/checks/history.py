"""Checks for the chapter "A short history of deep learning"."""

from __future__ import annotations

import numpy as np

from lecturelib.checks import code, number

mistakes = number("history", "by_hand", "mistakes")
bias = number("history", "by_hand", "bias")
weight = number("history", "by_hand", "weight")
energy = number("history", "numbers", "energy")
configurations = number("history", "numbers", "configurations")


_PLANES = [
    (np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([2.0, 2]), -3.0),
    (np.array([[3.0, 1, 0], [-1, 2, 2], [0, -2, 1]]), np.array([1.0, -2, 3]), 0.5),
]


@code(
    *_PLANES,
    otherwise="The number is not the square of R over γ.",
    says="However many examples there are: only the largest and the smallest value count.",
)
def bound(X: np.ndarray, w: np.ndarray, b: float) -> tuple:
    """A function (X, w, b) -> (R / γ)², for a plane that separates the classes."""
    rows, u = np.column_stack([X, np.ones(len(X))]), np.append(w, b)
    largest, sums = np.linalg.norm(rows, axis=1).max(), np.abs(rows @ u)
    right = (largest * np.linalg.norm(u) / sums.min()) ** 2
    bare = np.linalg.norm(X, axis=1).max()
    return right, {
        "That is R/γ; the bound is its square.": right**0.5,
        "Make u of length one first.": (largest / sums.min()) ** 2,
        "The length of u counts the bias as well.": (largest * np.linalg.norm(w) / sums.min()) ** 2,
        "R belongs to the inputs with the constant 1 appended.": (
            bare * np.linalg.norm(u) / sums.min()
        )
        ** 2,
        "γ is the smallest distance, not the largest.": (largest * np.linalg.norm(u) / sums.max())
        ** 2,
        "That is γ/R squared: the other way round.": 1 / right,
    }


def _machine(visible, hidden):
    """A state of the visible units and weights."""
    rng = np.random.default_rng(visible)
    v = rng.integers(0, 2, visible).astype(float)
    v[0] = 1.0  # with all units off every answer would be one half
    return v, rng.normal(size=(visible, hidden))


@code(
    _machine(3, 4),
    _machine(5, 2),
    otherwise="The shape is right, the numbers are not: sigmoid of v times W.",
    says="No hidden unit asks another one, so all come from one product.",
)
def hidden_probability(v: np.ndarray, W: np.ndarray) -> tuple:
    """A function (v, W) -> P(h_j = 1 | v) for all j, for W of any size."""
    a = v @ W
    return 1 / (1 + np.exp(-a)), {
        "Those are the sums; the sigmoid is still to come.": a,
        "That is the probability of 0: look at the sign in the exponent.": 1 / (1 + np.exp(a)),
        "A softmax would let one unit win; the hidden units do not compete.": np.exp(a)
        / np.exp(a).sum(),
    }
