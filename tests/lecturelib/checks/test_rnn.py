"""The checks of the chapter on recurrent networks."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import rnn
from lecturelib.rnn import RNN, step


def leaky(x, s, U, W, alpha):
    return (1 - alpha) * s + alpha * step(x, s, U, W)[1]


def library(x, lengths, U, W):
    """Each sequence by itself, cut to its length, through the library's network."""
    model = RNN(4, 3, 6, rng=np.random.default_rng(0))
    model.U, model.W = U, W
    ends = []
    for n, length in enumerate(lengths):
        model.forward(x[:length, n : n + 1])
        ends.append(model.states[-1, 0])
    return np.array(ends)


def masked(x, lengths, U, W, extra=0):
    s = np.zeros((x.shape[1], 3))
    for t, x_t in enumerate(x):
        going = (t < lengths + extra)[:, None]
        s = np.where(going, np.tanh(x_t @ U.T + s @ W.T), s)
    return s


class TestRnn(CheckContract):
    check = rnn
    NUMBERS = {
        "parameters": [33, 24, 40, 21],
        "pre_activation": [1.07, 0.8, 1.11, 0.985, 0.79],
        "state": [0.79, 0.664, 0.745, 1.07, (-1.01, 1.01)],
    }
    CHOICES = {
        "shared": "It stays",
        "window": "Use a letter",
        "uses": "many-to-one",
        "split": "The last",
    }
    RIGHT = {
        "leaky_step": [
            leaky,
            lambda x, s, U, W, a: s + a * (np.tanh((U @ x.T + W @ s.T).T) - s),
        ],
        "last_states": [library, masked],
        "latch": [[1, 2], [3, 1.2], np.array([0.6, 4.0])],
    }
    WRONG = {
        "leaky_step": [
            (lambda x, s, U, W, a: s[0], r"shape \(5, 3\) is asked for, not of shape \(3,\)"),
            (lambda x, s, U, W, a: np.tanh(x @ U.T + s @ W.T), "the ordinary step"),
            (lambda x, s, U, W, a: a * step(x, s, U, W)[1], "kept is missing"),
            (lambda x, s, U, W, a: leaky(x, s, U, W, 1 - a), "exchanged"),
            (lambda x, s, U, W, a: s + a * step(x, s, U, W)[1], "kept whole"),
            (lambda x, s, U, W, a: (1 - a) * s + a * np.tanh(x @ U.T), "does not enter"),
            (lambda x, s, U, W, a: leaky(x, s, U, W.T, a), "down the columns"),
            (lambda x, s, U, W, a: (1 - a) * s + a * step(x, s, U, W)[0], "tanh is missing"),
            (lambda x, s, U, W, a: s * 0 + 7, "weighted mean"),
            (lambda x, s, U, W, a: x @ U + s @ W, "raised ValueError"),
        ],
        "last_states": [
            (lambda x, n, U, W: masked(x, n * 0 + 5, U, W), "have read the padding"),
            (
                lambda x, n, U, W: masked(
                    x * (np.arange(5)[:, None, None] < n[:, None]), n * 0 + 5, U, W
                ),
                "Zeroing the padding",
            ),
            (lambda *a: masked(*a, extra=-1), "One step too few"),
            (lambda *a: masked(*a, extra=1), "One step too many"),
            (lambda x, n, U, W: masked(x, n * 0 + 1, U, W), "cut to the shortest"),
            (lambda x, *_: x, r"not of shape \(5, 4, 4\)"),
            (lambda x, n, U, W: np.zeros((4, 3)), "each sequence alone"),
        ],
        "latch": [
            ([0.3, 2], "never gets above 0.5"),
            ([3, 0.9], "has come down to"),
            ([1, -2], "has come down to -"),
            ([3, 1.0], "has come down to"),
            ([1, 2, 3], "2 finite numbers"),
        ],
    }
