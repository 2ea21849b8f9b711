"""Checks for the chapter "Performance and data"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, as_number, check
from lecturelib.learning_curve import crossing

# Two models measured at two sizes, in the exercise "by hand".
_N, _A, _B = np.array([100.0, 1000.0]), np.array([0.60, 0.66]), np.array([0.50, 0.80])
_AT = crossing(_N, _A[None], _B[None]).at
# An error of 0.4 with 1000 examples and of 0.2 with 8000.
_K = np.log(2) / np.log(8)
# 40 inputs, layers of 256 and 128 units, 10 outputs; 120,000 examples shown.
_WEIGHTS, _SEEN = 40 * 256 + 256 * 128 + 128 * 10, 120_000


def _marked(answer, right, tolerance, mistakes, otherwise):
    """Raise the AnswerError that belongs to the answer, a number, unless it is right."""
    value = as_number(answer)
    if abs(value - right) <= tolerance * right:
        return
    for wrong, says in mistakes:
        if abs(value - wrong) <= tolerance * abs(wrong):
            raise AnswerError(says)
    raise AnswerError(otherwise)


@check
def crossing_point(answer: float) -> str:
    """The n at which B overtakes A, straight over ln n, within one per cent."""
    share = 10 / 24
    mistakes = [
        (100 + 900 * share, "That is straight over n; the axis is that of ln n."),
        (share, "That is the share of the way; the way leads from ln 100 to ln 1000."),
        (100 * 10 ** (1 - share), "You went that share from the far end back."),
        (550, "The gaps at the two ends differ, so the crossing is not in the middle."),
        (100 * 10 ** (10 / 14), "The way is as long as both gaps together."),
    ]
    otherwise = "Take the gap B − A at both ends. After which share of the way is it zero?"
    _marked(answer, _AT, 0.01, mistakes, otherwise)
    return "Nearer to the end with the smaller gap, on the axis of ln n."


@check
def exponent(answer: float) -> str:
    """The k of the power law through both points, within one per cent."""
    mistakes = [
        (-_K, "The error falls, and n^(−k) has its minus sign already."),
        (3, "That is 1/k: how many doublings of n halve the error."),
        (0.5, "The error is halved, that is right; n does not become four times as large."),
        (0.25, "That is the quotient of the differences or of the factors; take logarithms."),
    ]
    otherwise = "The error falls by a factor 2, n grows by a factor 8: 8^k = 2."
    _marked(answer, _K, 0.011, mistakes, otherwise)
    return "Eight times the data for half of the error."


@check
def examples_needed(answer: float) -> str:
    """The n at which the same law promises an error of 0.05, within one per cent."""
    mistakes = [
        (32_000, "The error is not proportional to 1/n: k is smaller than 1."),
        (64_000, "That halves the error once more, to 0.1; asked is 0.05."),
        (4_096_000, "That halves it once too often, to 0.025."),
        (128_000, "Two halvings are right; each takes eight times the data, not four."),
    ]
    otherwise = "How often must 0.2 be halved? Each halving takes the same factor of data."
    _marked(answer, 512_000, 0.01, mistakes, otherwise)
    return "If the law holds that far, which nobody has measured."


@check
def training_operations(answer: float) -> str:
    """Multiply–adds of a whole training of the MLP, within one per cent."""
    right = 3 * _WEIGHTS * _SEEN
    mistakes = [
        (_WEIGHTS, "That is one prediction of one example."),
        (right / 3, "That is the forward passes; the way back costs about twice as much."),
        (2 * right / 3, "The way back alone costs about two forwards; add the forward."),
        (3 * _WEIGHTS, "That is one example; 120,000 are shown."),
        (right * 50, "The batches are contained in the 120,000 examples already."),
        (2 * right, "A multiply–add is counted once here, not as two operations."),
        (3 * (40 + 256 + 128 + 10) * _SEEN, "You counted the units; the work is in the weights."),
    ]
    otherwise = "Weights of all three layers, times 3, times the examples shown."
    _marked(answer, right, 0.01, mistakes, otherwise)
    return "One multiply–add a weight and example, three times."


def _answered(function, n, a, b):
    if not callable(function):
        raise AnswerError("A function is asked for; hand it over without calling it.")
    result = function(n.copy(), a.copy(), b.copy())
    if result is None:
        raise AnswerError("The function returns nothing: end it with return.")
    return float(result)


# Sizes, curve a, curve b, and what a wrong number on this case means.
_CASES = [
    ([100, 1000], [0.6, 0.66], [0.5, 0.8], "One crossing between two sizes"),
    ([100, 200, 500], [0.3, 0.4, 0.5], [0.2, 0.35, 0.6], "A crossing in the last interval"),
    ([100, 200, 500], [0.3, 0.4, 0.5], [0.4, 0.35, 0.6], "b leads, falls behind, leads again"),
    ([10, 20, 50, 90], [0.3, 0.3, 0.3, 0.3], [0.2, 0.4, 0.2, 0.5], "b overtakes a twice"),
    ([100, 200, 500], [0.3, 0.4, 0.5], [0.4, 0.5, 0.6], "b leads at every size"),
    ([100, 200, 500], [0.3, 0.4, 0.5], [0.4, 0.3, 0.4], "b does not lead at the largest size"),
]


@check
def overtakes(answer: Callable) -> str:
    """A function (n, a, b) -> the n from which b stays above a, n[0] or inf at the ends."""
    for sizes, first, second, what in _CASES:
        n, a, b = (np.array(values, dtype=float) for values in (sizes, first, second))
        right = crossing(n, a[None], b[None]).at
        value = _answered(answer, n, a, b)
        if np.isclose(value, right):
            continue
        if np.isclose(value, crossing(n, b[None], a[None]).at):
            raise AnswerError(f"{what}: that is where a overtakes b.")
        if len(n) == 2 and np.isclose(value, np.interp(0, b - a, n)):
            raise AnswerError(f"{what}: straight over n; go straight over ln n.")
        raise AnswerError(f"{what}: for n = {sizes}, a = {first}, b = {second} it gives {value:g}.")
    return "Between two sizes, at the ends, and where the lead changes twice."
