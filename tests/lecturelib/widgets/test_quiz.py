"""Questions: how JavaScript marks every question of the book, and their use on a page."""

import itertools
import json
import re
from importlib.resources import files

import pytest
from contracts.checks import TYPED, slack

from lecturelib import checks
from lecturelib.checks.questions import sections
from lecturelib.widgets import Quiz

CHAPTERS = sorted(
    f.name.removesuffix(".toml") for f in files(checks).iterdir() if f.name.endswith(".toml")
)
QUESTIONS = [
    (f"{chapter}/{section}/{question['id']}", question)
    for chapter in CHAPTERS
    for section in sections(chapter)
    for question in checks.questions(chapter, section)
]
READY = "document.documentElement.dataset.widgets === 'ready'"
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
def test_a_number_gets_the_verdict_that_python_gives(javascript, question):
    """Beside every value and bound, just inside and just outside of what is let pass."""
    known = [question["answer"]]
    for mistake in question["mistakes"]:
        known += [mistake[kind] for kind in ("value", "below", "above") if kind in mistake]
    values = [x + f * slack(question, x) for x in known for f in (-1.01, -0.99, 0, 0.99, 1.01)]
    values += [x + side for x in known for side in (-1e-6, 1e-6, 777)]
    typed = [f"{value:.9f}" for value in values] + [f"{x:,.3f}" for x in known]
    typed += [f"{x:.3f}".replace("-", "−").replace(".", ",") for x in known]
    verdicts = [checks.mark(question, text) for text in typed]
    expected = [{"right": verdict.right, "says": verdict.says} for verdict in verdicts]
    assert mark(javascript, question, typed) == expected


def test_what_is_no_number_is_said_to_be_none(javascript):
    question = checks.questions("neuron", "by_hand")[0]
    says = "That is not a number that can be read, such as −0.25 or 1/4."
    found = mark(javascript, question, [text for text, values in TYPED.items() if not values])
    assert found == [{"right": False, "says": says}] * len(found)


def test_a_number_is_read_as_in_python(javascript):
    found = javascript("({quiz}, texts) => texts.map(quiz.readings)", list(TYPED))
    assert found == [pytest.approx(values, rel=1e-15) for values in TYPED.values()]


@of_kind("choice", "several")
def test_no_wrong_reply_contains_the_right_answer(question):
    options = question["options"]
    right = [option["text"].rstrip(".").lower() for option in options if option.get("right")]
    for option in options:
        if question["kind"] == "several" or not option.get("right"):
            others = [text for text in right if text != option["text"].lower()]
            said = option["says"].lower()
            assert not [text for text in others if re.search(rf"\b{re.escape(text)}\b", said)]


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
    page.wait_for_function(READY)
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


def check_option(page, number, option):
    field = page.locator("fieldset").nth(number)
    field.locator("input").nth(option).check()
    field.get_by_role("button", name="Check").click()


def test_two_tabs_keep_the_answers_of_both(show):
    page, _ = show("Quiz")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_function(READY)
    check_option(page, 0, RIGHT["double"][0])
    check_option(other, 1, RIGHT["linear"][0])
    for tab in (page, other):
        tab.reload()
        tab.wait_for_function(READY)
        assert tab.locator(".dl-state").inner_text().startswith("2 of 4")


# What a screen reader would announce: each change inside a live region that is in the document.
ANNOUNCED = """<script>
  window.announced = [];
  new MutationObserver((records) => records.forEach(({ target }) => {
    const element = target.closest ? target : target.parentElement;
    const region = element?.closest("[role=status], [aria-live]");
    if (region) window.announced.push(region.className);
  })).observe(document, { subtree: true, childList: true, characterData: true });
</script>"""


def test_a_reload_announces_nothing_and_an_answer_its_verdict(show):
    page, _ = show("Quiz", head=ANNOUNCED)
    for number, right in enumerate(RIGHT.values()):
        check_option(page, number, right[0])
    assert "dl-verdict" in page.evaluate("announced")
    page.reload()
    page.wait_for_function(READY)
    assert page.locator(".dl-verdict[data-right]").count() == 4
    assert page.evaluate("announced") == []
    check_option(page, 0, RIGHT["double"][0])
    assert set(page.evaluate("announced")) == {"dl-verdict", "dl-state"}


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


def test_an_answer_is_kept_by_its_words_and_only_where_they_still_stand(javascript):
    two = {"options": [{"text": "a"}, {"text": "b"}]}
    choice, several, number = ({"kind": kind} | two for kind in ("choice", "several", "number"))
    answers = [(choice, 1), (several, []), (several, [1, 0]), (number, "0,5")]
    kept = "({quiz}, pairs) => pairs.map(([question, answer]) => quiz.kept(question, answer))"
    recalled = kept.replace("kept", "recalled")
    words = javascript(kept, answers)
    assert words == ["b", [], ["b", "a"], "0,5"]
    turned = [question | {"options": two["options"][::-1]} for question, _ in answers]
    pairs = list(zip(turned, words, strict=True))
    assert javascript(recalled, pairs) == [0, [], [0, 1], "0,5"]
    odd = [(choice, x) for x in (0, 1, "c", None, ["a"], {})]
    odd += [(several, x) for x in ("a", ["c"], [0], None, {"length": 0})]
    odd += [(number, x) for x in (1, None, [], {})]
    assert javascript(recalled, odd) == [None] * len(odd)


NO_STORAGE = """<script>
  Object.defineProperty(window, "localStorage", { get() { throw new Error("denied"); } });
</script>"""


def test_it_works_without_storage(show):
    page, log = show("Quiz", head=NO_STORAGE)
    check_option(page, 0, RIGHT["double"][0])
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
        '{"double": 0, "linear": "It stays.", "zero-slope": [0, 1, 2, 4], "dead": {"a": 1}}',
        '{"double": ["It turns."], "linear": null, "zero-slope": "tanh", "dead": -1}',
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
    right = RIGHT["double"][0]
    wrong = (right + 1) % 3
    first.locator("input").nth(wrong).check()
    second.locator("input").nth(right).check()
    assert first.locator("input").nth(wrong).is_checked()
    second.get_by_role("button", name="Check").click()
    assert page.locator("[data-key=quiz] .dl-state").inner_text().startswith("0 of 4")
    assert page.locator("[data-key=quiz-2] .dl-state").inner_text().startswith("1 of 4")
