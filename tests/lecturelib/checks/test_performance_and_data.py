"""The checks of the chapter on performance and data: right, wrong, missing and odd answers."""

import math

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.checks import performance_and_data as check
from lecturelib.checks import questions

CHECKS = checks_of(check)


def right_crossing(n, a, b):
    d = b - a
    if d[-1] <= 0:
        return math.inf
    below = [i for i in range(len(n)) if d[i] <= 0]
    if not below:
        return n[0]
    i = below[-1]
    return math.exp(np.interp(0, d[i : i + 2], np.log(n[i : i + 2])))


def first_crossing(n, a, b):
    d = b - a
    i = next((i for i in range(len(n) - 1) if d[i] <= 0 < d[i + 1]), None)
    return (
        right_crossing(n, a, b)
        if i is None
        else right_crossing(n[i : i + 2], a[i : i + 2], b[i : i + 2])
    )


def straight_over_n(n, a, b):
    return np.interp(0, b - a, n)


def never_infinite(n, a, b):
    found = right_crossing(n, a, b)
    return n[-1] if math.isinf(found) else found


def ends_at_zero(n, a, b):
    return 0.0 if (b > a).all() else right_crossing(n, a, b)


def first_lead(n, a, b):
    return n[0] if b[0] > a[0] else right_crossing(n, a, b)


RIGHT = {
    "crossing_point": [261, "261", 260.9, np.float64(261.02)],
    "exponent": [1 / 3, 0.33, "0.333"],
    "examples_needed": [512_000, "512000", 5.12e5],
    "training_operations": [3 * 44_288 * 120_000, 1.594e10, "1.59e10"],
    "overtakes": [right_crossing, lambda n, a, b: np.float64(right_crossing(n, a, b))],
}

# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "crossing_point": [
        (475, "straight over n"),
        (0.4167, "share of the way"),
        (383, "from the far end"),
        (550, "not in the middle"),
        (518, "both gaps together"),
        (300, "gap B − A"),
    ],
    "exponent": [
        (-1 / 3, "minus sign already"),
        (3, "That is 1/k"),
        (0.5, "four times"),
        (0.25, "take logarithms"),
        (0.7, "factor 8"),
    ],
    "examples_needed": [
        (32_000, "not proportional"),
        (64_000, "halves the error once more"),
        (4_096_000, "once too often"),
        (128_000, "not four"),
        (100_000, "How often"),
    ],
    "training_operations": [
        (44_288, "one prediction"),
        (44_288 * 120_000, "forward passes"),
        (2 * 44_288 * 120_000, "add the forward"),
        (3 * 44_288, "one example"),
        (150 * 44_288 * 120_000, "batches"),
        (6 * 44_288 * 120_000, "counted once"),
        (3 * 434 * 120_000, "counted the units"),
        (7, "three layers"),
    ],
    "overtakes": [
        (3, "without calling it"),
        (lambda n, a, b: None, "returns nothing"),
        (straight_over_n, "go straight over ln n"),
        (lambda n, a, b: right_crossing(n, b, a), "where a overtakes b"),
        (first_lead, "leads again"),
        (first_crossing, "overtakes a twice"),
        (ends_at_zero, "leads at every size"),
        (never_infinite, "does not lead at the largest"),
        (lambda n, a, b: n[0] / 0 * [], "Your answer raised"),
    ],
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("answer", ["", "<b>", [], {}, object(), float("nan"), 1e308, [[]], int])
def test_garbage_gets_a_verdict(name, answer):
    verdict = CHECKS[name](answer)
    assert verdict.right is False
    assert verdict.says


def test_the_function_handed_in_cannot_spoil_the_check():
    def spoils(n, a, b):
        found = right_crossing(n, a, b)
        n[:], a[:], b[:] = 1, 0, 0
        return found

    assert check.overtakes(spoils)


QUIZ = {"crossing": "crossing_point", "exponent": "exponent", "needed": "examples_needed"}


@pytest.mark.parametrize(("id_", "name"), QUIZ.items())
def test_quiz_and_check_agree(id_, name):
    function = CHECKS[name]
    question = next(q for q in questions("performance_and_data", "by_hand") if q["id"] == id_)
    assert function(question["answer"]).says == question["says"]
    for mistake in question["mistakes"]:
        assert function(mistake["value"]).says == mistake["says"]
    assert function(0.777).says == question["otherwise"]
    value = eval(question["compute"], {"np": np})
    assert value == pytest.approx(question["answer"], abs=question["tolerance"])


@pytest.mark.parametrize("section", ["recall", "advise"])
def test_the_questions_are_complete(section):
    assert len(questions("performance_and_data", section)) >= 3
