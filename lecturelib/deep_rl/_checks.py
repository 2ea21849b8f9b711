"""Checks that the modules of this package share."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array, number


def share(value, name: str) -> float:
    """``value`` as a Python float in [0, 1], or ValueError."""
    value = number(value, name)
    if not 0 <= value <= 1:
        raise ValueError(f"{name}: expected a number from 0 to 1, got {value}; try 0.99 or 0.02")
    return value


def rows(value, name: str) -> np.ndarray:
    """``value`` as a floating array (T,), or ValueError."""
    array = finite_array(value, name)
    if array.ndim != 1:
        raise ValueError(
            f"{name}: expected shape (T,), one number a step, got {array.shape}; "
            "take the column, such as V[:, 0]"
        )
    return array


def same_length(**arrays) -> None:
    """ValueError unless all arrays (T, …) have as many rows as the first."""
    (first, a), *others = arrays.items()
    for name, b in others:
        if len(b) != len(a):
            raise ValueError(
                f"{name}: expected {len(a)} rows, one for each of {first}, got {len(b)}; "
                "look for a step that was left out of one of the two"
            )


def outputs(network, x):
    """network.forward(x) without its look for NaN, which every single step would pay for."""
    forward = type(network).forward
    return getattr(forward, "bare", forward)(network, x)
