"""Experience: one step in a world, and a memory of the last ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib._validate import finite_array, floating, generator, number, whole

__all__ = ["Batch", "Replay", "Step"]


class Step(NamedTuple):
    """What one step gave: s (D,), a, r, the next state s′ (D,), and which end it was, if any."""

    state: np.ndarray
    action: int
    reward: float
    after: np.ndarray
    terminated: bool
    truncated: bool


class Batch(NamedTuple):
    """N steps: states (N, D), actions (N,), rewards (N,), after (N, D), terminated (N,) 0 or 1."""

    states: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    after: np.ndarray
    terminated: np.ndarray


class Replay:
    """The last ``capacity`` steps (s, a, r, s′, terminated) of states (n_state,), to draw from.

    A batch of neighbours would be nearly N times the same state, and the network would forget the
    others; a random one is not. ``len`` counts what is held. ValueError for a capacity or n_state
    below 1. Source: L.-J. Lin, Self-improving reactive agents (1992).
    """

    def __init__(self, capacity: int, n_state: int, dtype=np.float32) -> None:
        self.capacity, self.n_state = whole(capacity, "capacity"), whole(n_state, "n_state")
        dtype = floating(dtype)
        self._states, self._after = np.zeros((2, self.capacity, self.n_state), dtype)
        self._rewards, self._terminated = np.zeros((2, self.capacity), dtype)
        self._actions = np.zeros(self.capacity, int)
        self._added = 0

    def __len__(self) -> int:
        return min(self._added, self.capacity)

    def add(self, step: Step) -> None:
        """Keep a step in place of the oldest. ValueError for states of another shape and NaN."""
        i = self._added % self.capacity
        for name, kept in (("state", self._states), ("after", self._after)):
            value = finite_array(getattr(step, name), name)
            if value.shape != (self.n_state,):
                raise ValueError(
                    f"{name}: expected shape ({self.n_state},), as this memory was made for, got "
                    f"{value.shape}; add one step at a time, Replay(capacity, n_state)"
                )
            kept[i] = value
        self._actions[i], self._rewards[i] = step.action, number(float(step.reward), "reward")
        # Truncated is left out on purpose: who learns of a step must not take it for an end.
        self._terminated[i] = step.terminated
        self._added += 1

    def draw(self, n: int, rng: np.random.Generator) -> Batch:
        """n steps, each any of those held with the same probability;  -> Batch of copies.

        ValueError for n < 1 and for an empty memory.
        """
        if not self._added:
            raise ValueError(
                "draw: expected a memory with steps, got an empty one; add(step) first"
            )
        i = generator(rng).integers(0, len(self), whole(n, "n"))
        kept = self._states, self._actions, self._rewards, self._after, self._terminated
        return Batch(*(array[i] for array in kept))
