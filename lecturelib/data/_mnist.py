"""Handwritten digits, 28 × 28 pixels."""

from __future__ import annotations

import io

import numpy as np

from lecturelib.data._digits import Digits
from lecturelib.data._files import read


def mnist() -> Digits:
    """5000 digits: images (5000, 28, 28) and X (5000, 784), float64 in [0, 1]; y (5000,) in 0..9.

    A pixel is a grey value 0..255, here divided by 255; ink is 1, paper 0. y is int64. Exactly 500
    of each digit, in the order of the digits, so shuffle before splitting. Source: a part of the
    training images of MNIST, LeCun, Cortes and Burges (1998).
    """
    with np.load(io.BytesIO(read("mnist.npz")), allow_pickle=False) as file:
        images = file["images"] / 255
        y = file["labels"].astype(np.int64)
    return Digits(images, images.reshape(len(images), -1).copy(), y)
