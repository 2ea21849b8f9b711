"""Checks for the chapter "Feed-forward networks"."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from lecturelib.checks import AnswerError, called, check, code, compare, number
from lecturelib.losses import CrossEntropy

pre_activation = number("ffnn", "by_hand", "pre_activation")
logit = number("ffnn", "by_hand", "logit")
probability = number("ffnn", "by_hand", "probability")
loss = number("ffnn", "by_hand", "loss")
parameter_count = number("ffnn", "numbers", "parameter_count")


def _pass(X, weights, biases, hidden, last=lambda a: a, bias=1.0):
    """The logits with the functions given for hidden and last layers."""
    for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
        X = (last if i == len(weights) - 1 else hidden)(X @ W.T + bias * b)
    return X


def _relu(a):
    return np.maximum(0, a)


def _network(sizes):
    """A batch of 7 rows, weights and biases for layers of these sizes."""
    rng = np.random.default_rng(len(sizes))
    pairs = list(pairwise(sizes))
    weights = [rng.normal(size=(n_out, n_in)) for n_in, n_out in pairs]
    return rng.normal(size=(7, sizes[0])), weights, [rng.normal(size=n_out) for _, n_out in pairs]


def _wrong_depth(result, X, weights, biases):
    sizes = [X.shape[1], *map(len, weights)]
    return f"The shape is right, the numbers for layers {sizes} are not."


@code(
    *map(_network, ([4, 3], [4, 5, 3], [4, 6, 5, 3])),
    otherwise=_wrong_depth,
    says="One, two and three layers.",
)
def forward(X: np.ndarray, weights: list, biases: list) -> tuple:
    """A function (X, weights, biases) -> logits of a ReLU network of any depth."""
    network = X, weights, biases
    return _pass(*network, _relu), {
        "The last layer is bent too; logits may be negative.": _pass(*network, _relu, _relu),
        "The biases are not added.": _pass(*network, _relu, bias=0),
        "No layer is bent: the whole is one straight map.": _pass(*network, lambda a: a),
    }


@check
def cross_entropy(answer: Callable) -> str:
    """A function (z, y) -> mean cross-entropy, for logits of any size."""
    rng = np.random.default_rng(5)
    z, y = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    right = CrossEntropy().forward(z, y)
    wrong = {
        "The sign: minus the logarithm, so that the loss is never negative.": -right,
        "That is the sum over the rows; asked is their mean.": right * len(z),
        "The logarithm has base 2; the loss takes the natural one.": right / np.log(2),
        "That is minus the mean logit of the right class; the softmax is missing.": -z[
            np.arange(6), y
        ].mean(),
    }
    otherwise = "For small logits the number is wrong: take softmax, pick, then minus ln."
    compare(called(answer, z, y), right, wrong, otherwise)
    for top in (1000.0, -1000.0):
        shifted = called(answer, z + top, y)
        if not np.isclose(shifted, right):
            raise AnswerError(f"For logits near {top:g} it gives {shifted}: shift each row first.")
    far = called(answer, np.array([[0.0, 1000.0]]), np.array([0]))
    if not np.isclose(far, 1000):
        raise AnswerError(f"Sure and wrong by 1000 it gives {far}: a probability was rounded to 0.")
    return "Safe for small and for large logits."
