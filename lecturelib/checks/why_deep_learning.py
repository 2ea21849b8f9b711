"""Checks for the chapter "Why deep learning?"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, as_number, check, match_number

_FORWARD = 784 * 300 + 300 * 100 + 100 * 10
_EPOCH = 60_000


def _counted(answer, right, mistakes, otherwise):
    """Raise the AnswerError that belongs to a count, unless it is right."""
    value = as_number(answer)
    if value in mistakes:
        raise AnswerError(mistakes[value])
    if value != right:
        raise AnswerError(otherwise)


@check
def multiply_adds(answer: int) -> str:
    """Multiply–adds of one picture through 784–300–100–10, forward."""
    mistakes = {
        _FORWARD + 410: "That includes the biases, which are added without a product.",
        784 * 300: "That is the first layer; two more follow.",
        784 * 300 * 100 * 10: "Layers are not multiplied with each other: count each, then add.",
        784 + 300 + 100 + 10: "You counted the units; a product belongs to every weight.",
        3 * _FORWARD: "That is forward and back; asked is the way forward alone.",
    }
    _counted(answer, _FORWARD, mistakes, "Inputs times units for each of three layers; add up.")
    return "As many as there are weights."


@check
def training_cost(answer: int) -> str:
    """Multiply–adds of one epoch of 60,000 pictures, forward and back."""
    mistakes = {
        _FORWARD * _EPOCH: "That is the way forward; the way back is still to come.",
        2 * _FORWARD * _EPOCH: "The way back costs twice the forward pass, on top of it.",
        3 * _FORWARD: "That is one picture; how many are in an epoch?",
    }
    otherwise = "One picture forward, and back at twice that price; then all pictures."
    _counted(answer, 3 * _FORWARD * _EPOCH, mistakes, otherwise)
    return "And an epoch is only one of many."


@check
def first_pixel(answer: float) -> str:
    """x₁′ of the adversarial example by hand."""
    mistakes = [
        (0.7, "That makes the sum larger and the loss smaller: an attack goes the other way."),
        (0.1, "Only the sign of the gradient counts, not the size of the weight."),
        (0.5, "This pixel has a weight, so it moves."),
    ]
    match_number(answer, 0.3, mistakes, "Move it by ε, against the sign of its weight.")
    return "Down, because its weight is positive."


@check
def nudged(answer: float) -> str:
    """The sum a at the adversarial example by hand."""
    mistakes = [
        (0.5, "That is the sum before the change."),
        (1.1, "You moved both inputs so that the loss falls; an attack goes the other way."),
        (0.3, "Both inputs went down; the second has a negative weight."),
        (0.7, "Both inputs went up; the first has a positive weight."),
        (0.1, "Look at the sign: which term is larger now?"),
    ]
    match_number(answer, -0.1, mistakes, "Put both changed inputs into the sum of the neuron.")
    return "Below zero: the class has changed."


def _called(answer, *arguments):
    """What the reader's function returns for copies of the arguments, as a float array."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    with np.errstate(all="ignore"):  # an overflow shows in the result, where it is named
        result = answer(*(np.copy(argument) for argument in arguments))
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    return np.asarray(result, dtype=float)


@check
def fgsm(answer: Callable) -> str:
    """A function (X, dX, epsilon) -> changed pictures in [0, 1]."""
    rng = np.random.default_rng(6)
    X, dX, epsilon = rng.random((5, 9)), rng.normal(size=(5, 9)), 0.25
    dX[:, 0] = 0
    result = _called(answer, X, dX, epsilon)
    if result.shape != X.shape:
        raise AnswerError(f"For X of shape (5, 9) it returned shape {result.shape}.")
    wrong = {
        "Pixels leave the range from 0 to 1.": X + epsilon * np.sign(dX),
        "It walks down the gradient: the loss becomes smaller.": np.clip(
            X - epsilon * np.sign(dX), 0, 1
        ),
        "It uses the size of the gradient; only its sign counts.": np.clip(X + epsilon * dX, 0, 1),
        "Where the gradient is 0 the pixel stays.": np.clip(
            X + epsilon * np.where(dX >= 0, 1, -1), 0, 1
        ),
        "That is the change alone; add it to the pictures.": epsilon * np.sign(dX),
    }
    for says, values in wrong.items():
        if np.allclose(result, values):
            raise AnswerError(says)
    if not np.allclose(result, np.clip(X + epsilon * np.sign(dX), 0, 1)):
        raise AnswerError("The shape is right, the numbers are not.")
    return "As far as ε allows, and never beyond paper and ink."


@check
def exponent(answer: Callable) -> str:
    """A function (n, loss) -> β of loss = k n^−β by least squares on the logarithms."""
    n = np.array([100.0, 200.0, 500.0, 3000.0])
    value = _called(answer, n, 3 * n**-0.4)
    if value.shape != ():
        raise AnswerError(f"One number is asked for; it returned shape {value.shape}.")
    if np.isclose(value, -0.4):
        raise AnswerError("That is the slope of the line; β has the other sign.")
    if np.isclose(value, np.log(3)):
        raise AnswerError("That is the other number of the fit, ln k.")
    bent = np.array([0.9, 0.6, 0.5, 0.3])
    found = _called(answer, n, bent)
    right = -np.polyfit(np.log(n), np.log(bent), 1)[0]
    if np.isclose(found, -np.polyfit(n, bent, 1)[0]):
        raise AnswerError("Take the logarithm of both first.")
    if np.isclose(found, np.log(bent[0] / bent[-1]) / np.log(n[-1] / n[0])):
        raise AnswerError("That uses two of the points only; least squares uses all.")
    if not (np.isclose(value, 0.4) and np.isclose(found, right)):
        raise AnswerError("On an exact power law or on a bent curve the number is wrong.")
    return "Right on an exact law, and a fair summary of a bent one."
