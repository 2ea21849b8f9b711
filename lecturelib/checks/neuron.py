"""Checks for the chapter "One neuron and its activation functions"."""

from __future__ import annotations

import numpy as np

from lecturelib import activations
from lecturelib.checks import AnswerError, as_number, as_vector, check, code, number

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))

pre_activation = number("neuron", "by_hand", "pre_activation")
output = number("neuron", "by_hand", "output")
slope = number("neuron", "by_hand", "slope")


def _side(weights: np.ndarray, bias: float, x: tuple[int, int]) -> tuple[float, int]:
    """The sum at the corner x and the step function of it."""
    a = float(weights @ np.array(x) + bias)
    return a, int(a > 0)


@check
def nand(answer: tuple) -> str:
    """Weights and bias of a step neuron that gives 0 at (1, 1) and 1 at the other corners."""
    try:
        weights, bias = answer
    except (TypeError, ValueError):
        raise AnswerError("Give a pair: a list of two weights, then the bias.") from None
    weights, bias = as_vector(weights, 2), as_number(bias)
    for x in CORNERS:
        a, says = _side(weights, bias, x)
        if says == int(x == (1, 1)):
            sign = "above" if says else "not above"
            raise AnswerError(f"At {x} your sum is {a:g}, {sign} zero; NAND wants the other side.")
    return "All four corners lie on their side of the line."


def _wrong_slope(result: np.ndarray, a: np.ndarray) -> str:
    """The side on which the slope is wrong, in words."""
    left, right = result[a < 0], result[a > 0]
    if not np.allclose(right, 1):
        return f"Where a > 0 the function is a itself; your slope there is {right[0]:g}."
    return f"Where a < 0 your slope is {left[0]:g}; the line there is not as steep."


@code(
    (np.array([[-3.0, -0.5, 0.5], [2.0, 7.0, -1.0]]),),
    otherwise=_wrong_slope,
    says="Both sides, for every shape.",
)
def leaky_relu_grad(a: np.ndarray) -> tuple:
    """A function: the derivative of max(0.1 a, a), for arrays of any shape."""
    return activations.leaky_relu_grad(a), {
        "That is Leaky ReLU itself; asked is its slope.": activations.leaky_relu(a),
        "That is the slope of ReLU: on the left yours is zero.": activations.relu_grad(a),
    }


@check
def maxout_as_leaky_relu(answer: list) -> str:
    """Four numbers w1, b1, w2, b2 with max(w1 x + b1, w2 x + b2) = max(0.1 x, x)."""
    w1, b1, w2, b2 = as_vector(answer, 4)
    for x in (-10.0, -1.0, 0.0, 1.0, 10.0):
        got, wanted = max(w1 * x + b1, w2 * x + b2), activations.leaky_relu(x)
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
