"""The checks of the chapter on gradient descent."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import gradient_descent


def descends(gradient, w, eta, steps, sign=-1, rate=True, anew=True, most=99):
    g = gradient(w)
    for _ in range(min(steps, most)):
        g = gradient(w) if anew else g
        w = w + sign * (eta if rate else 1) * g
    return w


def in_place(gradient, w, eta, steps):
    for _ in range(steps):
        w -= eta * gradient(w)
    return w


def gradient(w, X, y):
    return 2 / len(X) * X.T @ (X @ w - y)


def epoch(N, size, rng):
    order = rng.permutation(N)
    return [order[start : start + size] for start in range(0, N, size)]


class TestGradientDescent(CheckContract):
    check = gradient_descent
    NUMBERS = {
        "slope_w2": [-6, 6, -3, 4, 7],
        "next_w1": [1.6, 2.4, -2, 1.3, 2],
        "next_w2": [-0.4, -1.6, 5, -1.7, -1],
        "largest_rate": [0.333, 1, 0.1667, 0.6667, 0.25, 6],
    }
    CHOICES = {
        "direction": "Against",
        "diverges": "A smaller",
        "slow": ("Standardising", "Momentum"),
        "minibatch": "right on average",
    }
    RIGHT = {
        "descend": [descends, lambda g, w, eta, steps: in_place(g, w.copy(), eta, steps)],
        "mse_gradient": [gradient, lambda w, X, y: (2 * (X @ w - y)[:, None] * X).mean(axis=0)],
        "batches": [epoch, lambda N, size, rng: np.array_split(rng.permutation(N), -(-N // size))],
    }
    WRONG = {
        "descend": [
            (lambda g, w, eta, steps: 1.0, r"returned shape \(\)"),
            (in_place, "handed in has changed"),
            (lambda g, w, eta, steps: descends(g, w, eta, steps + 1), "no steps at all"),
            (lambda *a: descends(*a, sign=1), "uphill"),
            (lambda *a: descends(*a, rate=False), "ignores the learning rate"),
            (lambda g, w, eta, steps: w, "not w − η"),
            (lambda *a: descends(*a, most=1), "only one is made"),
            (lambda *a: descends(*a, anew=False), "gradient of the start"),
            (lambda *a: descends(*a, most=2), "a second one after it"),
        ],
        "mse_gradient": [
            (lambda w, X, y: gradient(w, X, y)[0], r"not of shape \(\)"),
            (lambda w, X, y: -gradient(w, X, y), "sign is turned round"),
            (lambda w, X, y: gradient(w, X, y) / 2, "factor of its own"),
            (lambda w, X, y: gradient(w, X, y) * len(X), "gradient of the sum"),
            (lambda w, X, y: X.T @ (X @ w - y), "half the sum"),
            (lambda w, X, y: gradient(w, X, 0 * y), "targets are missing"),
            (lambda w, X, y: w, "two near points"),
        ],
        "batches": [
            (lambda N, size, rng: [epoch(N, size, rng)[:2]], "of one axis"),
            (lambda N, size, rng: epoch(N, size, rng)[:-1], "never used"),
            (lambda N, size, rng: [rng.integers(N, size=size) for _ in range(3)], "exactly once"),
            (lambda N, size, rng: [rng.permutation(N)], "larger than asked for"),
            (lambda N, size, rng: epoch(N, 1, rng), "need fewer than 10"),
            (lambda N, size, rng: np.array_split(np.arange(N), 3), "old order"),
            (lambda N, size, rng: epoch(N, size, np.random.default_rng(7)), "Another generator"),
        ],
    }
