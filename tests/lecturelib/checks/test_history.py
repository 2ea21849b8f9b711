"""The checks of the chapter on history: right, wrong, missing and odd answers."""

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.checks import history as check
from lecturelib.checks import questions
from lecturelib.perceptron import Perceptron

CHECKS = checks_of(check)


def rule(w, b, x, y):
    error = y - int(w @ x + b > 0)
    return w + error * x, b + error


def changed(**how):
    """The rule with one thing done wrongly."""

    def wrong(w, b, x, y):
        output = int(w @ x + b >= 0 if "at_zero" in how else w @ x + b > 0)
        error = how.get("sign", 1) * (how.get("errors", lambda y, o: y - o)(y, output))
        return w + error * x * how.get("size", 1), b + error * how.get("bias", 1)

    return wrong


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


RIGHT = {
    "mistakes": [3, "3", np.int64(3)],
    "bias": [0, "0.0", np.float64(-0.004)],
    "weight": [2, 2.0, "2"],
    "energy": [2, "2.0", np.float64(2.003)],
    "configurations": [2**30, 1073741824, "1073741824", 2.0**30],
    "update": [rule, lambda w, b, x, y: (rule(w, b, x, y)[0].tolist(), rule(w, b, x, y)[1])],
    "hidden_probability": [lambda v, W: sigmoid(v @ W), lambda v, W: list(sigmoid(W.T @ v))],
}

# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "mistakes": [
        (1, "first epoch"),
        (4, "sum of zero gives the output 0"),
        (2, "changed weights at once"),
        (7, "at most each"),
    ],
    "bias": [
        (1, "after the first epoch"),
        (-1, "one more corner"),
        (-2, "one lifts it"),
        (3, "lowers the bias"),
        (0.5, "each mistake moves it by 1"),
    ],
    "weight": [
        (1, "last corner"),
        (0, "Only inputs that are 1"),
        (3, "answered rightly"),
        (-4, "Start from the weight 1"),
    ],
    "energy": [
        (-2, "The sign"),
        (2.5, "the weights of the first of them"),
        (-0.5, "the weights of the second of them"),
        (-1, "all hidden units"),
        (-3, "pairs of units that are both on"),
        (9, "Add W_ij"),
    ],
    "configurations": [
        (2**20, "visible units alone"),
        (2**10, "hidden units alone"),
        (2**20 + 2**10, "that is a product"),
        (200, "number of weights"),
        (30, "number of units"),
        (900, "Each unit doubles"),
        (7, "a power of two"),
    ],
    "update": [
        (3, "without calling it"),
        (lambda w, b, x, y: None, "returns nothing"),
        (lambda w, b, x, y: w, "Return the pair"),
        (lambda w, b, x, y: (w[:2], b), r"shape \(2,\)"),
        (lambda w, b, x, y: (w, b), "weights stay as they are"),
        (changed(sign=-1), "The sign"),
        (changed(bias=0), "the bias moves"),
        (changed(size=2), r"\(y - output\) times the inputs"),
        (changed(errors=lambda y, o: y - o or 1), "right, and your weights change"),
        (changed(errors=lambda y, o: max(0, y - o)), "output was 1 instead of 0"),
        (changed(errors=lambda y, o: min(0, y - o)), "output was 0 instead of 1"),
        (changed(at_zero=True), "exactly zero"),
        (lambda w, b, x, y: w @ w, "Return the pair"),
    ],
    "hidden_probability": [
        (0.5, "without calling it"),
        (lambda v, W: None, "returns nothing"),
        (lambda v, W: sigmoid(W @ np.ones(W.shape[1])), r"returned shape \(3,\)"),
        (lambda v, W: v @ W, "sigmoid is still to come"),
        (lambda v, W: sigmoid(-v @ W), "probability of 0"),
        (lambda v, W: np.exp(v @ W) / np.exp(v @ W).sum(), "softmax"),
        (lambda v, W: np.full(W.shape[1], 0.5), "the numbers are not"),
        (lambda v, W: sigmoid(v @ W[:, :4]) if len(v) == 3 else v @ W, "still to come"),
    ],
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("answer", ["", "<b>", [], {}, object(), float("nan"), 1e308, int])
def test_garbage_gets_a_verdict(name, answer):
    verdict = CHECKS[name](answer)
    assert verdict.right is False
    assert verdict.says


def test_the_exercise_by_hand_is_what_the_library_does():
    corners, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), [0, 0, 0, 1]
    model = Perceptron(2)
    record = model.fit(corners, y, epochs=2)
    assert check.mistakes(record.mistakes[1])
    assert check.bias(model.b)
    assert check.weight(model.w[0])


@pytest.mark.parametrize("name", ["mistakes", "bias", "weight"])
def test_quiz_and_check_agree(name):
    question = next(q for q in questions("history", "by_hand") if q["id"] == name)
    assert CHECKS[name](question["answer"]).says == question["says"]
    for mistake in question["mistakes"]:
        assert CHECKS[name](mistake["value"]).says == mistake["says"]
    assert CHECKS[name](0.777).says == question["otherwise"]
    assert eval(question["compute"]) == pytest.approx(question["answer"])


@pytest.mark.parametrize("section", ["recall", "belief"])
def test_the_questions_are_complete(section):
    for question in questions("history", section):
        assert any(option.get("right") for option in question["options"])
        assert not all(option.get("right") for option in question["options"])
