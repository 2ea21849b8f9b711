"""The checks of the chapter on feed-forward networks: right, wrong, missing and odd answers."""

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib import activations
from lecturelib.checks import ffnn as check
from lecturelib.checks import questions
from lecturelib.losses import CrossEntropy

CHECKS = checks_of(check)


def relu_network(X, weights, biases):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        X = np.maximum(0, X @ W.T + b)
    return X @ weights[-1].T + biases[-1]


def all_bent(X, weights, biases):
    return np.maximum(0, relu_network(X, weights, biases))


def without_biases(X, weights, biases):
    return relu_network(X, weights, [0 * b for b in biases])


def straight(X, weights, biases):
    for W, b in zip(weights, biases, strict=True):
        X = X @ W.T + b
    return X


def with_sigmoid(X, weights, biases):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        X = activations.sigmoid(X @ W.T + b)
    return X @ weights[-1].T + biases[-1]


def two_layers_only(X, weights, biases):
    return relu_network(X, weights[:1] + weights[-1:], biases[:1] + biases[-1:])


def safe(z, y):
    return CrossEntropy().forward(z, y)


def overflowing(z, y):
    e = np.exp(z)
    return -np.log(e[np.arange(len(y)), y] / e.sum(axis=1)).mean()


def by_the_probability(z, y):
    o = activations.softmax(z)
    return -np.log(np.maximum(o[np.arange(len(y)), y], 1e-300)).mean()


RIGHT = {
    "pre_activation": [-1, "-1", np.float64(-1.002)],
    "logit": [0, 0.0, "0.004"],
    "probability": [0.73, 0.731, "0.7311"],
    "loss": [1.31, 1.313],
    "parameter_count": [79510, "79510", np.int64(79510)],
    "forward": [relu_network, lambda X, w, b: relu_network(X, w, b).tolist()],
    "cross_entropy": [safe, lambda z, y: np.float64(safe(z, y))],
}

# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "pre_activation": [
        (-2, "bias is not added"),
        (0, "asked is the sum before ReLU"),
        (1, "That is the first unit"),
        (5, "minus sign got lost"),
        (3, "Second row of W"),
    ],
    "logit": [
        (-1, "bias of the output unit"),
        (1, "first logit"),
        (2, "sign of the first weight"),
        (7, "Second row of V"),
    ],
    "probability": [
        (0.27, "other class"),
        (1, "not the logits themselves"),
        (2.72, "between 0 and 1"),
        (0.5, "Divide the exponential"),
    ],
    "loss": [
        (0.31, "first class were right"),
        (1.89, "base 2"),
        (0.57, "base 10"),
        (0.27, "That is the probability"),
        (-1.31, "never negative"),
        (0.8, "Minus the natural logarithm"),
    ],
    "parameter_count": [
        (79400, "the biases are not"),
        (78500, "output layer has numbers too"),
        (1010, "hidden layer has numbers too"),
        (3910, "28 rows of 28 pixels"),
        (894, "You counted the units"),
        (784_000, "not multiplied with each other"),
        (79511, "Count for each layer"),
    ],
    "forward": [
        (3, "without calling it"),
        (lambda X, w, b: None, "returns nothing"),
        (lambda X, w, b: relu_network(X, w, b).T, r"returned shape \(3, 7\)"),
        (all_bent, "last layer is bent too"),
        (without_biases, "biases are not added"),
        (straight, "No layer is bent"),
        (with_sigmoid, r"numbers for layers \[4, 5, 3\] are not"),
        (two_layers_only, "Your answer raised"),
        (lambda X, w, b: X @ w[0] + b[0], "Your answer raised ValueError"),
    ],
    "cross_entropy": [
        (1.3, "without calling it"),
        (lambda z, y: None, "returns nothing"),
        (lambda z, y: np.zeros(6), r"returned shape \(6,\)"),
        (lambda z, y: -safe(z, y), "never negative"),
        (lambda z, y: len(y) * safe(z, y), "sum over the rows"),
        (lambda z, y: safe(z, y) / np.log(2), "base 2"),
        (lambda z, y: -z[np.arange(len(y)), y].mean(), "softmax is missing"),
        (lambda z, y: 1.0, "For small logits"),
        (overflowing, "For logits near 1000"),
        (by_the_probability, "rounded to 0"),
        (lambda z, y: safe(np.maximum(z, -500), y), "For logits near -1000"),
    ],
}
NUMBERS = {
    "probability": ["0.73", "0.731"],
    "loss": ["1.31", "1.313"],
    "parameter_count": ["79510", "79,510"],
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize(
    "answer", ["", "<b>", [], {}, object(), float("nan"), 1e308, [[]], (1, 2, 3, 4), int]
)
def test_garbage_gets_a_verdict(name, answer):
    verdict = CHECKS[name](answer)
    assert verdict.right is False
    assert verdict.says


@pytest.mark.parametrize("name", ["probability", "loss", "parameter_count"])
def test_a_wrong_verdict_never_shows_the_right_number(name):
    for answer in [*np.linspace(-3, 6, 181).round(2), "abc", 1e9]:
        verdict = CHECKS[name](answer)
        if not verdict:
            said = verdict.says.replace(f"{answer}", "")
            assert not [number for number in NUMBERS[name] if number in said], verdict


def test_the_function_handed_in_cannot_spoil_the_check():
    def spoils(X, weights, biases):
        result = relu_network(X, weights, biases)
        X[:], weights[0][:], biases[0][:] = 0, 0, 0
        return result

    def spoils_too(z, y):
        loss = safe(z, y)
        z[:], y[:] = 0, 0
        return loss

    assert check.forward(spoils)
    assert check.cross_entropy(spoils_too)


QUIZ = {"sum": "pre_activation", "logit": "logit", "probability": "probability", "loss": "loss"}


@pytest.mark.parametrize(("id_", "name"), QUIZ.items())
def test_quiz_and_check_agree(id_, name):
    function = CHECKS[name]
    question = next(q for q in questions("ffnn", "by_hand") if q["id"] == id_)
    assert function(question["answer"])
    assert function(question["answer"]).says == question["says"]
    for mistake in question["mistakes"]:
        assert function(mistake["value"]).says == mistake["says"]
    assert function(0.777).says == question["otherwise"]
    assert eval(question["compute"], {"np": np, "activations": activations}) == pytest.approx(
        question["answer"], abs=question["tolerance"]
    )


@pytest.mark.parametrize("section", ["recall", "design"])
def test_the_questions_are_complete(section):
    for question in questions("ffnn", section):
        if "compute" in question:
            assert eval(question["compute"], {"np": np}) == pytest.approx(
                question["answer"], abs=question["tolerance"]
            )
