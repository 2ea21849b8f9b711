"""Handwritten digits, 8 × 8 pixels."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class Digits(NamedTuple):
    """``images`` (N, 8, 8) and ``X`` (N, 64), the same pixels in [0, 1]; ``y`` (N,), the digit."""

    images: np.ndarray
    X: np.ndarray
    y: np.ndarray


def digits() -> Digits:
    """1797 digits: images (1797, 8, 8) and X (1797, 64), float64 in [0, 1]; y (1797,) in 0..9.

    A pixel counts the inked points of a 4 × 4 block, 0..16, here divided by 16. y is int64. Written
    by 13 people, in the order of the original file, so shuffle before splitting. Source: the test
    part of UCI's "Optical Recognition of Handwritten Digits", Alpaydin and Kaynak (1998).
    """
    with np.load(io.BytesIO(read("digits.npz")), allow_pickle=False) as file:
        images = file["images"] / 16
        y = file["labels"].astype(np.int64)
    return Digits(images, images.reshape(len(images), -1).copy(), y)
