"""Questions: how JavaScript marks every question of the book, and their use on a page."""

import itertools
import json
import re
import tomllib
from importlib.resources import files

import numpy as np
import pytest

from lecturelib import activations, checks, features
from lecturelib.widgets import Quiz

SOURCES = [f for f in files(checks).iterdir() if f.name.endswith(".toml")]
QUESTIONS = [
    (f"{source.name}/{section}/{question['id']}", question)
    for source in SOURCES
    for section, questions in tomllib.loads(source.read_text("utf-8")).items()
    for question in questions
]
KEY = "deep-learning-introduction/quiz/neuron/recall"


def of_kind(*kinds):
    chosen = [(name, q) for name, q in QUESTIONS if q["kind"] in kinds]
    return pytest.mark.parametrize("question", [q for _, q in chosen], ids=[n for n, _ in chosen])


def mark(javascript, question, answers):
    body = "({quiz}, [question, answers]) => answers.map((answer) => quiz.mark(question, answer))"
    return javascript(body, [question, answers])


# Marking


def test_there_are_questions_of_every_kind():
    assert {question["kind"] for _, question in QUESTIONS} == {"choice", "several", "number"}


@of_kind("choice")
def test_every_option_of_a_choice_gets_its_reply(javascript, question):
    options = question["options"]
    found = mark(javascript, question, [*range(len(options)), None])
    for option, verdict in zip(options, found, strict=False):
        assert verdict == {"right": option.get("right", False), "says": option["says"]}
    assert found[-1] == {"right": False, "says": "Choose one of the answers first."}


@of_kind("several")
def test_one_subset_is_right_and_the_others_hear_of_a_wrong_tick(javascript, question):
    options = question["options"]
    every = range(len(options))
    subsets = [s for n in range(len(options) + 1) for s in itertools.combinations(every, n)]
    right = {i for i, option in enumerate(options) if option.get("right")}
    for subset, verdict in zip(subsets, mark(javascript, question, subsets), strict=True):
        assert verdict["right"] == (set(subset) == right)
        wrong = [options[i]["says"] for i in sorted(set(subset) ^ right)]
        assert verdict["says"] == (wrong[0] if wrong else question["says"])


@of_kind("number")
def test_the_answer_is_what_python_computes(question):
    known = {"np": np, "activations": activations, "features": features}
    computed = eval(question["compute"], known)
    assert question["answer"] == pytest.approx(float(computed), abs=question["tolerance"] / 10)


def as_typed(value):
    """The ways in which a reader writes the same number."""
    return [f"{value}", f" {value:.6f} ", f"{value}".replace("-", "−").replace(".", ",")]


@of_kind("number")
def test_the_number_is_right_within_its_tolerance(javascript, question):
    answer, tolerance = question["answer"], question["tolerance"]
    inside = as_typed(answer) + [f"{answer + sign * 0.99 * tolerance:.6f}" for sign in (-1, 1)]
    assert mark(javascript, question, inside) == [{"right": True, "says": question["says"]}] * 5
    outside = [f"{answer + sign * 1.01 * tolerance:.6f}" for sign in (-1, 1)]
    for verdict in mark(javascript, question, outside):
        assert verdict["right"] is False


@of_kind("number")
def test_every_listed_mistake_is_recognised(javascript, question):
    for mistake in question["mistakes"]:
        assert abs(mistake["value"] - question["answer"]) > 2 * question["tolerance"]
        found = mark(javascript, question, as_typed(mistake["value"]))
        assert found == [{"right": False, "says": mistake["says"]}] * 3
    unknown = {"right": False, "says": question["otherwise"]}
    assert mark(javascript, question, ["77", "1e6"]) == [unknown] * 2


@of_kind("number")
def test_what_is_no_number_is_said_to_be_none(javascript, question):
    says = "That is not a number that can be read, such as −0.25 or 1/4."
    found = mark(javascript, question, ["", " ", "abc", "1.2.3", "1/0", "-", "."])
    assert found == [{"right": False, "says": says}] * 7


@of_kind("choice", "several")
def test_no_wrong_reply_contains_the_right_answer(question):
    options = question["options"]
    right = [option["text"].rstrip(".").lower() for option in options if option.get("right")]
    for option in options:
        if question["kind"] == "several" or not option.get("right"):
            others = [text for text in right if text != option["text"].lower()]
            said = option["says"].lower()
            assert not [text for text in others if re.search(rf"\b{re.escape(text)}\b", said)]


