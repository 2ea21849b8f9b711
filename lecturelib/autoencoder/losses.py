"""Reconstruction losses: summed over the pixels of an image, mean over the images.

``MeanSquaredError`` of ``lecturelib.losses`` is the mean over pixels *and* images. The sum over
pixels is 64 times that for 8 × 8 pixels: what stands beside a loss, such as a KL divergence for
each image, has to be counted for an image too.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import array_between, checked
from lecturelib.losses import _batch, _Loss, _same_shape

_greys = array_between(0, 1, "divide grey values by their largest, 16 or 255")


def _grey_batch(y, name):
    return _greys(_batch(y, name), name)


class SummedSquaredError(_Loss):
    """L = 1/N Σ_n Σ_k (z_nk − y_nk)²;  z (N, D) reconstructions, y (N, D) images.

    ``nn.MSELoss(reduction="sum")(z, y) / N`` in PyTorch: D times ``MeanSquaredError``.
    """

    @checked(_same_shape, z=_batch, y=_batch)
    def forward(self, z, y) -> float:
        """L;  (N, D), (N, D) -> one number. ValueError as for ``MeanSquaredError``."""
        self._kept = (np.subtract(z, y, dtype=z.dtype),)
        return float(np.square(self._kept[0]).sum()) / len(z)

    def backward(self):
        """∂L/∂z = 2 (z − y) / N;  -> (N, D)."""
        (difference,) = self._recall()
        return difference * (2 / len(difference))


class SummedCrossEntropy(_Loss):
    """L = 1/N Σ_n Σ_k [ln(1 + e^a_nk) − y_nk a_nk];  a (N, D) logits of pixels, y (N, D) in [0, 1].

    −ln p(y) for pixels that are coins with p = σ(a); a grey value counts as a share of black.
    ``nn.BCEWithLogitsLoss(reduction="sum")(a, y) / N`` in PyTorch. For grey values the smallest
    possible L is not 0 but their own entropy.
    """

    @checked(_same_shape, z=_batch, y=_grey_batch)
    def forward(self, z, y) -> float:
        """L from the logits z = a;  (N, D), (N, D) -> one number.

        ValueError for grey values outside [0, 1], and as for ``MeanSquaredError``.
        """
        y = np.asarray(y, z.dtype)
        e = np.exp(-np.abs(z))  # at most 1: no overflow for any logit
        self._kept = z, e, y
        return float((np.maximum(z, 0) + np.log1p(e) - y * z).sum()) / len(z)

    def backward(self):
        """∂L/∂a = (σ(a) − y) / N;  -> (N, D)."""
        z, e, y = self._recall()
        p = np.where(z >= 0, 1, e) / (1 + e)
        return (p - y) / len(z)
