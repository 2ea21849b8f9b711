"""The checks of the chapter on why deep learning: right, wrong, missing and odd answers."""

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.checks import questions
from lecturelib.checks import why_deep_learning as check

CHECKS = checks_of(check)


def right_fgsm(X, dX, epsilon):
    return np.clip(X + epsilon * np.sign(dX), 0, 1)


def right_exponent(n, loss):
    return -np.polyfit(np.log(n), np.log(loss), 1)[0]


def by_the_ends(n, loss):
    return np.log(loss[0] / loss[-1]) / np.log(n[-1] / n[0])


RIGHT = {
    "multiply_adds": [266_200, "266200", np.int64(266_200)],
    "training_cost": [47_916_000_000, 4.7916e10],
    "first_pixel": [0.3, "0.30"],
    "nudged": [-0.1, "-0.1", np.float64(-0.1)],
    "fgsm": [right_fgsm, lambda X, dX, e: right_fgsm(X, dX, e).tolist()],
    "exponent": [right_exponent, lambda n, L: np.float32(right_exponent(n, L))],
}

# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "multiply_adds": [
        (266_610, "includes the biases"),
        (235_200, "first layer"),
        (235_200_000, "not multiplied"),
        (1194, "counted the units"),
        (798_600, "forward and back"),
        (5, "three layers"),
    ],
    "training_cost": [
        (15_972_000_000, "way back is still to come"),
        (31_944_000_000, "on top of it"),
        (798_600, "one picture"),
        (1, "then all pictures"),
    ],
    "first_pixel": [
        (0.7, "other way"),
        (0.1, "Only the sign"),
        (0.5, "so it moves"),
        (0.9, "against the sign"),
    ],
    "nudged": [
        (0.5, "before the change"),
        (1.1, "so that the loss falls"),
        (0.3, "Both inputs went down"),
        (0.7, "Both inputs went up"),
        (0.1, "Look at the sign"),
        (2, "changed inputs"),
    ],
    "fgsm": [
        (3, "without calling it"),
        (lambda X, dX, e: None, "returns nothing"),
        (lambda X, dX, e: X[0], r"returned shape \(9,\)"),
        (lambda X, dX, e: X + e * np.sign(dX), "leave the range"),
        (lambda X, dX, e: np.clip(X - e * np.sign(dX), 0, 1), "down the gradient"),
        (lambda X, dX, e: np.clip(X + e * dX, 0, 1), "size of the gradient"),
        (lambda X, dX, e: np.clip(X + e * np.where(dX < 0, -1, 1), 0, 1), "pixel stays"),
        (lambda X, dX, e: e * np.sign(dX), "change alone"),
        (lambda X, dX, e: X, "numbers are not"),
    ],
    "exponent": [
        (0.4, "without calling it"),
        (lambda n, L: None, "returns nothing"),
        (lambda n, L: np.polyfit(np.log(n), np.log(L), 1), r"returned shape \(2,\)"),
        (lambda n, L: -right_exponent(n, L), "other sign"),
        (lambda n, L: np.polyfit(np.log(n), np.log(L), 1)[1], "ln k"),
        (lambda n, L: -np.polyfit(n, L, 1)[0], "logarithm of both"),
        (by_the_ends, "two of the points"),
        (lambda n, L: 0.4, "On an exact power law or on a bent curve"),
        (lambda n, L: 1.0, "On an exact power law or on a bent curve"),
    ],
}
NUMBERS = {
    "multiply_adds": ["266200", "266,200"],
    "training_cost": ["47916", "47,916", "4.79"],
    "first_pixel": ["0.3"],
    "nudged": ["0.1"],
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize(
    "answer", ["", "<b>", [], {}, object(), float("nan"), 1e308, [[]], (1, 2, 3, 4), int]
)
def test_garbage_gets_a_verdict(name, answer):
    verdict = CHECKS[name](answer)
    assert verdict.right is False
    assert verdict.says


@pytest.mark.parametrize("name", NUMBERS)
def test_a_wrong_verdict_never_shows_the_right_number(name):
    for answer in [*np.linspace(-3, 6, 181).round(2), *(a for a, _ in WRONG[name]), "abc", 1e9]:
        verdict = CHECKS[name](answer)
        if not verdict:
            said = verdict.says.replace(f"{answer}", "")
            assert not [number for number in NUMBERS[name] if number in said], verdict


def test_the_function_handed_in_cannot_spoil_the_check():
    def spoils(X, dX, epsilon):
        result = right_fgsm(X, dX, epsilon)
        X[:], dX[:] = 0, 0
        return result

    def spoils_too(n, loss):
        result = right_exponent(n, loss)
        n[:], loss[:] = 1, 1
        return result

    assert check.fgsm(spoils)
    assert check.exponent(spoils_too)


@pytest.mark.parametrize(("id_", "name"), [("first", "first_pixel"), ("sum", "nudged")])
def test_quiz_and_check_agree(id_, name):
    function = CHECKS[name]
    question = next(q for q in questions("why_deep_learning", "by_hand") if q["id"] == id_)
    assert function(question["answer"])
    assert function(question["answer"]).says == question["says"]
    for mistake in question["mistakes"]:
        assert function(mistake["value"]).says == mistake["says"]
    assert function(0.777).says == question["otherwise"]
    assert eval(question["compute"]) == pytest.approx(question["answer"])


@pytest.mark.parametrize("section", ["recall", "judge"])
def test_the_questions_are_complete(section):
    for question in questions("why_deep_learning", section):
        if "compute" in question:
            assert eval(question["compute"]) == pytest.approx(question["answer"])
