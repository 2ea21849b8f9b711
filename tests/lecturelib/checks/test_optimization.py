"""The checks of the chapter on optimisation methods."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import optimization


def adam(w, g, state, divide=True, correct=True, keep=True, count=True, eta=0.001):
    m, v, t = state
    t = t + 1
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    c1, c2 = (1 - 0.9**t, 1 - 0.999**t) if correct else (1, 1)
    high, low = (m / c1, v / c2) if divide else (m * c1, v * c2)
    state = (m, v, t if count else 0) if keep else (high, low, t)
    return w - eta * high / (np.sqrt(low) + 1e-8), state


def rate(t, peak, warmup, steps):
    if t <= warmup:
        return peak * t / warmup
    return peak * np.cos(np.pi / 2 * (t - warmup) / (steps - warmup)) ** 2


def norm(x, axis=0, ddof=0):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, ddof=ddof, keepdims=True) + 1e-5)


class TestOptimization(CheckContract):
    check = optimization
    NUMBERS = {
        "largest_rate": [0.2222, 2, 0.1111, 0.2, 9],
        "momentum_w2": [4.56, 4.86, 4.26, 4.83, 4.5, 5.4, -0.44],
        "adagrad_w2": [4.36, 4, 4.918, 4.167, 4.5455, 5],
        "adam_w2": [5.9, 5.6838, 5, 5.4, 6.1, 5.99],
        "adamw_w2": [5.6, 5.9, 2.9, 6.2, 5.7],
        "he_std": [0.2, 0.04, 0.1581, 0.1414, 0.2582],
        "warmup_rate": [0.00029289, 0.00024406, 0.0005, 0.00058579, 0.000109, 0.002],
        "layer_norm": [1, 1.4, 0.1667, 0.7071, 6, -1],
        "rms_norm": [1.4, 1, 0.9899, 0.14, 1.75, 0.2],
        "muon_entry": [0.923, 0.6527, 0.3846, 1, 0.7059],
    }
    CHOICES = {
        "compare": "That 0.001",
        "adagrad": "The sum of squares",
        "decoupled": "The one with small",
        "modes": ("Mean and variance", "The running", "An example's output"),
    }
    RIGHT = {
        "mended_adam": [adam],
        "warmup_cosine": [rate],
        "batch_norm": [norm],
    }
    WRONG = {
        "mended_adam": [
            (lambda w, g, state: w, "Return two things"),
            (lambda w, g, state: (1.0, state), r"returned shape \(\)"),
            (lambda *a: adam(*a, divide=False), "look at both corrections"),
            (lambda *a: adam(*a, correct=False), "correction is gone"),
            (lambda *a: adam(*a, keep=False), "a later one is not"),
            (lambda *a: adam(*a, count=False), "a later one is not"),
            (lambda *a: adam(*a, eta=0.01), "not the rate times the sign"),
        ],
        "warmup_cosine": [
            (lambda t, *a: rate(t - 1, *a), "count from 1"),
            (
                lambda t, p, w, s: p * t / w if t <= w else p / 2 * (1 + np.cos(np.pi * t / s)),
                "begins at the end of the warm-up",
            ),
            (
                lambda t, p, w, s: p * t / w if t <= w else p * np.cos(np.pi * (t - w) / (s - w)),
                "add 1 before",
            ),
            (lambda t, p, w, s: rate(t, p, w, s) * (2 if t > w else 1), "Half of it"),
            (lambda t, p, w, s: p * min(1, t / w), "has to fall"),
            (lambda t, p, w, s: p / 3, "step 1 of 20"),
        ],
        "batch_norm": [
            (lambda x: norm(x, axis=1), "That is LayerNorm"),
            (lambda x: (x - x.mean(0)) / (x.var(0) + 1e-5), "not by the variance"),
            (lambda x: norm(x, ddof=1), "N − 1"),
            (lambda x: x / np.sqrt(x.var(0) + 1e-5), "mean is not taken away"),
            (lambda x: norm(x, axis=None), "each column needs its own"),
            (lambda x: x - x.mean(0), "not divided yet"),
            (lambda x: x, "0 and 1"),
            (lambda x: x[0], r"of shape \(6, 3\)"),
        ],
    }
