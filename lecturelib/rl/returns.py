"""Returns: what is earned from a step on."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array
from lecturelib.rl.planning import discount


def returns(rewards, gamma: float = 1.0, ends=None) -> np.ndarray:
    """G_t = r_{t+1} + γ G_{t+1}, from the end on;  rewards (T,) -> (T,).

    ``rewards[t]`` is r_{t+1}, what step t paid. ``ends`` (T,), true where an episode ends: there
    the sum begins anew. ValueError for γ outside [0, 1] and unequal lengths.
    """
    rewards = rows(rewards, "rewards")
    return discounted(rewards, discount(gamma), ends_of(ends, rewards))


def discounted(parts, rate: float, ends) -> np.ndarray:
    """x_t = parts_t + rate · x_{t+1}, or parts_t alone where ends_t is true;  (T,) -> (T,)."""
    total, sums = 0.0, np.empty_like(parts)
    for t in reversed(range(len(parts))):
        total = parts[t] + (0.0 if ends[t] else rate * total)
        sums[t] = total
    return sums


def ends_of(ends, rewards) -> np.ndarray:
    """``ends`` as booleans (T,), False throughout where none are given, or ValueError."""
    ends = np.zeros(len(rewards), bool) if ends is None else np.asarray(ends, bool)
    same_length(rewards=rewards, ends=ends)
    return ends


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
