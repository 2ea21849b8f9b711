"""Losses that regularise: targets softer than labels, and penalties on top of any loss."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import below_one, checked, finite_array, labels, labels_below
from lecturelib.losses import CrossEntropy, _batch


def _labels_or_shares(value, name):
    """Integer labels (N,), or rows of shares (N, C), none negative and each of sum 1."""
    if np.ndim(value) != 2:
        return labels(value, name)
    shares = finite_array(value, name)
    sums = shares.sum(axis=1)
    wrong = (np.abs(sums - 1) > 1e-4) | (shares < 0).any(axis=1)
    if wrong.any():
        n = int(wrong.argmax())
        raise ValueError(
            f"{name}: expected rows of shares that are not negative and have the sum 1, got row "
            f"{n} with sum {sums[n]:g} and minimum {shares[n].min():g}; make them with soft_labels"
        )
    return shares


def _fit(self, z, y):
    if y.ndim == 1:
        labels_below(z, y)
    elif y.shape != z.shape:
        raise ValueError(
            f"y: expected the shape of z, {z.shape}, a share for each class, got {y.shape}; "
            "pass labels (N,) or soft_labels(y, classes)"
        )


class SoftCrossEntropy(CrossEntropy):
    """L = −1/N Σ_n Σ_c t_nc log p_nc,  t = (1 − ε) y + ε/C;  z (N, C), y (N,) or (N, C).

    ``y`` are labels or rows of shares, such as ``soft_labels`` and ``mixup`` give; ε is
    ``smoothing``, the share that goes to all C classes alike. As in PyTorch's
    ``CrossEntropyLoss(label_smoothing=ε)`` the right class gets a part of that share too.
    ValueError unless 0 ≤ ε < 1. Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna (2016).
    """

    def __init__(self, smoothing: float = 0.0) -> None:
        self.smoothing = below_one(smoothing, "smoothing")

    @checked(_fit, z=_batch, y=_labels_or_shares)
    def forward(self, z, y) -> float:
        """L = −1/N Σ_n Σ_c t_nc log p_nc;  z (N, C), y (N,) or (N, C) -> one number.

        ValueError as for CrossEntropy, for shares of another shape than z, and for rows of them
        that have a negative entry or another sum than 1.
        """
        # Shifting z leaves the loss unchanged and keeps exp from overflowing.
        shifted = z - z.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        total = e.sum(axis=1, keepdims=True)  # (N, 1), at least 1
        targets = self._targets(z, y)
        self._kept = e, total, targets
        return float((targets * (np.log(total) - shifted)).sum(axis=1).mean())

    def backward(self):
        """∂L/∂z = (softmax(z) − t) / N;  -> (N, C)."""
        e, total, targets = self._recall()
        dz = e / total
        dz -= targets
        dz /= len(dz)
        return dz

    def _targets(self, z, y):
        """t (N, C) in the type of z."""
        C = z.shape[1]
        shares = soft_rows(y, C, z.dtype) if y.ndim == 1 else y.astype(z.dtype)
        shares *= 1 - self.smoothing
        shares += self.smoothing / C
        return shares

    def __repr__(self) -> str:
        return f"SoftCrossEntropy(smoothing={self.smoothing:g})"


def soft_rows(y, classes, dtype):
    """One-hot rows;  y (N,) -> (N, C)."""
    rows = np.zeros((len(y), classes), dtype)
    rows[np.arange(len(y)), y] = 1
    return rows


class Penalised:
    """L(z, y) + Σ λ Ω(θ): a loss with penalties, for ``training.fit``.

    ``Penalised(CrossEntropy(), L2(model, 0.01))``. θ reaches the sum in two ways: ``backward``
    returns the gradient through z, and adds that of the penalties to the model's ``gradients``
    itself, so it must come after ``zero_grad``. Losses recorded with it contain the penalties, on
    validation data too.
    """

    def __init__(self, loss, *penalties) -> None:
        self.loss, self.penalties = loss, penalties

    def forward(self, z, y) -> float:
        """L(z, y) + Σ λ Ω(θ);  what the loss takes -> one number."""
        return self.loss.forward(z, y) + sum(penalty.value() for penalty in self.penalties)

    def backward(self):
        """∂L/∂z, and λ ∂Ω/∂θ is added to the model's gradients;  -> the shape of z."""
        for penalty in self.penalties:
            penalty.add_gradient()
        return self.loss.backward()
