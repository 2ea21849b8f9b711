"""Checks for the chapter "Feed-forward networks"."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from lecturelib.checks import AnswerError, as_number, check, match_number
from lecturelib.losses import CrossEntropy

# The network of the exercise "by hand": two inputs, two hidden ReLU units, two classes.
_X = np.array([1.0, -1.0])
_W, _B = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([0.0, 1.0])
_V, _C = np.array([[1.0, 2.0], [-1.0, 1.0]]), np.array([0.0, 1.0])
_A = _W @ _X + _B
_H = np.maximum(0, _A)
_Z = _V @ _H + _C
_O = np.exp(_Z) / np.exp(_Z).sum()


@check
def pre_activation(answer: float) -> str:
    """a_2 of the network computed by hand, to two decimals."""
    mistakes = [
        (_A[1] - _B[1], "Weights and inputs are right together; the bias is not added yet."),
        (_H[1], "That is the output; asked is the sum before ReLU."),
        (_A[0], "That is the first unit: the second has a row of its own."),
        (_W[:, 1] @ _X + _B[1], "You took a column of W; the weights of a unit are a row."),
        (np.abs(_W[1] * _X).sum() + _B[1], "A minus sign got lost: one input is negative."),
    ]
    match_number(answer, _A[1], mistakes, "Second row of W times the inputs, then its bias once.")
    return "ReLU will cut this one off."


@check
def logit(answer: float) -> str:
    """z_2 of the same network, to two decimals."""
    mistakes = [
        (_Z[1] - _C[1], "The bias of the output unit is not added yet."),
        (_V[1] @ _A + _C[1], "You went on with the sums a; the next layer gets the outputs h."),
        (_Z[0], "That is the first logit: the second has a row of its own."),
        (_Z[1] + 2 * _H[0], "Look at the sign of the first weight in the second row of V."),
    ]
    match_number(
        answer, _Z[1], mistakes, "Second row of V times the hidden outputs, then its bias."
    )
    return "One of its two hidden units was silent."


@check
def probability(answer: float) -> str:
    """o_1 = softmax(z)_1 of the same network, to two decimals."""
    if not 0 <= as_number(answer) <= 1:
        raise AnswerError(
            f"A probability lies between 0 and 1, and {as_number(answer):g} does not."
        )
    mistakes = [
        (_O[1], "That is the probability of the other class."),
        (1.0, "Divide exponentials, not the logits themselves."),
    ]
    otherwise = "Divide the exponential of this logit by the sum of both exponentials."
    match_number(answer, _O[0], mistakes, otherwise)
    return "The larger logit has the larger share."


@check
def loss(answer: float) -> str:
    """L = −ln o_2, the loss of the same network where the second class is right."""
    if as_number(answer) < 0:
        raise AnswerError("A cross-entropy is never negative: look for a lost minus sign.")
    mistakes = [
        (-np.log(_O[0]), "That would be the loss if the first class were right."),
        (-np.log2(_O[1]), "That is the logarithm to base 2; the loss takes the natural one."),
        (-np.log10(_O[1]), "That is the logarithm to base 10; the loss takes the natural one."),
        (_O[1], "That is the probability; its logarithm is still to come."),
    ]
    match_number(
        answer, -np.log(_O[1]), mistakes, "Minus the natural logarithm of the right class's o."
    )
    return "More than the loss of guessing between two: the network leans to the wrong side."


@check
def parameter_count(answer: int) -> str:
    """Weights and biases of 784-100-10."""
    value = as_number(answer)
    mistakes = {
        784 * 100 + 100 * 10: "The weights are all there; the biases are not.",
        784 * 100 + 100: "That is the hidden layer; the output layer has numbers too.",
        100 * 10 + 10: "That is the output layer; the hidden layer has numbers too.",
        28 * 100 + 100 + 100 * 10 + 10: "A picture has 28 rows of 28 pixels, each one an input.",
        784 + 100 + 10: "You counted the units; asked are the numbers on and in them.",
        784 * 100 * 10: "Layers are not multiplied with each other: count each, then add.",
    }
    if value in mistakes:
        raise AnswerError(mistakes[value])
    if value != 784 * 100 + 100 + 100 * 10 + 10:
        raise AnswerError("Count for each layer: inputs times units, and one bias a unit. Add up.")
    return "Nearly all of them in the first layer."


def _called(answer, *arguments):
    """What the reader's function returns for copies of the arguments, as a float array."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    with np.errstate(all="ignore"):  # an overflow shows in the result, where it is named
        result = answer(*arguments)
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    return np.asarray(result, dtype=float)


