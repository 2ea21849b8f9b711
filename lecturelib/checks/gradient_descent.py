"""Checks for the chapter "Gradient descent"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, as_number, check, near

# The step of the exercise "by hand": L = w₁² + 3 w₂².
_CURVATURES = np.array([2.0, 6.0])
_W, _ETA = np.array([2.0, -1.0]), 0.1
_G = _CURVATURES * _W
_NEXT = _W - _ETA * _G


@check
def slope_w2(answer: float) -> str:
    """∂L/∂w₂ at (2, −1)."""
    value = as_number(answer)
    if near(value, -_G[1], 2):
        raise AnswerError("The size is right, the sign is not: w₂ is negative here.")
    if near(value, _G[1] / 2, 2):
        raise AnswerError("The square brings a factor of its own when you take the derivative.")
    if near(value, _G[0], 2):
        raise AnswerError("That is the slope along the other weight.")
    if near(value, _W @ (_CURVATURES * _W) / 2, 2):
        raise AnswerError("That is the loss; asked is its slope along w₂.")
    if not near(value, _G[1], 2):
        raise AnswerError("Hold w₁ fixed, take the derivative of 3 w₂², then put w₂ into it.")
    return "Negative: the loss falls when w₂ grows."


def _next_weight(answer: float, i: int) -> str:
    """Judge one weight after the step."""
    value = as_number(answer)
    if near(value, _W[i] + _ETA * _G[i], 2):
        raise AnswerError("That went uphill: the update subtracts.")
    if near(value, _W[i] - _G[i], 2):
        raise AnswerError("The learning rate is missing: you took away the whole gradient.")
    if near(value, _W[i] - _ETA * (_W @ _G) / 2, 2):
        raise AnswerError("You took away the loss times the rate; the step needs the gradient.")
    if near(value, _W[i], 2):
        raise AnswerError("That is the weight before the step.")
    if not near(value, _NEXT[i], 2):
        raise AnswerError("Take the slope along this weight, times the rate, from the weight.")
    return "One step downhill."


@check
def next_w1(answer: float) -> str:
    """w₁ after one step from (2, −1) with rate 0.1."""
    return _next_weight(answer, 0)


@check
def next_w2(answer: float) -> str:
    """w₂ after the same step."""
    return _next_weight(answer, 1)


@check
def largest_rate(answer: float) -> str:
    """The rate below which gradient descent converges on L = w₁² + 3 w₂²."""
    value, (small, large) = as_number(answer), _CURVATURES
    for wrong, says in (
        (2 / small, "With that rate the flatter direction is on the edge; which one breaks first?"),
        (1 / large, "With that rate the steeper direction arrives in one step. It can bear more."),
        (2 / (large / 2), "The derivative of 3 w₂² twice: the square brings a factor with it."),
        (2 / (small + large), "That is the rate that shrinks both directions equally fast."),
        (large, "That is the largest curvature. What does the threshold do with it?"),
    ):
        if near(value, wrong, 3):
            raise AnswerError(says)
    if not near(value, 2 / large, 3):
        raise AnswerError("Find the two curvatures, and ask when |1 − η λ| reaches one.")
    return "The steepest direction sets the limit for all of them."


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
    if not callable(function):
        raise AnswerError("Hand over the function itself, without calling it.")
    result = function(lambda w: _CURVATURES * w, start, 0.1, steps)
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    result = np.asarray(result, dtype=float)
    if result.shape != (2,):
        raise AnswerError(f"For two weights it returned shape {result.shape}.")
    return result


@check
def mse_gradient(answer: Callable) -> str:
    """A function (w, X, y): the gradient of 1/N Σ (Xw − y)²."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(5, 3)), rng.normal(size=5), rng.normal(size=3)
    result = answer(w.copy(), X.copy(), y.copy())
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    result, right = np.asarray(result, dtype=float), 2 / 5 * X.T @ (X @ w - y)
    if result.shape != (3,):
        raise AnswerError(
            f"For three weights it returned shape {result.shape}; one slope a weight."
        )
    for wrong, says in (
        (-right, "The sign is turned round: the error is prediction minus target."),
        (right / 2, "The square brings a factor of its own."),
        (right * 5, "That is the gradient of the sum; the loss is the mean over the rows."),
        (right * 5 / 2, "That is the gradient of half the sum; the loss is the mean of squares."),
        (2 / 5 * X.T @ (X @ w), "The targets are missing."),
    ):
        if np.allclose(result, wrong):
            raise AnswerError(says)
    if not np.allclose(result, right):
        raise AnswerError("Compare with the slope between two near points, one weight at a time.")
    return "The gradient of linear regression."


@check
def batches(answer: Callable) -> str:
    """A function (N, size, rng): one epoch, a list of arrays of row numbers."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    parts = answer(10, 4, np.random.default_rng(0))
    if parts is None:
        raise AnswerError("The function returns nothing yet.")
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
