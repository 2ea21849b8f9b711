"""The checks of the chapter on recurrent networks."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.activations import softmax
from lecturelib.checks import rnn
from lecturelib.rnn import RNN, step


def library(x, U, W, V):
    model = RNN(4, 3, 6, rng=np.random.default_rng(0))
    model.U, model.W, model.V = U, W, V
    return softmax(model.forward(x))


def logits(x, U, W, V, forget=False):
    s, z = np.zeros((x.shape[1], 3)), []
    for x_t in x:
        s = np.tanh(x_t @ U.T + (0 if forget else s @ W.T))
        z.append(s @ V.T)
    return np.array(z)


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
        "one_step": [
            lambda x, s, U, W: step(x, s, U, W)[1],
            lambda x, s, U, W: np.tanh((U @ x.T + W @ s.T).T),
        ],
        "whole_sequence": [library, lambda *a: softmax(logits(*a))],
        "latch": [[1, 2], [3, 1.2], np.array([0.6, 4.0])],
    }
    WRONG = {
        "one_step": [
            (lambda x, s, U, W: s[0], r"shape \(5, 3\) is asked for, not of shape \(3,\)"),
            (lambda x, s, U, W: x @ U.T + s @ W.T, "That is a"),
            (lambda x, s, U, W: np.tanh(x @ U.T), "does not enter"),
            (lambda x, s, U, W: np.tanh(x @ U.T + s @ W), "down the columns"),
            (lambda x, s, U, W: np.tanh(s @ W.T), "input does not enter"),
            (lambda x, s, U, W: np.tanh(x @ U.T) + np.tanh(s @ W.T), "after the sum"),
            (lambda x, s, U, W: s * 0 + 7, "tanh of a sum"),
            (lambda x, s, U, W: x @ U + s @ W, "raised ValueError"),
        ],
        "whole_sequence": [
            (lambda *a: softmax(logits(*a))[-1], "one step only"),
            (lambda x, *_: x, r"not of shape \(5, 2, 4\)"),
            (logits, "Those are the logits"),
            (lambda *a: softmax(logits(*a, forget=True)), "hand the state on"),
            (lambda *a: softmax(logits(*a).swapaxes(0, 2)).swapaxes(0, 2), "over time"),
            (lambda *a: softmax(logits(*a))[::-1], "opposite order"),
            (lambda x, *_: np.full((5, 2, 6), 1 / 6), "step by step"),
        ],
        "latch": [
            ([0.3, 2], "never gets above 0.5"),
            ([3, 0.9], "has come down to"),
            ([1, -2], "has come down to -"),
            ([3, 1.0], "has come down to"),
            ([1, 2, 3], "2 finite numbers"),
        ],
    }
