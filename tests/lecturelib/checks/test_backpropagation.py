"""The checks of the chapter on backpropagation: right, wrong, missing and odd answers."""

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.activations import tanh_grad_from_output
from lecturelib.checks import backpropagation as check
from lecturelib.checks import questions

CHECKS = checks_of(check)
FUNCTIONS = ("linear_backward", "tanh_backward")


def layer(dx=lambda da, x, W: da @ W, dW=lambda da, x: da.T @ x, db=lambda da: da.sum(axis=0)):
    """A backward pass of a linear layer in which one of the three can be exchanged."""
    return lambda da, x, W: (dx(da, x, W), dW(da, x), db(da))


RIGHT = {
    "delta": [-0.192, -0.1927, "-0.193", np.float64(-0.19272)],
    "gradient_v2": [-0.144, -0.1446, -0.145],
    "gradient_w22": [-0.432, -0.4333, "-0.43"],
    "linear_backward": [layer(), lambda da, x, W: [da @ W, (x.T @ da).T, np.ones(len(da)) @ da]],
    "tanh_backward": [lambda dh, h: dh * (1 - h * h), lambda dh, h: dh * tanh_grad_from_output(h)],
    "slope_bound": [0.25**6, 1 / 4096, 0.000244],
}

# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "delta": [
        (0.192, "sign is turned round"),
        (0.288, "target of the page"),
        (-0.8, "has not passed the slope"),
        (-0.096, "factor 2"),
        (0.24, "slope alone"),
        (-0.15, "derivative of the loss by o"),
    ],
    "gradient_v2": [
        (0.144, "sign is turned round"),
        (-0.192, "multiply it by what the weight gets"),
        (-0.2112, "after f, not the sum"),
        (-0.096, "its input is h₁"),
        (-0.1152, "output of the unit"),
        (-0.6, "slope of the output unit"),
        (0.75, "delta is missing"),
        (0.01, "upper end"),
    ],
    "gradient_w22": [
        (0.432, "sign is turned round"),
        (-0.108, "input of the weight is missing"),
        (-2.304, "slope of the hidden unit"),
        (-0.144, "weight of the upper layer"),
        (-1.8, "slope of the output unit"),
        (-0.081, "output of the unit"),
        (-0.054, "other input"),
        (1, "From dz back"),
    ],
    "linear_backward": [
        (3, "without calling it"),
        (lambda da, x, W: None, "returns nothing"),
        (lambda da, x, W: da @ W, "Return 3 arrays"),
        (lambda da, x, W: (da @ W, da.T @ x), "Return 3 arrays"),
        (layer(dW=lambda da, x: x.T @ da), "dW is transposed"),
        (layer(db=lambda da: da), "a row for each example"),
        (layer(db=lambda da: da.mean(axis=0)), "db is divided by the batch size"),
        (layer(dW=lambda da, x: da.T @ x / 5), "dW is divided by the batch size"),
        (layer(db=lambda da: da.sum()), r"db has shape \(\), its thing has shape \(3,\)"),
        (layer(dx=lambda da, x, W: -da @ W), "dx has the wrong sign"),
        (layer(dx=lambda da, x, W: x), "right shape and wrong numbers"),
        (layer(dx=lambda da, x, W: da @ W.T), "raised ValueError"),
    ],
    "tanh_backward": [
        (1, "without calling it"),
        (lambda dh, h: None, "returns nothing"),
        (lambda dh, h: 1 - h * h, "slope alone"),
        (lambda dh, h: dh * (1 - np.tanh(h) ** 2), "applied tanh once more"),
        (lambda dh, h: dh * h * (1 - h), "slope of the sigmoid"),
        (lambda dh, h: dh * (1 - h), "square is missing"),
        (lambda dh, h: dh * h, "multiplied by the output"),
        (lambda dh, h: (dh * h).sum(), r"returned shape \(\)"),
        (lambda dh, h: dh, "entry by entry"),
    ],
    "slope_bound": [
        (0.25**5, "left out"),
        (0.25**7, "output is linear"),
        (1.5, "multiplied, not added"),
        (1, "slope of tanh"),
        (0.5**6, "output of a sigmoid at 0"),
        (0.25, "how many are there"),
    ],
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("answer", ["", "<b>", [], {}, object(), float("nan"), 1e308, [[]], int])
def test_garbage_gets_a_verdict(name, answer):
    verdict = CHECKS[name](answer)
    assert verdict.right is False
    assert verdict.says


def test_the_function_handed_in_cannot_spoil_the_check():
    def spoils(da, x, W):
        result = da @ W, da.T @ x, da.sum(axis=0)
        for array in (da, x, W):
            array[:] = 0
        return result

    assert check.linear_backward(spoils)


@pytest.mark.parametrize("name", [name for name in RIGHT if name not in FUNCTIONS])
def test_a_wrong_verdict_never_shows_the_right_number(name):
    right = {"delta": "0.19", "gradient_v2": "0.14", "gradient_w22": "0.43", "slope_bound": "4096"}
    for answer in np.linspace(-3, 3, 241).round(3):
        verdict = CHECKS[name](answer)
        assert verdict or right[name] not in verdict.says


@pytest.mark.parametrize(
    ("id_", "name"), [("delta", "delta"), ("v2", "gradient_v2"), ("w22", "gradient_w22")]
)
def test_quiz_and_check_agree(id_, name):
    function = CHECKS[name]
    question = next(q for q in questions("backpropagation", "by_hand") if q["id"] == id_)
    assert function(question["answer"])
    assert function(question["answer"]).says == question["says"]
    for mistake in question["mistakes"]:
        assert function(mistake["value"]).says == mistake["says"]
    assert function(0.0123).says == question["otherwise"]


@pytest.mark.parametrize("section", ["recall", "by_hand", "symptoms"])
def test_every_quiz_is_complete(section):
    assert len(questions("backpropagation", section)) >= 3


def test_the_numbers_of_the_quiz_are_those_of_their_formulas():
    for question in questions("backpropagation", "by_hand"):
        assert eval(question["compute"]) == pytest.approx(question["answer"], abs=1e-12)
