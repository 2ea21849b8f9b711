"""Attention block by block, without the whole row of scores: FlashAttention's softmax."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array, whole
from lecturelib.attention.core import _vectors_fit

__all__ = ["attention_by_blocks", "online_softmax"]


def online_softmax(blocks) -> list[tuple[float, float]]:
    """(m, l) after each block of scores: m = max so far, l = Σ e^{e − m} over all so far.

    m' = max(m, max of the block), l' = l e^{m − m'} + Σ_block e^{e − m'}: the sum so far is brought
    down to the new largest score. At the end e^{e − m} / l is the softmax. ValueError for an empty
    block, NaN and infinity. Source: Milakov and Gimelshein (2018).
    """
    m, total, history = -np.inf, 0.0, []
    for i, block in enumerate(blocks):
        block = finite_array(block, f"blocks[{i}]")
        larger = max(m, float(block.max()))
        total = total * np.exp(m - larger) + np.exp(block - larger).sum()
        m = larger
        history.append((m, float(total)))
    return history


@checked(_vectors_fit, q=finite_array, k=finite_array, v=finite_array)
def attention_by_blocks(q, k, v, size: int, scale=None):
    """h = softmax(scale · q kᵀ) v with ``size`` keys at a time;  shapes as in ``attention``.

    The same result, yet no more than T · size scores exist at once. A running output is rescaled
    like the running sum whenever a larger score comes. ValueError as ``attention``, and for size
    below 1. Source: Dao, Fu, Ermon, Rudra and Ré (2022).
    """
    scale = q.shape[-1] ** -0.5 if scale is None else float(scale)
    size, S = whole(size, "size"), k.shape[-2]
    m, total, h = -np.inf, 0.0, 0.0
    for start in range(0, S, size):
        part = slice(start, start + size)
        e = (q * scale) @ k[..., part, :].swapaxes(-1, -2)  # (…, T, size)
        larger = np.maximum(m, e.max(axis=-1, keepdims=True))
        down, e = np.exp(m - larger), np.exp(e - larger)
        total = total * down + e.sum(axis=-1, keepdims=True)
        h = h * down + e @ v[..., part, :]
        m = larger
    return h / total
