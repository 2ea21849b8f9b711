"""Worlds whose states can be counted, with their model: what each action may lead to."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from lecturelib.rl.environment import Environment


class Tabular(Environment):
    """A finite Markov decision process: p(s', r | s, a) for states 0, …, S − 1 and A actions.

    ``outcomes[s][a]`` is a list of (p, s', r): with probability p the action a leads from s to s'
    and earns r. A state without outcomes, ``[]``, is terminal: an episode ends on entering it.
    ``start`` has the states that an episode begins in, each as likely as the others. The planner's
    arrays are made from them:

    ``P (S, A, S)``, ``P[s, a, s'] = p(s' | s, a)``; ``R (S, A)``, the expected reward; ``ends
    (S,)``, true for the terminal states, whose rows in P and R are 0.
    """

    def __init__(self, outcomes, start, limit: int | None = None) -> None:
        super().__init__(limit)
        self.outcomes = _checked_outcomes(outcomes)
        self.n_states = len(outcomes)
        self.n_actions = max(len(actions) for actions in outcomes)
        self.ends = np.array([not actions for actions in outcomes])
        self.start = _checked_start(start, self.ends)
        self.P = np.zeros((self.n_states, self.n_actions, self.n_states))
        self.R = np.zeros((self.n_states, self.n_actions))
        for s, actions in enumerate(outcomes):
            for a, leads_to in enumerate(actions):
                for p, s_next, r in leads_to:
                    self.P[s, a, s_next] += p
                    self.R[s, a] += p * r
        # Sums of the probabilities, so that one random number finds the outcome.
        self._up_to = [[list(accumulate(p for p, _, _ in o)) for o in row] for row in outcomes]

    def _start(self) -> int:
        self.state = self.start[int(self.rng.random() * len(self.start))]
        return self.state

    def _move(self, action):
        leads_to, up_to = self.outcomes[self.state][action], self._up_to[self.state][action]
        u, k = self.rng.random(), 0
        while k < len(up_to) - 1 and u >= up_to[k]:
            k += 1
        _, self.state, reward = leads_to[k]
        return self.state, reward, not self.outcomes[self.state]


def _checked_outcomes(outcomes):
    """The outcomes, or ValueError: equally many actions, probabilities that add up to 1."""
    counts = {len(actions) for actions in outcomes} - {0}
    if len(counts) != 1:
        raise ValueError(
            f"outcomes: expected the same number of actions in every state that is not terminal, "
            f"got {sorted(counts)}; give an action that does nothing the outcome (1.0, s, 0.0)"
        )
    for s, actions in enumerate(outcomes):
        for a, leads_to in enumerate(actions):
            total = sum(p for p, _, _ in leads_to)
            states = [s_next for _, s_next, _ in leads_to]
            if abs(total - 1) > 1e-9 or min(p for p, _, _ in leads_to) < 0:
                raise ValueError(
                    f"outcomes: expected probabilities that add up to 1, got {total:g} in state "
                    f"{s} for action {a}; divide them by their sum"
                )
            if not all(0 <= s_next < len(outcomes) for s_next in states):
                raise ValueError(
                    f"outcomes: expected states from 0 to {len(outcomes) - 1}, got {states} in "
                    f"state {s} for action {a}; give each terminal state an entry [] of its own"
                )
    return outcomes


def _checked_start(start, ends):
    """The states to begin in as a list, or ValueError."""
    states = [int(s) for s in np.atleast_1d(start)]
    if not states or any(not 0 <= s < len(ends) or ends[s] for s in states):
        raise ValueError(
            f"start: expected states that are not terminal, got {states}; "
            f"those that can be acted in are {np.flatnonzero(~ends).tolist()}"
        )
    return states
