"""Checks of arguments that are no arrays of numbers: counts, generators, floating types.

They raise ``ValueError`` in the form of ``lecturelib._validate``: what came, what was expected, how
to mend it.
"""

from __future__ import annotations

import operator

import numpy as np


def whole(value, name: str, least: int = 1) -> int:
    """``value`` as a Python int of at least ``least``, or ValueError; 3.0 and True are refused."""
    try:
        count = None if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        count = None
    if count is None or count < least:
        raise ValueError(
            f"{name}: expected a whole number of at least {least}, got {value!r} "
            f"({type(value).__name__}); pass one such as {max(least, 32)}"
        )
    return count


def generator(rng) -> np.random.Generator:
    """``rng`` if it is a NumPy Generator, or ValueError."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"rng: expected a NumPy Generator, got {type(rng).__name__}; "
            "pass np.random.default_rng(0) or another seed"
        )
    return rng


def floating(dtype) -> np.dtype:
    """``dtype`` as np.dtype, float32 or float64, or ValueError."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if found not in (np.float32, np.float64):
        raise ValueError(
            f"dtype: expected float32 or float64, got {dtype!r}; pass np.float64 unless speed "
            "matters more than the last digits"
        )
    return found
