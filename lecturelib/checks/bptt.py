"""Checks for the chapter "Backpropagation through time"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, as_number, called, check, code, number

ds1 = number("bptt", "by_hand", "ds1")
dw = number("bptt", "by_hand", "dw")
dw_truncated = number("bptt", "by_hand", "dw_truncated")


@check
def steps_back(answer: float) -> str:
    """The smallest k with 0.9^k < 0.01."""
    value = as_number(answer)
    if value != round(value) or value < 1:
        raise AnswerError("A whole number of steps is asked for.")
    if 0.9**value >= 0.01:
        raise AnswerError(f"After {value:g} steps the norm is still at {0.9**value:.3g} of it.")
    if 0.9 ** (value - 1) < 0.01:
        raise AnswerError("It has been below one hundredth before that already.")
    return "Every step takes a tenth of what is left."


# What each mistake changes in the loop below.
_LOOPS = {
    "Only the last time step is in the sum; the loss reaches W at every t.": {"last": True},
    "Only the first time step is in the sum: add to dW instead of overwriting it.": {"first": True},
    "The gradient of the later steps is missing: each state feeds the next one too.": {
        "back": 0,
        "direct": 0,
    },
    "The state also reaches the next one directly, without W; that path is missing.": {"direct": 0},
    "The path back through W is missing; the state enters the next tanh as well.": {"back": 0},
    "W is applied the wrong way round on the way back.": {"turn": True},
    "The slope of tanh is missing.": {"slope": lambda s, t: 1},
    "1 − s² is not the slope here: the state is no longer the value of tanh.": {
        "slope": lambda s, t: 1 - s[t + 1] ** 2
    },
    "That pairs da_t with s_t; W was multiplied with the state before.": {"shift": 1},
    "That is the transpose: rows belong to the unit that receives.": {"flip": True},
    "That is the mean over the batch; the losses hold that factor already.": {"scale": 0.5},
    "That is the mean over time; every use of W adds its whole share.": {"scale": 0.2},
}


def _slope(s, t):
    """1 − tanh² at step t + 1: the value of tanh is what the step added to the state."""
    return 1 - (s[t + 1] - s[t]) ** 2


def _loop(
    dh,
    s,
    W,
    *,
    last=False,
    first=False,
    back=1,
    direct=1,
    turn=False,
    slope=_slope,
    shift=0,
    flip=False,
    scale=1,
):
    """The gradient dW as it should be, or with one mistake."""
    terms, ds = [], np.zeros_like(s[0])
    for t in reversed(range(len(dh))):
        ds = dh[t] + ds
        da = slope(s, t) * ds
        terms.append(da.T @ s[t + shift])
        ds = direct * ds + back * (da @ (W.T if turn else W))
    kept = terms[:1] if last else terms[-1:] if first else terms
    total = scale * np.sum(kept, axis=0)
    return total.T if flip else total


_rng = np.random.default_rng(0)
_dh, _added = _rng.normal(size=(5, 2, 3)), np.tanh(_rng.normal(size=(5, 2, 3)))
_s = np.concatenate([_rng.normal(size=(1, 2, 3)), _added]).cumsum(axis=0)


@code(
    (_dh, _s, _rng.normal(size=(3, 3))),
    otherwise="Compare with a sequence of one step, then of two: which term is off?",
    says="Two paths from state to state, and one sum over time.",
)
def dW(dh: np.ndarray, s: np.ndarray, W: np.ndarray) -> tuple:  # noqa: N802 d + the name
    """A function (dh, s, W): Σ da_tᵀ s_{t−1} for s_t = s_{t−1} + tanh(U x_t + W s_{t−1})."""
    return _loop(dh, s, W), {says: _loop(dh, s, W, **how) for says, how in _LOOPS.items()}


@check
def clip(answer: Callable) -> str:
    """A function (gradients, max_norm): a new dict, scaled together to the norm."""
    g = {"W": np.array([[3.0, 0.0], [0.0, 4.0]]), "b": np.array([7.2, 9.6])}  # norms 5 and 12
    result = _clipped(answer, g, 6.5)
    wrong = {
        "Each array is clipped by itself, which turns the direction.": {
            "W": g["W"],
            "b": g["b"] * 6.5 / 12,
        },
        "Each entry is clipped by itself, which turns the direction.": {
            name: np.clip(x, -6.5, 6.5) for name, x in g.items()
        },
        "The root of the sum of squares is missing.": _scaled(g, 6.5 / 169),
        "Gradients longer than the threshold come back as they were.": g,
        "The result has norm 1 whatever the threshold.": _scaled(g, 1 / 13),
    }
    for says, other in wrong.items():
        if _same(result, other):
            raise AnswerError(says)
    if not _same(result, _scaled(g, 6.5 / 13)):
        raise AnswerError("Find one norm of all arrays together, and one factor for all.")
    if not _same(_clipped(answer, g, 26.0), g):
        raise AnswerError("Gradients shorter than the threshold must stay as they are.")
    zero = {"b": np.zeros(2)}
    if not _same(_clipped(answer, zero, 1.0), zero):
        raise AnswerError("Gradients of zero must stay zero; look at your division.")
    return "One norm, one factor, and short gradients are left alone."


def _clipped(function: Callable, gradients: dict, max_norm: float) -> dict:
    """What the function returns for a copy, with the same names and shapes."""
    given = {name: g.copy() for name, g in gradients.items()}
    result = called(function, given, max_norm, copied=False)
    if not isinstance(result, dict) or result.keys() != gradients.keys():
        raise AnswerError("Return a dict with the names that were handed in.")
    if not _same(given, gradients):
        raise AnswerError("The arrays that were handed in have changed: make new ones.")
    return result


def _scaled(gradients: dict, factor: float) -> dict:
    return {name: factor * g for name, g in gradients.items()}


def _same(one: dict, other: dict) -> bool:
    return all(
        np.shape(one[name]) == g.shape and np.allclose(one[name], g) for name, g in other.items()
    )
