"""The checks of the chapter on history."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.activations import sigmoid
from lecturelib.checks import history


def rule(sign=1, error=lambda y, o: y - o, size=1, bias=1, above=np.greater):
    """Rosenblatt's rule, or the rule with one thing done wrongly."""

    def step(w, b, x, y):
        e = sign * error(y, int(above(w @ x + b, 0)))
        return w + e * x * size, b + e * bias

    return step


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
        "update": [rule(), lambda *a: (rule()(*a)[0].tolist(), rule()(*a)[1])],
        "hidden_probability": [lambda v, W: sigmoid(v @ W), lambda v, W: list(sigmoid(W.T @ v))],
    }
    WRONG = {
        "update": [
            (lambda w, b, x, y: w, "Return the pair"),
            (lambda w, b, x, y: w @ w, "Return the pair"),
            (lambda w, b, x, y: (w[:2], b), r"shape \(2,\)"),
            (lambda w, b, x, y: (w, b), "weights stay as they are"),
            (rule(sign=-1), "The sign"),
            (rule(bias=0), "the bias moves"),
            (rule(size=2), r"\(y - output\) times the inputs"),
            (rule(error=lambda y, o: y - o or 1), "right, and your weights change"),
            (rule(error=lambda y, o: max(0, y - o)), "output was 1 instead of 0"),
            (rule(error=lambda y, o: min(0, y - o)), "output was 0 instead of 1"),
            (rule(above=np.greater_equal), "exactly zero"),
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
