"""Features of small pictures that a person thought of: ink, symmetry, profiles, holes.

Pictures are (N, R, C), N pictures of R rows and C columns, with values from 0 (paper) to 1 (ink).
Every function but ``features`` takes any R and C. All raise ValueError for another number of
axes, an empty array, values outside [0, 1], NaN and infinity.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import array_between, checked

__all__ = [
    "NAMES",
    "column_profile",
    "features",
    "holes",
    "ink",
    "left_right_symmetry",
    "row_profile",
    "top_bottom_symmetry",
]

NAMES = (
    "ink",
    "left-right symmetry",
    "top-bottom symmetry",
    "holes",
    *(f"row {i}" for i in range(1, 9)),
    *(f"column {j}" for j in range(1, 9)),
)

_unit = array_between(0, 1, "divide by the largest value that a pixel can have, such as 16 or 255")


def _pictures(value, name):
    """A check: finite values in [0, 1] of shape (N, R, C)."""
    array = _unit(value, name)
    if array.ndim != 3:
        raise ValueError(
            f"{name}: expected shape (N, rows, columns), got {array.shape}; "
            "one picture is images[None], flat rows of pixels are X.reshape(-1, 8, 8)"
        )
    return array


def _eight_by_eight(images):
    if images.shape[1:] != (8, 8):
        raise ValueError(
            f"images: expected shape (N, 8, 8), got {images.shape}; "
            "shrink the pictures, or call the functions of the single features"
        )


@checked(images=_pictures)
def ink(images):
    """1/(RC) Σ_rc x_rc, the share of the paper that is inked;  (N, R, C) -> (N,)."""
    return images.mean(axis=(1, 2))


@checked(images=_pictures)
def left_right_symmetry(images):
    """1 − 1/(RC) Σ_rc |x_rc − x_r,C+1−c|, 1 for a picture like its mirror image;  -> (N,)."""
    return 1 - np.abs(images - images[:, :, ::-1]).mean(axis=(1, 2))


@checked(images=_pictures)
def top_bottom_symmetry(images):
    """1 − 1/(RC) Σ_rc |x_rc − x_R+1−r,c|, 1 for a picture like its reflection;  -> (N,)."""
    return 1 - np.abs(images - images[:, ::-1]).mean(axis=(1, 2))


@checked(images=_pictures)
def row_profile(images):
    """1/C Σ_c x_rc, the ink of each row;  (N, R, C) -> (N, R)."""
    return images.mean(axis=2)


@checked(images=_pictures)
def column_profile(images):
    """1/R Σ_r x_rc, the ink of each column;  (N, R, C) -> (N, C)."""
    return images.mean(axis=1)


@checked(images=_pictures)
def holes(images):
    """How many patches of paper the ink encloses: 0 for a 1, 1 for a 0, 2 for an 8;  -> (N,).

    Ink is what is darker than 0.5. Paper is joined to paper beside, above and below it, so a line
    of ink that goes on diagonally is closed.
    """
    # A frame of paper joins all that lies outside the ink to one patch.
    paper = np.pad(images <= 0.5, [(0, 0), (1, 1), (1, 1)], constant_values=True)
    numbers = np.arange(paper[0].size).reshape(paper.shape[1:])
    patches = _smallest_number(paper, numbers)
    # A patch bears the number of one of its pixels, and one patch is the outside.
    return (paper & (patches == numbers)).sum(axis=(1, 2)) - 1.0


def _smallest_number(paper, numbers):
    """For each pixel of paper the smallest number in its patch;  (N, R, C), (R, C) -> (N, R, C)."""
    nothing = numbers.size  # larger than every number
    patches = np.where(paper, numbers, nothing)
    while True:
        wide = np.pad(patches, [(0, 0), (1, 1), (1, 1)], constant_values=nothing)
        sides = wide[:, :-2, 1:-1], wide[:, 2:, 1:-1], wide[:, 1:-1, :-2], wide[:, 1:-1, 2:]
        smaller = np.where(paper, np.minimum.reduce([patches, *sides]), nothing)
        if np.array_equal(smaller, patches):
            return patches
        patches = smaller


@checked(_eight_by_eight, images=_pictures)
def features(images):
    """All of them, in the order of ``NAMES``;  images (N, 8, 8) -> (N, 20)."""
    rules = ink, left_right_symmetry, top_bottom_symmetry, holes
    single = [rule(images) for rule in rules]
    return np.column_stack([*single, row_profile(images), column_profile(images)])
