"""Pieces of a long text: inputs, and the same moved by one token as targets."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import generator, whole

__all__ = ["in_order", "windows"]


def windows(ids, T: int, N: int, rng: np.random.Generator):
    """N random pieces of T tokens and, as targets, the same one token later;  (n,) -> two (N, T).

    y[n, t] is the token behind x[n, t]. Two pieces may overlap: so cut off the validation text
    *before* drawing windows, or it is learned by heart. ValueError for a text of T tokens or fewer.
    """
    ids, T = _text(ids, T), whole(T, "T")
    start = generator(rng).integers(0, len(ids) - T, whole(N, "N"))
    rows = ids[start[:, None] + np.arange(T + 1)]
    return rows[:, :-1], rows[:, 1:]


def in_order(ids, T: int):
    """The text as (len − 1) // T pieces side by side, with targets: every token is asked once.

    (n,) -> two (P, T); up to T − 1 tokens at the end are left out. A piece knows nothing of the
    one before it, so its first tokens have little context. ValueError as ``windows``.
    """
    ids, T = _text(ids, T), whole(T, "T")
    P = (len(ids) - 1) // T
    return ids[: P * T].reshape(P, T), ids[1 : P * T + 1].reshape(P, T)


def _text(ids, T):
    """``ids`` as an array with room for a piece and its target, or ValueError."""
    ids = np.asarray(ids)
    if ids.ndim != 1 or ids.dtype.kind not in "iu" or len(ids) <= whole(T, "T"):
        raise ValueError(
            f"ids: expected more than T = {T} whole numbers in a row, got dtype {ids.dtype} with "
            f"shape {ids.shape}; a target is the token behind its input"
        )
    return ids
