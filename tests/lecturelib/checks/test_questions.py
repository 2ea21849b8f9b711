"""The reading of the questions, and what holds for those of all chapters."""

import math
import sys
import textwrap
from importlib.resources import files

import pytest

from lecturelib import checks
from lecturelib.checks import questions
from lecturelib.checks.questions import sections

CHAPTERS = sorted(
    path.name.removesuffix(".toml")
    for path in files(checks).iterdir()
    if path.name.endswith(".toml")
)


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """``chapter(text)`` writes the questions of the chapter "tmp"."""
    module = sys.modules["lecturelib.checks.questions"]  # the name beside it is the function
    monkeypatch.setattr(module, "files", lambda package: tmp_path)
    module._read.cache_clear()
    yield lambda text: (tmp_path / "tmp.toml").write_text(textwrap.dedent(text), "utf-8")
    module._read.cache_clear()


COMPLETE = """
    [given]
    W = [[1, 2], [3, 4]]
    two = "W[0, 1]"

    [[part]]
    id = "sum"
    kind = "number"
    text = "How many?"
    compute = "two * np.ones(1)[0]"
    tolerance = 0.1
    says = "Two."
    otherwise = "Count again."
    mistakes = [{ compute = "W.sum()", says = "All." }, { above = 20, says = "Too many." }]

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
    number = questions("tmp", "part")[0]
    assert (number["answer"], number["mistakes"][0]["value"]) == (2, 10)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("two +", r"tmp\.toml, 'sum': 'two \+' raised SyntaxError"),
        ("three", "'three' raised NameError: name 'three' is not defined"),
        ("open('x')", "raised NameError: name 'open' is not defined"),
        ("1 / 0", "raised ZeroDivisionError"),
        ("W", "not one finite number"),
        ("np.inf", "gives inf, not one finite number"),
        ("'2'", "not one finite number"),
    ],
)
def test_an_expression_that_gives_no_number_is_named(chapter, expression, message):
    chapter(COMPLETE.replace("two * np.ones(1)[0]", expression))
    with pytest.raises(ValueError, match=message):
        questions("tmp", "part")


def test_a_given_value_that_fails_is_named(chapter):
    chapter(COMPLETE.replace("W[0, 1]", "W[0, 9]"))
    with pytest.raises(ValueError, match=r"given 'two': 'W\[0, 9\]' raised IndexError"):
        questions("tmp", "part")


def test_what_a_caller_does_to_the_questions_is_not_seen_by_the_next(chapter):
    chapter(COMPLETE)
    questions("tmp", "part")[1]["options"].clear()
    assert len(questions("tmp", "part")[1]["options"]) == 2


def test_options_have_an_order_of_their_own_unless_theirs_is_asked_for(chapter):
    written = list("abcdefgh")
    options = ", ".join(
        f'{{ text = "{a}", says = "", right = {str(a == "a").lower()} }}' for a in written
    )

    def row(name, more=""):
        return f'[[s]]\nid = "{name}"\nkind = "choice"\ntext = ""\n{more}options = [{options}]\n'

    chapter(row("x") + row("y") + row("z", "ordered = true\n"))
    x, y, z = ([option["text"] for option in row["options"]] for row in questions("tmp", "s"))
    assert z == written
    assert x != written != y != x
    assert sorted(x) == sorted(y) == written
    assert "ordered" not in questions("tmp", "s")[2]


@pytest.mark.parametrize(
    ("cut", "put", "message"),
    [
        ('id = "sum"', "", "lacks id"),
        ('text = "How many?"', "", "'sum' lacks text"),
        ('compute = "two * np.ones(1)[0]"', "", "'sum' lacks compute"),
        ("tolerance = 0.1", "", "'sum' needs one of 'tolerance' and 'relative'"),
        ("tolerance = 0.1", "tolerance = 1\nrelative = 1", "'sum' needs one of"),
        ('compute = "W.sum()",', "", "'sum': a mistake needs 'says' and one of"),
        ('compute = "W.sum()",', "value = 1, below = 2,", "'sum': a mistake needs"),
        (', says = "All."', "", "'sum': a mistake needs 'says'"),
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


# The questions of the book


def choices():
    """The choice questions of all chapters, as lists of options."""
    rows = [row for name in CHAPTERS for part in sections(name) for row in questions(name, part)]
    return [row["options"] for row in rows if row["kind"] == "choice"]


def place(options):
    return next(i for i, option in enumerate(options) if option.get("right"))


def beyond_chance(hits, shares):
    """By how many standard deviations the hits exceed those of draws with these probabilities."""
    variance = sum(share * (1 - share) for share in shares)
    return (hits - sum(shares)) / math.sqrt(variance)


@pytest.mark.parametrize("wanted", range(4))
def test_no_place_tells_which_option_is_right(wanted):
    """To tick the second option always was right in 51 of 72 questions once: 6.7 deviations.

    Every rewording draws the places anew, so the bound leaves room for one unlucky draw in many.
    """
    longer = [options for options in choices() if len(options) > wanted]
    hits = sum(place(options) == wanted for options in longer)
    assert abs(beyond_chance(hits, [1 / len(options) for options in longer])) < 3


@pytest.mark.parametrize("extreme", [max, min])
def test_no_length_tells_which_option_is_right(extreme):
    """To tick the longest option always was right in 38 of 72 questions once."""
    hits, shares = 0, []
    for options in choices():
        lengths = [len(option["text"]) for option in options]
        hits += lengths[place(options)] == extreme(lengths)
        shares.append(lengths.count(extreme(lengths)) / len(lengths))
    assert beyond_chance(hits, shares) < 1


def test_every_question_has_an_id_of_its_own_in_its_section():
    for name in CHAPTERS:
        for part in sections(name):
            ids = [question["id"] for question in questions(name, part)]
            assert len(ids) == len(set(ids)), f"{name}.toml, {part}"
