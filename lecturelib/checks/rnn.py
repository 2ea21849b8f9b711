"""Checks for the chapter "Recurrent networks"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.activations import softmax
from lecturelib.checks import AnswerError, as_number, as_vector, check, near

# The matrices of the slide, and the second step of its example: the letter e after h.
U = np.array([[0.6, 0.8, 0.4, 0.8], [0.2, 0.2, 0.8, 0.7], [0.9, 0.8, 0.1, 0.2]])
W = np.array([[0.1, 0.5, 0.1], [0.5, 0.9, 0.3], [0.3, 0.2, 0.1]])
_S1 = np.tanh(U[:, 0])
_A2 = float(U[2, 1] + W[2] @ _S1)


@check
def pre_activation(answer: float) -> str:
    """Pre-activation of unit 3 at step 2 of the slide's example, to two decimals."""
    value = as_number(answer)
    if near(value, U[2, 1], 2):
        raise AnswerError("W s of the step before is missing: the network would have no memory.")
    if near(value, U[2, 1] + W[2] @ U[:, 0], 2):
        raise AnswerError("W takes the state of the step before, after tanh; you took its a.")
    if near(value, U[2, 1] + W[:, 2] @ _S1, 2):
        raise AnswerError("You went down a column of W; unit 3 has a row.")
    if near(value, np.tanh(_A2), 2):
        raise AnswerError("That is the state already; asked is the sum before tanh.")
    if not near(value, _A2, 2):
        raise AnswerError("One entry of U, and row 3 of W times the state of step 1.")
    return "One entry of U and three products."


@check
def state(answer: float) -> str:
    """The state of the same unit, to two decimals."""
    value = as_number(answer)
    if near(value, np.tanh(U[2, 1]), 2):
        raise AnswerError("W s of the step before is missing: the network would have no memory.")
    if near(value, 1 / (1 + np.exp(-_A2)), 2):
        raise AnswerError("That is the sigmoid; the state takes tanh.")
    if near(value, _A2, 2):
        raise AnswerError("That is the sum; tanh has not been applied yet.")
    if abs(value) >= 1:
        raise AnswerError(f"tanh lies between −1 and 1, and {value:g} does not.")
    if not near(value, np.tanh(_A2), 2):
        raise AnswerError("Take tanh of the sum that you found before.")
    return "The next step will read it."


def _result(function: Callable, *arguments: np.ndarray) -> np.ndarray:
    """What the reader's function returns for copies of the arguments, as an array of floats."""
    if not callable(function):
        raise AnswerError("Hand over the function itself, without calling it.")
    result = function(*(argument.copy() for argument in arguments))
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    return np.asarray(result, dtype=float)


def _sized(result: np.ndarray, shape: tuple[int, ...]) -> None:
    if result.shape != shape:
        raise AnswerError(f"Expected shape {shape}, your function returned {result.shape}.")


def _name_mistake(result: np.ndarray, wrong: dict[str, np.ndarray]) -> None:
    """AnswerError with the sentence whose wrong way leads to the result."""
    for says, other in wrong.items():
        if other.shape == result.shape and np.allclose(result, other):
            raise AnswerError(says)


@check
def one_step(answer: Callable) -> str:
    """A function (x, s_prev, U, W) -> s = tanh(U x + W s_prev) for rows of examples."""
    rng = np.random.default_rng(5)
    x, s = rng.normal(size=(5, 4)), np.tanh(rng.normal(size=(5, 3)))
    u, w = rng.normal(size=(3, 4)), rng.normal(size=(3, 3))
    result = _result(answer, x, s, u, w)
    _sized(result, (5, 3))
    a = x @ u.T + s @ w.T
    wrong = {
        "That is a; tanh has not been applied yet.": a,
        "The state of the step before does not enter.": np.tanh(x @ u.T),
        "s_prev @ W goes down the columns of W: transpose it, as U.": np.tanh(x @ u.T + s @ w),
        "The input does not enter.": np.tanh(s @ w.T),
        "tanh comes after the sum, not before it.": np.tanh(x @ u.T) + np.tanh(s @ w.T),
    }
    _name_mistake(result, wrong)
    if not np.allclose(result, np.tanh(a)):
        raise AnswerError("The shape is right, the numbers are not: tanh of a sum of two products.")
    return "For every row of the batch."


def _states(x: np.ndarray, u: np.ndarray, w: np.ndarray) -> np.ndarray:
    s, states = np.zeros((x.shape[1], len(w))), []
    for x_t in x:
        s = np.tanh(x_t @ u.T + s @ w.T)
        states.append(s)
    return np.array(states)


@check
def whole_sequence(answer: Callable) -> str:
    """A function (x, U, W, V) -> o, x (T, N, D) and o (T, N, C), that starts from s_0 = 0."""
    rng = np.random.default_rng(6)
    x, u, w = rng.normal(size=(5, 2, 4)), rng.normal(size=(3, 4)), rng.normal(size=(3, 3))
    v = rng.normal(size=(6, 3))
    result = _result(answer, x, u, w, v)
    if result.shape == (2, 6):
        raise AnswerError("That is one step only: collect the output of every step.")
    _sized(result, (5, 2, 6))
    z = _states(x, u, w) @ v.T
    memoryless = np.tanh(x @ u.T)
    after = np.exp(z) / np.exp(z).sum(axis=0)
    wrong = {
        "Those are the logits; the softmax is missing.": z,
        "Every step starts from zero: hand the state on.": softmax(memoryless @ v.T),
        "The softmax adds up to 1 over time; it belongs to each step's letters.": after,
        "The steps come in the opposite order.": softmax(z)[::-1],
    }
    _name_mistake(result, wrong)
    if not np.allclose(result, softmax(z)):
        raise AnswerError("The shape is right, the numbers are not: compare with step by step.")
    return "Any length, any batch."


@check
def latch(answer: list) -> str:
    """Two numbers [u, w]: s_t = tanh(u x_t + w s_{t−1}) keeps one pulse above 0.5 for 50 steps."""
    u, w = as_vector(answer, 2)
    s = float(np.tanh(u))
    if s <= 0.5:
        raise AnswerError(f"Right after the pulse your state is {s:.2f}: it never gets above 0.5.")
    for t in range(2, 52):
        s = float(np.tanh(w * s))
        if s <= 0.5:
            raise AnswerError(f"At step {t} your state has come down to {s:.2f}.")
    return "One unit that remembers one bit."
