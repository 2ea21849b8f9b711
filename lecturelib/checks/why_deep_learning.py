"""Checks for the chapter "Why deep learning?"."""

from __future__ import annotations

import numpy as np

from lecturelib.checks import code, number

multiply_adds = number("why_deep_learning", "numbers", "multiply_adds")
training_cost = number("why_deep_learning", "numbers", "training_cost")
first_pixel = number("why_deep_learning", "by_hand", "first_pixel")
nudged = number("why_deep_learning", "by_hand", "nudged")

_rng = np.random.default_rng(6)
_X, _slope = _rng.random((5, 9)), _rng.normal(size=(5, 9))
_slope[:, 0] = 0


@code(
    (_X, _slope, 0.25),
    otherwise="The shape is right, the numbers are not.",
    says="As far as ε allows, and never beyond paper and ink.",
)
def fgsm(X: np.ndarray, dX: np.ndarray, epsilon: float) -> tuple:
    """A function (X, dX, epsilon) -> changed pictures in [0, 1]."""
    step = epsilon * np.sign(dX)
    always = epsilon * np.where(dX >= 0, 1, -1)
    return np.clip(X + step, 0, 1), {
        "Pixels leave the range from 0 to 1.": X + step,
        "It walks down the gradient: the loss becomes smaller.": np.clip(X - step, 0, 1),
        "It uses the size of the gradient; only its sign counts.": np.clip(X + epsilon * dX, 0, 1),
        "Where the gradient is 0 the pixel stays.": np.clip(X + always, 0, 1),
        "That is the change alone; add it to the pictures.": step,
    }


_n = np.array([100.0, 200.0, 500.0, 3000.0])


@code(
    (_n, 3 * _n**-0.4),
    (_n, np.array([0.9, 0.6, 0.5, 0.3])),
    otherwise="On an exact power law or on a bent curve the number is wrong.",
    says="Right on an exact law, and a fair summary of a bent one.",
)
def exponent(n: np.ndarray, loss: np.ndarray) -> tuple:
    """A function (n, loss) -> β of loss = k n^−β by least squares on the logarithms."""
    slope, intercept = np.polyfit(np.log(n), np.log(loss), 1)
    return -slope, {
        "That is the slope of the line; β has the other sign.": slope,
        "That is the other number of the fit, ln k.": intercept,
        "Take the logarithm of both first.": -np.polyfit(n, loss, 1)[0],
        "That uses two of the points only; least squares uses all.": np.log(loss[0] / loss[-1])
        / np.log(n[-1] / n[0]),
    }
