"""The chapter's comparison: one network on digits with noisy labels, one regulariser at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib._validate import whole
from lecturelib.activations import softmax
from lecturelib.data import digits
from lecturelib.layers import Linear, ReLU, Sequential
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam, AdamW, is_weight
from lecturelib.regularization.data import mixup, random_shift, soft_labels
from lecturelib.regularization.dropout import Dropout
from lecturelib.regularization.early_stopping import EarlyStopping
from lecturelib.regularization.losses import Penalised, SoftCrossEntropy
from lecturelib.regularization.penalties import L1, L2
from lecturelib.training import accuracy, fit

TRAINING, VALIDATION, EPOCHS, BATCH = 300, 100, 100, 30
METHODS = (
    *("none", "L2", "L1", "decay", "dropout", "early stopping", "shift", "smoothing", "mixup"),
    "ensemble",
)


class Task(NamedTuple):
    """Pixels (N, 64), float32, and labels (N,) to train, to validate and to test with."""

    X: np.ndarray
    y: np.ndarray
    X_validation: np.ndarray
    y_validation: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


class Scores(NamedTuple):
    """Accuracies, 0 to 1.

    ``train`` and ``validation`` are measured on labels as noisy as those trained with, ``test`` and
    ``shifted`` on clean ones; for the latter each image is moved by up to a pixel.
    """

    train: float
    validation: float
    test: float
    shifted: float


def noisy_digits(seed: int, noise: float = 0.3) -> Task:
    """300 digits to train, 100 to validate, 1397 to test, drawn by ``seed``.

    A label to train or validate with is redrawn from all ten digits with probability ``noise``, so
    that it is wrong with probability 0.9 · noise. Test labels are the true ones.
    """
    rng, rows = np.random.default_rng(seed), digits()
    order = rng.permutation(len(rows.y))
    X, y = rows.X[order].astype(np.float32), rows.y[order]
    used = TRAINING + VALIDATION
    redrawn = np.flatnonzero(rng.random(used) < noise)
    y[redrawn] = rng.integers(10, size=len(redrawn))
    parts = np.split(np.arange(len(y)), [TRAINING, used])
    return Task(*(array[part] for part in parts for array in (X, y)))


def network(rng, dropout: float = 0.0) -> Sequential:
    """64-128-64-10 with ReLU, float32, and dropout behind both hidden layers if it is above 0."""
    layers = []
    for n_in, n_out in ((64, 128), (128, 64)):
        layers += [Linear(n_in, n_out, rng=rng, dtype=np.float32), ReLU()]
        if dropout:
            layers.append(Dropout(dropout, rng=rng))
    return Sequential(*layers, Linear(64, 10, rng=rng, dtype=np.float32))


def train(task: Task, method: str, strength: float, *, seed: int) -> Sequential:
    """The network after 100 epochs, 1000 steps of Adam, with one regulariser.

    ``strength`` is λ of L2, L1 and decay, p of dropout, the patience of early stopping, the most
    pixels of a shift, ε of smoothing and α of mixup. ValueError for another method.
    """
    if method not in METHODS[:-1]:
        raise ValueError(
            f"method: expected one of {list(METHODS[:-1])}, got {method!r}; an ensemble is made by "
            "Ensemble.trained"
        )
    rng = np.random.default_rng(seed)
    model = network(rng, strength if method == "dropout" else 0)
    optimiser = Adam(model)
    if method == "decay":
        optimiser = AdamW(model, weight_decay=strength, decays=is_weight)
    loss = LOSSES[method](model, strength) if method in LOSSES else CrossEntropy()
    settings = {"batch_size": BATCH, "rng": rng}
    if method == "early stopping":
        stopping = EarlyStopping(int(strength))
        settings |= {"validation": task[2:4], "callbacks": [stopping], "epochs": EPOCHS}
        fit(model, loss, optimiser, task.X, task.y, **settings)
        stopping.restore(model)
        return model
    for _ in range(EPOCHS):
        X, y = ROWS[method](task.X, task.y, strength, rng) if method in ROWS else task[:2]
        fit(model, loss, optimiser, X, y, epochs=1, **settings)
    return model


LOSSES = {
    "L2": lambda model, strength: Penalised(CrossEntropy(), L2(model, strength)),
    "L1": lambda model, strength: Penalised(CrossEntropy(), L1(model, strength)),
    "smoothing": lambda model, strength: SoftCrossEntropy(strength),
    "mixup": lambda model, strength: SoftCrossEntropy(),
}


def _shifted(X, y, strength, rng):
    images = random_shift(X.reshape(-1, 8, 8), int(strength), rng=rng)
    return images.reshape(X.shape), y


def _mixed(X, y, strength, rng):
    return mixup(X, soft_labels(y, 10, dtype=X.dtype), strength, rng=rng)


# What makes the rows of an epoch out of those of the task.
ROWS = {"shift": _shifted, "mixup": _mixed}


class Ensemble:
    """o = 1/M Σ_m softmax(z_m): M networks that vote with their probabilities."""

    def __init__(self, models) -> None:
        self.models = tuple(models)

    @classmethod
    def trained(cls, task: Task, count: int, *, seed: int) -> Ensemble:
        """Networks without a regulariser that differ in start and order of rows alone."""
        # Far from the seeds of single networks.
        seeds = [1000 * m + seed for m in range(1, whole(count, "count") + 1)]
        return cls(train(task, "none", 0, seed=each) for each in seeds)

    def predict(self, X) -> np.ndarray:
        """The mean of the probabilities;  X (N, D) -> (N, C)."""
        return np.mean([softmax(model.predict(X)) for model in self.models], axis=0)


def scores(model, task: Task) -> Scores:
    """How often ``model`` is right on each part of the task."""
    # The same shifts for every model.
    images = random_shift(task.X_test.reshape(-1, 8, 8), rng=np.random.default_rng(0))
    rows = [*zip(task[::2], task[1::2], strict=True), (images.reshape(-1, 64), task.y_test)]
    return Scores(*(accuracy(model.predict(X), y) for X, y in rows))


def measure(method: str, strength: float, noise: float, seed: int) -> Scores:
    """The scores of one regulariser on ``noisy_digits(seed, noise)``; an ensemble counts models."""
    task = noisy_digits(seed, noise)
    if method == "ensemble":
        return scores(Ensemble.trained(task, int(strength), seed=seed), task)
    return scores(train(task, method, strength, seed=seed), task)
