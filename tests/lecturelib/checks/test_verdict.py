"""Verdicts, and functions that become checks."""

import pytest

from lecturelib.checks import AnswerError, Verdict, check


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


def test_a_decimal_comma_in_code_is_named():
    verdict = sample(0, 38)
    assert verdict.right is False
    assert "in Python a comma separates two" in verdict.says


def test_a_verdict_is_shown_as_text_and_not_as_markup():
    shown = Verdict(False, "<img src=x> & more")._repr_html_()
    assert shown == '<p class="dl-check">✗ Not yet. &lt;img src=x&gt; &amp; more</p>'


def test_an_error_of_the_readers_code_becomes_the_verdict():
    assert sample(0) == Verdict(False, "Your answer raised ZeroDivisionError: division by zero")
    assert sample("x").says.startswith("Your answer raised TypeError: ")


def test_a_check_keeps_its_name_and_its_docstring():
    assert (sample.__name__, sample.__doc__) == ("sample", "What is asked.")
