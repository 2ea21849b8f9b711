"""Reset, and links that carry a state: copied, opened, broken and hostile."""

import json
from urllib.parse import quote

import pytest

from lecturelib import widgets
from lecturelib.widgets import Neuron

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
NO_CLIPBOARD = """<script>
  const refuse = { writeText: () => Promise.reject(new DOMException("denied", "NotAllowedError")) };
  Object.defineProperty(navigator, "clipboard", { value: refuse });
</script>"""


def link_to(key, state):
    return f"?{key}={quote(json.dumps(state))}"


def change(page, key, other):
    page.evaluate(
        "([key, other]) => window.bookWidgets.views.get(key).model.set(other)", [key, other]
    )


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


DRAWN = """() => [...document.querySelectorAll(".dl-drawing *")]
  .filter((e) => e.checkVisibility())
  .map((e) => [e.cloneNode().outerHTML.replace(' style=""', ""),
    e.children.length || e.textContent])"""


def test_reset_brings_the_pages_state_back(
    show, figure, key, other, state_of, says_what_python_says
):
    page, log = show(figure)
    own, words = state_of(page, key), says_what_python_says(page, key)
    drawn = page.evaluate(DRAWN)
    change(page, key, other)
    assert says_what_python_says(page, key) != words
    assert page.evaluate(DRAWN) != drawn
    button(page, "Reset").click()
    assert state_of(page, key) == own
    assert says_what_python_says(page, key) == words
    assert page.evaluate(DRAWN) == drawn
    assert log.problems() == []


def test_a_copied_link_opens_the_same_state(
    show, figure, key, other, state_of, says_what_python_says
):
    page, log = show(figure, **CLIPBOARD)
    own = state_of(page, key)
    change(page, key, other)
    wanted = state_of(page, key)
    button(page, "Copy link").click()
    button(page, "Link copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(page.url)
    assert link.endswith(f"#{key}")

    page.goto(link)
    page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
    assert state_of(page, key) == wanted
    says_what_python_says(page, key)
    button(page, "Reset").click()
    assert state_of(page, key) == own
    assert log.problems() == []


def test_a_link_of_an_earlier_state_is_not_called_copied(show):
    page, _ = show("Neuron", **CLIPBOARD)
    button(page, "Copy link").click()
    button(page, "Link copied").wait_for()
    change(page, "neuron", {"bias": 2})
    button(page, "Copy link").click()
    button(page, "Link copied").wait_for()
    assert "%22bias%22%3A2" in page.evaluate("navigator.clipboard.readText()")


def test_without_a_clipboard_the_link_can_be_copied_by_hand(show, state_of):
    page, log = show("Neuron", head=NO_CLIPBOARD)
    field = page.get_by_label("Link to this figure as it is now")
    for bias in (2, 3):  # a second time too, with the state as it is then
        change(page, "neuron", {"bias": bias})
        button(page, "Copy link").click()
        field.wait_for()
        assert field.count() == 1
        selected = field.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)")
        assert selected == field.input_value()
        assert f"%22bias%22%3A{bias}" in selected
        assert field.evaluate("e => document.activeElement === e")
    page.goto(selected)
    page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
    assert state_of(page, "neuron")["bias"] == 3
    assert log.problems() == []


