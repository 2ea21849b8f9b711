"""A learning step of DQN and one action, against torch; 1000 steps of CartPole, against Gymnasium.

All run in one process and one thread. The learning step: double DQN with Huber's loss, 4-64-64-2,
a batch of 64, Adam, the target network follows, the same float32 numbers for both.
"""

from __future__ import annotations

import copy
from argparse import Namespace
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.race import against
from benchmarks.report import NotMeasuredError, Row
from benchmarks.torch_rival import torch_in_one_thread
from lecturelib.cartpole import CartPole
from lecturelib.deep_rl import DQN, Batch, Replay, q_network
from lecturelib.optim import Adam

N, GAMMA, TAU = 64, 0.98, 0.02


def agent() -> DQN:
    """The agent of both measurements against torch."""
    online = q_network([4, 64, 64, 2], rng=np.random.default_rng(0))
    return DQN(online, Adam(online, 1e-3), Replay(1, 4), gamma=GAMMA, tau=TAU)


def learning() -> dict[str, Callable]:
    """A learning step of the library and of torch. Raises NotMeasuredError without torch."""
    torch, rng, ours = torch_in_one_thread(), np.random.default_rng(0), agent()
    states, after = rng.standard_normal((2, N, 4), np.float32)
    ends = (rng.random(N) < 0.1).astype(np.float32)
    batch = Batch(states, rng.integers(0, 2, N), np.ones(N, np.float32), after, ends)
    q, slow = ours.online.to_torch(), ours.target.to_torch()
    optimiser = torch.optim.Adam(q.parameters(), 1e-3)
    s, a, r, s2, d = (torch.from_numpy(x) for x in copy.deepcopy(batch))

    def twin():
        with torch.no_grad():
            best = q(s2).argmax(1, keepdim=True)
            y = r + GAMMA * (1 - d) * slow(s2).gather(1, best)[:, 0]
        value = q(s).gather(1, a[:, None])[:, 0]
        loss = torch.nn.functional.smooth_l1_loss(value, y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            for p, p_slow in zip(q.parameters(), slow.parameters(), strict=True):
                p_slow += TAU * (p - p_slow)

    return {"ours": lambda: ours.learn(batch), "theirs": twin}


def acting() -> dict[str, Callable]:
    """The greedy action in one state, by the library and by torch."""
    torch, ours = torch_in_one_thread(), agent()
    state, q = np.ones(4, np.float32), ours.online.to_torch()

    def twin():
        with torch.no_grad():
            return int(q(torch.from_numpy(state)[None]).argmax())

    return {"ours": lambda: ours.best(state), "theirs": twin}


def stepping() -> dict[str, Callable]:
    """1000 steps of CartPole, by the library and by Gymnasium, pushes left and right in turn."""
    try:
        import gymnasium
    except ImportError as error:
        raise NotMeasuredError("gymnasium is not installed") from error

    def thousand(env):
        env.reset(seed=0)
        for i in range(1000):
            _, _, terminated, truncated, _ = env.step(i % 2)
            if terminated or truncated:
                env.reset()

    ours, theirs = CartPole(), gymnasium.make("CartPole-v1")
    return {"ours": lambda: thousand(ours), "theirs": lambda: thousand(theirs)}


# What is measured -> the two, against whom, at most this share of their time.
MEASURES = {
    "DQN learning step": (learning, "torch", 0.5),
    "DQN acting in one state": (acting, "torch", 0.6),
    "1000 steps of CartPole": (stepping, "Gymnasium", 1.2),
}


def rows(options: Namespace) -> Iterator[Row]:
    """The shares of the other's time."""
    for what, (make, other, limit) in MEASURES.items():
        yield against(f"{what} against {other}", make, limit)
