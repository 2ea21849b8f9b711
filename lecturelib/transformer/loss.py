"""The cross-entropy of sequences, with places that are not asked for."""

from __future__ import annotations

import numpy as np

from lecturelib.losses import CrossEntropy

__all__ = ["TokenCrossEntropy"]


class TokenCrossEntropy:
    """L = −mean of log p_nt[y_nt] over the places with y_nt ≥ 0;  z (N, T, C), y (N, T).

    p = softmax(z); y = −1 leaves a place out: padding, or the question before the answer. Else as
    ``losses.CrossEntropy``, whose errors it shares; ValueError too where no place is left.
    """

    def __init__(self) -> None:
        self._inner, self._kept = CrossEntropy(), None

    def forward(self, z, y) -> float:
        """The mean over the places asked for;  (N, T, C), (N, T) -> one number."""
        z, y = np.asarray(z), np.asarray(y)
        if z.ndim != 3 or y.shape != z.shape[:2]:
            raise ValueError(
                "z, y: expected shapes (N, T, C) and (N, T), got "
                f"{z.shape} and {y.shape}; every place has one target, or −1 for none"
            )
        asked = y >= 0
        if not asked.any():
            raise ValueError(
                "y: expected at least one place with a target, got none ≥ 0; −1 leaves a place out"
            )
        self._kept = None if asked.all() else asked, z.shape
        if asked.all():
            return self._inner.forward(z.reshape(-1, z.shape[-1]), y.ravel())
        return self._inner.forward(z[asked], y[asked])

    def backward(self):
        """∂L/∂z, 0 where nothing was asked;  -> (N, T, C)."""
        dz = self._inner.backward()
        asked, shape = self._kept
        if asked is None:
            return dz.reshape(shape)
        whole = np.zeros(shape, dz.dtype)
        whole[asked] = dz
        return whole
