"""Checks for the chapter "Deep learning as representation learning"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, as_vector, called, check, code, compare, near, number
from lecturelib.representation import principal_components

autoencoder_parameters = number("representation_learning", "numbers", "autoencoder_parameters")

# Another layer that makes XOR easy: h = ReLU(W x + b).
_W, _B = np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([-0.5, -0.5])


@check
def hidden(answer) -> str:
    """The two units of h for the corner (1, 0)."""
    value, a = as_vector(answer, 2), _W @ [1.0, 0.0] + _B
    right = np.maximum(a, 0)
    if near(value, right, 2):
        return "Each of the two units answers to one corner of class 1."
    mistakes = [
        (a, "Those are the sums before ReLU, which replaces negative entries by 0."),
        (right[::-1], "That is the corner (0, 1), or the two units are in the wrong order."),
        (np.maximum(a - _B, 0), "The biases are not added yet."),
        (np.maximum(a - 2 * _B, 0), "The biases are negative: they make both sums smaller."),
        (np.abs(a), "ReLU gives 0 for a negative number, not its absolute value."),
        ([0, 0], "That is what the corners (0, 0) and (1, 1) give."),
    ]
    for wrong, says in mistakes:
        if near(value, wrong, 2):
            raise AnswerError(says)
    raise AnswerError("Each row of W times x, plus its own bias; ReLU then cuts below 0.")


@check
def polar(answer: Callable) -> str:
    """A function X (N, 2) -> (N, 2) with radius and angle in (−π, π] of every row."""
    X = np.array([[3.0, 4.0], [-3.0, 4.0], [-3.0, -4.0], [3.0, -4.0], [0.0, 2.0], [-1.0, 0.0]])
    result = np.asarray(called(answer, X), dtype=float)
    if result.shape != X.shape:
        shape = result.shape
        raise AnswerError(f"For 6 points it returned shape {shape}; two numbers a point: (6, 2).")
    r, angle = result.T
    radius, right = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    if np.allclose(r, right) and np.allclose(angle, radius):
        raise AnswerError("The columns are swapped: first the radius, then the angle.")
    wrong_radius = {"That is the square of the radius; its root is still to come.": radius**2}
    compare(r, radius, wrong_radius, "The radius is wrong: it is the length of the row.")
    wrong_angle = {
        "The angle is in degrees; asked are radians.": np.degrees(right),
        "The angle runs from 0 to 2π; asked is −π to π.": right % (2 * np.pi),
    }
    otherwise = "An angle is wrong: opposite points have the same quotient x₂/x₁."
    compare(angle, right, wrong_angle, otherwise)
    return "Two rings are now one threshold apart."


_X = np.random.default_rng(6).normal(size=(12, 5)) * [3, 2, 1, 1, 0.5] + 4


@code(
    *((_X, k) for k in (1, 3, 5)),
    otherwise=lambda result, X, k: (
        f"For k = {k} the number is wrong: encode, decode, subtract, square."
    ),
    says="No other linear code of that size leaves less.",
)
def reconstruction_error(X: np.ndarray, k: int) -> tuple:
    """A function (X, k) -> the mean squared error of X kept in k principal components."""
    found = principal_components(X, k)
    right = ((found.decode(found.encode(X)) - X) ** 2).mean()
    centred = X - X.mean(axis=0)
    _, sizes, directions = np.linalg.svd(X, full_matrices=False)
    rest = X - X @ directions[:k].T @ directions[:k]
    last = np.linalg.svd(centred, full_matrices=False)[2][-k:]
    return right, {
        "That is the sum of the squares; asked is their mean.": right * X.size,
        "That is the mean over the rows; divide by the columns as well.": right * X.shape[1],
        "The mean was not taken off before the decomposition.": (sizes[k:] ** 2).sum() / X.size,
        "The squares are missing.": rest.mean(),
        "Those are the last k directions.": ((centred @ last.T @ last - centred) ** 2).mean(),
        "That is the root of it; asked is the mean of the squares.": right**0.5,
    }
