"""What a code and a reconstruction are worth: decibels, neighbours, and how anomalies stand out."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array, positive, whole


def _same(x, z, **_):
    if x.shape != z.shape:
        raise ValueError(f"x, z: expected equal shapes, got {x.shape} and {z.shape}")


@checked(_same, x=finite_array, z=finite_array)
def decibels(x, z, peak: float = 1.0) -> float:
    """10 log₁₀(peak² / mean (x − z)²), the peak signal-to-noise ratio in dB;  equal shapes.

    Ten more mean a tenth of the squared error; infinity for equal arrays. ``peak`` is the largest
    value that a pixel can have. ValueError for unequal shapes, NaN, infinity and peak ≤ 0.
    """
    error = float(np.square(x - z).mean())
    return 10 * float(np.log10(positive(peak, "peak") ** 2 / error)) if error else float("inf")


def _code_rows(H, name, width=None):
    H = finite_array(H, name)
    if H.ndim != 2 or width not in (None, H.shape[1]):
        wanted = "D" if width is None else width
        raise ValueError(
            f"{name}: expected shape (N, {wanted}), one row an example, got {H.shape}; take codes "
            "of the same model"
        )
    return H


def nearest(H, H_new, k: int = 1):
    """The k rows of H nearest to each row of H_new, nearest first, and how far they are.

    H (N, K), H_new (M, K) -> indices (M, k), Euclidean distances (M, k). ValueError for unequal
    widths and unless 1 ≤ k ≤ N.
    """
    H = _code_rows(H, "H")
    H_new = _code_rows(H_new, "H_new", H.shape[1])
    if whole(k, "k") > len(H):
        raise ValueError(f"k: expected at most {len(H)}, the rows of H, got {k}; ask for fewer")
    squares = (H_new**2).sum(axis=1)[:, None] - 2 * H_new @ H.T + (H**2).sum(axis=1)
    rows = np.argsort(squares, axis=1, kind="stable")[:, :k]
    # The differences themselves: what the squares leave over of close rows is rounding.
    return rows, np.linalg.norm(H[rows] - H_new[:, None], axis=2)


def neighbour_accuracy(H, y, H_test, y_test, k: int = 10) -> float:
    """The share of test rows whose k nearest neighbours vote for their label;  -> [0, 1].

    H (N, K), y (N,), H_test (M, K), y_test (M,); of equal votes the smaller label counts.
    ValueError as ``nearest``, and for labels that are not one whole number a row.
    """
    rows, _ = nearest(H, H_test, k)
    y, y_test = np.asarray(y), np.asarray(y_test)
    for name, labels, n in (("y", y, len(H)), ("y_test", y_test, len(H_test))):
        if labels.shape != (n,) or labels.dtype.kind not in "iu":
            raise ValueError(
                f"{name}: expected {n} whole labels, one a row, got dtype {labels.dtype} with "
                f"shape {labels.shape}"
            )
    y = y.astype(np.intp)  # 32 bits in a page, where bincount takes no wider type
    votes = np.array([np.bincount(y[r]).argmax() for r in rows])
    return float((votes == y_test).mean())


def roc_area(scores, strange):
    """The ROC curve and the area below it;  scores (N,), strange (N,) -> false, true, area.

    For every threshold the share of ordinary rows that are above it (false alarms) and of strange
    ones (found), from (0, 0) to (1, 1); equal scores make one step. The area is the probability
    that a strange row has the larger score of a pair, ties counted half. ValueError unless there
    is a label for each score and a row of both kinds.
    """
    scores, strange = finite_array(scores, "scores"), np.asarray(strange)
    if scores.ndim != 1 or strange.shape != scores.shape or strange.dtype != bool:
        raise ValueError(
            f"scores, strange: expected (N,) numbers and (N,) booleans, got {scores.shape} and "
            f"{strange.dtype} {strange.shape}; write strange = y == 8"
        )
    if strange.all() or not strange.any():
        raise ValueError("strange: expected rows of both kinds, got one kind; the area needs pairs")
    values, place = np.unique(-scores, return_inverse=True)
    counts = [np.bincount(place[rows], minlength=len(values)) for rows in (~strange, strange)]
    false, true = (np.concatenate([[0], np.cumsum(n) / n.sum()]) for n in counts)
    area = float((np.diff(false) * (true[1:] + true[:-1])).sum() / 2)
    return false, true, area
