"""Checks for the chapter "One neuron and its activation functions"."""

from __future__ import annotations

from itertools import product

import numpy as np

from lecturelib import activations
from lecturelib.checks import AnswerError, as_number, as_vector, check, code, number

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))

pre_activation = number("neuron", "by_hand", "pre_activation")
output = number("neuron", "by_hand", "output")
slope = number("neuron", "by_hand", "slope")


def _side(weights: np.ndarray, bias: float, x: tuple[int, ...]) -> tuple[float, int]:
    """The sum at the corner x and the step function of it."""
    a = float(weights @ np.array(x) + bias)
    return a, int(a > 0)


@check
def majority(answer: tuple) -> str:
    """Weights and bias of a step neuron: 1 where at least two of its three inputs are 1."""
    try:
        weights, bias = answer
    except (TypeError, ValueError):
        raise AnswerError("Give a pair: a list of three weights, then the bias.") from None
    weights, bias = as_vector(weights, 3), as_number(bias)
    for x in product((0, 1), repeat=3):
        a, says = _side(weights, bias, x)
        if says != int(sum(x) >= 2):
            sign = "above" if says else "not above"
            raise AnswerError(f"At {x} your sum is {a:g}, {sign} zero; the vote wants the other.")
    return "All eight corners lie on their side of the plane."


def _wrong_slope(result: np.ndarray, a: np.ndarray) -> str:
    """The first wrong slope, in words."""
    wrong = ~np.isclose(result, activations.sigmoid(a))
    at, got = a[wrong][0], result[wrong][0]
    if np.isnan(got):
        return f"At a = {at:g} your slope is {got:g}: which of your terms overflows there?"
    return f"At a = {at:g} your slope is {got:.4g}; the curve there has another one."


@code(
    (np.array([[-3.0, -0.5, 0.5], [2.0, -1000.0, 1000.0]]),),
    otherwise=_wrong_slope,
    says="Softplus rises as the sigmoid says, for every shape and far out.",
)
def softplus_grad(a: np.ndarray) -> tuple:
    """A function: the derivative of ln(1 + e^a), for arrays of any shape and for a = ±1000."""
    return activations.sigmoid(a), {
        "That is softplus itself; asked is its slope.": np.logaddexp(0, a),
        "The slope falls where the curve gets steeper: look at the sign of your exponent.": (
            activations.sigmoid(-a)
        ),
    }


@check
def maxout_as_distance(answer: list) -> str:
    """Four numbers w1, b1, w2, b2 with max(w1 x + b1, w2 x + b2) = |x − 2|."""
    w1, b1, w2, b2 = as_vector(answer, 4)
    for x in (-10.0, 0.0, 1.0, 2.0, 3.0, 10.0):
        got, wanted = max(w1 * x + b1, w2 * x + b2), abs(x - 2)
        if not np.isclose(got, wanted):
            where = "high" if got > wanted else "low"
            raise AnswerError(f"At x = {x:g} your Maxout gives {got:g}, which is too {where}.")
    return "The same function, piece by piece."


@check
def xor_network(answer: tuple) -> str:
    """A tuple (W, b, v, c): two hidden step neurons and a step output that compute XOR."""
    try:
        W, b, v, c = answer
    except (TypeError, ValueError):
        raise AnswerError("Give four things: W, b, v and c.") from None
    if any(part is ... or part is None for part in (W, b, v, c)):
        raise AnswerError("Some of W, b, v and c are still dots.")
    b, v, c = as_vector(b, 2), as_vector(v, 2), as_number(c)
    try:
        W = np.asarray(W, dtype=float).reshape(2, 2)
    except (TypeError, ValueError):
        raise AnswerError("W needs two rows of two weights, a row for each neuron.") from None
    for x in CORNERS:
        hidden = tuple(_side(w, bias, x)[1] for w, bias in zip(W, b, strict=True))
        a, says = _side(v, c, hidden)
        if says != x[0] ^ x[1]:
            raise AnswerError(
                f"At {x} your hidden neurons say {hidden} and the output's sum is {a:g}, "
                f"so it says {says}; XOR wants the other."
            )
    return "Three neurons do what one cannot."
