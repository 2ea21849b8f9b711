"""Scaled dot-product attention, there and back."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array
from lecturelib.attention.masks import as_mask

__all__ = ["attention", "attention_backward", "masked_softmax"]


def _vectors_fit(q, k, v, **others):
    """ValueError unless q and k are equally long, and k and v equally many."""
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(
            "q, k, v: expected shapes (…, T, d), (…, S, d) and (…, S, d_v), got "
            f"{q.shape}, {k.shape} and {v.shape}; queries and keys are equally long, and every key "
            "has its value; a single vector is a row: q[None, :]"
        )
    try:
        outer = np.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    except ValueError as error:
        raise ValueError(
            f"q, k, v: expected the same axes before the last two, got {q.shape}, {k.shape} and "
            f"{v.shape}; insert an axis of 1 where one key serves several queries"
        ) from error
    if others.get("mask") is not None:
        as_mask(others["mask"], (*outer, q.shape[-2], k.shape[-2]))


def _scores_fit(scores, mask):
    if mask is not None:
        as_mask(mask, scores.shape)


@checked(_scores_fit, scores=finite_array)
def masked_softmax(scores, mask=None):
    """p_ts = e^{e_ts} / Σ_s e^{e_ts} over the s where the mask is True, 0 elsewhere;  (…, T, S).

    A row in which the mask is False throughout is 0, not NaN: there is nothing to take a mean of.
    ValueError for a mask that is not boolean or does not fit, NaN and infinity.
    """
    return softmax_in_place(scores.copy(), mask)


def softmax_in_place(scores, mask):
    """``masked_softmax`` written into ``scores``, which is returned."""
    if mask is not None:
        # Before the softmax: e^{−∞} = 0 drops out of the sum as well.
        scores += np.where(mask, scores.dtype.type(0), scores.dtype.type(-np.inf))
    largest = scores.max(axis=-1, keepdims=True)
    if mask is not None:
        largest[largest == -np.inf] = 0  # a row without keys: −∞ − (−∞) would be NaN
    # Shifting the scores leaves softmax unchanged and keeps exp from overflowing.
    scores -= largest
    np.exp(scores, out=scores)
    total = scores.sum(axis=-1, keepdims=True)
    if mask is not None:
        total[total == 0] = 1
    scores /= total
    return scores


@checked(_vectors_fit, q=finite_array, k=finite_array, v=finite_array)
def attention(q, k, v, mask=None, scale=None):
    """p = softmax(scale · q kᵀ), h = p v;  q (…, T, d), k (…, S, d), v (…, S, d_v) -> h, p.

    Each query takes a mean of the values, h (…, T, d_v), with weights p (…, T, S) that add up to 1
    in each row. ``scale`` is 1/√d unless given. ``mask``: True where query t may look at key s; a
    query that may look nowhere gets weights and output 0. ValueError for shapes that do not fit, a
    mask that is not boolean, NaN and infinity. Source: Vaswani et al. (2017).
    """
    # A Python float keeps float32 what it is; √d is taken of the head's width, not the model's.
    scale = q.shape[-1] ** -0.5 if scale is None else float(scale)
    p = softmax_in_place((q * scale) @ k.swapaxes(-1, -2), mask)  # (…, T, d) @ (…, d, S)
    return p @ v, p


def attention_backward(dh, q, k, v, p, scale=None):
    """The way back through ``attention``: dq, dk, dv from dh = ∂L/∂h (…, T, d_v) and the p kept.

    dv = pᵀ dh; dp = dh vᵀ; de = p (dp − Σ_s dp p), 0 wherever p is, at the mask too;
    dq = scale · de k, dk = scale · deᵀ q. Where one key serves several queries (an axis of 1 in k
    and v), dk and dv have the queries' axes: sum over them.
    """
    scale = q.shape[-1] ** -0.5 if scale is None else float(scale)
    de = dh @ v.swapaxes(-1, -2)  # (…, T, d_v) @ (…, d_v, S) -> (…, T, S), which is dp so far
    de -= (de * p).sum(axis=-1, keepdims=True)
    de *= p
    de *= scale
    return de @ k, de.swapaxes(-1, -2) @ q, p.swapaxes(-1, -2) @ dh