@of_kind("number")
def test_no_wrong_reply_contains_the_number(question):
    answer = question["answer"]
    printed = {f"{answer:.{digits}f}".lstrip("-") for digits in (1, 2, 3, 4)}
    for says in [question["otherwise"], *(known["says"] for known in question["mistakes"])]:
        assert not [text for text in printed if text in says.replace("−", "-")]


PARSED = {
    "-0.5": -0.5,
    "−0,5": -0.5,
    "+3": 3,
    ".5": 0.5,
    "5.": 5,
    "1/4": 0.25,
    " -1 / 8 ": -0.125,
    "2.5e-3": 0.0025,
    "−2.5E−3": -0.0025,
    "1e999": None,
    "1/0": None,
    "1,000.5": None,
    "0x10": None,
    "Infinity": None,
    "NaN": None,
    "1 2": None,
    "--1": None,
    "e5": None,
    "": None,
}


def test_parse(javascript):
    found = javascript("({quiz}, texts) => texts.map(quiz.parse)", list(PARSED))
    assert dict(zip(PARSED, found, strict=True)) == PARSED


def test_markup_in_a_text_becomes_elements_and_nothing_else(javascript):
    body = """({quiz}, text) => {
      const p = document.createElement("p");
      p.append(...quiz.rich(text));
      return p.innerHTML;
    }"""
    text = "Is `a < b` *really* <img src=x onerror=alert(1)>?"
    expected = "Is <code>a &lt; b</code> <em>really</em> &lt;img src=x onerror=alert(1)&gt;?"
    assert javascript(body, text) == expected


# Python


def test_the_widget_holds_the_questions_of_the_section():
    quiz = Quiz("neuron", "by_hand")
    assert quiz.questions == checks.questions("neuron", "by_hand")
    assert repr(quiz) == "Quiz('neuron', 'by_hand')"
    json.dumps(quiz.get_state())


@pytest.mark.parametrize(
    ("chapter", "section", "message"),
    [
        ("nerve", "recall", r"checks/nerve\.toml is missing"),
        ("neuron", "recal", r"no section 'recal'; it has recall, by_hand"),
    ],
)
def test_a_quiz_that_does_not_exist_is_named(chapter, section, message):
    with pytest.raises(ValueError, match=message):
        Quiz(chapter, section)


def test_a_quiz_refuses_an_unknown_keyword():
    with pytest.raises(TypeError, match="Quiz has no shuffle"):
        Quiz("neuron", "recall", shuffle=True)


# On a page


RIGHT = {
    q["id"]: [i for i, option in enumerate(q["options"]) if option.get("right")]
    for q in checks.questions("neuron", "recall")
}


def answer_by_keyboard(page, field, right):
    """Tab into the question, choose with arrows and Space, go on to Check and press it."""
    several = field.locator("[type=checkbox]").count() > 0
    if several:
        for i in range(field.locator("[type=checkbox]").count()):
            page.keyboard.press("Tab")
            if i in right:
                page.keyboard.press("Space")
    else:
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _ in range(right[0]):
            page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_keyboard_alone_is_enough_and_the_score_stays(show):
    page, log = show("Quiz")
    state, verdicts = page.locator(".dl-state"), page.locator(".dl-verdict")
    total = len(RIGHT)
    assert state.inner_text().startswith(f"0 of {total} answered right.")
    page.locator("body").focus()
    for field, right in zip(page.locator("fieldset").all(), RIGHT.values(), strict=True):
        answer_by_keyboard(page, field, right)
    assert state.inner_text().startswith(f"{total} of {total} answered right.")
    said = verdicts.all_inner_texts()
    assert all(text.startswith("✓ Right. ") for text in said)

    page.reload()
    page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
    assert state.inner_text().startswith(f"{total} of {total} answered right.")
    assert verdicts.all_inner_texts() == said
    chosen = "field => [...field.querySelectorAll('input')].flatMap((b, i) => b.checked ? [i] : [])"
    fields = page.locator("fieldset").all()
    assert [field.evaluate(chosen) for field in fields] == list(RIGHT.values())

    page.get_by_role("button", name="Start again").focus()
    page.keyboard.press("Enter")
    assert state.inner_text().startswith(f"0 of {total} answered right.")
    assert set(verdicts.all_inner_texts()) == {""}
    assert page.locator("input:checked").count() == 0
    assert page.evaluate("key => localStorage.getItem(key)", KEY) == "{}"
    assert log.problems() == []


