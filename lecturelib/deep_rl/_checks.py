"""Checks that the modules of this package share."""

from __future__ import annotations

from lecturelib._validate import number


def share(value, name: str) -> float:
    """``value`` as a Python float in [0, 1], or ValueError."""
    value = number(value, name)
    if not 0 <= value <= 1:
        raise ValueError(f"{name}: expected a number from 0 to 1, got {value}; try 0.99 or 0.02")
    return value


def outputs(network, x):
    """network.forward(x) without its look for NaN, which every single step would pay for."""
    forward = type(network).forward
    return getattr(forward, "bare", forward)(network, x)
