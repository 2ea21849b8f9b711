"""The checks of the chapter on deep reinforcement learning."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import deep_reinforcement_learning as checks
from lecturelib.deep_rl import gae, td_targets


def targets(r, terminated, truncated, q_slow, q_now, gamma):
    y = []
    for n in range(len(r)):
        a = int(np.argmax(q_now[n]))
        y.append(r[n] if terminated[n] else r[n] + gamma * q_slow[n, a])
    return np.array(y)


def by_the_library(r, terminated, truncated, q_slow, q_now, gamma):
    return td_targets(r, terminated, q_slow, gamma, q_now)


def advantages(r, v, after, ends, gamma, lam):
    delta, A = r + gamma * after - v, np.zeros(len(r) + 1)
    for t in range(len(r))[::-1]:
        A[t] = delta[t] + (0 if ends[t] else gamma * lam * A[t + 1])
    return A[:-1]


class TestDeepReinforcementLearning(CheckContract):
    check = checks
    NUMBERS = {
        "dqn_target": [5.6, 6, 3.6, 6.5, 5.4],
        "double_target": [2.9, 5.6, 6.5, 3.8, 3],
        "terminated_target": [2, 5.6, 0, 2.9],
        "double_error": [-0.1, 0.1, 2.6, -1],
        "first_logit": [-1.6, 1.6, 2.4, 0.8, -0.4, -2, -10],
        "after_step": [0.048, 0.0899, 0.553, 0.0101, 0.101],
        "clipped": [-1.6, -1, -2.4, 1.6, 0.8, -2],
        "late": [0.5, 0, 1, 1.5],
        "first": [-0.375, -0.5, -0.25, 0],
        "replaced": [0.982, 0.018, 4, 0],
    }
    CHOICES = {
        "end": "γ times the value",
        "memory": "Its gradient is an expectation",
        "given": "Those of Q at (s, a)",
        "baseline": "The variance",
        "seeds": "Little",
        "still": "ρ = 0.5 and A = 3",
    }
    RIGHT = {"my_targets": [targets, by_the_library], "my_gae": [advantages, gae]}
    WRONG = {
        "my_targets": [
            (lambda r, t, u, s, q, g: targets(r, t | u, u, s, q, g), "truncated step is treated"),
            (lambda r, t, u, s, q, g: targets(r, 0 * t, u, s, q, g), "terminated step too"),
            (lambda r, t, u, s, q, g: targets(r, t, u, s, s, g), "both chooses and judges"),
            (lambda r, t, u, s, q, g: targets(r, t, u, q, q, g), "judges its own choice"),
            (lambda r, t, u, s, q, g: targets(r, t, u, q, s, g), "roles are exchanged"),
            (lambda r, t, u, s, q, g: targets(r, t, u, s, q, 1), "discount is missing"),
            (lambda r, t, u, s, q, g: targets(0 * r, t, u, s, q, g), "reward is missing"),
            (lambda r, t, u, s, q, g: (1 - t) * targets(r, 0 * t, u, s, q, g), "was paid"),
            (lambda r, t, u, s, q, g: r, "Look at one step"),
        ],
        "my_gae": [
            (lambda r, v, w, e, g, m: gae(r, v, w, None, g, m), "runs on into"),
            (lambda r, v, w, e, g, m: advantages(r + (g - 1) * w, v, w, e, 1, g), "λ is missing"),
            (lambda r, v, w, e, g, m: advantages(r + (g - 1) * w, v, w, e, 1, m), "γ is missing"),
            (lambda r, v, w, e, g, m: r + g * w - v, "Those are the TD errors"),
            (
                lambda r, v, w, e, g, m: forward(r + g * w - v, e, g * m),
                "runs forward",
            ),
            (lambda r, v, w, e, g, m: gae(r, 0 * v, w, e, g, m), "is not subtracted"),
            (lambda r, v, w, e, g, m: gae(r, v, 0 * w, e, g, m), "next state is missing"),
            (lambda r, v, w, e, g, m: r, "Start with the TD errors"),
        ],
    }

    def test_the_targets_are_the_librarys(self):
        cases = [("dqn_target", 0, None), ("double_target", 0, [[2, 5, 1]])]
        for check, ends, q_now in [*cases, ("terminated_target", 1, None)]:
            y = td_targets([2], [ends], [[4, 1, 3]], 0.9, q_now)
            assert getattr(checks, check)(float(y[0]))


def forward(delta, ends, rate):
    total, A = 0, []
    for d, end in zip(delta, ends, strict=True):
        total = d + rate * total * (1 - end)
        A.append(total)
    return np.array(A)
