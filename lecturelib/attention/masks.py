"""Who may look at whom: boolean arrays, True where a query may look at a key."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import whole

__all__ = ["as_mask", "causal_mask", "padding_mask"]


def causal_mask(T: int, S: int | None = None) -> np.ndarray:
    """True at (t, s) for s ≤ t + S − T: a token sees itself and what stands before it;  -> (T, S).

    The T queries are the last of S tokens, S = T unless some keys come from a cache. ValueError for
    sizes below 1 and S < T.
    """
    T = whole(T, "T")
    S = T if S is None else whole(S, "S", least=T)
    return np.tri(T, S, S - T, dtype=bool)


def padding_mask(lengths, S: int) -> np.ndarray:
    """True at (n, 0, s) for s < lengths_n: nobody looks at the padding;  (N,) -> (N, 1, S).

    ValueError unless ``lengths`` are whole numbers from 0 to S; 0 leaves a sequence nothing to look
    at, and its output is 0.
    """
    found, S = np.asarray(lengths), whole(S, "S")
    if found.ndim != 1 or found.dtype.kind not in "iu" or (found < 0).any() or (found > S).any():
        raise ValueError(
            f"lengths: expected one whole number from 0 to S = {S} a sequence, got {lengths!r}; "
            "count the tokens before the padding"
        )
    return np.arange(S) < found[:, None, None]


def as_mask(mask, shape) -> np.ndarray:
    """``mask`` if it is boolean and can be stretched to ``shape``, or ValueError."""
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise ValueError(
            f"mask: expected booleans, True where a query may look, got dtype {mask.dtype}; numbers"
            " would leave open what 0 means: write mask > 0 or mask == 0"
        )
    try:
        fits = np.broadcast_shapes(mask.shape, shape) == tuple(shape)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"mask: expected a shape that can be stretched to {tuple(shape)}, got {mask.shape}; "
            "rows are queries and columns keys, (T, S), for each sequence (N, T, S) or (N, 1, S)"
        )
    return mask
