"""The checks of the chapter on recurrent networks: right, wrong, missing and odd answers."""

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.activations import softmax
from lecturelib.checks import questions
from lecturelib.checks import rnn as check
from lecturelib.rnn import RNN, step

CHECKS = checks_of(check)


def library(x, U, W, V):
    model = RNN(4, 3, 6, rng=np.random.default_rng(0))
    model.U, model.W, model.V = U, W, V
    return softmax(model.forward(x))


def unrolled(x, U, W, V, forget=False):
    s, z = np.zeros((x.shape[1], 3)), []
    for x_t in x:
        s = np.tanh(x_t @ U.T + (0 if forget else s @ W.T))
        z.append(s @ V.T)
    return np.array(z)


def over_time(*arrays):
    e = np.exp(unrolled(*arrays))
    return e / e.sum(axis=0)


RIGHT = {
    "pre_activation": [1.07, "1.072", 1.0722],
    "state": [0.79, np.tanh(1.0722), np.tanh(1.07)],
    "one_step": [
        lambda x, s, U, W: step(x, s, U, W)[1],
        lambda x, s, U, W: np.tanh((U @ x.T + W @ s.T).T),
    ],
    "whole_sequence": [library, lambda *arrays: softmax(unrolled(*arrays))],
    "latch": [[1, 2], [3, 1.2], np.array([0.6, 4.0])],
}
WRONG = {
    "pre_activation": [
        (0.8, "no memory"),
        (1.11, "you took its a"),
        (0.985, "down a column"),
        (0.79, "the state already"),
        (3, "One entry of U"),
    ],
    "state": [
        (0.664, "no memory"),
        (0.745, "the sigmoid"),
        (1.07, "tanh has not been applied"),
        (-1.5, "lies between"),
        (0.5, "Take tanh"),
    ],
    "one_step": [
        (0.5, "without calling it"),
        (lambda *_: None, "returns nothing"),
        (lambda x, s, U, W: s[0], r"Expected shape \(5, 3\), your function returned \(3,\)"),
        (lambda x, s, U, W: x @ U.T + s @ W.T, "That is a"),
        (lambda x, s, U, W: np.tanh(x @ U.T), "does not enter"),
        (lambda x, s, U, W: np.tanh(x @ U.T + s @ W), "down the columns"),
        (lambda x, s, U, W: np.tanh(s @ W.T), "input does not enter"),
        (lambda x, s, U, W: np.tanh(x @ U.T) + np.tanh(s @ W.T), "after the sum"),
        (lambda x, s, U, W: s * 0 + 7, "tanh of a sum"),
        (lambda x, s, U, W: x @ U + s @ W, "raised ValueError"),
    ],
    "whole_sequence": [
        (lambda *arrays: softmax(unrolled(*arrays))[-1], "one step only"),
        (lambda x, *_: x, "Expected shape"),
        (unrolled, "Those are the logits"),
        (lambda *arrays: softmax(unrolled(*arrays, forget=True)), "hand the state on"),
        (over_time, "over time"),
        (lambda *arrays: softmax(unrolled(*arrays))[::-1], "opposite order"),
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


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("answer", ["", [], {}, object(), float("nan"), [[]], (1, 2, 3, 4), int])
def test_garbage_gets_a_verdict(name, answer):
    verdict = CHECKS[name](answer)
    assert verdict.right is False
    assert verdict.says


def test_the_function_handed_in_cannot_spoil_the_check():
    def spoils(x, s, U, W):
        right = np.tanh(x @ U.T + s @ W.T)
        x[:] = s[:] = U[:] = W[:] = 0
        return right

    assert check.one_step(spoils)


@pytest.mark.parametrize("section", ["recall", "by_hand"])
def test_numbers_of_the_quiz_are_what_their_code_says(section):
    numbers = [q for q in questions("rnn", section) if q["kind"] == "number"]
    assert numbers
    for question in numbers:
        value = eval(question["compute"], {"np": np})
        assert abs(value - question["answer"]) <= 0.0006
        assert all(abs(m["value"] - value) > question["tolerance"] for m in question["mistakes"])


@pytest.mark.parametrize(("id_", "name"), [("sum", "pre_activation"), ("state", "state")])
def test_quiz_and_check_agree(id_, name):
    question = next(q for q in questions("rnn", "by_hand") if q["id"] == id_)
    assert CHECKS[name](question["answer"]).says == question["says"]
    for mistake in question["mistakes"]:
        assert CHECKS[name](mistake["value"]).says == mistake["says"]
    assert CHECKS[name](0.123).says == question["otherwise"]