def test_a_number_is_typed_and_checked_by_enter(show):
    page, log = show(Quiz("neuron", "by_hand"))
    field, verdict = page.get_by_label("Your number").first, page.locator(".dl-verdict").first
    field.press("Enter")
    assert verdict.inner_text().startswith("✗ Not yet. That is not a number")
    field.press_sequentially("-1")
    field.press("Enter")
    assert "something is not added yet" in verdict.inner_text()
    assert page.locator(".dl-state").inner_text().startswith("0 of 3")
    field.fill("−1/2")
    field.press("Enter")
    assert verdict.inner_text() == "✓ Right. Two products and the bias."
    assert page.locator(".dl-state").inner_text().startswith("1 of 3")
    field.fill("5")
    field.press("Enter")
    assert page.locator(".dl-state").inner_text().startswith("0 of 3")
    assert log.problems() == []


def test_a_wrong_answer_gets_its_reply_and_its_colour(show):
    page, _ = show("Quiz")
    first = page.locator("fieldset").first
    first.get_by_text("It turns.").click()
    first.get_by_role("button", name="Check").click()
    verdict = first.locator(".dl-verdict")
    assert verdict.inner_text() == (
        "✗ Not yet. It would turn if the ratio of the weights changed. Does it?"
    )
    assert verdict.get_attribute("data-right") == "false"
    # #c0392b is the palette's colour of an error
    assert verdict.evaluate("e => getComputedStyle(e).color") == "rgb(192, 57, 43)"


def test_fingers_are_enough(show):
    page, _ = show("Quiz", has_touch=True, viewport={"width": 320, "height": 640})
    for field, right in zip(page.locator("fieldset").all(), RIGHT.values(), strict=True):
        for i in right:
            field.locator("label").nth(i).tap(position={"x": 150, "y": 12})
        field.get_by_role("button", name="Check").tap()
    assert page.locator(".dl-state").inner_text().startswith("4 of 4")


def test_only_an_answer_that_can_be_one_is_kept(javascript):
    two = {"options": [{"text": "a"}, {"text": "b"}]}
    choice, several = two | {"kind": "choice"}, two | {"kind": "several"}
    body = "({quiz}, pairs) => pairs.map(([question, answer]) => quiz.fits(question, answer))"
    fitting = [(choice, 0), (choice, 1), (several, []), (several, [1, 0]), ({"kind": "number"}, "")]
    assert javascript(body, fitting) == [True] * 5
    odd = [(choice, x) for x in (2, -1, 0.5, "0", None, [0], {})]
    odd += [(several, x) for x in (0, [2], ["0"], None, "01", {"length": 0})]
    odd += [({"kind": "number"}, x) for x in (1, None, [], {})]
    assert not any(javascript(body, odd))


NO_STORAGE = """<script>
  Object.defineProperty(window, "localStorage", { get() { throw new Error("denied"); } });
</script>"""


def test_it_works_without_storage(show):
    page, log = show("Quiz", head=NO_STORAGE)
    first = page.locator("fieldset").first
    first.locator("input").nth(1).check()
    first.get_by_role("button", name="Check").click()
    assert page.locator(".dl-state").inner_text().startswith("1 of 4")
    page.get_by_role("button", name="Start again").click()
    assert page.locator(".dl-state").inner_text().startswith("0 of 4")
    assert log.problems() == []


@pytest.mark.parametrize(
    "stored",
    [
        "{",
        "5",
        "null",
        '"text"',
        "[1]",
        '{"double": 99, "linear": "1", "zero-slope": null, "dead": {"a": 1}}',
        '{"double": [1], "linear": null, "zero-slope": 3, "dead": -1}',
    ],
)
def test_answers_of_an_older_page_do_no_harm(show, stored):
    head = f"<script>localStorage.setItem({json.dumps(KEY)}, {json.dumps(stored)})</script>"
    page, log = show("Quiz", head=head)
    assert page.locator("fieldset").count() == 4
    assert page.locator(".dl-state").inner_text().startswith("0 of 4")
    assert set(page.locator(".dl-verdict").all_inner_texts()) == {""}
    assert log.problems() == []


def test_two_quizzes_of_one_section_keep_their_choices_apart(show):
    page, _ = show("Quiz", "Quiz")
    first, second = (page.locator(f"[data-key={key}] fieldset").first for key in ("quiz", "quiz-2"))
    first.locator("input").nth(0).check()
    second.locator("input").nth(1).check()
    assert first.locator("input").nth(0).is_checked()
    second.get_by_role("button", name="Check").click()
    assert page.locator("[data-key=quiz] .dl-state").inner_text().startswith("0 of 4")
    assert page.locator("[data-key=quiz-2] .dl-state").inner_text().startswith("1 of 4")
