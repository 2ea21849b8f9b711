"""The checks of the chapter on reinforcement learning."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib import rl
from lecturelib.checks import reinforcement_learning


def update(Q, s, a, r, s_next, terminated, alpha, gamma, *, beyond=False, sign=1, look=None):
    Q = Q.copy()
    value = Q[s_next if look is None else look(s)].max()
    target = r + gamma * value * (beyond or not terminated)
    Q[s, a] += sign * alpha * (target - Q[s, a])
    return Q


def by_the_library(Q, s, a, r, s_next, terminated, alpha, gamma):
    class World:
        n_states, n_actions = Q.shape

    agent = rl.QLearning(World, alpha=alpha, gamma=gamma, rng=np.random.default_rng(0))
    agent._table = Q.tolist()
    agent.learn(s, a, r, s_next, terminated)
    return agent.Q


def returns(rewards, ends, gamma):
    pieces = np.split(rewards, np.flatnonzero(ends)[:-1] + 1)
    return np.concatenate([rl.returns(piece, gamma) for piece in pieces])


def forwards(rewards, ends, gamma):
    G, total = [], 0.0
    for t, r in enumerate(rewards):
        total = r + (0.0 if t and ends[t - 1] else gamma * total)
        G.append(total)
    return np.array(G)


class TestReinforcementLearning(CheckContract):
    check = reinforcement_learning
    NUMBERS = {
        "value_a": [1, 1 / 3, 3, 9, 13],
        "after_two": [3, 0, 9, 1, 12],
        "sweeps_left_to_right": [3, 1, 2, 4],
        "q_learning": [5.25, 9, 2.75, 6.25, 6, 4.75],
        "sarsa": [4.75, 5.25, 7, 3.25, 5],
        "expected": [5.15, 5, 5.05, 4.85, 8.6],
        "at_the_end": [4.5, 5.25, 5.5, 6, 4],
        "first_return": [4, 9, 2, 7.75, 6],
        "best_probability": [0.75, 0.7, 0.05, 0.76],
        "other_probability": [0.05, 0.06, 0.3, 0.117],
    }
    CHOICES = {
        "terminal": "5, whatever",
        "policy": "It learns about the greedy policy",
        "truncated": "has the value of the next state",
        "bias": "above 0",
        "regret": "It keeps pulling",
    }
    RIGHT = {"q_update": [update, by_the_library], "returns": [returns]}
    WRONG = {
        "q_update": [
            (lambda *a: update(*a, beyond=True), "looks beyond the end"),
            (lambda *a: update(*a, sign=-1), "sign is turned round"),
            (lambda *a: update(*a, look=lambda s: s), "the state that was left"),
            (lambda Q, *a: update(Q, *a[:-1], 1.0), "not discounted"),
            (lambda *a: update(*a[:-2], 1.0, a[-1]), "only a share α"),
            (lambda Q, *a: Q, "as before"),
            (lambda Q, *a: 2 * Q, "One entry changes"),
        ],
        "returns": [
            (lambda r, e, g: rl.returns(r, g), "not reset"),
            (forwards, "runs forwards"),
            (lambda r, e, g: returns(r, e, 1.0), "Nothing is discounted"),
            (lambda r, e, g: g * returns(r, e, g), "counts whole"),
            (lambda r, e, g: r, "rewards themselves"),
            (lambda r, e, g: -r, "Go backwards"),
        ],
    }
