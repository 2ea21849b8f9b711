"""The checks of the chapter on why deep learning."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import why_deep_learning


def fgsm(X, dX, epsilon, direction=np.sign):
    return np.clip(X + epsilon * direction(dX), 0, 1)


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
        "body": "This source",
        "robust": ("Typical noise",),
        "saliency": "Its weights",
    }
    RIGHT = {
        "fgsm": [fgsm, lambda *a: fgsm(*a).tolist()],
        "exponent": [exponent, lambda n, L: np.float32(exponent(n, L))],
    }
    WRONG = {
        "fgsm": [
            (lambda X, dX, e: X[0], r"not of shape \(9,\)"),
            (lambda X, dX, e: X + e * np.sign(dX), "leave the range"),
            (lambda X, dX, e: fgsm(X, dX, -e), "down the gradient"),
            (lambda X, dX, e: fgsm(X, dX, e, lambda d: d), "size of the gradient"),
            (lambda X, dX, e: fgsm(X, dX, e, lambda d: np.where(d < 0, -1, 1)), "pixel stays"),
            (lambda X, dX, e: e * np.sign(dX), "change alone"),
            (lambda X, dX, e: X, "numbers are not"),
        ],
        "exponent": [
            (lambda n, L: np.polyfit(np.log(n), np.log(L), 1), r"not of shape \(2,\)"),
            (lambda n, L: -exponent(n, L), "other sign"),
            (lambda n, L: np.polyfit(np.log(n), np.log(L), 1)[1], "ln k"),
            (lambda n, L: -np.polyfit(n, L, 1)[0], "logarithm of both"),
            (by_the_ends, "two of the points"),
            (lambda n, L: 0.4, "On an exact power law or on a bent curve"),
            (lambda n, L: 1.0, "On an exact power law or on a bent curve"),
        ],
    }
