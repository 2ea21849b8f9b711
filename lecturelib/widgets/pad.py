"""What a figure with a drawing pad gets from Python: images as ink, the examples to begin with.

Ink is a text, a hexadecimal digit a pixel, row by row; ``kit/pad.js`` reads it.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import array_between, labels

__all__ = ["examples", "ink", "pixels"]

FULL = 15
pixels = array_between(0, 1, "scale the pixels to [0, 1] first")


def ink(image) -> str:
    """The ink of an image in [0, 1]; any shape -> a digit from 0 to f for each pixel."""
    return "".join(f"{int(value):x}" for value in np.round(FULL * np.asarray(image)).ravel())


def examples(images, y, side: int, source: str) -> list[str]:
    """The ink of the first image of each digit;  (N, side, side) in [0, 1], labels (N,) -> ten.

    ValueError for another shape and a digit that is missing; ``source`` is who has such images.
    """
    images, y = pixels(images, "images"), labels(y, "y")
    if images.shape != (len(y), side, side) or set(range(10)) - set(y.tolist()):
        raise ValueError(
            f"images: expected shape (N, {side}, {side}) with a label each and all ten digits, got "
            f"{images.shape} and labels {sorted(set(y.tolist()))}; pass {source}().images and .y"
        )
    return [ink(images[np.flatnonzero(y == digit)[0]]) for digit in range(10)]
