"""Checks for the chapter "Deep learning as representation learning"."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from lecturelib.checks import AnswerError, as_number, as_vector, check, near
from lecturelib.representation import principal_components

# The layer that makes XOR easy: h = ReLU(W x + b).
_W, _B = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])


@check
def hidden(answer) -> str:
    """[h_1, h_2] of the corner (1, 1)."""
    value, a = as_vector(answer, 2), _W @ [1.0, 1.0] + _B
    if near(value, a, 2):
        return "The only corner that the second unit answers to."
    mistakes = [
        (a[::-1], "The two units are in the wrong order: the first one has the bias 0."),
        (a - _B, "The bias of the second unit is not added yet."),
        (_W @ [1.0, 0.0] + _B, "That is the corner (1, 0); here both inputs are 1."),
        (np.minimum(a, 1), "ReLU has no upper end: it cuts off below 0 only."),
        (np.minimum(a - _B, 1), "That looks like OR and AND; ReLU gives the sum itself."),
    ]
    for wrong, says in mistakes:
        if near(value, wrong, 2):
            raise AnswerError(says)
    raise AnswerError("Both units add the two inputs and their own bias; ReLU then cuts below 0.")


def _called(answer, *arguments):
    """What the reader's function returns for copies of the arguments, as a float array."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    result = answer(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments))
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    return np.asarray(result, dtype=float)


@check
def polar(answer: Callable) -> str:
    """A function X (N, 2) -> (N, 2) with radius and angle in (−π, π] of every row."""
    X = np.array([[3.0, 4.0], [-3.0, 4.0], [-3.0, -4.0], [3.0, -4.0], [0.0, 2.0], [-1.0, 0.0]])
    result = _called(answer, X)
    if result.shape != X.shape:
        shape = result.shape
        raise AnswerError(f"For 6 points it returned shape {shape}; two numbers a point: (6, 2).")
    r, angle = result.T
    radius, right = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    if np.allclose(r, right) and np.allclose(angle, radius):
        raise AnswerError("The columns are swapped: first the radius, then the angle.")
    if np.allclose(r, radius**2):
        raise AnswerError("That is the square of the radius; its root is still to come.")
    if not np.allclose(r, radius):
        raise AnswerError("The radius is wrong: it is the length of the row.")
    if np.allclose(angle, np.degrees(right)):
        raise AnswerError("The angle is in degrees; asked are radians.")
    if np.allclose(angle, right % (2 * np.pi)):
        raise AnswerError("The angle runs from 0 to 2π; asked is −π to π.")
    if not np.allclose(angle, right):
        raise AnswerError("An angle is wrong: opposite points have the same quotient x₂/x₁.")
    return "Two rings are now one threshold apart."


@check
def autoencoder_parameters(answer: int) -> str:
    """Weights and biases of 64-32-2-32-64."""
    value, sizes = as_number(answer), [64, 32, 2, 32, 64]
    pairs = list(pairwise(sizes))
    weights = sum(n_in * n_out for n_in, n_out in pairs)
    encoder = sum((n_in + 1) * n_out for n_in, n_out in pairs[:2])
    mistakes = {
        weights: "The weights are all there; the biases are not.",
        encoder: "That is the encoder; the decoder has numbers too.",
        2 * encoder: "The decoder has other biases than the encoder: count its outputs.",
        sum(sizes): "You counted the units; asked are the numbers on and in them.",
    }
    if value in mistakes:
        raise AnswerError(mistakes[value])
    if value != weights + sum(sizes[1:]):
        raise AnswerError("Count for each of the four layers: inputs times units, one bias a unit.")
    return "The code in the middle is cheap; the layers at the two ends are not."


def _wrong_errors(X, k, right):
    """The numbers that common mistakes lead to, each with the words for it."""
    centred = X - X.mean(axis=0)
    _, sizes, directions = np.linalg.svd(X, full_matrices=False)
    rest = X - X @ directions[:k].T @ directions[:k]
    last = np.linalg.svd(centred, full_matrices=False)[2][-k:]
    return [
        (right * X.size, "That is the sum of the squares; asked is their mean."),
        (right * X.shape[1], "That is the mean over the rows; divide by the columns as well."),
        ((sizes[k:] ** 2).sum() / X.size, "The mean was not taken off before the decomposition."),
        (rest.mean(), "The squares are missing."),
        (((centred @ last.T @ last - centred) ** 2).mean(), "Those are the last k directions."),
        (right**0.5, "That is the root of it; asked is the mean of the squares."),
    ]


@check
def reconstruction_error(answer: Callable) -> str:
    """A function (X, k) -> the mean squared error of X kept in k principal components."""
    X = np.random.default_rng(6).normal(size=(12, 5)) * [3, 2, 1, 1, 0.5] + 4
    for k in (1, 3, 5):
        value = _called(answer, X, k)
        if value.shape != ():
            raise AnswerError(f"One number is asked for; it returned shape {value.shape}.")
        found = principal_components(X, k)
        right = ((found.decode(found.encode(X)) - X) ** 2).mean()
        if np.isclose(value, right):
            continue
        for wrong, says in _wrong_errors(X, k, right):
            if np.isclose(value, wrong):
                raise AnswerError(says)
        raise AnswerError(f"For k = {k} the number is wrong: encode, decode, subtract, square.")
    return "No other linear code of that size leaves less."
