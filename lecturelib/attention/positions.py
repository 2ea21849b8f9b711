"""Where a token stands: waves that are added, or rotations of queries and keys."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array, positive, whole

__all__ = ["even", "rotary_angles", "rotate", "sinusoidal"]


def sinusoidal(length: int, n: int, base: float = 10000.0) -> np.ndarray:
    """P_{t,2i} = sin(t / base^{2i/n}), P_{t,2i+1} = cos of the same;  -> (length, n), float64.

    Waves from fast to slow, as the digits of a counter change. ValueError for length below 1 and n
    odd. Source: Vaswani et al. (2017).
    """
    angles = rotary_angles(np.arange(whole(length, "length")), n, base)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, -1)


def rotary_angles(positions, d: int, base: float = 10000.0) -> np.ndarray:
    """φ_{t,i} = t / base^{2i/d}: how far pair i is turned at position t;  (T,) -> (T, d/2).

    ValueError unless d is even and positions are finite numbers.
    """
    positions = finite_array(positions, "positions").astype(float)
    frequencies = positive(base, "base") ** (-np.arange(0, even(d, "d"), 2) / d)
    return positions[:, None] * frequencies


def rotate(x, angles) -> np.ndarray:
    """Turn each pair (x_2i, x_2i+1) by φ_i, in the plane;  x (…, T, d), angles (T, d/2) -> x.

    q turned by its position and k by its own have the dot product of q and k turned by the
    difference. Turning back, also for the gradient, is ``rotate(x, -angles)``. Neighbours form a
    pair, as in the paper; other programs pair i with i + d/2, and their weights do not fit.
    ValueError for shapes that do not fit. Source: Su et al. (2024).
    """
    x, angles = np.asarray(x), np.asarray(angles)
    if x.ndim < 2 or angles.shape != (x.shape[-2], x.shape[-1] // 2) or x.shape[-1] % 2:
        raise ValueError(
            "x, angles: expected shapes (…, T, d) and (T, d/2) with d even, got "
            f"{x.shape} and {angles.shape}; take rotary_angles(positions, d)"
        )
    x = x if x.dtype.kind == "f" else x.astype(float)
    cos, sin = np.cos(angles).astype(x.dtype), np.sin(angles).astype(x.dtype)
    first, second = x[..., 0::2], x[..., 1::2]
    h = np.empty_like(x)
    h[..., 0::2] = first * cos - second * sin
    h[..., 1::2] = first * sin + second * cos
    return h


def even(n, name: str) -> int:
    """``n`` as an even whole number of at least 2, or ValueError."""
    n = whole(n, name, least=2)
    if n % 2:
        raise ValueError(
            f"{name}: expected an even number, sines and cosines come in pairs, got {n}; take "
            f"{n + 1}"
        )
    return n
