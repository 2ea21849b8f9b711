"""How likely a model makes a text: log-likelihood, perplexity, bits a character."""

from __future__ import annotations

import math

import numpy as np

from lecturelib._validate import finite_array, positive
from lecturelib.losses import _Loss

__all__ = ["LogLikelihood", "bits_per_character", "perplexity"]


class LogLikelihood(_Loss):
    """ℓ_n = Σ_t m_nt log p[n, t, y_nt] with p = softmax(z);  z (N, T, V), y (N, T) -> ℓ (N,).

    z[n, t] are the logits *behind* token t, so y[n, t] is token t + 1. The mask m (N, T) is
    boolean, True where y counts; None for all places.
    """

    def forward(self, z, y, mask=None) -> np.ndarray:
        """ℓ (N,), and what backward needs is kept.

        ValueError for shapes that do not fit, ids outside 0 to V − 1, a mask that is not boolean,
        NaN and infinity.
        """
        z, y = finite_array(z, "z"), _targets(z, y)
        m = None if mask is None else _places(mask, y.shape)
        shifted = z - z.max(axis=-1, keepdims=True)
        e = np.exp(shifted)
        total = e.sum(axis=-1, keepdims=True)  # (N, T, 1)
        picked = np.take_along_axis(shifted, y[..., None], axis=-1)
        log_p = (picked - np.log(total))[..., 0]
        if m is not None:
            log_p = np.where(m, log_p, log_p.dtype.type(0))
        self._kept = e, total, y, m
        return log_p.sum(axis=1)

    def backward(self, dl) -> np.ndarray:
        """dz = dℓ_n m_nt (one-hot(y) − p), 0 where the mask is False;  dl (N,) -> (N, T, V)."""
        e, total, y, m = self._recall()
        dl = np.asarray(dl, dtype=e.dtype)[:, None]  # a place of a sequence has its share, (N, 1)
        share = np.broadcast_to(dl, y.shape) if m is None else dl * m
        dz = e * (-share[..., None] / total)
        at = np.take_along_axis(dz, y[..., None], axis=-1) + share[..., None]
        np.put_along_axis(dz, y[..., None], at, axis=-1)
        return dz


def perplexity(nats: float) -> float:
    """e^L of a loss L in nats a token: among how many equally likely tokens it would be as hard.

    ValueError for a loss that is not finite or below 0.
    """
    return math.exp(_loss(nats))


def bits_per_character(nats: float, tokens: int, characters: int) -> float:
    """L · tokens / characters / ln 2 of a loss L in nats a token on a text of that many of both.

    What a token is differs between tokenisers, a character does not: losses a token cannot be
    compared, bits a character can. ValueError for counts that are not above 0, and as in
    ``perplexity``.
    """
    each = positive(tokens, "tokens") / positive(characters, "characters")
    return _loss(nats) * each / math.log(2)


def _loss(nats):
    if not 0 <= nats < math.inf:
        raise ValueError(
            f"nats: expected a finite loss of at least 0, got {nats}; it is the mean of −log p, in "
            "natural logarithms"
        )
    return float(nats)


def _targets(z, y):
    """y as ids (N, T) that are columns of z (N, T, V), or ValueError."""
    y = np.asarray(y)
    if z.ndim != 3 or y.shape != z.shape[:2] or y.dtype.kind not in "iu":
        raise ValueError(
            f"z, y: expected shapes (N, T, V) and (N, T) with whole numbers in y, got {z.shape} "
            f"and {y.shape} of dtype {y.dtype}; one sequence is z[None], y[None]"
        )
    if y.min() < 0 or y.max() >= z.shape[2]:
        raise ValueError(
            f"y: expected ids from 0 to {z.shape[2] - 1}, got {y.min()} to {y.max()}; leave places "
            "out by the mask, not by a negative id"
        )
    return y


def _places(mask, shape):
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.shape != shape:
        raise ValueError(
            f"mask: expected booleans of the shape {shape} of y, got dtype {mask.dtype} with shape "
            f"{mask.shape}; True where a target counts"
        )
    return mask
