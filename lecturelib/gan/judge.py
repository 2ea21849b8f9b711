"""A classifier as the judge of generated digits: which ones are there, and how sure is it?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib._validate import finite_array, generator
from lecturelib.activations import softmax
from lecturelib.data import Split
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import accuracy, fit

__all__ = ["Judged", "judged", "nearest_distance", "train_judge"]


class Judged(NamedTuple):
    """``shares`` (C,) of the samples by class; ``found``: classes with more than 1 % of them;

    ``confidence``: the mean of the largest probability.
    """

    shares: np.ndarray
    found: int
    confidence: float


def train_judge(parts: Split, rng):
    """A 64-128-64-10 network trained on the training part, and its accuracy on the test part.

    What it says of samples is worth no more than that accuracy, and it was never taught to say
    "no digit".
    """
    model = FFNN([64, 128, 64, 10], rng=generator(rng), dtype=np.float32)
    X, y = parts.X_train.astype(np.float32), parts.y_train
    fit(model, CrossEntropy(), Adam(model), X, y, epochs=30, batch_size=32, rng=rng)
    return model, accuracy(model.predict(parts.X_test.astype(np.float32)), parts.y_test)


def judged(model, x) -> Judged:
    """What the judge sees in the samples x (N, 64) -> Judged."""
    p = softmax(model.predict(x))
    shares = np.bincount(p.argmax(axis=1), minlength=p.shape[1]) / len(p)
    return Judged(shares, int((shares > 0.01).sum()), float(p.max(axis=1).mean()))


def nearest_distance(x, X) -> float:
    """The mean distance from a row of x to the nearest row of X;  (N, D), (M, D) -> one number.

    Far below that of new real samples it says that training samples were learned by heart.
    """
    x, X = finite_array(x, "x"), finite_array(X, "X")
    squares = np.square(x).sum(axis=1)[:, None] - 2 * x @ X.T + np.square(X).sum(axis=1)
    return float(np.sqrt(np.maximum(squares.min(axis=1), 0)).mean())
