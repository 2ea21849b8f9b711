"""What every environment is: ``reset`` and ``step`` with Gymnasium's signature."""

from __future__ import annotations

import operator

import numpy as np

from lecturelib._validate import whole


class Environment:
    """A world that an agent acts in: s_t, a_t → s_{t+1}, r_{t+1}, until an episode ends.

    ``reset(seed=…) -> (observation, info)`` begins an episode and ``step(action) -> (observation,
    reward, terminated, truncated, info)`` makes one step of it, as in Gymnasium. An episode ends in
    one of two ways, and a learner must tell them apart: ``terminated``, the world is over and what
    follows is worth 0; ``truncated``, someone stopped the clock after ``limit`` steps, and the last
    state is worth what it always was.

    A world of your own sets ``n_actions`` and writes two methods: ``_start() -> observation`` and
    ``_move(action) -> (observation, reward, terminated)``; both draw from ``self.rng``. All that an
    episode needs besides, its seed, its clock and its end, is kept here.

    Source: M. Towers et al., Gymnasium: a standard interface for reinforcement learning
    environments (2024).
    """

    n_actions: int

    def __init__(self, limit: int | None = None) -> None:
        self.limit = None if limit is None else whole(limit, "limit")
        self.rng = np.random.default_rng()
        self.steps = 0
        self._running = False

    def reset(self, *, seed: int | None = None):
        """Begin an episode: (observation, info).

        A seed starts the world's random numbers anew; without one they go on where they were, so
        seed the first reset only, or every episode will be the same.
        """
        if seed is not None:
            self.rng = np.random.default_rng(whole(seed, "seed", least=0))
        self.steps, self._running = 0, True
        return self._start(), {}

    def step(self, action):
        """One step: (observation, reward, terminated, truncated, info).

        ValueError before the first reset, after the end of an episode, and for an action that is
        not a whole number from 0 to n_actions − 1.
        """
        if not self._running:
            raise ValueError(
                f"step: expected an episode under way, got a call "
                f"{'after its end' if self.steps else 'before the first reset'}; "
                "begin one with observation, info = env.reset()"
            )
        observation, reward, terminated = self._move(self._checked(action))
        self.steps += 1
        truncated = self.limit is not None and self.steps >= self.limit
        self._running = not (terminated or truncated)
        return observation, reward, terminated, truncated, {}

    def _start(self):
        """Set the state of a new episode; -> observation."""
        raise NotImplementedError(f"{type(self).__name__} must write _start() -> observation")

    def _move(self, action: int):
        """Make one step with a valid action; -> (observation, reward, terminated)."""
        raise NotImplementedError(
            f"{type(self).__name__} must write _move(action) -> (observation, reward, terminated)"
        )

    def _checked(self, action):
        """The action as an int, or ValueError."""
        try:
            chosen = operator.index(action)
        except TypeError:
            chosen = -1
        if not 0 <= chosen < self.n_actions:
            raise ValueError(
                f"action: expected a whole number from 0 to {self.n_actions - 1}, got {action!r}; "
                "actions are counted from 0, and a batch is stepped one world at a time"
            )
        return chosen
