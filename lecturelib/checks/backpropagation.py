"""Checks for the chapter "Backpropagation"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.activations import sigmoid, sigmoid_grad, tanh_grad_from_output
from lecturelib.checks import AnswerError, as_number, check

# The hand example with the target of the exercise, y = 1.
_X2, _V2, _A2, _H1, _Y = 4.0, 3.0, 1.1, 0.5, 1.0
_H2 = float(sigmoid(_A2))
_Z = -2 * _H1 + _V2 * _H2 - 0.85
_O = float(sigmoid(_Z))
_DO = 2 * (_O - _Y)
_DZ = _DO * float(sigmoid_grad(_Z))
_DA2 = _DZ * _V2 * float(sigmoid_grad(_A2))


def _near(value: float, other: float) -> bool:
    """Equal to within one in a hundred, which rounding on the way explains."""
    return abs(value - other) <= 0.012 * abs(other)


def _named(value: float, known: dict[float, str]) -> None:
    """Raise AnswerError with the sentence of the first known mistake that gives ``value``."""
    for number, says in known.items():
        if _near(value, number):
            raise AnswerError(says)


@check
def delta(answer: float) -> str:
    """The delta dz of the hand example with target 1."""
    value = as_number(answer)
    _named(
        value,
        {
            -_DZ: "The sign is turned round: the loss falls when o rises towards the target.",
            2 * _O * float(sigmoid_grad(_Z)): "That is still the delta for the target of the page.",
            _DO: "That is do; it has not passed the slope of the output unit yet.",
            _DZ / 2: "The square in the loss gives a factor 2.",
            float(sigmoid_grad(_Z)): "That is the slope alone; multiply it by what comes back.",
        },
    )
    if not _near(value, _DZ):
        raise AnswerError("Take the derivative of the loss by o, times the slope o (1 − o).")
    return "Only the error has changed, and with it the sign."


@check
def gradient_v2(answer: float) -> str:
    """The gradient dv₂ of the hand example with target 1."""
    value = as_number(answer)
    _named(
        value,
        {
            -_DZ * _H2: "The sign is turned round.",
            _DZ: "That is the delta; multiply it by what the weight gets on the way forward.",
            _DZ * _A2: "The weight gets h, after f, not the sum a.",
            _DZ * _H1: "That belongs to the other weight: its input is h₁.",
            _DZ * _O: "You used the output of the unit; the weight meets its input.",
            _DO * _H2: "The slope of the output unit is missing.",
            _H2: "That is the input of the weight alone; the delta is missing.",
        },
    )
    if not _near(value, _DZ * _H2):
        raise AnswerError("Multiply the delta at the upper end by the value at the lower end.")
    return "Delta times input."


@check
def gradient_w22(answer: float) -> str:
    """The gradient dw₂₂ of the hand example with target 1."""
    value = as_number(answer)
    _named(
        value,
        {
            -_DA2 * _X2: "The sign is turned round.",
            _DA2: "That is the delta of the unit; the input of the weight is missing.",
            _DZ * _V2 * _X2: "The slope of the hidden unit is missing.",
            _DA2 * _X2 / _V2: "The way back leads through a weight of the upper layer.",
            _DO * _V2 * float(sigmoid_grad(_A2)) * _X2: "The slope of the output unit is missing.",
            _DA2 * _H2: "You used the output of the unit; the weight meets its input.",
            _DA2 * 0.5: "That belongs to the weight of the other input.",
        },
    )
    if not _near(value, _DA2 * _X2):
        raise AnswerError("From dz back through v₂ and one slope to a₂, then times the input.")
    return "Four local derivatives after do, all on one way."


def _arrays(answer: object, names: tuple[str, ...]) -> list[np.ndarray]:
    """The answer as one array for each name, or the AnswerError of giving something else."""
    if not isinstance(answer, tuple | list) or len(answer) != len(names):
        raise AnswerError(f"Return {len(names)} arrays: {', '.join(names)}.")
    return [np.asarray(part, dtype=float) for part in answer]


@check
def linear_backward(answer: Callable) -> str:
    """A function (da, x, W) -> (dx, dW, db)."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    rng = np.random.default_rng(4)
    da, x, W = rng.normal(size=(5, 3)), rng.normal(size=(5, 4)), rng.normal(size=(3, 4))
    result = answer(da.copy(), x.copy(), W.copy())
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    right = {"dx": da @ W, "dW": da.T @ x, "db": da.sum(axis=0)}
    for (name, wanted), got in zip(right.items(), _arrays(result, tuple(right)), strict=True):
        _compare(name, wanted, got)
    return "All three, with the shapes of x, W and b."


def _compare(name: str, wanted: np.ndarray, got: np.ndarray) -> None:
    """Raise AnswerError for a gradient that differs from ``wanted``."""
    if got.shape == wanted.T.shape != wanted.shape and np.allclose(got, wanted.T):
        raise AnswerError(f"{name} is transposed: a gradient has the shape of its thing.")
    if name == "db" and got.shape == (5, 3):
        raise AnswerError("db has a row for each example; one bias serves the whole batch.")
    if got.shape != wanted.shape:
        raise AnswerError(f"{name} has shape {got.shape}, its thing has shape {wanted.shape}.")
    if np.allclose(got, wanted / 5):
        raise AnswerError(f"{name} is divided by the batch size; the loss has done that already.")
    if np.allclose(got, -wanted):
        raise AnswerError(f"{name} has the wrong sign; backward computes, it does not descend.")
    if not np.allclose(got, wanted):
        raise AnswerError(f"{name} has the right shape and wrong numbers.")


@check
def tanh_backward(answer: Callable) -> str:
    """A function (dh, h) -> da for h = tanh(a)."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    rng = np.random.default_rng(5)
    a, dh = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    h = np.tanh(a)
    result = answer(dh.copy(), h.copy())
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    result, slope = np.asarray(result, dtype=float), tanh_grad_from_output(h)
    if result.shape != h.shape:
        raise AnswerError(f"For shape {h.shape} it returned shape {result.shape}.")
    for wrong, says in (
        (slope, "That is the slope alone; dh has to be multiplied by it."),
        (dh * (1 - np.tanh(h) ** 2), "You applied tanh once more: h is its output already."),
        (dh * h * (1 - h), "That is the slope of the sigmoid."),
        (dh * (1 - h), "A square is missing in the slope of tanh."),
        (dh * h, "You multiplied by the output; asked for is the slope there."),
    ):
        if np.allclose(result, wrong):
            raise AnswerError(says)
    if not np.allclose(result, dh * slope):
        raise AnswerError("Multiply dh, entry by entry, by the slope of tanh written in h.")
    return "The upstream gradient times the local one."


@check
def slope_bound(answer: float) -> str:
    """The largest product of the slopes of six sigmoids."""
    value = as_number(answer)
    _named(
        value,
        {
            0.25**5: "One hidden layer is left out: the first one has a slope too.",
            0.25**7: "The output is linear; it has no slope of a sigmoid.",
            6 * 0.25: "Along a way the slopes are multiplied, not added.",
            1.0: "That is the largest slope of tanh; how steep is a sigmoid at most?",
            0.5**6: "That is the output of a sigmoid at 0; how steep is it there?",
        },
    )
    if not _near(value, 0.25**6):
        raise AnswerError("How steep is a sigmoid at most, and how many are there on the way?")
    return "The weights on the way can make up for it, the slopes cannot."
