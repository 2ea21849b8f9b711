"""Deep Q-network: Q-learning with a network, a memory and a slow copy that judges."""

from __future__ import annotations

import copy
import math
from itertools import pairwise

import numpy as np

from lecturelib._validate import finite_array, generator, whole
from lecturelib.deep_rl._checks import outputs, share
from lecturelib.deep_rl.losses import Huber
from lecturelib.deep_rl.replay import Batch, Replay, Step
from lecturelib.layers import Layer, Linear, ReLU, Sequential
from lecturelib.rl.returns import rows, same_length

__all__ = ["DQN", "exploration", "follow", "q_network", "td_targets"]


def td_targets(rewards, terminated, q_target, gamma, q_online=None):
    """y = r + γ (1 − terminated) Q⁻(s′, a*);  rewards, terminated (N,), q_target (N, K) -> (N,).

    a* is the best action in the eyes of the target network itself (DQN: max Q⁻) or, where
    ``q_online`` (N, K) is given, in those of the learning network (double DQN): then chance cannot
    both choose an action and praise it. ``terminated`` and nothing else stops the sum: a truncated
    step gets its γ Q⁻ as any other. ValueError for γ outside [0, 1] and shapes that do not fit.
    Sources: V. Mnih et al. (2015); H. van Hasselt, A. Guez and D. Silver (2016).
    """
    rewards, terminated = rows(rewards, "rewards"), rows(terminated, "terminated")
    q_target = finite_array(q_target, "q_target")
    chooser = q_target if q_online is None else finite_array(q_online, "q_online")
    if q_target.ndim != 2 or chooser.shape != q_target.shape:
        raise ValueError(
            f"q_target, q_online: expected shape (N, K) of both, values of all actions in s′, got "
            f"{q_target.shape} and {chooser.shape}; pass network.forward(after)"
        )
    same_length(rewards=rewards, terminated=terminated, q_target=q_target)
    return _targets(rewards, terminated, q_target, share(gamma, "gamma"), chooser)


def _targets(rewards, terminated, q_target, gamma, chooser):
    later = q_target[np.arange(len(rewards)), chooser.argmax(axis=1)]
    return rewards + gamma * (1 - terminated) * later


def follow(target: Layer, online: Layer, tau: float) -> None:
    """θ⁻ ← θ⁻ + τ (θ − θ⁻), in place; τ = 1 copies. ValueError for τ outside [0, 1] or one network.

    After n steps (1 − τ)ⁿ of the start is left.
    """
    tau = share(tau, "tau")
    if target is online:
        raise ValueError(
            "target: expected a network of its own, got the online one, so that the target would "
            "move along; make it with copy.deepcopy(online)"
        )
    for slow, p in zip(target.parameters.values(), online.parameters.values(), strict=True):
        slow += tau * (p - slow)


def q_network(sizes, *, rng, dtype=np.float32) -> Sequential:
    """Linear layers with ReLU between them, weights and biases uniform in ±1/√in, as in PyTorch.

    That is √6 times narrower than He's for ReLU: first guesses of Q near 0, which cost less to
    unlearn. ``sizes`` such as [4, 64, 64, 2]. ValueError for fewer than two sizes.
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes: expected two or more, such as [4, 64, 2], got {sizes!r}")
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [Linear(n_in, n_out, rng=rng, dtype=dtype), ReLU()]
        for p in layers[-2].parameters.values():
            p[...] = rng.uniform(-1, 1, p.shape) * n_in**-0.5
    return Sequential(*layers[:-1])


def exploration(step: int, start: float = 1.0, end: float = 0.02, steps: int = 1500) -> float:
    """ε: from ``start`` in a straight line to ``end`` after ``steps``, then constant."""
    return max(end, start + (end - start) * step / steps)


class DQN:
    """Q(s, a) from a network; acts ε-greedily and learns from batches of ``replay``.

    One learning step minimises Huber's loss between Q(s, a) and the targets of ``td_targets``,
    which count as given (semi-gradient); then the target network follows by ``tau``. tau = 1 is no
    target network: it is then always the network itself. ``epsilon(step)`` says how much to
    explore. ``delta`` is Huber's; a large one makes the loss half the squared error.
    ``trust_clock=True`` is a mistake on purpose: it takes truncated for terminated.
    ValueError for γ or τ outside [0, 1], a batch or every below 1.
    """

    def __init__(
        self,
        online: Layer,
        optimiser,
        replay: Replay,
        *,
        gamma: float = 0.98,
        batch: int = 64,
        tau: float = 0.02,
        every: int = 1,
        double: bool = True,
        delta: float = 1.0,
        epsilon=exploration,
        trust_clock: bool = False,
    ) -> None:
        self.online, self.target = online, copy.deepcopy(online)
        self.optimiser, self.replay, self.loss = optimiser, replay, Huber(delta)
        self.gamma, self.tau = share(gamma, "gamma"), share(tau, "tau")
        self.batch, self.every = whole(batch, "batch"), whole(every, "every")
        self.double = bool(double)
        self.epsilon, self.trust_clock, self.steps = epsilon, trust_clock, 0

    def act(self, state, rng: np.random.Generator) -> int:
        """With probability ε any action, else the best one."""
        if rng.random() >= self.epsilon(self.steps):
            return self.best(state)
        return int(rng.integers(len(self.values(state))))

    def best(self, state) -> int:
        """argmax_a Q(s, a), the first of equal ones;  state (D,)."""
        return int(self.values(state).argmax())

    def values(self, state) -> np.ndarray:
        """Q(s, ·);  state (D,) -> (K,)."""
        return outputs(self.online, np.asarray(state)[None])[0]

    def observe(self, step: Step, rng: np.random.Generator) -> None:
        """Keep a step, and at every ``every``-th learn, once there are ``batch`` of them."""
        if self.trust_clock:
            step = step._replace(terminated=step.terminated or step.truncated)
        self.replay.add(step)
        self.steps += 1
        ready = len(self.replay) >= min(self.batch, self.replay.capacity)
        if ready and self.steps % self.every == 0:
            self.learn(self.replay.draw(self.batch, generator(rng)))

    def learn(self, batch: Batch) -> float:
        """One step down Huber's loss, and the target follows; -> the loss before.

        ValueError where it is NaN or infinite: the values have diverged.
        """
        y = self.targets(batch)
        q = outputs(self.online, batch.states)  # (N, K)
        chosen = np.arange(len(q)), batch.actions
        loss = Huber.forward.bare(self.loss, q[chosen], y)
        if not math.isfinite(loss):
            raise ValueError(
                f"learn: expected a finite loss, got {loss} after {self.steps} steps; the values "
                "have diverged, so lower the learning rate or tau"
            )
        dq = np.zeros_like(q)
        dq[chosen] = self.loss.backward()
        self.optimiser.zero_grad()
        self.online.backward(dq, input_gradient=False)
        self.optimiser.step()
        follow(self.target, self.online, self.tau)
        return loss

    def targets(self, batch: Batch) -> np.ndarray:
        """The targets of a batch, by the networks as they are now;  -> (N,)."""
        q_target = outputs(self.target, batch.after)
        chooser = outputs(self.online, batch.after) if self.double else q_target
        return _targets(batch.rewards, batch.terminated, q_target, self.gamma, chooser)
