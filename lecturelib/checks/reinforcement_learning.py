"""Checks for the chapter "Reinforcement learning"."""

from __future__ import annotations

import numpy as np

from lecturelib.checks import code, number

value_a = number("reinforcement_learning", "corridor", "value_a")
after_two = number("reinforcement_learning", "corridor", "after_two")
sweeps_left_to_right = number("reinforcement_learning", "corridor", "sweeps_left_to_right")
q_learning = number("reinforcement_learning", "updates", "q_learning")
sarsa = number("reinforcement_learning", "updates", "sarsa")
expected = number("reinforcement_learning", "updates", "expected")
at_the_end = number("reinforcement_learning", "updates", "at_the_end")
first_return = number("reinforcement_learning", "by_hand", "first_return")
best_probability = number("reinforcement_learning", "by_hand", "best_probability")
other_probability = number("reinforcement_learning", "by_hand", "other_probability")

_rng = np.random.default_rng(0)


def _updated(Q, s, a, target, alpha):
    """The table with one entry moved by a share α of the way to the target."""
    Q = Q.copy()
    Q[s, a] += alpha * (target - Q[s, a])
    return Q


@code(
    (_rng.normal(size=(4, 3)), 1, 2, -0.5, 3, False, 0.3, 0.9),
    (_rng.normal(size=(4, 3)), 0, 1, 2.0, 2, True, 0.3, 0.9),
    otherwise="One entry changes: by α times target minus old value.",
    says="One entry changes, and nothing is taken from beyond an end.",
)
def q_update(Q: np.ndarray, s, a, r, s_next, terminated, alpha, gamma) -> tuple:
    """A function (Q, s, a, r, s_next, terminated, alpha, gamma): a new table after one update."""
    best = Q[s_next].max()
    target = r if terminated else r + gamma * best
    wrong = {
        "The target looks beyond the end: where terminated is true, it is the reward alone.": (
            _updated(Q, s, a, r + gamma * best, alpha)
        ),
        "The sign is turned round: Q moves towards the target.": _updated(
            Q, s, a, 2 * Q[s, a] - target, alpha
        ),
        "The maximum is taken in the state that was left; the target asks for the next one.": (
            _updated(Q, s, a, r if terminated else r + gamma * Q[s].max(), alpha)
        ),
        "The next value is not discounted.": _updated(
            Q, s, a, r if terminated else r + best, alpha
        ),
        "The entry is set to the target; only a share α of the distance is gone.": _updated(
            Q, s, a, target, 1.0
        ),
        "The old value is not subtracted from the target.": _updated(
            Q, s, a, target + Q[s, a], alpha
        ),
        "The table is as before; return one with the new entry.": Q,
    }
    return _updated(Q, s, a, target, alpha), wrong


def _summed(rewards, ends, gamma, *, anew=True, forwards=False):
    """G_t of several episodes in one array, or with one mistake."""
    G, total = np.zeros(len(rewards)), 0.0
    steps = range(len(rewards))
    for t in steps if forwards else reversed(steps):
        over = ends[t - 1] if forwards and t else ends[t]
        total = rewards[t] + (0.0 if over and anew else gamma * total)
        G[t] = total
    return G


@code(
    (_rng.normal(size=9), np.array([0, 0, 1, 0, 1, 0, 0, 0, 1], bool), 0.7),
    (np.array([1.0, 2.0, 4.0]), np.array([False, False, True]), 0.5),
    otherwise="Go backwards: G_t = r_t + γ G_{t+1}, and begin anew at every end.",
    says="No reward of one episode counts in another.",
)
def returns(rewards: np.ndarray, ends: np.ndarray, gamma: float) -> tuple:
    """A function (rewards, ends, gamma): the return from every step on, episode by episode."""
    right = _summed(rewards, ends, gamma)
    wrong = {
        "The returns are not reset: rewards of the next episode count in the one before.": (
            _summed(rewards, ends, gamma, anew=False)
        ),
        "The sum runs forwards: a return is what comes, not what was.": _summed(
            rewards, ends, gamma, forwards=True
        ),
        "Nothing is discounted.": _summed(rewards, ends, 1.0),
        "The first reward of each return counts whole; the discount begins with the next.": (
            gamma * right
        ),
        "That are the rewards themselves; a return adds what comes after.": rewards,
    }
    return right, wrong
