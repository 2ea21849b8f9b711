"""Clipping: a long gradient is made shorter, and keeps its direction."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from lecturelib._validate import finite_array, positive

__all__ = ["clip_gradients"]


def clip_gradients(gradients: Mapping[str, np.ndarray], max_norm: float) -> float:
    """Scale all gradients, as one vector g, down to ‖g‖ ≤ max_norm; returns ‖g‖ from before.

    g ← g · min(1, max_norm / ‖g‖): the direction stays. Changes the arrays in place, so that the
    optimiser, which holds the same arrays, sees it.
    ValueError for max_norm ≤ 0, for no gradients, and for NaN or infinity in them: there is no
    direction left to keep. Source: Pascanu, Mikolov and Bengio (2013).
    """
    max_norm = positive(max_norm, "max_norm")
    if not gradients:
        raise ValueError("gradients: expected at least one, got none; pass model.gradients")
    arrays = [_in_place(g, f"gradients[{name!r}]") for name, g in gradients.items()]
    norm = _norm(arrays)
    if norm > max_norm:
        for g in arrays:
            g *= max_norm / norm
    return norm


def _in_place(gradient, name):
    """``gradient`` itself: a list or an array of integers could not be scaled in place."""
    if finite_array(gradient, name) is not gradient:
        raise ValueError(
            f"{name}: expected a floating array, which is scaled in place, got "
            f"{gradient!r:.60}; pass model.gradients"
        )
    return gradient


def _norm(arrays):
    # Squares of exploded gradients overflow, so the largest entry is taken out first.
    largest = max(float(np.abs(g).max()) for g in arrays)
    if largest == 0:
        return 0.0
    return largest * math.sqrt(sum(float(((g / largest) ** 2).sum(dtype=float)) for g in arrays))
