"""The checks of the chapter on representation learning."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import representation_learning
from lecturelib.representation import principal_components


def to_polar(X, angle=np.arctan2):
    return np.column_stack([np.hypot(*X.T), angle(X[:, 1], X[:, 0])])


def error(X, k):
    found = principal_components(X, k)
    return ((found.decode(found.encode(X)) - X) ** 2).mean()


def by_svd(X, k, centre=True, kept=slice(None), power=2):
    """The same by a decomposition of its own, or with one thing done wrongly."""
    X = X - X.mean(axis=0) if centre else X
    U = np.linalg.svd(X, full_matrices=False)[2]
    U = U[:k] if kept == slice(None) else U[-k:]
    return ((X - X @ U.T @ U) ** power).mean()


class TestRepresentationLearning(CheckContract):
    check = representation_learning
    NUMBERS = {
        "code": [8, 0.125, 1],
        "autoencoder_parameters": [4354, 4224, 2146, 4292, 194],
    }
    CHOICES = {
        "information": "The same points",
        "linear": "Nothing",
        "autoencoder": ("the inputs, as inputs", "the inputs, as targets"),
        "random": "the same probe",
        "used": "The digit can be read",
        "rows": "fit on the training rows",
    }
    RIGHT = {
        "hidden": [[0.5, 0], (0.5, 0.0), np.array([0.504, 0])],
        "polar": [to_polar, lambda X: to_polar(X).tolist()],
        "reconstruction_error": [error, by_svd],
    }
    WRONG = {
        "hidden": [
            ([0.5, -1.5], "before ReLU"),
            ([0, 0.5], "wrong order"),
            ([1, 0], "not added yet"),
            ([1.5, 0], "biases are negative"),
            ([0.5, 1.5], "absolute value"),
            ([0, 0], r"\(0, 0\) and \(1, 1\)"),
            ([2, 1], "Each row of W"),
            ([2, 1, 0], "2 finite numbers"),
            (2, "2 finite numbers"),
        ],
        "polar": [
            (lambda X: to_polar(X)[:, 0], r"returned shape \(6,\)"),
            (lambda X: to_polar(X)[:, ::-1], "columns are swapped"),
            (lambda X: to_polar(X) ** [2, 1], "square of the radius"),
            (lambda X: to_polar(X) * [2, 1], "length of the row"),
            (lambda X: to_polar(X) * [1, 180 / np.pi], "in degrees"),
            (lambda X: to_polar(X, lambda *a: np.arctan2(*a) % (2 * np.pi)), "0 to 2π"),
            (lambda X: to_polar(X, lambda y, x: np.arctan(y / x)), "same quotient"),
            (lambda X: X[5, 7], "Your answer raised IndexError"),
        ],
        "reconstruction_error": [
            (lambda X, k: np.zeros(12), r"not of shape \(12,\)"),
            (lambda X, k: error(X, k) * X.size, "sum of the squares"),
            (lambda X, k: error(X, k) * X.shape[1], "mean over the rows"),
            (lambda X, k: by_svd(X, k, centre=False), "mean was not taken off"),
            (lambda X, k: by_svd(X, k, kept="last"), "last k directions"),
            (lambda X, k: by_svd(X, k, centre=False, power=1), "squares are missing"),
            (lambda X, k: error(X, k) ** 0.5, "root of it"),
            (lambda X, k: 7.0, "For k = 1"),
        ],
    }

    def test_a_wrong_pair_is_not_told_the_right_one(self):
        for answer in ([0, 0], [1, 2], [3, 3]):
            assert "0.5, 0" not in representation_learning.hidden(answer).says
