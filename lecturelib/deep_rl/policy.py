"""Agents that learn a policy: REINFORCE, actor–critic, PPO; returns and advantages."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib._validate import positive, whole
from lecturelib.deep_rl._checks import outputs, share
from lecturelib.deep_rl.losses import ClippedPolicy, PolicyGradient, log_softmax
from lecturelib.deep_rl.replay import Step
from lecturelib.layers import Layer
from lecturelib.losses import MeanSquaredError
from lecturelib.optim import clip_gradients
from lecturelib.rl.returns import discounted, ends_of, returns, rows, same_length

__all__ = ["PPO", "ActorCritic", "Horizon", "Reinforce", "gae", "returns"]


def gae(rewards, values, after, ends, gamma, lam):
    """A_t = δ_t + γ λ A_{t+1}, δ_t = r_{t+1} + γ V(s_{t+1}) − V(s_t);  all (T,) -> (T,).

    Generalised advantage estimation: λ = 0 trusts the critic after one step, λ = 1 the rewards to
    the end. ``values`` is V(s_t), ``after`` V(s_{t+1}), 0 where the step terminated, and the value
    of the last state where it was truncated. ``ends``, true at either end: there the sum begins
    anew. ValueError for γ or λ outside [0, 1] and unequal lengths. Source: J. Schulman et al.
    (2016).
    """
    rewards, values = rows(rewards, "rewards"), rows(values, "values")
    after, gamma, lam = rows(after, "after"), share(gamma, "gamma"), share(lam, "lam")
    same_length(rewards=rewards, values=values, after=after)
    return discounted(rewards + gamma * after - values, gamma * lam, ends_of(ends, rewards))


class Horizon(NamedTuple):
    """T steps in their order; ``terminated`` and ``ends`` (either end) are booleans (T,)."""

    states: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    after: np.ndarray
    terminated: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, steps: list[Step], dtype) -> Horizon:
        """The steps as arrays; states and rewards in the networks' type."""
        states, actions, rewards, after, terminated, truncated = zip(*steps, strict=True)
        terminated, truncated = np.array(terminated, bool), np.array(truncated, bool)
        floats = (np.array(x, dtype) for x in (states, rewards, after))
        states, rewards, after = floats
        return cls(states, np.array(actions), rewards, after, terminated, terminated | truncated)


class _PolicyAgent:
    """A policy network with its optimiser, which draws its actions from softmax(z)."""

    def __init__(self, policy: Layer, optimiser, gamma: float) -> None:
        self.policy, self.optimiser, self.gamma = policy, optimiser, share(gamma, "gamma")
        self._steps: list[Step] = []
        self._dtype = next(iter(policy.parameters.values())).dtype

    def probabilities(self, state) -> np.ndarray:
        """π(· | s);  state (D,) -> (K,)."""
        return np.exp(log_softmax(outputs(self.policy, np.asarray(state)[None])))[0]

    def act(self, state, rng: np.random.Generator) -> int:
        """An action drawn from π(· | s): the randomness of the policy is the exploration."""
        total = self.probabilities(state).cumsum()
        return int((rng.random() * total[-1] >= total).sum())

    def best(self, state) -> int:
        """The likeliest action, the first of equal ones."""
        return int(outputs(self.policy, np.asarray(state)[None])[0].argmax())

    def _climb(self, loss) -> None:
        """One step of the policy along a loss whose forward pass is done."""
        self.optimiser.zero_grad()
        self.policy.backward(loss.backward(), input_gradient=False)
        self.optimiser.step()


def standardised(x):
    """(x − mean) / standard deviation, so that one learning rate suits all sizes of return."""
    return (x - x.mean()) / (x.std() + 1e-8)


class Reinforce(_PolicyAgent):
    """After each episode one step along Σ_t (G_t − b) ∇ log π(a_t | s_t).

    ``baseline``: "none" takes G_t itself; "episode" standardises the returns of the episode, a
    baseline that looks at later steps too and is slightly biased; "critic" subtracts V(s_t) of a
    network ``critic`` with ``critic_optimiser``, which learns G_t by mean squared error, and then
    standardises. A truncated episode counts as what was seen of it. ValueError for another
    baseline, and for "critic" without a critic. Source: R. J. Williams (1992).
    """

    def __init__(
        self,
        policy: Layer,
        optimiser,
        *,
        gamma: float = 0.99,
        baseline: str = "episode",
        critic: Layer | None = None,
        critic_optimiser=None,
    ) -> None:
        super().__init__(policy, optimiser, gamma)
        if baseline not in ("none", "episode", "critic") or (baseline == "critic") != bool(critic):
            raise ValueError(
                f"baseline: expected 'none', 'episode', or 'critic' with a critic, got "
                f"{baseline!r} and {type(critic).__name__}; pass critic and critic_optimiser"
            )
        self.baseline, self.critic, self.critic_optimiser = baseline, critic, critic_optimiser
        self.loss = PolicyGradient()

    def observe(self, step: Step, rng: np.random.Generator) -> None:
        """Keep a step, and learn at the end of the episode."""
        self._steps.append(step)
        if step.terminated or step.truncated:
            self.learn(Horizon.of(self._steps, self._dtype))
            self._steps = []  # or the next episode's returns would run into this one's

    def learn(self, episode: Horizon) -> None:
        """One step of the policy, and one of the critic if there is one."""
        advantage = self.advantages(episode)
        self.loss.forward(self.policy.forward(episode.states), episode.actions, advantage)
        self._climb(self.loss)

    def advantages(self, episode: Horizon) -> np.ndarray:
        """G_t minus the baseline;  -> (T,). A critic learns from the same returns."""
        G = returns(episode.rewards, self.gamma, episode.ends)
        if self.baseline == "none":
            return G
        if self.baseline == "episode":
            return standardised(G)
        V = self.critic.forward(episode.states)
        _fit(self.critic, self.critic_optimiser, V, G)
        return standardised(G - V[:, 0])


