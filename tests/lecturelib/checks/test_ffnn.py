"""The checks of the chapter on feed-forward networks."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib import activations
from lecturelib.checks import ffnn
from lecturelib.losses import CrossEntropy


def network(X, weights, biases, hidden=activations.relu):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        X = hidden(X @ W.T + b)
    return X @ weights[-1].T + biases[-1]


def safe(z, y):
    return CrossEntropy().forward(z, y)


def overflowing(z, y):
    e = np.exp(z)
    return -np.log(e[np.arange(len(y)), y] / e.sum(axis=1)).mean()


def by_the_probability(z, y):
    o = activations.softmax(z)
    return -np.log(np.maximum(o[np.arange(len(y)), y], 1e-300)).mean()


class TestFfnn(CheckContract):
    check = ffnn
    NUMBERS = {
        "ignorant": [4.61, 0.01, 2, 6.64, -4.61],
        "pre_activation": [-1, -2, 0, 1, 5],
        "logit": [0, -1, 1, 2],
        "probability": [0.73, 0.27, 1, (-0.1, 2.72)],
        "loss": [1.31, 0.31, 1.89, 0.57, 0.27, -1.31],
        "parameter_count": [79510, 79400, 78500, 1010, 3910, 894, 784000],
    }
    CHOICES = {
        "shape": "(8, 5)",
        "shift": "Nothing",
        "theorem": ("For each such",),
        "species": "Five logits",
        "temperature": "One linear",
        "income": "One linear output for the logarithm",
    }
    RIGHT = {
        "forward": [network, lambda X, w, b: network(X, w, b).tolist()],
        "cross_entropy": [safe, lambda z, y: np.float64(safe(z, y))],
    }
    WRONG = {
        "forward": [
            (lambda X, w, b: network(X, w, b).T, r"not of shape \(3, 7\)"),
            (lambda *a: np.maximum(0, network(*a)), "last layer is bent too"),
            (lambda X, w, b: network(X, w, [0 * x for x in b]), "biases are not added"),
            (lambda *a: network(*a, hidden=lambda a: a), "No layer is bent"),
            (lambda *a: network(*a, activations.sigmoid), r"for layers \[4, 5, 3\] are not"),
            (lambda X, w, b: network(X, w[:1] + w[-1:], b[:1] + b[-1:]), "Your answer raised"),
            (lambda X, w, b: X @ w[0] + b[0], "Your answer raised ValueError"),
        ],
        "cross_entropy": [
            (lambda z, y: np.zeros(6), r"not of shape \(6,\)"),
            (lambda z, y: -safe(z, y), "never negative"),
            (lambda z, y: len(y) * safe(z, y), "sum over the rows"),
            (lambda z, y: safe(z, y) / np.log(2), "base 2"),
            (lambda z, y: -z[np.arange(len(y)), y].mean(), "softmax is missing"),
            (lambda z, y: 1.0, "For small logits"),
            (overflowing, "For logits near 1000"),
            (by_the_probability, "rounded to 0"),
            (lambda z, y: safe(np.maximum(z, -500), y), "For logits near -1000"),
        ],
    }
