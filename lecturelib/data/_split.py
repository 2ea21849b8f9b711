"""Training and test part of a data set."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from lecturelib._validate import number


class Split(NamedTuple):
    """The four parts, in the order in which scikit-learn returns them."""

    X_train: np.ndarray
    X_test: np.ndarray
    y_train: np.ndarray
    y_test: np.ndarray


def split(X, y, *, test_share: float = 0.25, rng: np.random.Generator) -> Split:
    """Shuffle N rows, set ⌈test_share · N⌉ of them aside;  X (N, ...), y (N, ...) -> Split.

    The parts are copies. Not stratified: classes keep their shares only on average. ValueError
    unless X and y have equally many rows, test_share lies in (0, 1) and leaves a row on both sides,
    and rng is a NumPy Generator.
    """
    X, y = np.asarray(X), np.asarray(y)
    n, n_test = _sizes(X, y, number(test_share, "test_share"))
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"rng: expected a NumPy Generator, got {type(rng).__name__}; "
            "pass np.random.default_rng(0) or another seed"
        )
    order = rng.permutation(n)
    test, train = order[:n_test], order[n_test:]
    return Split(X[train], X[test], y[train], y[test])


def _sizes(X, y, test_share):
    """Rows in all and in the test part, once it is clear that both parts get some."""
    if X.ndim == 0 or y.ndim == 0 or len(X) != len(y):
        raise ValueError(
            f"X, y: expected one row of y for each row of X, got shapes {X.shape} and {y.shape}; "
            "look for a transposed X or for rows dropped from one of the two only"
        )
    # Rounded first: 0.07 · 100 is a little above 7 in floating point and must not become 8.
    n_test = math.ceil(round(test_share * len(X), 9))
    if not 0 < n_test < len(X):
        raise ValueError(
            "test_share: expected a share in (0, 1) that leaves rows on both sides, got "
            f"{test_share} of {len(X)} rows; choose one such as 0.25 or bring more rows"
        )
    return len(X), n_test
