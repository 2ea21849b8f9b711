"""New training rows out of old ones: soft labels, mixup, shifted images."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import (
    below_one,
    finite_array,
    floating,
    generator,
    labels,
    labels_below,
    positive,
    whole,
)
from lecturelib.regularization.losses import soft_rows


def soft_labels(y, classes: int, smoothing: float = 0.0, *, dtype=np.float64) -> np.ndarray:
    """t = (1 − ε) one-hot(y) + ε/C with ε = ``smoothing``;  y (N,) -> (N, C).

    Targets for ``SoftCrossEntropy``; without smoothing they are one-hot. ValueError for labels that
    are no integers from 0 to C − 1, fewer than two classes, and unless 0 ≤ ε < 1.
    """
    y, classes = labels(y, "y"), whole(classes, "classes", least=2)
    smoothing = below_one(smoothing, "smoothing")
    rows = soft_rows(y[:0], classes, floating(dtype))
    labels_below(np.broadcast_to(rows.sum(axis=0), (len(y), classes)), y)
    rows = soft_rows(y, classes, rows.dtype)
    rows *= 1 - smoothing
    rows += smoothing / classes
    return rows


def mixup(X, targets, alpha: float = 0.2, *, rng) -> tuple[np.ndarray, np.ndarray]:
    """x̃_n = λ_n x_n + (1 − λ_n) x_π(n), and t̃_n with the same λ_n and π;  (N, …), (N, C) -> same.

    π is a random permutation and λ_n ~ Beta(α, α), one a row: for small α most rows stay nearly as
    they were. ValueError for unequal numbers of rows, targets that are labels (a share of a label
    means nothing), and α ≤ 0. Source: Zhang, Cisse, Dauphin and Lopez-Paz (2018).
    """
    X, targets = finite_array(X, "X"), finite_array(targets, "targets")
    if targets.ndim != 2:
        raise ValueError(
            f"targets: expected rows of shares (N, C), got shape {targets.shape}; "
            "turn labels into soft_labels(y, classes)"
        )
    if len(X) != len(targets):
        raise ValueError(
            f"X, targets: expected equally many rows, got {len(X)} and {len(targets)}; "
            "look for rows dropped from one of the two only"
        )
    alpha = positive(alpha, "alpha")
    partner = generator(rng).permutation(len(X))
    share = rng.beta(alpha, alpha, len(X))
    # One permutation and one λ for both: an image keeps the labels of the two it is made of.
    return tuple(_blend(rows, rows[partner], share) for rows in (X, targets))


def _blend(a, b, share):
    share = share.astype(a.dtype).reshape(-1, *[1] * (a.ndim - 1))  # (N,) -> (N, 1, …)
    return share * a + (1 - share) * b


def shift(images, down, right) -> np.ndarray:
    """Images moved by whole pixels, what comes in is 0;  (N, H, W) -> the same.

    ``down`` and ``right`` are whole numbers, one for all images or (N,), negative for up and left.
    ValueError for another number of axes, shifts that are no integers, and shifts of the whole
    height or width or more, which leave nothing.
    """
    images = finite_array(images, "images")
    if images.ndim != 3:
        raise ValueError(
            f"images: expected shape (N, H, W), got {images.shape}; one image is images[None], "
            "rows of pixels are X.reshape(-1, 8, 8)"
        )
    N, H, W = images.shape
    rows = np.arange(H) - _moves(down, "down", N, H)[:, None]  # (N, H): which row comes here
    columns = np.arange(W) - _moves(right, "right", N, W)[:, None]  # (N, W)
    inside = ((rows >= 0) & (rows < H))[:, :, None] & ((columns >= 0) & (columns < W))[:, None, :]
    moved = images[np.arange(N)[:, None, None], rows[:, :, None] % H, columns[:, None, :] % W]
    return np.where(inside, moved, images.dtype.type(0))


def _moves(value, name, N, size):
    """One whole number an image, (N,), smaller than ``size``, or ValueError."""
    moves = np.asarray(value)
    fits = moves.dtype.kind in "iu" and moves.shape in ((), (N,))
    if not fits or (np.abs(moves) >= size).any():
        raise ValueError(
            f"{name}: expected whole numbers between −{size - 1} and {size - 1}, one or {N} of "
            f"them, got {value!r:.60}; a shift by {size} leaves nothing of the image"
        )
    return np.broadcast_to(moves, N)


def random_shift(images, most: int = 1, *, rng) -> np.ndarray:
    """Each image moved by −most … most pixels down and right, drawn anew;  (N, H, W) -> the same.

    Augmentation: the label stays. All (2 · most + 1)² shifts are equally likely. ValueError as for
    ``shift``, and for most < 1.
    """
    most = whole(most, "most")
    down, right = generator(rng).integers(-most, most, endpoint=True, size=(2, len(images)))
    return shift(images, down, right)
