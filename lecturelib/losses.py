"""Losses: ``L = loss.forward(z, y)`` is one number, ``dz = loss.backward()`` its gradient.

Both are means over the batch, as in PyTorch, so that the learning rate need not change with the
batch size. ``forward`` checks its arguments; the bare formula stays at ``forward.bare``, for
inner loops, and there NaN gives NaN.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array, labels, labels_below

__all__ = ["CrossEntropy", "MeanSquaredError"]


def _batch(z, name):
    z = finite_array(z, name)
    if z.dtype == np.float16:
        raise ValueError(
            f"{name}: expected float32 or float64, got float16, which rounds the share of one row "
            f"of a large batch to 0; convert with {name}.astype(np.float32)"
        )
    if z.ndim != 2:
        raise ValueError(
            f"{name}: expected shape (N, C), one row an example, got {z.shape}; "
            f"make one example a row, {name}[None, :], single numbers a column, {name}[:, None]"
        )
    return z


def _labels_fit(self, z, y):
    labels_below(z, y)


def _same_shape(self, z, y):
    if z.shape != y.shape:
        raise ValueError(
            f"y: expected the shape of z, {z.shape}, got {y.shape}; nothing is broadcast, "
            "make targets (N,) a column with y[:, None]"
        )


class _Loss:
    """What the losses share: values kept from forward to backward."""

    _kept: tuple | None = None

    def _recall(self):
        if self._kept is None:
            raise ValueError(
                f"{type(self).__name__}.backward: expected a forward pass before it, got none; "
                "call forward first"
            )
        return self._kept

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class CrossEntropy(_Loss):
    """L = −1/N Σ_n log p[n, y_n] with p = softmax(z);  z (N, C) logits, y (N,) labels 0..C−1.

    The negative log-likelihood of the labels; log C for a network that knows nothing. It takes
    logits because the logarithm of a softmax is safe for any z, that of a rounded probability not.
    """

    @checked(_labels_fit, z=_batch, y=labels)
    def forward(self, z, y) -> float:
        """L = 1/N Σ_n (log Σ_c e^{z_nc} − z[n, y_n]);  z (N, C), y (N,) -> one number.

        ValueError for labels that are no integers or out of range, unequal numbers of rows, an
        empty batch, float16, and NaN or infinity in z.
        """
        # Shifting z leaves the loss unchanged and keeps exp from overflowing.
        shifted = z - z.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        total = e.sum(axis=1, keepdims=True)  # (N, 1), at least 1: its logarithm is safe
        picked = np.arange(len(y)), y
        self._kept = e, total, picked
        return float((np.log(total[:, 0]) - shifted[picked]).mean())

    def backward(self):
        """∂L/∂z = (softmax(z) − one-hot(y)) / N;  -> (N, C)."""
        e, total, picked = self._recall()
        dz = e / total
        dz[picked] -= 1
        dz /= len(dz)
        return dz


class MeanSquaredError(_Loss):
    """L = 1/(N·K) Σ_n Σ_k (z_nk − y_nk)²;  z (N, K) predictions, y (N, K) targets."""

    @checked(_same_shape, z=_batch, y=_batch)
    def forward(self, z, y) -> float:
        """L = mean of (z − y)² over all entries;  z (N, K), y (N, K) -> one number.

        ValueError for unequal shapes, an empty batch, float16, and NaN or infinity.
        """
        # In the type of z: float64 targets would widen all gradients of a float32 network.
        self._kept = (np.subtract(z, y, dtype=z.dtype),)
        return float(np.square(self._kept[0]).mean())

    def backward(self):
        """∂L/∂z = 2 (z − y) / (N·K);  -> (N, K)."""
        (difference,) = self._recall()
        return difference * (2 / difference.size)
