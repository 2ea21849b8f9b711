"""The checks of the chapter on performance and data."""

import math

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import performance_and_data


def overtakes(n, a, b, end=math.inf, start=None, last=True):
    """The n from which b leads, or with one of the rules for its ends changed."""
    d = b - a
    if d[-1] <= 0:
        return end
    below = [i for i in range(len(n) - 1) if d[i] <= 0 < d[i + 1]]
    if not below or (start == "first" and d[0] > 0):
        return n[0] if start in (None, "first") else start
    i = below[-1 if last else 0]
    return math.exp(np.interp(0, d[i : i + 2], np.log(n[i : i + 2])))


class TestPerformanceAndData(CheckContract):
    check = performance_and_data
    NUMBERS = {
        "crossing_point": [261, 475, 0.4167, 383, 550, 518],
        "exponent": [0.33, -0.333, 3, 0.5, 0.25],
        "examples_needed": [512000, 32000, 64000, 4096000, 128000],
        "training_operations": [
            6.4512e9,
            35840,
            35840 * 60_000,
            2 * 35840 * 60_000,
            3 * 35840,
            6 * 35840 * 60_000,
            3 * (96 + 3072 + 3200) * 60_000,
            3 * (40 * 96 + 20 * 3072 + 3200) * 60_000,
            3 * (30 * 96 + 3200) * 60_000,
        ],
    }
    CHOICES = {
        "sketch": "Its axes",
        "leader": ("With 200 signals", "With 10,000 signals the CNN"),
        "cause": "Filters",
        "seeds": "At this n",
        "hospital": "Logistic",
        "sound": "A network",
        "more": "More data",
    }
    RIGHT = {"overtakes": [overtakes, lambda *a: np.float64(overtakes(*a))]}
    WRONG = {
        "overtakes": [
            (lambda n, a, b: np.interp(0, b - a, n), "go straight over ln n"),
            (lambda n, a, b: overtakes(n, b, a), "where a overtakes b"),
            (lambda *a: overtakes(*a, start="first"), "leads again"),
            (lambda *a: overtakes(*a, last=False), "overtakes a twice"),
            (lambda *a: overtakes(*a, start=0.0), "leads at every size"),
            (lambda *a: overtakes(*a, end=500), "does not lead at the largest"),
            (lambda n, a, b: n[0] / 0 * [], "Your answer raised"),
        ],
    }
