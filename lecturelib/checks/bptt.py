"""Checks for the chapter "Backpropagation through time"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, as_number, check, near

# The exercise "by hand": s_t = w s_{t−1} + x_t, L = ½ (s_3 − 3)².
_W, _S = 0.5, (0.0, 2.0, 2.0, 1.0)
_DS = (None, -0.5, -1.0, -2.0)  # ds_1 … ds_3
_SHARES = (0.0, -2.0, -4.0)  # ds_t s_{t−1}


def _compare(answer: float, right: float, mistakes: tuple, otherwise: str) -> None:
    """AnswerError unless the number is right; ``mistakes`` are pairs of value and sentence."""
    value = as_number(answer)
    for wrong, says in mistakes:
        if near(value, wrong, 2):
            raise AnswerError(says)
    if not near(value, right, 2):
        raise AnswerError(otherwise)


@check
def ds1(answer: float) -> str:
    """∂L/∂s_1."""
    mistakes = (
        (-_DS[1], "The size is right, the sign is not: the state is below its target."),
        (_DS[2], "That is the gradient one step later."),
        (_DS[3], "That is the gradient at the loss; it still has to go back."),
        (_DS[3] / _W**2, "You divided by w; each step back multiplies."),
        (_DS[3] * _W**3, "One factor too many: count the steps between the two states."),
    )
    _compare(answer, _DS[1], mistakes, "Start with s_3 − 3 and multiply by w for each step back.")
    return "Two steps back, two factors."


@check
def dw(answer: float) -> str:
    """∂L/∂w, all three uses."""
    mistakes = (
        (-sum(_SHARES), "The size is right, the sign is not: the state is below its target."),
        (_SHARES[2], "That is the share of the last use alone; w was used before."),
        (_SHARES[1], "That is one share out of three."),
        (_DS[3] * sum(_S[:3]), "The gradient changes on its way back; you took the last for all."),
        (
            _DS[3] * _S[3] + _DS[2] * _S[2] + _DS[1] * _S[1],
            "Pair each gradient with the state before.",
        ),
    )
    _compare(answer, sum(_SHARES), mistakes, "Add up ds times the state before it, step by step.")
    return "Three uses, three shares, one of them zero."


@check
def dw_truncated(answer: float) -> str:
    """∂L/∂w with k = 1."""
    mistakes = (
        (sum(_SHARES), "That is the full gradient."),
        (-_SHARES[2], "The size is right, the sign is not: the state is below its target."),
        (_SHARES[0], "Truncation keeps the steps next to the loss, not the first ones."),
        (_SHARES[1], "That is the use one step earlier, the first to be cut."),
    )
    _compare(answer, _SHARES[2], mistakes, "Keep only the use of w right before the loss.")
    return "The share next to the loss, and no other."


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


@check
def dW(answer: Callable) -> str:  # noqa: N802 d + the name
    """A function (dh, s, W): the sum over time of da_tᵀ s_{t−1}, for tanh."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    rng = np.random.default_rng(0)
    dh, W = rng.normal(size=(5, 2, 3)), rng.normal(size=(3, 3))
    s = np.tanh(rng.normal(size=(6, 2, 3)))
    result = answer(dh.copy(), s.copy(), W.copy())
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    result = np.asarray(result, dtype=float)
    if result.shape != W.shape:
        raise AnswerError(f"For W of shape {W.shape} it returned shape {result.shape}.")
    for says, variant in _LOOPS.items():
        if np.allclose(result, _loop(dh, s, W, **variant)):
            raise AnswerError(says)
    if not np.allclose(result, _loop(dh, s, W)):
        raise AnswerError("Compare with a sequence of one step, then of two: which term is off?")
    return "The library's loop, and its sum."


# What each mistake changes in the loop below.
_LOOPS = {
    "Only the last time step is in the sum; the loss reaches W at every t.": {"last": True},
    "Only the first time step is in the sum: add to dW instead of overwriting it.": {"first": True},
    "The gradient of the later steps is missing: each state feeds the next one too.": {"back": 0},
    "W is applied the wrong way round on the way back.": {"turn": True},
    "The slope of tanh is missing.": {"slope": False},
    "That pairs da_t with s_t; W was multiplied with the state before.": {"shift": 1},
    "That is the transpose: rows belong to the unit that receives.": {"flip": True},
    "That is the mean over the batch; the losses hold that factor already.": {"scale": 0.5},
    "That is the mean over time; every use of W adds its whole share.": {"scale": 0.2},
}


def _loop(
    dh,
    s,
    W,
    *,
    last=False,
    first=False,
    back=1,
    turn=False,
    slope=True,
    shift=0,
    flip=False,
    scale=1,
):
    """The gradient dW as it should be, or with one mistake."""
    terms, da = [], np.zeros_like(s[0])
    for t in reversed(range(len(dh))):
        da = dh[t] + back * (da @ (W.T if turn else W))
        da = da * (1 - s[t + 1] ** 2) if slope else da
        terms.append(da.T @ s[t + shift])
    kept = terms[:1] if last else terms[-1:] if first else terms
    total = scale * np.sum(kept, axis=0)
    return total.T if flip else total


@check
def clip(answer: Callable) -> str:
    """A function (gradients, max_norm): a new dict, scaled together to the norm."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    g = {"W": np.array([[3.0, 0.0], [0.0, 4.0]]), "b": np.array([7.2, 9.6])}
    result = _clipped(answer, g, 6.5)
    joint = {name: x / 2 for name, x in g.items()}
    if _same(result, {"W": g["W"], "b": g["b"] * 6.5 / 12}):
        raise AnswerError("Each array is clipped by itself, which turns the direction.")
    if _same(result, {name: np.clip(x, -6.5, 6.5) for name, x in g.items()}):
        raise AnswerError("Each entry is clipped by itself, which turns the direction.")
    if _same(result, {name: x / 169 * 6.5 for name, x in g.items()}):
        raise AnswerError("The root of the sum of squares is missing.")
    if _same(result, g):
        raise AnswerError("Gradients longer than the threshold come back as they were.")
    if _same(result, {name: x / 13 for name, x in g.items()}):
        raise AnswerError("The result has norm 1 whatever the threshold.")
    if not _same(result, joint):
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
    with np.errstate(divide="ignore", invalid="ignore"):  # judged by what comes out
        result = function(given, max_norm)
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    if not isinstance(result, dict) or result.keys() != gradients.keys():
        raise AnswerError("Return a dict with the names that were handed in.")
    if not _same(given, gradients):
        raise AnswerError("The arrays that were handed in have changed: make new ones.")
    return result


def _same(one: dict, other: dict) -> bool:
    return all(
        np.shape(one[name]) == g.shape and np.allclose(one[name], g) for name, g in other.items()
    )
