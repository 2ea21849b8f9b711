"""Checks for the chapter "One neuron and its activation functions"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib import activations
from lecturelib.checks import AnswerError, as_number, as_vector, check, near

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))

# The neuron of the exercise "by hand".
_W, _B, _X = np.array([2.0, -1.0]), 0.5, np.array([1.0, 3.0])
_A = float(_W @ _X + _B)


@check
def pre_activation(answer: float) -> str:
    """Pre-activation a = w·x + b of the neuron computed by hand, to two decimals."""
    value = as_number(answer)
    if near(value, _W @ _X, 2):
        raise AnswerError("Weights and inputs are right together; something is not added yet.")
    if near(value, np.abs(_W) @ _X + _B, 2):
        raise AnswerError("A minus sign got lost: one weight is negative.")
    if near(value, activations.sigmoid(_A), 2):
        raise AnswerError("That is already the output; asked is the sum before f.")
    if not near(value, _A, 2):
        raise AnswerError("Multiply each weight by its own input, add up, then add the bias once.")
    return "Two products and the bias."


@check
def output(answer: float) -> str:
    """Output h = sigmoid(a) of the same neuron, to two decimals."""
    value = as_number(answer)
    if near(value, activations.sigmoid(-_A), 2):
        raise AnswerError("The sign of the exponent is turned round: the sigmoid has e to the −a.")
    if near(value, _A, 2):
        raise AnswerError("That is the sum; the activation function has not been applied yet.")
    if not 0 < value < 1:
        raise AnswerError(f"A sigmoid lies between 0 and 1, and {value:g} does not.")
    if not near(value, activations.sigmoid(_A), 2):
        raise AnswerError("Put your sum into 1 / (1 + e^−a), and round only at the end.")
    return "Below one half, as it must be for a negative sum."


@check
def slope(answer: float) -> str:
    """f′(a) = h (1 − h) of the same neuron, to two decimals."""
    value = as_number(answer)
    if near(value, activations.sigmoid_grad_from_output.bare(_A), 2):
        raise AnswerError("h (1 − h) takes the output h; you put the sum a into it.")
    if value > 0.25 or value < 0:
        raise AnswerError(f"The slope of a sigmoid lies between 0 and 1/4, and {value:g} does not.")
    # 0.2350037: whoever goes on from the rounded output 0.38 or 0.3775 gets 0.24 or 0.23.
    if abs(value - activations.sigmoid_grad(_A)) > 0.0055:
        raise AnswerError("Take h from the step before and multiply it by what it lacks to 1.")
    return "Near a = 0 the slope is near its largest value."


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


@check
def leaky_relu_grad(answer: Callable) -> str:
    """A function: the derivative of max(0.1 a, a), for arrays of any shape."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    a = np.array([[-3.0, -0.5, 0.5], [2.0, 7.0, -1.0]])
    result = answer(a.copy())
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    result = np.asarray(result, dtype=float)
    if result.shape != a.shape:
        raise AnswerError(f"For shape {a.shape} it returned shape {result.shape}.")
    if np.allclose(result, activations.leaky_relu(a)):
        raise AnswerError("That is Leaky ReLU itself; asked is its slope.")
    if np.allclose(result, a > 0):
        raise AnswerError("That is the slope of ReLU: on the left yours is zero.")
    left, right = result[a < 0], result[a > 0]
    if not np.allclose(right, 1):
        raise AnswerError(
            f"Where a > 0 the function is a itself; your slope there is {right[0]:g}."
        )
    if not np.allclose(left, 0.1):
        raise AnswerError(f"Where a < 0 your slope is {left[0]:g}; the line there is not as steep.")
    return "Both sides, for every shape."


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
