"""CartPole by four agents, and DQN with its parts switched off: ``python -m experiments.deep_rl``.

Writes ``lecturelib/data/deep_rl.csv`` line by line. Broken off, it goes on where it stopped; delete
the file to measure anew. ``--agents`` writes ``lecturelib/data/cartpole_agents.npz`` instead: the
networks that the figure of the chapter shows, at three stages of their training.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from experiments.record import DATA, Record, arguments
from lecturelib.cartpole import CartPole
from lecturelib.deep_rl import (
    DQN,
    PPO,
    Reinforce,
    Replay,
    greedy_returns,
    q_network,
    train,
)
from lecturelib.layers import Linear, ReLU, Sequential
from lecturelib.optim import Adam

OUTPUT = DATA / "deep_rl.csv"
NOTES = (
    "solved: episodes until the mean of 20 returns was 195, nan if it never was",
    "greedy: mean return of three greedy episodes at the first end of an episode after x steps",
    "value: mean of max Q in twenty starting states, at the same times",
)
RECORD = Record("deep_rl", "case;seed;measure;x;value", keys=(str, int), notes=NOTES)
SEEDS, EVERY, BATCH = 5, 2_000, 32
STEPS, LONG = 10_000, 14_000  # of DQN, and of the policies, which learn later and cost less
# What a case changes in DQN, and the limit of its world.
VARIANTS = {
    "double DQN": ({}, 500),
    "no replay": ({"capacity": BATCH}, 500),
    "no target network": ({"tau": 1.0}, 500),
    "limit 100": ({}, 100),
    "limit 100, truncated as terminated": ({"trust_clock": True}, 100),
    "limit 100, squares": ({"delta": 1e3}, 100),
    "limit 100, squares, truncated as terminated": ({"delta": 1e3, "trust_clock": True}, 100),
}
POLICIES = ("REINFORCE, no baseline", "REINFORCE", "PPO")
CASES = (*VARIANTS, *POLICIES)


def network(n_out: int, rng) -> Sequential:
    """4-64-n_out with ReLU, in float32, started as He and Glorot say."""
    kind = {"rng": rng, "dtype": np.float32}
    return Sequential(Linear(4, 64, **kind), ReLU(), Linear(64, n_out, init="xavier", **kind))


def dqn(rng, *, capacity: int = 10_000, lr: float = 2e-3, **settings) -> DQN:
    """DQN as the chapter has it, or with one part changed."""
    online = q_network([4, 32, 32, 2], rng=rng)
    settings = {"batch": BATCH, "every": 2} | settings
    return DQN(online, Adam(online, lr), Replay(capacity, 4), **settings)


def policy_agent(case: str, rng):
    """The agent of a case that learns a policy."""
    policy = network(2, rng)
    if case == "PPO":
        critic = network(1, rng)
        return PPO(policy, Adam(policy, 1e-3), critic, Adam(critic, 1e-3))
    baseline = "none" if "no baseline" in case else "episode"
    return Reinforce(policy, Adam(policy, 1e-2), baseline=baseline)


def made(case: str, rng):
    """(agent, environment) of a case."""
    if case not in VARIANTS:
        return policy_agent(case, rng), CartPole()
    settings, limit = VARIANTS[case]
    return dqn(rng, **settings), CartPole(limit)


def starts(n: int = 20) -> np.ndarray:
    """n states in which an episode may begin, (n, 4)."""
    env = CartPole()
    return np.array([env.reset(seed=5000 + i)[0] for i in range(n)])


class Watcher:
    """Looks at an agent while it learns; its ``lines`` are those of the file."""

    def __init__(self, agent) -> None:
        self.agent, self.lines, self.solved, self.due = agent, [], float("nan"), EVERY

    def __call__(self, run) -> None:
        """After an episode."""
        if np.isnan(self.solved) and run.solved():
            self.solved = len(run.returns)
        while run.steps >= self.due:
            self._look()
            self.due += EVERY

    def _look(self):
        mean = greedy_returns(self.agent, CartPole(), range(1000, 1003)).mean()
        self.lines.append(("greedy", self.due, mean))
        if isinstance(self.agent, DQN):
            best = self.agent.online.predict(starts()).max(axis=1).mean()
            self.lines.append(("value", self.due, best))


def measured(case: str, seed: int) -> list[tuple[str, int, float]]:
    """(measure, x, value) of one training; the last interval may stay without its lines."""
    rng = np.random.default_rng(seed)
    agent, env = made(case, rng)
    steps = LONG if case in POLICIES else STEPS
    watcher = Watcher(agent)
    train(agent, env, rng=rng, steps=steps + 500, watch=watcher)
    within = [line for line in watcher.lines if line[1] <= steps]
    return [("solved", 0, watcher.solved), *within]


def wanted(seeds) -> Iterator[tuple[str, int]]:
    """(case, seed), seed by seed: a file broken off holds whole rounds."""
    return ((case, seed) for seed in seeds for case in CASES)


def main(path: Path, seeds) -> None:
    """Append what is missing, the lines of a training at once."""
    for case, seed in RECORD.missing(path, wanted(seeds)):
        lines = (f"{case};{seed};{what};{x};{value:.2f}" for what, x, value in measured(case, seed))
        RECORD.append(path, *lines)


def stages(agent, limits, rng) -> list[dict]:
    """The network's arrays untrained, and when the mean of 20 returns first reaches each limit."""
    net = agent.online if isinstance(agent, DQN) else agent.policy
    kept = [_copy(net)]

    def watch(run):
        if run.mean() >= limits[len(kept) - 1]:
            kept.append(_copy(net))
        return len(kept) > len(limits)

    train(agent, CartPole(), rng=rng, steps=60_000, watch=watch)
    return kept


def _copy(net):
    return {name: p.astype(np.float16) for name, p in net.parameters.items()}


def agents(path: Path = DATA / "cartpole_agents.npz", seed: int = 0) -> None:
    """Write the policy of REINFORCE and the Q network of DQN, untrained, half and fully trained."""
    arrays = {}
    for kind in ("policy", "Q"):
        rng = np.random.default_rng(seed)
        policy = q_network([4, 32, 2], rng=rng)
        learner = Reinforce(policy, Adam(policy, 1e-2)) if kind == "policy" else None
        learner = learner or dqn(rng, lr=1e-3, batch=64, every=1)
        for stage, kept in enumerate(stages(learner, (60, 300), rng)):
            arrays |= {f"{kind}.{stage}.{name}": p for name, p in kept.items()}
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    if "--agents" in sys.argv:
        agents()
    else:
        main(*arguments(__doc__, OUTPUT, SEEDS))
