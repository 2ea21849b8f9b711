"""The loop in which an agent acts and learns, and greedy episodes that judge it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from lecturelib._validate import generator, whole
from lecturelib.deep_rl.replay import Step

__all__ = ["Run", "greedy_returns", "train"]


@dataclass
class Run:
    """What a training has seen: the return (undiscounted) of every finished episode, all steps."""

    returns: list[float] = field(default_factory=list)
    steps: int = 0

    def mean(self, episodes: int = 20) -> float:
        """The mean return of the last episodes; −∞ while there are fewer."""
        whole(episodes, "episodes")
        last = self.returns[-episodes:]
        return float(np.mean(last)) if len(last) == episodes else -np.inf

    def solved(self, least: float = 195.0) -> bool:
        """Is the mean of the last 20 returns at least this much?"""
        return self.mean() >= least


def train(
    agent, env, *, rng: np.random.Generator, steps: int, watch: Callable | None = None
) -> Run:
    """Let an agent act and learn for ``steps`` steps, episode after episode;  -> Run.

    ``watch(run)``, if given, is called after each episode; returning True ends the training. The
    world's seed is drawn from rng, so that rng decides everything. ValueError for steps below 1.
    """
    state, _ = env.reset(seed=int(generator(rng).integers(2**31)))
    run, total = Run(), 0.0
    for _ in range(whole(steps, "steps")):
        action = agent.act(state, rng)
        after, reward, terminated, truncated, _ = env.step(action)
        agent.observe(Step(state, action, reward, after, terminated, truncated), rng)
        state, total = after, total + reward
        run.steps += 1
        if terminated or truncated:
            run.returns.append(total)
            if watch is not None and watch(run):
                break
            total, (state, _) = 0.0, env.reset()
    return run


def greedy_returns(agent, env, seeds: Iterable[int]) -> np.ndarray:
    """The return of an episode of ``agent.best`` for each seed of the world;  -> (len(seeds),).

    Nothing is explored and nothing learned: training returns contain both. ValueError for no seeds.
    """
    found = [_episode(agent.best, env, seed) for seed in seeds]
    if not found:
        raise ValueError("seeds: expected at least one, got none; pass range(1000, 1010)")
    return np.array(found)


def _episode(policy, env, seed):
    state, _ = env.reset(seed=seed)
    total, over = 0.0, False
    while not over:
        state, reward, terminated, truncated, _ = env.step(policy(state))
        total, over = total + reward, terminated or truncated
    return total
