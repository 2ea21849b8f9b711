"""Rosenblatt's perceptron: one neuron with a step, taught by its mistakes.

Source: F. Rosenblatt, "The perceptron", Psychological Review 65(6), 1958, 386-408. The bound:
A. B. J. Novikoff, "On convergence proofs on perceptrons", 1962.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib._validate import finite_array, generator, number, whole

__all__ = ["Perceptron", "Record", "novikoff_bound"]


class Record(NamedTuple):
    """What ``Perceptron.fit`` did: K updates in E epochs.

    ``weights`` (K + 1, D + 1) holds (w, b) before the first update and after each, ``examples``
    (K,) the row that caused each, ``mistakes`` (E,) the updates of each epoch. ``converged`` says
    whether the last epoch had none.
    """

    weights: np.ndarray
    examples: np.ndarray
    mistakes: np.ndarray
    converged: bool


class Perceptron:
    """o = 1 if w·x + b > 0, else 0;  X (N, D) -> o (N,).

    ``w`` (D,) and ``b`` start at zero. ValueError unless ``inputs``, the number D, is a whole
    number of at least 1.
    """

    def __init__(self, inputs: int) -> None:
        self.w = np.zeros(whole(inputs, "inputs"))
        self.b = 0.0

    def predict(self, X) -> np.ndarray:
        """The answers, 0 or 1;  X (N, D) -> (N,). ValueError for another shape, NaN, infinity."""
        return (self._rows(X) @ self.w + self.b > 0).astype(int)

    def fit(self, X, y, *, epochs: int, rng: np.random.Generator | None = None) -> Record:
        """w += (y_n - o_n) x_n, b += y_n - o_n, example by example;  X (N, D), y (N,) -> Record.

        A right answer changes nothing. Every epoch shows all rows in their order, or in a new
        random one where ``rng`` is given; training ends after an epoch without a mistake or after
        ``epochs``. The examples are separable exactly if some number of epochs is enough.

        ValueError for unequal numbers of rows, labels other than 0 and 1, NaN or infinity,
        epochs below 1, and an ``rng`` that is no Generator.
        """
        X, y = self._rows(X), _labels(y, X)
        order = np.arange(len(X)) if rng is None else generator(rng).permutation
        history, examples, mistakes = [self._parameters()], [], []
        for _ in range(whole(epochs, "epochs")):
            before = len(examples)
            for n in order if rng is None else order(len(X)):
                error = y[n] - (X[n] @ self.w + self.b > 0)
                if error:
                    self.w += error * X[n]
                    self.b += error
                    history.append(self._parameters())
                    examples.append(n)
            mistakes.append(len(examples) - before)
            if not mistakes[-1]:
                break
        rows = np.array(examples, dtype=int)  # even where there was no mistake
        return Record(np.array(history), rows, np.array(mistakes), not mistakes[-1])

    def _parameters(self):
        return np.append(self.w, self.b)  # a copy: the weights go on changing

    def _rows(self, X):
        X = finite_array(X, "X")
        if X.ndim != 2 or X.shape[1] != len(self.w):
            raise ValueError(
                f"X: expected shape (N, {len(self.w)}), got {X.shape}; pass one example a row, "
                "a single one as X[None]"
            )
        return X


def novikoff_bound(X, y, w, b: float) -> float:
    """(R/γ)², at least the number of updates from zero;  X (N, D), y (N,), w (D,) -> a number.

    With x̃ = (x, 1) and u = (w, b)/‖(w, b)‖: R is the largest ‖x̃_n‖ and γ the smallest
    (2 y_n - 1) u·x̃_n. Any u that separates the classes bounds the updates, in every order; the
    one with the largest γ does so best.

    ValueError unless every example lies on its own side of w·x + b = 0, for wrong shapes, NaN and
    infinity.
    """
    X, w = finite_array(X, "X"), finite_array(w, "w")
    if X.ndim != 2 or w.shape != X.shape[1:]:
        raise ValueError(
            f"X, w: expected shapes (N, D) and (D,), got {X.shape} and {w.shape}; "
            "pass one weight for each column of X"
        )
    u = np.append(w, number(b, "b"))
    y = _labels(y, X)
    augmented = np.column_stack([X, np.ones(len(X))])  # (N, D + 1)
    margins = (2 * y - 1) * (augmented @ u)
    if margins.min() <= 0:
        raise ValueError(
            "w, b: expected a plane with every example on its own side, got "
            f"{(margins <= 0).sum()} of {len(X)} on the wrong one or on the plane; choose others, "
            "if any separate the classes"
        )
    return float((augmented**2).sum(axis=1).max() * (u @ u) / margins.min() ** 2)


def _labels(y, X):
    """``y`` as (N,) integers 0 and 1, or ValueError."""
    labels = np.asarray(y)
    if labels.shape != (len(X),) or not np.isin(labels, [0, 1]).all():
        raise ValueError(
            f"y: expected {len(X)} labels, each 0 or 1, got shape {labels.shape} with values "
            f"{np.unique(labels)[:4]}; compare first, as in (labels == 3)"
        )
    return labels.astype(int)
