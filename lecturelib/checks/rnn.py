"""Checks for the chapter "Recurrent networks"."""

from __future__ import annotations

import numpy as np

from lecturelib.activations import softmax
from lecturelib.checks import AnswerError, as_vector, check, code, number

pre_activation = number("rnn", "by_hand", "pre_activation")
state = number("rnn", "by_hand", "state")

_rng = np.random.default_rng(5)
_U, _W, _V = (_rng.normal(size=size) for size in ((3, 4), (3, 3), (6, 3)))


@code(
    (_rng.normal(size=(5, 4)), np.tanh(_rng.normal(size=(5, 3))), _U, _W),
    otherwise="The shape is right, the numbers are not: tanh of a sum of two products.",
    says="For every row of the batch.",
)
def one_step(x: np.ndarray, s_prev: np.ndarray, U: np.ndarray, W: np.ndarray) -> tuple:
    """A function (x, s_prev, U, W) -> s = tanh(U x + W s_prev) for rows of examples."""
    a = x @ U.T + s_prev @ W.T
    turned = np.tanh(x @ U.T + s_prev @ W)
    return np.tanh(a), {
        "That is a; tanh has not been applied yet.": a,
        "The state of the step before does not enter.": np.tanh(x @ U.T),
        "s_prev @ W goes down the columns of W: transpose it, as U.": turned,
        "The input does not enter.": np.tanh(s_prev @ W.T),
        "tanh comes after the sum, not before it.": np.tanh(x @ U.T) + np.tanh(s_prev @ W.T),
    }


def _states(x: np.ndarray, U: np.ndarray, W: np.ndarray) -> np.ndarray:
    s, states = np.zeros((x.shape[1], len(W))), []
    for x_t in x:
        s = np.tanh(x_t @ U.T + s @ W.T)
        states.append(s)
    return np.array(states)


@code(
    (_rng.normal(size=(5, 2, 4)), _U, _W, _V),
    otherwise="The shape is right, the numbers are not: compare with step by step.",
    says="Any length, any batch.",
)
def whole_sequence(x: np.ndarray, U: np.ndarray, W: np.ndarray, V: np.ndarray) -> tuple:
    """A function (x, U, W, V) -> o, x (T, N, D) and o (T, N, C), that starts from s_0 = 0."""
    z = _states(x, U, W) @ V.T
    o, over_time = softmax(z), np.exp(z) / np.exp(z).sum(axis=0)
    return o, {
        "That is one step only: collect the output of every step.": o[-1],
        "Those are the logits; the softmax is missing.": z,
        "Every step starts from zero: hand the state on.": softmax(np.tanh(x @ U.T) @ V.T),
        "The softmax adds up to 1 over time; it belongs to each step's letters.": over_time,
        "The steps come in the opposite order.": o[::-1],
    }


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
