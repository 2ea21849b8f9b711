"""The checks of the chapter on one neuron: right, wrong, missing and odd answers."""

import re
from importlib.resources import files

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
from lecturelib import checks as all_checks
from lecturelib.checks import neuron as check
from lecturelib.checks import questions

CHECKS = checks_of(check)
RIGHT = {
    "pre_activation": [-0.5, "-0.5", np.float64(-0.502)],
    "output": [0.38, 0.3775, activations.sigmoid(-0.5)],
    "slope": [0.23, 0.24, 0.235, activations.sigmoid_grad(-0.5)],
    "nand": [([-1, -1], 1.5), (np.array([-2.0, -3.0]), 4), [[-0.1, -0.1], 0.15]],
    "leaky_relu_grad": [
        activations.leaky_relu_grad,
        lambda a: np.where(a > 0, 1, 0.1),
        lambda a: np.vectorize(lambda x: 1.0 if x > 0 else 0.1)(a),
    ],
    "maxout_as_leaky_relu": [[0.1, 0, 1, 0], [1, 0, 0.1, 0], np.array([1, 0, 0.1, 0])],
    "xor_network": [
        ([[1, 1], [-1, -1]], [-0.5, 1.5], [1, 1], -1.5),
        (np.array([[1, -1], [-1, 1]]), np.array([-0.5, -0.5]), np.array([1, 1]), -0.5),
    ],
}
RIGHT_NUMBERS = {
    "pre_activation": ["0.5"],
    "output": ["0.38", "0.377"],
    "slope": ["0.24", "0.235"],
}


# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "pre_activation": [
        (-1, "something is not added yet"),
        (5.5, "minus sign got lost"),
        (0.38, "already the output"),
        (7, "Multiply each weight by its own input"),
        (0.5, "Multiply each weight by its own input"),
    ],
    "output": [
        (0.62, "sign of the exponent"),
        (-0.5, "has not been applied"),
        (1.2, "between 0 and 1"),
        (0, "between 0 and 1"),
        (0.4, "round only at the end"),
    ],
    "slope": [
        (-0.75, "you put the sum a into it"),
        (0.3, "between 0 and 1/4"),
        (-0.1, "between 0 and 1/4"),
        (0.2, "multiply it by what it lacks"),
    ],
    "nand": [
        (([1, 1], -1.5), r"At \(0, 0\) your sum is -1.5, not above zero"),
        (([-1, -1], 2.5), r"At \(1, 1\) your sum is 0.5, above zero"),
        (([-1, -1], 1), r"At \(0, 1\) your sum is 0, not above zero"),
        (([-2, -1], 1.5), r"At \(1, 0\) your sum is -0.5, not above zero"),
        (5, "Give a pair"),
        (([1, 2, 3], 1), "2 finite numbers"),
        (([1, 1], "b"), "One number"),
        ((..., ...), "2 numbers are asked for"),
    ],
    "leaky_relu_grad": [
        (0.1, "without calling it"),
        (lambda a: None, "returns nothing"),
        (lambda a: 0.1, r"returned shape \(\)"),
        (lambda a: a.ravel(), r"For shape \(2, 3\) it returned shape \(6,\)"),
        (activations.leaky_relu, "Leaky ReLU itself"),
        (activations.relu_grad, "slope of ReLU"),
        (lambda a: np.where(a > 0, 2, 0.1), "Where a > 0 .* slope there is 2"),
        (lambda a: np.where(a > 0, 1, 0.2), "Where a < 0 your slope is 0.2"),
        (lambda a: np.where(a > 0, 1, np.nan), "Where a < 0 your slope is nan"),
    ],
    "maxout_as_leaky_relu": [
        ([0, 0, 1, 0], "At x = -10 your Maxout gives 0, which is too high"),
        ([0.1, 0, 0.1, 0], "At x = 1 your Maxout gives 0.1, which is too low"),
        ([0.1, 0, 1, 1], "too high"),
        ([0.1, 0, 1], "4 finite numbers"),
    ],
    "xor_network": [
        (([[1, 1], [1, 1]], [-0.5, -0.5], [1, 1], -0.5), r"At \(1, 1\) your hidden neurons say"),
        (([[1, 1], [-1, -1]], [-0.5, 1.5], [1, 1], 1), r"At \(0, 0\) .* XOR wants the other"),
        ((1, 2, 3), "Give four things"),
        (7, "Give four things"),
        ((..., [1, 1], [1, 1], 0), "still dots"),
        (([[1, 1]], [1, 1], [1, 1], 0), "W needs two rows"),
        (("ab", [1, 1], [1, 1], 0), "W needs two rows"),
        (([[1, 1], [1, 1]], [1], [1, 1], 0), "2 finite numbers"),
    ],
}


def test_the_function_handed_in_cannot_spoil_the_check():
    def spoils(a):
        slope = np.where(a > 0, 1, 0.1)
        a[:] = 0
        return slope

    assert check.leaky_relu_grad(spoils)


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize(
    "answer", ["", "<b>", [], {}, object(), float("nan"), 1e308, [[]], (1, 2, 3, 4), int]
)
def test_garbage_gets_a_verdict(name, answer):
    verdict = CHECKS[name](answer)
    assert verdict.right is False
    assert verdict.says


def raises(a):
    raise KeyError("w1")


def recurses(a):
    return recurses(a)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (raises, "Your answer raised KeyError: 'w1'"),
        (recurses, "Your answer raised RecursionError"),
        (lambda: 1, "Your answer raised TypeError"),
        (lambda a: 1 if a > 0 else 0.1, "Your answer raised ValueError"),
        (lambda a: "text", "Your answer raised ValueError"),
    ],
)
def test_an_error_in_the_readers_code_is_said(function, says):
    verdict = check.leaky_relu_grad(function)
    assert not verdict
    assert verdict.says.startswith(says)


@pytest.mark.parametrize("name", ["pre_activation", "output", "slope"])
def test_a_wrong_verdict_never_shows_the_right_number(name):
    for answer in [*np.linspace(-3, 6, 181).round(2), "abc", 1e9]:
        verdict = CHECKS[name](answer)
        if not verdict:
            # A reply may quote what was typed.
            said = verdict.says.replace(f"{answer}", "")
            assert not [number for number in RIGHT_NUMBERS[name] if number in said], verdict


def test_no_sentence_of_the_nand_or_the_network_holds_a_solution():
    source = (files(all_checks) / "neuron.py").read_text("utf-8")
    said = " ".join(re.findall(r'(?:AnswerError\(|return )f?"([^"]*)"', source))
    assert len(said) > 500
    assert not re.search(r"[-−]?\d\.\d", said)


@pytest.mark.parametrize("id_", ["sum", "output", "slope"])
def test_quiz_and_check_agree(id_):
    function = {"sum": check.pre_activation, "output": check.output, "slope": check.slope}[id_]
    question = next(q for q in questions("neuron", "by_hand") if q["id"] == id_)
    assert function(question["answer"])
    assert function(question["answer"]).says == question["says"]
    for mistake in question["mistakes"]:
        assert function(mistake["value"]).says == mistake["says"]
    assert function(0.111 if id_ == "output" else 0.222).says == question["otherwise"]
