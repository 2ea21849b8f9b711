"""Checks for the chapter "Recurrent networks"."""

from __future__ import annotations

import numpy as np

from lecturelib.checks import AnswerError, as_vector, check, code, number

pre_activation = number("rnn", "by_hand", "pre_activation")
state = number("rnn", "by_hand", "state")

_rng = np.random.default_rng(5)
_U, _W = (_rng.normal(size=size) for size in ((3, 4), (3, 3)))


@code(
    (_rng.normal(size=(5, 4)), np.tanh(_rng.normal(size=(5, 3))), _U, _W, 0.3),
    otherwise="The shape is right, the numbers are not: a weighted mean of old state and tanh.",
    says="For every row of the batch.",
)
def leaky_step(
    x: np.ndarray, s_prev: np.ndarray, U: np.ndarray, W: np.ndarray, alpha: float
) -> tuple:
    """A function (x, s_prev, U, W, alpha) -> (1 − alpha) s_prev + alpha tanh(U x + W s_prev)."""
    new, kept = np.tanh(x @ U.T + s_prev @ W.T), (1 - alpha) * s_prev
    turned = np.tanh(x @ U.T + s_prev @ W)
    return kept + alpha * new, {
        "That is the ordinary step: the leaky unit keeps a part of its old state.": new,
        "The part of the old state that is kept is missing.": alpha * new,
        "The two shares are exchanged: alpha belongs to the new value.": alpha * s_prev
        + (1 - alpha) * new,
        "The old state is kept whole; its share is 1 − alpha.": s_prev + alpha * new,
        "The old state does not enter the tanh.": kept + alpha * np.tanh(x @ U.T),
        "s_prev @ W goes down the columns of W: transpose it, as U.": kept + alpha * turned,
        "tanh is missing.": kept + alpha * (x @ U.T + s_prev @ W.T),
    }


def _states(x: np.ndarray, U: np.ndarray, W: np.ndarray) -> np.ndarray:
    """The states s_0 … s_T, (T + 1, N, H)."""
    states = [np.zeros((x.shape[1], len(W)))]
    for x_t in x:
        states.append(np.tanh(x_t @ U.T + states[-1] @ W.T))
    return np.array(states)


# One sequence has a single step, one has all, and every row of the padding differs from zero.
@code(
    (_rng.normal(size=(5, 4, 4)), np.array([3, 1, 5, 4]), _U, _W),
    otherwise="The shape is right, the numbers are not: compare with each sequence alone.",
    says="Each sequence by its own length.",
)
def last_states(x: np.ndarray, lengths: np.ndarray, U: np.ndarray, W: np.ndarray) -> tuple:
    """A function (x, lengths, U, W) -> the state after each sequence's own last step."""
    s, n = _states(x, U, W), np.arange(len(lengths))
    padded = x * (np.arange(len(x))[:, None, None] < lengths[:, None])
    return s[lengths, n], {
        "Those are the states after all steps: they have read the padding.": s[-1],
        "Zeroing the padding is not enough: the state still changes.": _states(padded, U, W)[-1],
        "One step too few: the last input of each sequence is not read.": s[lengths - 1, n],
        "One step too many: each sequence has read a row of padding.": s[
            np.minimum(lengths + 1, len(x)), n
        ],
        "All sequences are cut to the shortest.": s[lengths.min()],
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