def _fit(critic, optimiser, V, G):
    """One step of a critic towards the returns;  V (T, 1) of its last forward pass, G (T,)."""
    loss = MeanSquaredError()
    loss.forward(V, G[:, None])
    optimiser.zero_grad()
    critic.backward(loss.backward(), input_gradient=False)
    clip_gradients(critic.gradients, 10.0)
    optimiser.step()


class ActorCritic(_PolicyAgent):
    """A policy (the actor) and V (the critic); both learn every ``horizon`` steps, by GAE.

    The actor takes one step along the standardised advantages, the critic one towards A + V.
    ``lam`` is λ of ``gae``, ``entropy`` the β of ``PolicyGradient``. ValueError for γ or λ outside
    [0, 1] and a horizon below 1.
    """

    def __init__(
        self,
        policy: Layer,
        optimiser,
        critic: Layer,
        critic_optimiser,
        *,
        gamma: float = 0.98,
        lam: float = 0.9,
        horizon: int = 64,
        entropy: float = 0.0,
    ) -> None:
        super().__init__(policy, optimiser, gamma)
        self.critic, self.critic_optimiser = critic, critic_optimiser
        self.lam, self.horizon = share(lam, "lam"), whole(horizon, "horizon")
        self.loss = PolicyGradient(entropy)

    def observe(self, step: Step, rng: np.random.Generator) -> None:
        """Keep a step, and learn when there are ``horizon`` of them."""
        self._steps.append(step)
        if len(self._steps) == self.horizon:
            self.learn(Horizon.of(self._steps, self._dtype), rng)
            self._steps = []

    def advantages(self, steps: Horizon) -> tuple[np.ndarray, np.ndarray]:
        """A_t by GAE, and A_t + V(s_t), which the critic learns;  -> (T,), (T,)."""
        after = self.critic.forward(steps.after)[:, 0] * ~steps.terminated
        values = self.critic.forward(steps.states)[:, 0]
        A = gae(steps.rewards, values, after, steps.ends, self.gamma, self.lam)
        return A, A + values

    def learn(self, steps: Horizon, rng: np.random.Generator) -> None:
        """One step of both networks. rng is for agents that shuffle."""
        A, G = self.advantages(steps)
        z = self.policy.forward(steps.states)
        self.loss.forward(z, steps.actions, standardised(A))
        self._climb(self.loss)
        _fit(self.critic, self.critic_optimiser, self.critic.forward(steps.states), G)


class PPO(ActorCritic):
    """Proximal policy optimisation: the same steps are used for ``epochs`` passes in batches.

    What keeps the policy near the one that acted is the clip of ``ClippedPolicy``. Gradients are
    clipped to norm ½ as well. Other arguments and errors as in ``ActorCritic``. Source: J.
    Schulman et al. (2017).
    """

    def __init__(
        self,
        policy: Layer,
        optimiser,
        critic: Layer,
        critic_optimiser,
        *,
        clip: float = 0.2,
        epochs: int = 10,
        batch: int = 64,
        horizon: int = 256,
        max_norm: float = 0.5,
        **settings,
    ) -> None:
        entropy = settings.pop("entropy", 0.0)
        super().__init__(policy, optimiser, critic, critic_optimiser, horizon=horizon, **settings)
        self.loss = ClippedPolicy(clip, entropy)
        self.epochs, self.batch = whole(epochs, "epochs"), whole(batch, "batch")
        self.max_norm = positive(max_norm, "max_norm")

    def learn(self, steps: Horizon, rng: np.random.Generator) -> None:
        """``epochs`` passes over the steps in shuffled batches."""
        A, G = self.advantages(steps)
        log_p = log_softmax(self.policy.forward(steps.states))
        log_old = log_p[np.arange(len(G)), steps.actions]  # of the policy that acted: kept fixed
        for _ in range(self.epochs):
            order = rng.permutation(len(G))
            for start in range(0, len(G), self.batch):
                i = order[start : start + self.batch]
                z, best = self.policy.forward(steps.states[i]), standardised(A[i])
                self.loss.forward(z, steps.actions[i], best, log_old[i])
                self._climb(self.loss)
                _fit(self.critic, self.critic_optimiser, self.critic.forward(steps.states[i]), G[i])

    def _climb(self, loss) -> None:
        self.optimiser.zero_grad()
        self.policy.backward(loss.backward(), input_gradient=False)
        clip_gradients(self.policy.gradients, self.max_norm)
        self.optimiser.step()
