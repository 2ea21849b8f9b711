"""Checks for the chapter "Deep reinforcement learning"."""

from __future__ import annotations

import numpy as np

from lecturelib.checks import code, number

_CHAPTER = "deep_reinforcement_learning"
dqn_target = number(_CHAPTER, "targets", "dqn_target")
double_target = number(_CHAPTER, "targets", "double_target")
terminated_target = number(_CHAPTER, "targets", "terminated_target")
double_error = number(_CHAPTER, "targets", "double_error")
first_logit = number(_CHAPTER, "gradient", "first_logit")
after_step = number(_CHAPTER, "gradient", "after_step")
clipped = number(_CHAPTER, "clip", "clipped")
late = number(_CHAPTER, "advantage", "late")
first = number(_CHAPTER, "advantage", "first")
replaced = number(_CHAPTER, "slow", "replaced")

_rng = np.random.default_rng(0)


def _targets(r, ends, q_slow, q_now, gamma, *, discount=True):
    """The targets of double DQN where ``ends`` stop the sum."""
    later = q_slow[np.arange(len(r)), q_now.argmax(axis=1)]
    return r + (gamma if discount else 1) * (1 - ends) * later


@code(
    (
        _rng.normal(size=6),
        np.array([0, 1, 0, 0, 1, 0]),
        np.array([0, 0, 1, 0, 1, 1]),
        _rng.normal(size=(6, 3)),
        _rng.normal(size=(6, 3)),
        0.9,
    ),
    otherwise="Look at one step: which network chooses, which judges, and what stops the sum?",
    says="One network chooses, the other judges, and only the world's end is an end.",
)
def my_targets(r, terminated, truncated, q_slow, q_now, gamma: float) -> tuple:
    """A function (r, terminated, truncated, q_slow, q_now, gamma): targets of double DQN, (N,)."""
    either, rows = np.maximum(terminated, truncated), np.arange(len(r))
    wrong = {
        "A truncated step is treated as terminated: the clock is not part of the world.": _targets(
            r, either, q_slow, q_now, gamma
        ),
        "The next state counts after a terminated step too.": _targets(
            r, 0 * terminated, q_slow, q_now, gamma
        ),
        "That is DQN: one network both chooses and judges.": _targets(
            r, terminated, q_slow, q_slow, gamma
        ),
        "The learning network judges its own choice.": _targets(r, terminated, q_now, q_now, gamma),
        "The roles are exchanged: the target network chooses and the other judges.": _targets(
            r, terminated, q_now, q_slow, gamma
        ),
        "The discount is missing.": _targets(r, terminated, q_slow, q_now, gamma, discount=False),
        "The reward is missing.": _targets(0 * r, terminated, q_slow, q_now, gamma),
        "The reward of a terminated step was paid: it is no part of what the end removes.": (
            1 - terminated
        )
        * (r + gamma * q_slow[rows, q_now.argmax(axis=1)]),
    }
    return _targets(r, terminated, q_slow, q_now, gamma), wrong


def _advantages(r, v, after, ends, gamma, lam, *, reset=True, rate=None, backwards=True):
    """The advantages, or with one mistake."""
    delta, total = r + gamma * after - v, 0.0
    A = np.empty(len(r))
    for t in reversed(range(len(r))) if backwards else range(len(r)):
        total = delta[t] + (gamma * lam if rate is None else rate) * total * (
            1 - (ends[t] if reset else 0)
        )
        A[t] = total
    return A


@code(
    (
        _rng.normal(size=6),
        _rng.normal(size=6),
        _rng.normal(size=6),
        np.array([0, 0, 1, 0, 0, 1]),
        0.9,
        0.6,
    ),
    otherwise="Start with the TD errors of all steps; then go from the last step to the first.",
    says="The sum begins anew behind every end.",
)
def my_gae(r, v, after, ends, gamma: float, lam: float) -> tuple:
    """A function (r, v, after, ends, gamma, lam): the advantages of all steps, (T,)."""
    given = r, v, after, ends, gamma, lam
    wrong = {
        "The sum runs on into the episode before: it has to begin anew at an end.": _advantages(
            *given, reset=False
        ),
        "The factor is γ λ: λ is missing.": _advantages(*given, rate=gamma),
        "The factor is γ λ: γ is missing.": _advantages(*given, rate=lam),
        "Those are the TD errors; the later ones are still to be added.": _advantages(
            *given, rate=0
        ),
        "The sum runs forward: a step is praised for what came before it.": _advantages(
            *given, backwards=False
        ),
        "V of the step itself is not subtracted.": _advantages(r, 0 * v, after, ends, gamma, lam),
        "The value of the next state is missing in the TD error.": _advantages(
            r, v, 0 * after, ends, gamma, lam
        ),
    }
    return _advantages(*given), wrong
