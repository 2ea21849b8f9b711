"""Tables learned on slippery ice: what the learning rate, the exploration and the ties do.

FrozenLake's 4 × 4 map with its limit of 100 steps, γ = 0.99, 10,000 episodes a run.
``while learning`` is the share of the last 1,000 episodes that reached the goal, ``greedy`` the
exact share of the greedy policy, from the world's model, ``largest`` the largest |Q| of the table.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.record import DATA, Record, arguments
from lecturelib.rl import QLearning, Sarsa, best_actions, frozen_lake, train, value_within

OUTPUT = DATA / "reinforcement_learning.csv"
RECORD = Record("reinforcement_learning", "setting;seed;while learning;greedy;largest", (str, int))
EPISODES = 10_000


class FirstBest(QLearning):
    """Q-learning whose ties go to the action that is counted first, as with a bare argmax."""

    def act(self, s):
        """An action for state s; among equally good ones the first."""
        if self.rng.random() < self.epsilon:
            return int(self.rng.random() * self.n_actions)
        q = self._values(s)
        return q.index(max(q))


def slowly(k: int) -> float:
    """ε from 1 down to 0.05 over half of the episodes."""
    return max(0.05, 1 - 2 * k / EPISODES)


def at_once(k: int) -> float:
    """ε from 1 to 0 within 20 episodes."""
    return max(0.0, 1 - k / 20)


def falling(k: int) -> float:
    """α from 0.1 down to about 0.017."""
    return 0.1 / (1 + k / 2000)


# setting -> the method, and α and ε in episode k
SETTINGS = {
    "Q-learning": (QLearning, lambda k: 0.1, slowly),
    "Q-learning, α falls": (QLearning, falling, slowly),
    "SARSA": (Sarsa, lambda k: 0.1, slowly),
    "SARSA, α falls": (Sarsa, falling, slowly),
    "α 0.8": (QLearning, lambda k: 0.8, slowly),
    "ε 1 for ever": (QLearning, lambda k: 0.1, lambda k: 1.0),
    "ε 0 after 20 episodes": (QLearning, lambda k: 0.1, at_once),
    "the same, ties to the first": (FirstBest, lambda k: 0.1, at_once),
}


def run(setting: str, seed: int, episodes: int = EPISODES) -> tuple[float, float, float]:
    """Success while learning (the last tenth), of the greedy policy, and the largest |Q|."""
    kind, alpha, epsilon = SETTINGS[setting]
    world = frozen_lake()
    world.reset(seed=seed)
    agent = kind(world, alpha=0.1, gamma=0.99, epsilon=1.0, rng=np.random.default_rng(seed))

    def each(k, agent):
        agent.alpha, agent.epsilon = alpha(k), epsilon(k)

    seen = train(agent, world, episodes, each)
    greedy = agent.Q.argmax(axis=1) if kind is FirstBest else best_actions(agent.Q)
    worth = value_within(world, world.limit, policy=greedy)[world.start[0]]
    return seen.rewards[-episodes // 10 :].mean(), worth, np.abs(agent.Q).max()


def main(path: Path, seeds) -> None:
    """Append what is missing, a line a run."""
    wanted = ((setting, seed) for seed in seeds for setting in SETTINGS)
    for setting, seed in RECORD.missing(path, wanted):
        learning, greedy, largest = run(setting, seed)
        RECORD.append(path, f"{setting};{seed};{learning:.3f};{greedy:.4f};{largest:.4f}")


if __name__ == "__main__":
    main(*arguments(__doc__, OUTPUT, 10))
