"""Checks for the chapter "Gradient descent"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, called, check, code, number

slope_w2 = number("gradient_descent", "by_hand", "slope_w2")
next_w1 = number("gradient_descent", "by_hand", "next_w1")
next_w2 = number("gradient_descent", "by_hand", "next_w2")
largest_rate = number("gradient_descent", "by_hand", "largest_rate")

_CURVATURES = np.array([2.0, 6.0])


@check
def descend(answer: Callable) -> str:
    """A function (gradient, w, eta, steps) that returns w after ``steps`` updates."""
    start = np.array([1.0, -2.0])
    after = {steps: _run(answer, start, steps) for steps in (0, 1, 3)}
    if not np.array_equal(start, [1.0, -2.0]):
        raise AnswerError("The array that was handed in has changed: make a new w instead.")
    g = _CURVATURES * start
    if not np.allclose(after[0], start):
        raise AnswerError("With no steps at all w must come back as it was.")
    if np.allclose(after[1], start + 0.1 * g):
        raise AnswerError("The first step goes uphill.")
    if np.allclose(after[1], start - g):
        raise AnswerError("The first step ignores the learning rate.")
    if not np.allclose(after[1], start - 0.1 * g):
        raise AnswerError("The first step is not w − η ∇L(w).")
    if np.allclose(after[3], after[1]):
        raise AnswerError("However many steps are asked for, only one is made.")
    if np.allclose(after[3], start - 0.3 * g):
        raise AnswerError("Every step uses the gradient of the start: ask for it anew each time.")
    if not np.allclose(after[3], start * (1 - 0.1 * _CURVATURES) ** 3):
        raise AnswerError("One step is right; a second one after it is not.")
    return "The whole algorithm."


def _run(function: Callable, start: np.ndarray, steps: int) -> np.ndarray:
    """What ``function`` returns after ``steps`` steps, as an array of two numbers."""
    result = called(function, lambda w: _CURVATURES * w, start, 0.1, steps, copied=False)
    result = np.asarray(result, dtype=float)
    if result.shape != (2,):
        raise AnswerError(f"For two weights it returned shape {result.shape}.")
    return result


_rng = np.random.default_rng(0)


@code(
    (_rng.normal(size=3), _rng.normal(size=(5, 3)), _rng.normal(size=5)),
    otherwise="Compare with the slope between two near points, one weight at a time.",
    says="The gradient of linear regression.",
)
def mse_gradient(w: np.ndarray, X: np.ndarray, y: np.ndarray) -> tuple:
    """A function (w, X, y): the gradient of 1/N Σ (Xw − y)²."""
    right = 2 / 5 * X.T @ (X @ w - y)
    return right, {
        "The sign is turned round: the error is prediction minus target.": -right,
        "The square brings a factor of its own.": right / 2,
        "That is the gradient of the sum; the loss is the mean over the rows.": right * 5,
        "That is the gradient of half the sum; the loss is the mean of squares.": right * 5 / 2,
        "The targets are missing.": 2 / 5 * X.T @ (X @ w),
    }


@check
def batches(answer: Callable) -> str:
    """A function (N, size, rng): one epoch, a list of arrays of row numbers."""
    parts = called(answer, 10, 4, np.random.default_rng(0))
    parts = [np.asarray(part, dtype=int) for part in parts]
    if any(part.ndim != 1 for part in parts):
        raise AnswerError("Each batch must be an array of row numbers, of one axis.")
    rows, sizes = np.concatenate(parts), sorted(map(len, parts))
    if len(rows) < 10 and len(set(rows)) == len(rows):
        raise AnswerError("Some rows are never used: the last batch may be smaller than the rest.")
    if sorted(rows) != list(range(10)):
        raise AnswerError("In one epoch every row comes exactly once; here some come again.")
    if max(sizes) > 4:
        raise AnswerError(f"A batch of {max(sizes)} rows is larger than asked for.")
    if len(parts) != 3:
        raise AnswerError(f"Ten rows in batches of four need fewer than {len(parts)} batches.")
    if np.array_equal(rows, np.arange(10)):
        raise AnswerError("The rows come in their old order: shuffle them first.")
    other = np.concatenate(list(answer(10, 4, np.random.default_rng(1))))
    if np.array_equal(rows, other):
        raise AnswerError("Another generator must give another order: use the rng handed in.")
    return "Every row once, in a new order."
