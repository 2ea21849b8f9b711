"""A world that shows the maximisation bias."""

from __future__ import annotations

from lecturelib._validate import number, whole
from lecturelib.rl.environment import Environment


class LeftOrRight(Environment):
    """State 0: the even actions lead left, the odd ones end the episode with 0.

    Left, in state 1, every action ends the episode with a normal reward of mean ``mean`` and
    standard deviation 1. With a mean below 0 going left is a mistake, but one that the largest of
    several noisy estimates hides. Source: R. Sutton & A. Barto, Reinforcement Learning: An
    Introduction (2018), example 6.7; there state 0 has two actions only.
    """

    n_states = 3

    def __init__(self, n_actions: int = 10, mean: float = -0.1) -> None:
        super().__init__()
        self.n_actions, self.mean = whole(n_actions, "n_actions", least=2), number(mean, "mean")

    def _start(self):
        self.state = 0
        return 0

    def _move(self, action):
        if self.state == 1:
            self.state = 2
            return 2, float(self.rng.normal(self.mean)), True
        self.state = 2 if action % 2 else 1
        return self.state, 0.0, self.state == 2
