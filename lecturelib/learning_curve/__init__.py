"""Learning curves: accuracy against the number of training examples, and where two of them cross.

``measure("SVM", X, y, X_test, y_test, seed=0)`` trains one of ``MODELS``, a dict of names and
functions. What it found for many sizes and seeds is packaged: ``lecturelib.data.learning_curve()``.
"""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numpy as np

from lecturelib._validate import finite_array, whole
from lecturelib.learning_curve._classifiers import MODELS

__all__ = ["MODELS", "Crossing", "Measurement", "crossing", "measure", "power_law"]


class Measurement(NamedTuple):
    """What one training gave and cost.

    ``accuracy`` is the share of right answers on the test rows, ``seconds`` the processor time of
    the training, ``parameters`` the numbers that the trained model keeps (of a forest its nodes, of
    an SVM its support vectors with their weights), ``operations`` the multiply–adds of one
    prediction (of a forest its comparisons).
    """

    accuracy: float
    seconds: float
    parameters: int
    operations: int


def measure(model: str, X, y, X_test, y_test, *, seed: int) -> Measurement:
    """Train on X (N, D), y (N,) in 0, 1, …; count right answers on X_test (M, D), y_test (M,).

    ``model`` is one of ``MODELS``, with fixed settings; the MLP and the CNN are shown 120,000
    examples whatever N is. Nothing is scaled here. The CNN needs ``lecturelib[torch]``, logistic
    regression, SVM and random forest need ``lecturelib[classic]``: ImportError without them.
    ValueError for another model, NaN or infinity, shapes that do not fit, and one class only.
    """
    if model not in MODELS:
        raise ValueError(f"model: expected one of {list(MODELS)}, got {model!r}; choose one")
    X, y = _rows(X, y, "X", "y")
    X_test, y_test = _rows(X_test, y_test, "X_test", "y_test")
    if X.shape[1] != X_test.shape[1] or len(np.unique(y)) < 2:
        raise ValueError(
            f"X, X_test, y: expected equally wide rows and at least two classes, got shapes "
            f"{X.shape} and {X_test.shape} and the classes {np.unique(y).tolist()}; "
            "take both parts from one data set, and enough rows"
        )
    start = time.process_time()
    trained = MODELS[model](X, y, whole(seed, "seed", 0))
    seconds = time.process_time() - start
    right = float(np.mean(trained.predict(X_test) == y_test))
    return Measurement(right, seconds, trained.parameters, trained.operations)


def _rows(X, y, name_X, name_y):
    X, y = finite_array(X, name_X), np.asarray(y)
    if X.ndim != 2 or y.shape != (len(X),) or y.dtype.kind not in "iu" or y.min() < 0:
        raise ValueError(
            f"{name_X}, {name_y}: expected shapes (N, D) and (N,), labels 0, 1, …, got {X.shape} "
            f"and {y.shape} of {y.dtype}; one row an example, lay pictures flat"
        )
    return X, y


class Crossing(NamedTuple):
    """``at`` from the mean curves; ``seeds`` (S,), one a seed, inf where it never comes."""

    at: float
    seeds: np.ndarray

    @property
    def low(self) -> float:
        """The earliest of the seeds."""
        return float(self.seeds.min())

    @property
    def high(self) -> float:
        """The latest of the seeds, inf if one never comes."""
        return float(self.seeds.max())


def crossing(n, a, b) -> Crossing:
    """The n from which curve b stays above curve a;  n (K,) rising, a, b (S, K), a row a seed.

    Between two sizes both curves are straight lines over ln n. n[0] where b is above from the
    start, inf where b is not above at the largest n. ValueError for other shapes, fewer than two
    sizes and sizes that do not rise.
    """
    n, a, b = _curves(n, a, b)
    each = np.array([_one_crossing(n, d) for d in b - a])
    return Crossing(_one_crossing(n, b.mean(axis=0) - a.mean(axis=0)), each)


def _one_crossing(n, d):
    """Where the piecewise straight d over ln n is above 0 for good."""
    if d[-1] <= 0:
        return math.inf
    below = np.flatnonzero(d <= 0)
    if below.size == 0:
        return float(n[0])
    i = below[-1]
    share = d[i] / (d[i] - d[i + 1])
    return float(n[i] * (n[i + 1] / n[i]) ** share)


def _curves(n, *curves):
    n = finite_array(n, "n")
    if n.ndim != 1 or len(n) < 2 or n[0] <= 0 or (np.diff(n) <= 0).any():
        raise ValueError(f"n: expected at least two rising sizes above 0, got {n}; sort them")
    curves = [finite_array(c, "a, b") for c in curves]
    if any(c.ndim != 2 or c.shape != (len(curves[0]), len(n)) for c in curves):
        raise ValueError(
            f"a, b: expected shape (seeds, {len(n)}), a row a seed and a column a size, got "
            f"{' and '.join(str(c.shape) for c in curves)}; one seed alone is a[None, :]"
        )
    return n, *curves


def power_law(n, error) -> tuple[float, float]:
    """error ≈ c · n^(−k), least squares of ln error on ln n;  n (K,), error (K,) -> c, k.

    ValueError for unequal lengths, fewer than two different n and values that are not above 0.
    """
    n, error = finite_array(n, "n"), finite_array(error, "error")
    fits = n.shape == error.shape and n.ndim == 1 and len(np.unique(n)) > 1
    if not fits or min(n.min(), error.min()) <= 0:
        raise ValueError(
            "n, error: expected two equally long rows of numbers above 0, with at least two "
            f"different n, got shapes {n.shape} and {error.shape}; an error of exactly 0 has no "
            "logarithm, leave it out"
        )
    slope, level = np.polyfit(np.log(n), np.log(error), 1)
    return float(np.exp(level)), float(-slope)
