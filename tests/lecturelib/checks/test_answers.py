"""Numbers as people type them, marks of numbers, and functions judged by what they return."""

import numpy as np
import pytest
from contracts.checks import TYPED

from lecturelib.checks import (
    AnswerError,
    as_number,
    as_vector,
    called,
    code,
    compare,
    mark,
    near,
    number,
    readings,
)

ROW = {
    "answer": 512000.0,
    "relative": 0.01,
    "says": "Right.",
    "otherwise": "Look again.",
    "mistakes": [
        {"value": 32000.0, "says": "Too few."},
        {"value": 32000.0, "says": "Never said."},
        {"below": 0, "above": 1e9, "says": "Out of range."},
    ],
}


@pytest.mark.parametrize("text", TYPED)
def test_a_number_is_read_as_people_type_it(text):
    assert readings(text) == pytest.approx(TYPED[text], rel=1e-15)


@pytest.mark.parametrize(
    ("answer", "right", "says"),
    [
        (512000, True, "Right."),
        ("512,000", True, "Right."),
        ("512 000", True, "Right."),
        ("512.000", True, "Right. (Read as 512000.)"),
        ("5.12×10⁵", True, "Right."),
        (506881, True, "Right."),
        (506879, False, "Look again."),
        ("32.000", False, "Too few. (Read as 32000.)"),
        (31681, False, "Too few."),
        (-1, False, "Out of range."),
        (1e9, False, "Look again."),
        (2e9, False, "Out of range."),
        ("77.000", False, "Look again. (Read as 77 and as 77000.)"),
    ],
)
def test_a_mark_names_the_first_mistake_that_fits(answer, right, says):
    verdict = mark(ROW, answer)
    assert (verdict.right, verdict.says) == (right, says)


@pytest.mark.parametrize(("answer", "right"), [(0.365, True), (0.375, True), (0.3751, False)])
def test_the_bound_of_a_tolerance_counts(answer, right):
    row = {"answer": 0.37, "tolerance": 0.005, "says": "", "otherwise": "", "mistakes": []}
    assert mark(row, answer).right is right


def test_near_means_equal_as_printed():
    assert near(0.3749, 0.37, 2)
    assert near(0.365, 0.37, 2)
    assert not near(0.3751, 0.37, 2)
    assert near([1.0, 2.004], [1, 2], 2)
    assert not near([1.0, 2.01], [1, 2], 2)
    assert not near(float("nan"), 0, 2)


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.array(2), "2", "2,0", True + 1])
def test_one_number(value):
    assert as_number(value) == 2


@pytest.mark.parametrize("value", ["two", [1, 2], {}, 1j, object(), np.zeros(2), None, 10**400])
def test_no_number(value):
    with pytest.raises(AnswerError, match="One number is asked for"):
        as_number(value)


def test_a_pair_made_by_a_decimal_comma_is_named():
    with pytest.raises(AnswerError, match=r"\(0, 38\) is not one: in Python a comma makes a pair"):
        as_number((0, 38))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -np.inf])
def test_no_finite_number(value):
    with pytest.raises(AnswerError, match="A finite number is asked for"):
        as_number(value)


def test_a_vector():
    np.testing.assert_array_equal(as_vector((1, 2.5), 2), [1, 2.5])


@pytest.mark.parametrize(
    "value", [[1], [1, 2, 3], 1, [[1, 2]], [1, None], [1, float("nan")], "ab", [1, [2]], [..., 1]]
)
def test_no_vector(value):
    with pytest.raises(AnswerError, match=r"^2 (finite )?numbers are asked for"):
        as_vector(value, 2)


def test_a_number_of_the_toml_becomes_a_check():
    check = number("neuron", "by_hand", "slope")
    assert check.__name__ == "slope"
    assert check.__doc__ == "The slope f′(a) at this point, to two decimals:"
    assert check("0,23")
    assert repr(check("abc")) == "✗ Not yet. One number is asked for; 'abc' is not one."


def test_a_number_that_is_not_there_is_named_with_those_that_are():
    says = r"neuron\.toml has no number 'slop' in \[\[by_hand\]\]; it has pre_activation, output"
    with pytest.raises(ValueError, match=says):
        number("neuron", "by_hand", "slop")


def test_arguments_are_copied_at_every_depth_unless_asked_otherwise():
    array = np.ones(2)

    def spoils(plain, listed, named):
        for thing in (plain, listed[0], named["x"]):
            thing[:] = 0
        return 1

    assert called(spoils, array, [array], {"x": array}) == 1
    assert array.all()
    called(spoils, array, [array], {"x": array}, copied=False)
    assert not array.any()


@pytest.mark.parametrize(
    ("result", "says"),
    [
        ([2, 4], "Doubled."),
        (3, "Summed."),
        ([1, 2, 3], r"^It of shape \(2,\) is asked for, not of shape \(3,\)"),
        ([1, 3], r"^3 is off"),
        ([np.nan, 2], "nan is off"),
    ],
)
def test_a_result_is_compared_with_what_mistakes_lead_to(result, says):
    mistakes = {"Doubled.": np.array([2, 4]), "Summed.": 3, "Never said.": 3}
    compare([1, 2], np.array([1, 2]), mistakes, "")
    with pytest.raises(AnswerError, match=says):
        compare(result, [1, 2], mistakes, lambda r: f"{r[r != [1, 2]][0]:g} is off", "It")


def test_code_is_tried_on_every_case():
    @code((2,), (3,), otherwise=lambda result, x: f"For {x}: {result:g}.", says="Both.")
    def square(x):
        """x squared."""
        return x**2, {"Doubled.": 2 * x}

    assert (square.__name__, square.__doc__) == ("square", "x squared.")
    assert square(lambda x: x * x).says == "Both."
    assert square(lambda x: 2 * x).says == "Doubled."  # right for the first case
    assert square(lambda x: 4).says == "For 3: 4."