def test_the_link_leads_to_the_widget_even_if_a_heading_has_its_name(show):
    head = "<body><h1 id=neuron>Neuron</h1>"
    page, _ = show("Neuron", head=head, **CLIPBOARD)
    button(page, "Copy link").click()
    button(page, "Link copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    identity = link.rsplit("#", 1)[1]
    assert page.locator(f"#{identity} .dl-widget").count() == 1


HOSTILE = {
    "weights": ["<img src=x onerror='window.hit=1'>", 1e9],
    "bias": -1e308,
    "inputs": {"length": 2},
    "activation": "constructor",
    "task": "<script>window.hit=1</script>",
    "shown": ["<img src=x onerror='window.hit=1'>", "elu", "__proto__"],
    "a": "javascript:window.hit=1",
    "alpha": 99,
    "slope": None,
    "pieces": [[], 3, -3],
    "x": ["<img src=x onerror='window.hit=1'>", -1e9],
    "done": 1e9,
    "unit": "__proto__",
    "W": [9, None, {}, "<b>"],
    "parameter": "toString",
    "step": -7.5,
    "data": "constructor",
    "epoch": "<script>window.hit=1</script>",
    "kind": "constructor",
    "start": ["<img src=x onerror='window.hit=1'>", -1e9],
    "rate": 1e308,
    "n": -1e308,
    "measure": "constructor",
    "steps": 1e9,
    "strand": "__proto__",
    "since": -1e308,
    "until": "<script>window.hit=1</script>",
    "text": "<img src=x onerror='window.hit=1'>" * 2,
    "entry": "constructor",
    "example": "constructor",
    "stage": 9,
    "toggled": ["<img src=x onerror='window.hit=1'>", 63, -1, 3, 3, 64],
    "digit": -1e308,
    "epsilon": 1e308,
    "direction": "constructor",
    "framework": "__proto__",
    "forget": "<b>",
    "_esm": "export default { render() { window.hit = 1 } }",
    "_css": "* { display: none }",
    "layout": "IPY_MODEL_x",
    "get": 1,
}


def test_a_hostile_link_is_harmless(show, figure, key, state_of, says_what_python_says):
    cls = getattr(widgets, figure)
    text = json.dumps(HOSTILE)[:-1] + ', "__proto__": {"polluted": 1}}'
    page, log = show(figure, link=f"?{key}={quote(text)}")
    state = state_of(page, key)
    assert cls(**state).state() == state
    says_what_python_says(page, key)
    seen = page.evaluate(
        """([key, names]) => {
          const { model, el } = window.bookWidgets.views.get(key);
          return [window.hit ?? 0, {}.polluted ?? 0, el.querySelectorAll("img, script").length,
            names.map((name) => model.get(name) ?? null)];
        }""",
        [key, ["_esm", "_css", "get"]],
    )
    assert seen == [0, 0, 0, [cls._esm, cls._css, None]]
    expected = {"Neuron": {"weights": [1, 4], "bias": -4, "task": "none"}}
    expected["ForwardPass"] = {"x": [1, -4], "done": 7, "unit": "h1"}
    expected["BackpropSteps"] = {"W": [4, -0.5, 1, 0.5], "parameter": "w11", "step": 0}
    expected["DecisionBoundary"] = {"data": "moons", "epoch": 0}
    expected["BpttFlow"] = {"start": [1, -2], "lag": 8}
    expected["RnnUnroll"] = {"W": [4, 0.5, 0.1, 0.5, 0.9, 0.3, 0.3, 0.2, 0.1], "done": 5}
    expected["Representation"] = {"data": "circles", "epoch": 0, "mesh": True}
    expected["Descent"] = {"kind": "bowl", "start": [-4, -5], "rate": 3, "steps": 100}
    expected["MlVsDlFlow"] = {"example": 0, "stage": 0, "toggled": [3, 63]}
    expected["Timeline"] = {"strand": "all", "since": 1940, "until": 2025, "entry": ""}
    expected["LearningCurve"] = {"shown": [], "data": "mnist1d", "n": 100}
    expected["Adversarial"] = {"digit": 3, "epsilon": 0.3, "direction": "gradient"}
    expected["TrainingStep"] = {"framework": "pytorch", "stage": 5, "step": 0, "forget": False}
    expected["Activations"] = {"shown": ["elu"], "a": 1, "alpha": 2, "slope": 0.1}
    assert state.items() >= expected[figure].items()
    assert log.problems() == []


@pytest.mark.parametrize("query", ["?neuron={", "?neuron=[1,2]", "?neuron=%00%ff", "?quiz={}"])
def test_a_broken_link_shows_the_page_as_it_is(show, state_of, query):
    page, log = show("Neuron", link=query)
    own = Neuron(weights=[2, -1], bias=0.5, task="OR").state()
    assert state_of(page, "neuron") == own
    assert log.problems() == []


def test_a_link_moves_only_the_widget_that_it_names(show, state_of):
    page, _ = show("Neuron", "Neuron", link=link_to("neuron-2", {"bias": -2}))
    assert [state_of(page, key)["bias"] for key in ("neuron", "neuron-2")] == [0.5, -2]


def test_a_link_leaves_the_questions_alone(show):
    page, log = show("Quiz", link=link_to("quiz", {"questions": [], "chapter": "<b>"}))
    assert page.locator("fieldset").count() == 4
    assert log.problems() == []
