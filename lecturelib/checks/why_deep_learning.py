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
_now = np.clip(_X + _rng.uniform(-0.25, 0.25, _X.shape), 0, 1)


@code(
    (_X, _now, _slope, 0.1, 0.25),
    otherwise="The shape is right, the numbers are not.",
    says="Every pixel stays near its original value and between paper and ink.",
)
def attack_step(
    X: np.ndarray, now: np.ndarray, dX: np.ndarray, alpha: float, epsilon: float
) -> tuple:
    """A function (X, now, dX, alpha, epsilon) -> the next pictures of an attack in steps."""

    def kept(moved):
        return np.clip(np.clip(moved, X - epsilon, X + epsilon), 0, 1)

    moved = now + alpha * np.sign(dX)
    return kept(moved), {
        "Pixels leave the range from 0 to 1.": np.clip(moved, X - epsilon, X + epsilon),
        "Some pixels are farther than epsilon from their original value.": np.clip(moved, 0, 1),
        "It walks down the gradient: the loss becomes smaller.": kept(2 * now - moved),
        "It uses the size of the gradient; only its sign counts.": kept(now + alpha * dX),
        "A step is alpha long; epsilon limits the distance from the original.": kept(
            now + epsilon * np.sign(dX)
        ),
        "It starts from the original pictures and not from the present ones.": kept(
            X + alpha * np.sign(dX)
        ),
        "Where the gradient is 0 the pixel stays.": kept(now + alpha * np.where(dX < 0, -1, 1)),
    }


_n = np.array([100.0, 200.0, 500.0, 3000.0])


@code(
    (_n, 3 * _n**-0.4),
    (_n, np.array([0.9, 0.6, 0.5, 0.3])),
    otherwise="On an exact power law or on a bent curve the number is wrong.",
    says="Right on an exact law, and a fair summary of a bent one.",
)
def exponent(n: np.ndarray, loss: np.ndarray) -> tuple:
    """A function (n, loss) -> β of loss = L₁ n^−β by least squares on the logarithms."""
    slope, intercept = np.polyfit(np.log(n), np.log(loss), 1)
    return -slope, {
        "That is the slope of the line; β has the other sign.": slope,
        "That is the intercept of the fit, not its slope.": intercept,
        "Take the logarithm of both first.": -np.polyfit(n, loss, 1)[0],
        "That uses two of the points only; least squares uses all.": np.log(loss[0] / loss[-1])
        / np.log(n[-1] / n[0]),
    }
