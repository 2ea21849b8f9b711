"""The checks of the chapter on why deep learning."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import why_deep_learning


def attack(X, now, dX, alpha, epsilon, direction=np.sign, start=None, ends=(0, 1)):
    """One step of the attack, or one with a thing done wrongly."""
    moved = (now if start is None else start) + alpha * direction(dX)
    return np.clip(np.clip(moved, X - epsilon, X + epsilon), *ends)


def exponent(n, loss):
    return -np.polyfit(np.log(n), np.log(loss), 1)[0]


def by_the_ends(n, loss):
    return np.log(loss[0] / loss[-1]) / np.log(n[-1] / n[0])


class TestWhyDeepLearning(CheckContract):
    check = why_deep_learning
    NUMBERS = {
        "doubling": [16, 4, 2, 8],
        "first_pixel": [0.3, 0.7, 0.1, 0.5],
        "nudged": [-0.1, 0.5, 1.1, 0.3, 0.7, 0.1],
        "multiply_adds": [266200, 266610, 235200, 235200000, 1194, 798600],
        "training_cost": [47916000000, 15972000000, 31944000000, 798600],
    }
    CHOICES = {
        "missing": "Scalability",
        "head": "The head",
        "shuffled": "It did as well, so it never",
        "gain": "Did both",
        "body": "What separates",
        "robust": ("Typical noise",),
        "saliency": "Its weights",
    }
    RIGHT = {
        "attack_step": [attack, lambda *a: attack(*a).tolist()],
        "exponent": [exponent, lambda n, L: np.float32(exponent(n, L))],
    }
    WRONG = {
        "attack_step": [
            (lambda X, *a: X[0], r"not of shape \(9,\)"),
            (lambda *a: attack(*a, ends=(-1, 2)), "leave the range"),
            (lambda X, now, dX, a, e: attack(X, now, dX, a, 1), "farther than epsilon"),
            (lambda X, now, dX, a, e: attack(X, now, dX, -a, e), "down the gradient"),
            (lambda *a: attack(*a, direction=lambda d: d), "size of the gradient"),
            (lambda X, now, dX, a, e: attack(X, now, dX, e, e), "A step is alpha long"),
            (lambda X, *a: attack(X, *a, start=X), "starts from the original"),
            (lambda *a: attack(*a, direction=lambda d: np.where(d < 0, -1, 1)), "pixel stays"),
            (lambda X, *a: X, "numbers are not"),
        ],
        "exponent": [
            (lambda n, L: np.polyfit(np.log(n), np.log(L), 1), r"not of shape \(2,\)"),
            (lambda n, L: -exponent(n, L), "other sign"),
            (lambda n, L: np.polyfit(np.log(n), np.log(L), 1)[1], "the intercept"),
            (lambda n, L: -np.polyfit(n, L, 1)[0], "logarithm of both"),
            (by_the_ends, "two of the points"),
            (lambda n, L: 0.4, "On an exact power law or on a bent curve"),
            (lambda n, L: 1.0, "On an exact power law or on a bent curve"),
        ],
    }