def _pass(X, weights, biases, hidden, last=lambda a: a, bias=1.0):
    """The logits with the functions given for hidden and last layers."""
    for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
        X = (last if i == len(weights) - 1 else hidden)(X @ W.T + bias * b)
    return X


def _relu(a):
    return np.maximum(0, a)


@check
def forward(answer: Callable) -> str:
    """A function (X, weights, biases) -> logits of a ReLU network of any depth."""
    rng = np.random.default_rng(4)
    X = rng.normal(size=(7, 4))
    for sizes in ([4, 3], [4, 5, 3], [4, 6, 5, 3]):
        pairs = list(pairwise(sizes))
        weights = [rng.normal(size=(n_out, n_in)) for n_in, n_out in pairs]
        biases = [rng.normal(size=n_out) for _, n_out in pairs]
        arguments = X, weights, biases
        result = _called(answer, X.copy(), [W.copy() for W in weights], [b.copy() for b in biases])
        right = _pass(*arguments, _relu)
        if result.shape != right.shape:
            raise AnswerError(f"For layers {sizes} and 7 rows it returned shape {result.shape}.")
        if np.allclose(result, right):
            continue
        wrong = [
            (
                _pass(*arguments, _relu, _relu),
                "The last layer is bent too; logits may be negative.",
            ),
            (_pass(*arguments, _relu, bias=0), "The biases are not added."),
            (_pass(*arguments, lambda a: a), "No layer is bent: the whole is one straight map."),
        ]
        for values, says in wrong:
            if np.allclose(result, values):
                raise AnswerError(says)
        raise AnswerError(f"The shape is right, the numbers for layers {sizes} are not.")
    return "One, two and three layers."


@check
def cross_entropy(answer: Callable) -> str:
    """A function (z, y) -> mean cross-entropy, for logits of any size."""
    rng = np.random.default_rng(5)
    z, y = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    right = CrossEntropy().forward(z, y)
    value = _called(answer, z.copy(), y.copy())
    if value.shape != ():
        raise AnswerError(f"One number is asked for; it returned shape {value.shape}.")
    wrong = {
        "The sign: minus the logarithm, so that the loss is never negative.": -right,
        "That is the sum over the rows; asked is their mean.": right * len(z),
        "The logarithm has base 2; the loss takes the natural one.": right / np.log(2),
        "That is minus the mean logit of the right class; the softmax is missing.": -z[
            np.arange(6), y
        ].mean(),
    }
    for says, other in wrong.items():
        if np.isclose(value, other):
            raise AnswerError(says)
    if not np.isclose(value, right):
        raise AnswerError(
            "For small logits the number is wrong: take softmax, pick, then minus ln."
        )
    for top in (1000.0, -1000.0):
        shifted = _called(answer, z + top, y.copy())
        if not np.isclose(shifted, right):
            raise AnswerError(f"For logits near {top:g} it gives {shifted}: shift each row first.")
    far = _called(answer, np.array([[0.0, 1000.0]]), np.array([0]))
    if not np.isclose(far, 1000):
        raise AnswerError(f"Sure and wrong by 1000 it gives {far}: a probability was rounded to 0.")
    return "Safe for small and for large logits."
