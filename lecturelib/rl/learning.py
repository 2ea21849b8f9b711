"""Learning from experience alone: Monte Carlo and temporal differences, in tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecturelib._validate import generator, number, positive, whole
from lecturelib.rl.planning import discount
from lecturelib.rl.returns import returns


def best_action(q, rng) -> int:
    """argmax_a q(a); among equal ones each is as likely as the others."""
    top = max(q)
    best = [a for a, value in enumerate(q) if value == top]
    return best[0] if len(best) == 1 else best[int(rng.random() * len(best))]


def epsilon_greedy(q, epsilon: float) -> np.ndarray:
    """π(a) of ε-greedy: ε/A for every action, the remaining 1 − ε shared by the best; (A,)."""
    q = np.asarray(q)
    best = q == q.max()
    return epsilon / len(q) + (1 - epsilon) * best / best.sum()


# Prediction: what a policy is worth


def play(world, act: Callable[[int], int]):
    """One episode with a = act(s): states s_0 … s_T, actions, rewards, and how it terminated.

    -> (states (T + 1), actions (T), rewards (T), terminated), lists; terminated is False where the
    world's limit cut the episode off.
    """
    s, _ = world.reset()
    states, actions, rewards, over = [s], [], [], False
    while not over:
        a = act(s)
        s, r, terminated, truncated, _ = world.step(a)
        states.append(s)
        actions.append(a)
        rewards.append(r)
        over = terminated or truncated
    return states, actions, rewards, terminated


def monte_carlo(world, policy, *, episodes: int, gamma: float = 1.0, rng) -> np.ndarray:
    """V(s) as the mean return after the first visit of s in each episode; policy (S, A) -> (S,).

    It waits for the end of an episode and uses no other state's estimate. A truncated episode
    would count the reward it had so far as if no more came, so worlds with a limit are refused.
    """
    if world.limit is not None:
        raise ValueError(
            f"world: expected one without a limit, got limit={world.limit}; Monte Carlo needs "
            "whole returns, a truncated episode lacks the rest"
        )
    total, visits = np.zeros(world.n_states), np.zeros(world.n_states)
    act, gamma = _acting(policy, rng), discount(gamma)
    for _ in range(whole(episodes, "episodes")):
        states, _, rewards, _ = play(world, act)
        G, seen = returns(rewards, gamma), set()
        for t, s in enumerate(states[:-1]):
            if s not in seen:
                seen.add(s)
                total[s] += G[t]
                visits[s] += 1
    return total / np.maximum(visits, 1)


def td_zero(world, policy, *, episodes: int, alpha: float, gamma: float = 1.0, rng) -> np.ndarray:
    """V(s) ← V(s) + α [r + γ V(s') − V(s)] after every step; policy (S, A) -> V (S,).

    The target *bootstraps*: it uses the estimate of the next state, which is 0 where the episode
    terminates. Where it is only truncated the estimate of the next state counts.
    """
    V, act = [0.0] * world.n_states, _acting(policy, rng)
    alpha, gamma = _rate(alpha), discount(gamma)
    for _ in range(whole(episodes, "episodes")):
        (s, _), over = world.reset(), False
        while not over:
            s_next, r, terminated, truncated, _ = world.step(act(s))
            target = r if terminated else r + gamma * V[s_next]
            V[s] += alpha * (target - V[s])
            s, over = s_next, terminated or truncated
    return np.array(V)


# Control: learn to act


class Agent:
    """A table Q(s, a) and an ε-greedy policy on it; a subclass says how it learns.

    ``alpha`` and ``epsilon`` may be changed while it learns. Every update goes through
    ``update``: Q(s, a) ← Q(s, a) + α [r + γ · value − Q(s, a)], without the value at an end.
    """

    def __init__(self, world, *, alpha, gamma=1.0, epsilon=0.1, initial=0.0, rng) -> None:
        self.alpha, self.gamma = _rate(alpha), discount(gamma)
        self.epsilon = _probability(epsilon, "epsilon")
        self.rng, self.n_actions = generator(rng), world.n_actions
        start = number(initial, "initial")
        self._table = [[start] * world.n_actions for _ in range(world.n_states)]

    @property
    def Q(self) -> np.ndarray:  # noqa: N802  (the lecture's name)
        """A copy of the table, (S, A)."""
        return np.array(self._table)

    def act(self, s: int) -> int:
        """An action for state s: with probability ε any, otherwise the best one."""
        if self.rng.random() < self.epsilon:
            return int(self.rng.random() * self.n_actions)
        return best_action(self._values(s), self.rng)

    def update(self, s, a, r, value, terminated) -> None:
        """Q(s, a) ← Q(s, a) + α [target − Q(s, a)], target = r + γ · value, or r at an end."""
        target = r if terminated else r + self.gamma * value
        self._table[s][a] += self.alpha * (target - self._table[s][a])

    def learn(self, s, a, r, s_next, terminated) -> int:
        """Learn from one step, and choose the action in s_next."""
        raise NotImplementedError(f"{type(self).__name__} must write learn(…) -> next action")

    def finish(self, terminated) -> None:
        """What remains to be done at the end of an episode: nothing, for one-step methods."""

    def _values(self, s):
        return self._table[s]


class QLearning(Agent):
    """value = max_a Q(s', a): that of the best action, taken next or not (off-policy).

    Source: C. Watkins, Learning from Delayed Rewards (1989).
    """

    def learn(self, s, a, r, s_next, terminated):
        """Update Q(s, a) towards the best action of s_next; then choose one there."""
        self.update(s, a, r, max(self._table[s_next]), terminated)
        return self.act(s_next)


class Sarsa(Agent):
    """value = Q(s', a') of the action a' that is really taken next (on-policy).

    Source: G. Rummery & M. Niranjan, On-line Q-learning using connectionist systems (1994).
    """

    def learn(self, s, a, r, s_next, terminated):
        """Choose the action in s_next, then update Q(s, a) towards that action's value."""
        a_next = self.act(s_next)
        self.update(s, a, r, self._table[s_next][a_next], terminated)
        return a_next


class ExpectedSarsa(Agent):
    """value = Σ_a π(a | s') Q(s', a): SARSA's, averaged over the next action.

    Source: H. van Seijen et al., A theoretical and empirical analysis of Expected Sarsa (2009).
    """

    def learn(self, s, a, r, s_next, terminated):
        """Update Q(s, a) towards the mean of the policy; then choose in s_next."""
        q = self._table[s_next]
        # The best actions share 1 − ε and have equal values, so ties need no case of their own.
        value = self.epsilon * sum(q) / len(q) + (1 - self.epsilon) * max(q)
        self.update(s, a, r, value, terminated)
        return self.act(s_next)


class DoubleQLearning(Agent):
    """Two tables: one names the best action, the other says what it is worth; they take turns.

    It acts on the sum of both, and ``Q`` is their mean. Source: H. van Hasselt, Double Q-learning
    (2010).
    """

    def __init__(self, world, **settings) -> None:
        super().__init__(world, **settings)
        self._other = [row[:] for row in self._table]

    @property
    def Q(self) -> np.ndarray:  # noqa: N802  (the lecture's name)
        """The mean of both tables, (S, A)."""
        return (np.array(self._table) + np.array(self._other)) / 2

    def learn(self, s, a, r, s_next, terminated):
        """Update one of the tables, drawn at random; then choose in s_next."""
        if self.rng.random() < 0.5:
            self._table, self._other = self._other, self._table
        best = best_action(self._table[s_next], self.rng)
        self.update(s, a, r, self._other[s_next][best], terminated)
        return self.act(s_next)

    def _values(self, s):
        return [p + q for p, q in zip(self._table[s], self._other[s], strict=True)]


class MonteCarlo(Agent):
    """Q(s, a) ← Q(s, a) + α [G − Q(s, a)], for the first visit of (s, a) in each episode.

    It waits for the return G of the whole episode. A truncated one is dropped, as its return is not
    known.
    """

    def __init__(self, world, **settings) -> None:
        super().__init__(world, **settings)
        self._steps = []

    def learn(self, s, a, r, s_next, terminated):
        """Keep the step for ``finish``, and choose in s_next."""
        self._steps.append((s, a, r))
        return self.act(s_next)

    def finish(self, terminated):
        """Learn from the returns of the episode, unless it was cut off, and forget its steps."""
        steps, self._steps = self._steps, []
        if not terminated or not steps:
            return
        seen = set()
        for (s, a, _), G in zip(steps, returns([r for *_, r in steps], self.gamma), strict=True):
            if (s, a) not in seen:
                seen.add((s, a))
                self.update(s, a, float(G), 0.0, terminated=True)


@dataclass(frozen=True)
class Training:
    """What ``train`` saw of each episode: the sum of its rewards and its steps, (episodes,)."""

    rewards: np.ndarray
    steps: np.ndarray


def train(agent: Agent, world, episodes: int, each=None) -> Training:
    """Let the agent play and learn; ``each(k, agent)``, if given, is called before episode k.

    ``world`` may also be one of Gymnasium's whose states are counted from 0.
    There ε and α may be lowered: ``def each(k, agent): agent.epsilon = 1 / (k + 1)``.
    """
    rewards, steps = [], []
    for k in range(whole(episodes, "episodes")):
        if each is not None:
            each(k, agent)
        (s, _), total, count, over = world.reset(), 0.0, 0, False
        a = agent.act(s)
        while not over:
            s_next, r, terminated, truncated, _ = world.step(a)
            a = agent.learn(s, a, r, s_next, terminated)
            s, total, count, over = s_next, total + r, count + 1, terminated or truncated
        agent.finish(terminated)
        rewards.append(total)
        steps.append(count)
    return Training(np.array(rewards), np.array(steps))


def _acting(policy, rng):
    """s -> an action drawn from π(· | s); policy (S, A)."""
    up_to, rng = np.cumsum(policy, axis=1).tolist(), generator(rng)

    def act(s):
        u, row = rng.random(), up_to[s]
        return next((a for a, p in enumerate(row) if u < p), len(row) - 1)

    return act


def _rate(alpha):
    """α as a float in (0, 1], or ValueError."""
    alpha = positive(alpha, "alpha")
    if alpha > 1:
        raise ValueError(
            f"alpha: expected a number above 0 and at most 1, got {alpha}; at 1 the new target "
            "replaces the old value, beyond it Q overshoots"
        )
    return alpha


def _probability(value, name):
    value = number(value, name)
    if not 0 <= value <= 1:
        raise ValueError(f"{name}: expected a probability from 0 to 1, got {value}; use 0.1, say")
    return value
