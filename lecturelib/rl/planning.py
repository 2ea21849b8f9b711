"""Planning: the best behaviour in a world whose model P and R is known."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import number, positive, whole


def action_values(world, V, gamma) -> np.ndarray:
    """Q(s, a) = R(s, a) + γ Σ_s' P(s' | s, a) V(s');  V (S,) -> (S, A)."""
    return world.R + gamma * (world.P @ V)


def best_actions(Q, tolerance: float = 1e-9) -> np.ndarray:
    """The greedy policy of Q (S, A): all probability on the best actions, ties share it equally."""
    best = np.asarray(Q) >= np.max(Q, axis=1, keepdims=True) - tolerance
    return best / best.sum(axis=1, keepdims=True)


def random_policy(world) -> np.ndarray:
    """π(a | s) = 1/A in every state, (S, A)."""
    return np.full((world.n_states, world.n_actions), 1 / world.n_actions)


def evaluate(world, policy, gamma: float = 1.0) -> np.ndarray:
    """V of a policy, exactly: (I − γ P_π) V = R_π, the Bellman equation solved as a linear system.

    ``policy`` is (S, A) with probabilities or (S,) with one action a state -> V (S,), 0 in the
    terminal states. ValueError for γ outside [0, 1], and for γ = 1 if the policy never comes to an
    end from some state: then the system has no unique solution.
    """
    gamma, policy = discount(gamma), _probabilities(world, policy)
    P = np.einsum("sa,sat->st", policy, world.P)
    R = (policy * world.R).sum(axis=1)
    if gamma == 1:
        _must_end(world, P, "the policy")
    inside = ~world.ends
    V = np.zeros(world.n_states)
    system = np.eye(inside.sum()) - gamma * P[np.ix_(inside, inside)]
    V[inside] = np.linalg.solve(system, R[inside])
    return V


def sweep(world, V, gamma, *, policy=None, order=None) -> np.ndarray:
    """One application of the Bellman equation to every state; V (S,) -> new V (S,).

    V(s) ← max_a Q(s, a), or Σ_a π(a | s) Q(s, a) with a ``policy``. Without ``order`` all states
    are computed from the old V (two arrays). With ``order``, a list of states, each is computed
    from what the sweep has found so far (in place), in that order.
    """
    if policy is not None:
        policy = _probabilities(world, policy)
    if order is None:
        return _backed_up(action_values(world, V, gamma), policy)
    V = np.array(V, float)
    for s in order:
        q = world.R[s] + gamma * (world.P[s] @ V)
        V[s] = q.max() if policy is None else policy[s] @ q
    return V


def value_within(world, steps: int, *, policy=None, gamma: float = 1.0) -> np.ndarray:
    """The expected return of at most ``steps`` steps, (S,): of the best play or of a policy.

    Equal to that many sweeps from V = 0. The best play may depend on the time that is left.
    """
    V = np.zeros(world.n_states)
    for _ in range(whole(steps, "steps", least=0)):
        V = sweep(world, V, discount(gamma), policy=policy)
    return V


def value_iteration(world, gamma: float = 1.0, *, tolerance=1e-10, most=100_000):
    """V* by sweeps from V = 0 until no state moves by more than ``tolerance``: (V (S,), sweeps).

    ValueError for γ outside [0, 1], for γ = 1 where some state has no way to an end, and if
    ``most`` sweeps do not settle it, as when γ = 1 and going round in circles earns something.
    """
    gamma, tolerance = discount(gamma), positive(tolerance, "tolerance")
    if gamma == 1:
        _must_end(world, world.P.mean(axis=1), "any policy")
    V = np.zeros(world.n_states)
    for count in range(1, whole(most, "most") + 1):
        before, V = V, sweep(world, V, gamma)
        if np.abs(V - before).max() <= tolerance:
            return V, count
    raise ValueError(
        f"value_iteration: expected V to settle within {most} sweeps, got a change of "
        f"{np.abs(V - before).max():.2g} in the last; choose γ below 1, or make every step cost"
    )


def policy_iteration(world, gamma: float = 1.0, *, most: int = 1000):
    """Evaluate a policy exactly, act greedily on its values, repeat.

    -> (policy (S, A), V (S,), rounds). Starts from the random policy and stops when the policy no
    longer changes. ValueError as in ``evaluate``.
    """
    policy = random_policy(world)
    for rounds in range(1, most + 1):
        V = evaluate(world, policy, gamma)
        better = best_actions(action_values(world, V, gamma))
        if (better == policy).all():
            return policy, V, rounds
        policy = better
    raise ValueError(
        f"policy_iteration: expected the policy to settle within {most} rounds; "
        "choose γ below 1, or make every step cost something"
    )


def discount(gamma) -> float:
    """γ as a float in [0, 1], or ValueError."""
    gamma = number(gamma, "gamma")
    if not 0 <= gamma <= 1:
        raise ValueError(
            f"gamma: expected a number from 0 to 1, got {gamma}; above 1 the future counts for "
            "more the later it comes, and its sum has no bound"
        )
    return gamma


def _backed_up(Q, policy):
    """max_a Q(s, a), or its mean under the policy; (S, A) -> (S,)."""
    return Q.max(axis=1) if policy is None else (policy * Q).sum(axis=1)


def _probabilities(world, policy):
    """The policy as probabilities (S, A), or ValueError."""
    policy = np.asarray(policy)
    if policy.shape == (world.n_states,) and policy.dtype.kind in "iu":
        policy = np.eye(world.n_actions)[policy]
    shape = world.n_states, world.n_actions
    if policy.shape != shape or not np.allclose(policy.sum(axis=1), 1) or policy.min() < 0:
        raise ValueError(
            f"policy: expected probabilities of shape {shape} whose rows add up to 1, or one "
            f"action a state ({shape[0]},), got shape {policy.shape}; divide rows by their sums"
        )
    return policy


def _must_end(world, P, who):
    """ValueError unless a terminal state can be reached from every state; P (S, S)."""
    reaches = world.ends.copy()
    for _ in range(world.n_states):
        reaches |= (P[:, reaches] > 0).any(axis=1)
    if not reaches.all():
        s = int(np.flatnonzero(~reaches)[0])
        raise ValueError(
            f"gamma: expected a number below 1, got 1, and from state {s} {who} never comes to an "
            "end: a sum of endlessly many rewards needs γ < 1, or the state a way to an end"
        )
