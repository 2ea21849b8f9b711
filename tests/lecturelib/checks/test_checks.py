"""What all checks share, and the reading of the questions."""

import textwrap

import numpy as np
import pytest

from lecturelib import checks
from lecturelib.checks import (
    AnswerError,
    Verdict,
    as_number,
    as_vector,
    check,
    match_number,
    near,
    questions,
)


@check
def sample(answer):
    """What is asked."""
    if answer == 1:
        raise AnswerError("One is too few.")
    return f"{1 / answer:g} it is."


def test_a_verdict_reads_as_one_line_and_as_a_truth():
    assert (repr(sample(2)), bool(sample(2))) == ("✓ Right. 0.5 it is.", True)
    assert (repr(sample(1)), bool(sample(1))) == ("✗ Not yet. One is too few.", False)


@pytest.mark.parametrize("missing", [(), (None,), (...,)])
def test_an_answer_still_missing_is_asked_for(missing):
    verdict = sample(*missing)
    assert not verdict
    assert verdict.right is None
    assert repr(verdict) == "… Your turn. Put your answer in the place of the dots."


def test_a_verdict_is_shown_as_text_and_not_as_markup():
    shown = Verdict(False, "<img src=x> & more")._repr_html_()
    assert shown == '<p class="dl-check">✗ Not yet. &lt;img src=x&gt; &amp; more</p>'


def test_an_error_of_the_readers_code_becomes_the_verdict():
    assert sample(0) == Verdict(False, "Your answer raised ZeroDivisionError: division by zero")
    assert sample("x").says.startswith("Your answer raised TypeError: ")


def test_a_check_keeps_its_name_and_its_docstring():
    assert (sample.__name__, sample.__doc__) == ("sample", "What is asked.")


MISTAKES = [(0.5, "Half of it."), (0.25, "A quarter."), (0.5, "Never said.")]


@pytest.mark.parametrize(
    ("answer", "says"),
    [(0.5, "Half of it."), (0.2549, "A quarter."), (2, "Look again."), ("x", "One number")],
)
def test_a_number_that_does_not_match_names_its_mistake(answer, says):
    with pytest.raises(AnswerError, match=says):
        match_number(answer, 1.0, MISTAKES, "Look again.")


@pytest.mark.parametrize("answer", [1, 1.004, "0.996"])
def test_a_number_that_matches_says_nothing(answer):
    match_number(answer, 1.0, [(1.0, "Right comes first."), *MISTAKES], "Look again.")


def test_near_means_equal_as_printed():
    assert near(0.3749, 0.37, 2)
    assert near(0.365, 0.37, 2)
    assert not near(0.3751, 0.37, 2)
    assert near([1.0, 2.004], [1, 2], 2)
    assert not near([1.0, 2.01], [1, 2], 2)
    assert not near(float("nan"), 0, 2)


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.array(2), "2", True + 1])
def test_one_number(value):
    assert as_number(value) == 2


@pytest.mark.parametrize("value", ["two", [1, 2], {}, 1j, object(), np.zeros(2), None])
def test_no_number(value):
    with pytest.raises(AnswerError, match="One number is asked for"):
        as_number(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "-inf"])
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


# Questions


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """``chapter(text)`` writes the questions of the chapter "tmp"."""
    monkeypatch.setattr(checks, "files", lambda package: tmp_path)
    return lambda text: (tmp_path / "tmp.toml").write_text(textwrap.dedent(text), "utf-8")


COMPLETE = """
    [[part]]
    id = "sum"
    kind = "number"
    text = "How many?"
    answer = 2
    tolerance = 0.1
    says = "Two."
    otherwise = "Count again."

    [[part]]
    id = "pick"
    kind = "choice"
    text = "Which?"
    options = [{ text = "a", says = "No." }, { text = "b", right = true, says = "Yes." }]

    [[part]]
    id = "ticks"
    kind = "several"
    text = "Which ones?"
    says = "Both."
    options = [{ text = "a", right = true, says = "Look again." }]
    """


def test_complete_questions_are_read(chapter):
    chapter(COMPLETE)
    assert [question["id"] for question in questions("tmp", "part")] == ["sum", "pick", "ticks"]


@pytest.mark.parametrize(
    ("cut", "put", "message"),
    [
        ('id = "sum"', "", "lacks id"),
        ('text = "How many?"', "", "'sum' lacks text"),
        ("answer = 2", "", "'sum' lacks answer"),
        ("tolerance = 0.1", "", "'sum' lacks tolerance"),
        ('says = "Two."', "", "'sum' lacks says"),
        ('otherwise = "Count again."', "", "'sum' lacks otherwise"),
        ('says = "Both."', "", "'ticks' lacks says"),
        ('kind = "number"', 'kind = "text"', "kind 'text' is none of"),
        ('kind = "number"', "", "kind None is none of"),
        ('options = [{ text = "a", says', 'was = [{ text = "a", says', "'pick' lacks options"),
        (', says = "No."', "", "'pick': every option needs 'says'"),
        (', says = "Look again."', "", "'ticks': every option needs 'says'"),
        ('right = true, says = "Yes."', 'says = "Yes."', "'pick': exactly one option must"),
        ('says = "No."', 'says = "No.", right = true', "'pick': exactly one option must"),
    ],
)
def test_an_incomplete_question_is_named(chapter, cut, put, message):
    assert cut in COMPLETE
    chapter(COMPLETE.replace(cut, put, 1))
    with pytest.raises(ValueError, match=message):
        questions("tmp", "part")


def test_a_missing_section_is_named_with_those_there(chapter):
    chapter(COMPLETE)
    with pytest.raises(ValueError, match=r"tmp\.toml has no section 'parts'; it has part"):
        questions("tmp", "parts")


def test_a_missing_chapter_is_named(chapter):
    with pytest.raises(ValueError, match=r"chapter 'none': checks/none\.toml is missing"):
        questions("none", "part")
