"""The checks of the chapter on history."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.activations import sigmoid
from lecturelib.checks import history


def bound(X, w, b, ones=1.0, length=None, nearest=np.min, power=2):
    """(R / γ)² by a loop over the rows, or with one thing done wrongly."""
    length = np.sqrt(w @ w + b * b) if length is None else length(w)
    R = max(np.sqrt(x @ x + ones) for x in X)
    return (R / nearest([abs(x @ w + b) / length for x in X])) ** power


class TestHistory(CheckContract):
    check = history
    NUMBERS = {
        "mistakes": [3, 1, 4, 2],
        "bias": [0, 1, -1, -2, 3],
        "weight": [2, 1, 0, 3],
        "energy": [2, -2, 2.5, -0.5, -1, -3],
        "configurations": [1073741824, 1048576, 1024, 1049600, 200, 30, 900],
    }
    CHOICES = {
        "backpropagation": "It was shown",
        "words": "Dechter",
        "winter": ("Minsky", "The Lighthill", "In the late"),
        "rate": "It stays",
        "restricted": "The connections",
        "greedy": "Each layer",
        "generative": "It gives",
    }
    RIGHT = {
        "bound": [bound, lambda *a: np.float32(bound(*a))],
        "hidden_probability": [lambda v, W: sigmoid(v @ W), lambda v, W: list(sigmoid(W.T @ v))],
    }
    WRONG = {
        "bound": [
            (lambda X, w, b: X[:, 0], r"not of shape"),
            (lambda *a: bound(*a, power=1), "bound is its square"),
            (lambda *a: bound(*a, length=lambda w: 1.0), "length one"),
            (lambda *a: bound(*a, length=np.linalg.norm), "counts the bias"),
            (lambda *a: bound(*a, ones=0.0), "constant 1 appended"),
            (lambda *a: bound(*a, nearest=np.max), "smallest distance"),
            (lambda *a: bound(*a, power=-2), "other way round"),
            (lambda *a: 7.0, "square of R over γ"),
        ],
        "hidden_probability": [
            (lambda v, W: sigmoid(W @ np.ones(W.shape[1])), r"not of shape \(3,\)"),
            (lambda v, W: v @ W, "sigmoid is still to come"),
            (lambda v, W: sigmoid(-v @ W), "probability of 0"),
            (lambda v, W: np.exp(v @ W) / np.exp(v @ W).sum(), "softmax"),
            (lambda v, W: np.full(W.shape[1], 0.5), "the numbers are not"),
            (lambda v, W: sigmoid(v @ W[:, :4]) if len(v) == 3 else v @ W, "still to come"),
        ],
    }
