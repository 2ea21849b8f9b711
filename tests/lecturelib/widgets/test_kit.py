"""The kit that every widget is made of: numbers, links, handles, fields, focus and motion."""

import json
import math
import re
from urllib.parse import quote

import numpy as np
import pytest
from contracts.widgets import CLIPBOARD, CUT, PHONE, TOO_WIDE, ViewContract, centre, rgb

from lecturelib import palette, widgets
from lecturelib.widgets import Activations, Neuron, Quiz
from tools.browser import open_page as open_in

OWN = {"weights": [2, -1], "bias": 0.5, "task": "OR"}
NO_CLIPBOARD = """<script>
  const refuse = { writeText: () => Promise.reject(new DOMException("denied", "NotAllowedError")) };
  Object.defineProperty(navigator, "clipboard", { value: refuse });
</script>"""
ADDRESS = "https://example.org/book/neuron.html"


class TestQuiz(ViewContract):
    widget = Quiz
    controls = "radio checkbox"

    def make(self):
        return Quiz("neuron", "recall")

    def after_the_storm(self, desk):
        right = desk.page.locator(".dl-verdict[data-right=true]").count()
        assert desk.words().startswith(f"{right} of 4 ")


# Numbers


def printed(javascript, values, digits=2):
    body = "({neuron}, [values, digits]) => values.map((x) => neuron.format(x, digits))"
    return javascript(body, [values, digits])


def test_format(javascript):
    expected = {
        0: "0.00",
        -0.004: "0.00",
        -0.006: "−0.01",
        0.125: "0.13",
        -1.5: "−1.50",
        -99999.0: "−99999.00",
        123456.0: "1.2e+5",
        -1e9: "−1.0e+9",
        math.inf: "∞",
        -math.inf: "−∞",
        math.nan: "undefined",
    }
    assert printed(javascript, list(expected)) == list(expected.values())
    assert printed(javascript, [-0.0, -0.4, -0.5, 2], 0) == ["0", "0", "−1", "2"]


def test_format_agrees_with_python(javascript):
    values = np.random.default_rng(2).uniform(-1e4, 1e4, 300).tolist()
    expected = [f"{x:.3f}".replace("-", "−") for x in values]
    assert printed(javascript, values, 3) == expected


SPEC = {
    "number": {"start": 1, "low": -4, "high": 4},
    "whole": {"start": 2, "low": 0, "high": 7, "whole": True},
    "list": {"start": [1, 2], "low": -4, "high": 4},
    "choice": {"start": "b", "among": ["a", "b"]},
    "digit": {"start": 3, "among": [0, 3, 9]},
    "choices": {"start": ["b"], "among": ["a", "b", "c"]},
    "flag": {"start": True},
    "text": {"start": "hi", "longest": 3},
}


def test_each_bad_value_falls_back_alone(javascript):
    cases = [
        ({}, {}),
        ({"number": 9, "list": [9, "x"], "whole": 2.5}, {"number": 4, "list": [4, 2], "whole": 3}),
        (
            {"number": -9, "list": [None, -0.5], "whole": -1},
            {"number": -4, "list": [1, -0.5], "whole": 0},
        ),
        ({"number": "1", "list": {"length": 2}, "whole": True}, {}),
        (
            {"choice": "a", "digit": 9, "choices": ["c", "x", "a", "c"]},
            {"choice": "a", "digit": 9, "choices": ["a", "c"]},
        ),
        ({"choice": "constructor", "digit": "9", "choices": "a"}, {}),
        (
            {"choices": [], "flag": False, "text": "\N{GRINNING FACE}" * 4},
            {"choices": [], "flag": False, "text": "\N{GRINNING FACE}" * 3},
        ),
        ({"flag": 0, "text": 5, "more": 1}, {}),
    ]
    body = "({neuron}, [spec, raws]) => raws.map(neuron.cleaner(spec))"
    found = javascript(body, [SPEC, [raw for raw, _ in cases]])
    default = {name: one["start"] for name, one in SPEC.items()}
    assert found == [default | expected for _, expected in cases]


# Links


def test_a_link_carries_the_state(javascript):
    body = """({neuron}, [states, address]) => states.map((state) => {
      const link = neuron.toLink("neuron-2", state, address);
      const [back, other] = ["neuron-2", "neuron"].map((key) => neuron.fromLink(key, link));
      return { link, back, other };
    })"""
    states = [Neuron(bias=bias, task="XOR").state() for bias in np.linspace(-4, 4, 9)]
    for address in (ADDRESS, f"{ADDRESS}?old=1&neuron-2=%7B%7D#part", "file:///a%20b/neuron.html"):
        found = javascript(body, [states, address])
        assert [case["back"] for case in found] == states
        assert all(case["other"] == {} for case in found)
        start = address.split("?")[0]
        assert all(case["link"].startswith(f"{start}?neuron-2=") for case in found)
        assert all(case["link"].endswith("#neuron-2") for case in found)


@pytest.mark.parametrize(
    "query", ["", "?neuron=", "?neuron={", "?neuron=[1]", "?neuron=null", "?neuron=3", "?neuron=%"]
)
def test_a_broken_link_is_no_state(javascript, query):
    assert javascript("({neuron}, at) => neuron.fromLink('neuron', at)", ADDRESS + query) == {}


def change(page, key, state):
    body = "([key, state]) => window.bookWidgets.views.get(key).model.set(state)"
    page.evaluate(body, [key, state])


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_a_link_of_an_earlier_state_is_not_called_copied(show):
    page, _ = show(Neuron(**OWN), **CLIPBOARD)
    button(page, "Copy link").click()
    button(page, "Link copied").wait_for()
    change(page, "neuron", {"bias": 2})
    button(page, "Copy link").click()
    button(page, "Link copied").wait_for()
    assert "%22bias%22%3A2" in page.evaluate("navigator.clipboard.readText()")


def test_without_a_clipboard_the_link_can_be_copied_by_hand(show, state_of):
    page, log = show(Neuron(**OWN), head=NO_CLIPBOARD)
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
    page, _ = show(Neuron(**OWN), head=head, **CLIPBOARD)
    button(page, "Copy link").click()
    button(page, "Link copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    identity = link.rsplit("#", 1)[1]
    assert page.locator(f"#{identity} .dl-widget").count() == 1


@pytest.mark.parametrize("query", ["?neuron={", "?neuron=[1,2]", "?neuron=%00%ff", "?quiz={}"])
def test_a_broken_link_shows_the_page_as_it_is(show, state_of, query):
    page, log = show(Neuron(**OWN), link=query)
    own = Neuron(**OWN).state()
    assert state_of(page, "neuron") == own
    assert log.problems() == []


def test_a_link_moves_only_the_widget_that_it_names(show, state_of):
    page, _ = show(
        Neuron(**OWN), Neuron(**OWN), link="?neuron-2=" + quote(json.dumps({"bias": -2}))
    )
    assert [state_of(page, key)["bias"] for key in ("neuron", "neuron-2")] == [0.5, -2]


def test_a_link_leaves_the_questions_alone(show):
    page, log = show("Quiz", link="?quiz=" + quote(json.dumps({"questions": [], "chapter": "<b>"})))
    assert page.locator("fieldset").count() == 4
    assert log.problems() == []


# Handles, fields and focus


def test_a_second_finger_does_not_take_the_handle_away(show, state_of):
    page, log = show(Neuron(inputs=[0, -1]), has_touch=True)
    handle = page.get_by_role("slider", name="Input point").locator(".dl-dot")
    x, y = centre(handle)
    session = page.context.new_cdp_session(page)

    def send(type_, *points):
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": type_, "touchPoints": points})
        page.evaluate("new Promise(requestAnimationFrame)")

    send("touchStart", (x, y))
    send("touchStart", (x, y), (x + 8, y))
    send("touchMove", (x, y), (x + 8, y - 40))
    assert state_of(page, "neuron")["inputs"] == [0, -1]
    send("touchMove", (x + 40, y), (x + 8, y - 40))
    send("touchMove", (x + 40, y), (x + 8, y - 60))
    moved = state_of(page, "neuron")["inputs"]
    assert moved[0] > 0.3
    assert moved[1] == -1
    send("touchEnd")
    assert log.problems() == []


def test_the_handles_of_the_neuron_obey_the_arrows(show, state_of):
    page, log = show(Neuron(inputs=[0, 0], weights=[0, 0]))
    point = page.get_by_role("slider", name="Input point")
    tip = page.get_by_role("slider", name="Weights, tip of the arrow")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown", "Shift+ArrowLeft"):
        point.press(key)
        tip.press(key)
    state = state_of(page, "neuron")
    assert state["inputs"] == pytest.approx([-0.8, -0.9])
    assert state["weights"] == pytest.approx([-0.8, -0.9])
    assert point.get_attribute("aria-valuetext") == "input −0.8, −0.9"
    assert tip.get_attribute("aria-valuetext") == "weights −0.8, −0.9"
    for _ in range(4):
        point.press("Shift+ArrowUp")
        tip.press("Shift+ArrowLeft")
    point.press("Tab")
    point.press("a")
    state = state_of(page, "neuron")
    assert state["inputs"] == pytest.approx([-0.8, 2])
    assert state["weights"] == pytest.approx([-4, -0.9])
    assert log.problems() == []


def test_a_number_is_typed(show, state_of):
    page, log = show(Neuron(**OWN))
    field = page.get_by_label("bias b, typed")
    bias = lambda: state_of(page, "neuron")["bias"]  # noqa: E731

    def type_(text):
        field.press("ControlOrMeta+a")
        field.press_sequentially(text)
        return bias()

    assert type_("-0.25") == -0.25
    assert type_("1.05") == 1.05
    assert field.input_value() == "1.05"
    assert type_("2e-1") == 0.2
    # What is no number yet changes nothing and is not taken away from under the reader's hands.
    assert type_("-") == 0.2
    assert field.evaluate("e => e.validity.badInput")
    field.press("Tab")
    assert (bias(), field.input_value()) == (0.2, "0.2")
    assert type_("abc") in (0.2, 0.5)
    field.press("Tab")
    assert (bias(), field.input_value()) == (0.2, "0.2")
    field.press("ControlOrMeta+a")
    field.press("Delete")
    assert bias() == 0.2
    field.press("Tab")
    assert field.input_value() == "0.2"
    # Out of range: the nearest number that is in it, and the field says so.
    for text in ("77", "78"):
        assert type_(text) == bias()
        field.press("Enter")
        assert bias() == 4
        assert field.input_value() == "4"
    field.press("Tab")
    assert field.input_value() == "4"
    assert log.problems() == []


@pytest.mark.parametrize("weights", [["1e-300", "0"], ["1e-320", "1e-320"], ["-1e-9", "1e-300"]])
def test_a_weight_next_to_nothing_draws_no_nonsense(show, state_of, weights):
    page, log = show(Neuron(**OWN))
    for name, text in zip(("w₁", "w₂"), weights, strict=True):
        page.get_by_label(f"weight {name}, typed").fill(text)
    state = state_of(page, "neuron")
    assert state["weights"] == [float(text) for text in weights]
    paths = page.locator("svg path").evaluate_all("all => all.map((e) => e.getAttribute('d'))")
    for d in paths:
        assert re.fullmatch(r"([MLHV]?-?[\d.]+ ?)*", d), d
        assert all(abs(float(x)) <= 1e4 for x in re.findall(r"-?[\d.]+", d))
    assert log.problems() == []


# All of them on one page


@pytest.fixture(scope="module")
def every(browser, site):
    """A page with one widget of every class, for a reader who wants no motion."""
    made = [
        Quiz("neuron", "recall") if n == "Quiz" else getattr(widgets, n)() for n in widgets.__all__
    ]
    page, log = open_in(browser, site.put(*made), reduced_motion="reduce")
    site.drawn(page)
    yield page
    assert log.problems() == []
    page.context.close()


def test_identities_on_a_page_are_unique(every):
    ids = every.locator("[id]").evaluate_all("all => all.map((e) => e.id)")
    assert len(ids) == len(set(ids))
    used = every.locator("[clip-path]").evaluate_all(
        "all => all.map((e) => e.getAttribute('clip-path').slice(5, -1))"
    )
    assert len(used) == len(set(used)) >= 6
    assert set(used) <= set(ids)


def test_nothing_moves_by_itself(every):
    running = "document.getAnimations().length"
    assert every.evaluate(running) == 0
    for control in every.locator("input[type=range]:visible, .dl-handle").all()[:4]:
        control.press("ArrowRight")
    assert every.evaluate(running) == 0
    assert button(every, "Step").count() > 5
    assert button(every, "Run").count() == 0


FOCUS = """() => {
  const e = document.activeElement, dot = e.querySelector(".dl-touch");
  const style = getComputedStyle(dot ?? e), wide = parseFloat(style.outlineWidth) >= 2;
  return [e === document.body ? "" : e.outerHTML.slice(0, 70),
    dot ? style.stroke !== "none" : style.outlineStyle === "solid" && wide];
}"""


def test_focus_is_visible_at_every_stop(every):
    page = every
    start = "const b = document.body; b.tabIndex = -1; b.focus(); b.removeAttribute('tabindex')"
    page.evaluate(f"{{ {start} }}")
    seen = []
    for _ in range(2000):
        page.keyboard.press("Tab")
        name, visible = page.evaluate(FOCUS)
        if not name:
            break
        seen.append(name)
        assert visible, name
    assert len(seen) > 30
    assert sum("dl-handle" in name for name in seen) == page.locator(".dl-handle").count()


COLOURS = """() => ["color", "background-color"].map((name) =>
  getComputedStyle(document.querySelector(".dl-widget")).getPropertyValue(name)).concat(
  [".dl-grid text", ".dl-boundary", ".dl-series-1"].map((name) => {
    const style = getComputedStyle(document.querySelector(name));
    return name.endsWith("text") ? style.fill : style.stroke;
  }))"""
NAMES = ["ink", "paper", "muted", "ink", "negative"]


def test_each_colour_is_that_of_its_name(every):
    for theme, table in (("light", palette.LIGHT), ("dark", palette.DARK)):
        every.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        assert every.evaluate(COLOURS) == [rgb(table[name]) for name in NAMES]


def test_long_sentences_and_formulas_fit_a_phone(show):
    page, log = show(
        Neuron(weights=[-4, 4], bias=-4, inputs=[2, -2], activation="leaky_relu", task="NAND"),
        Activations(shown=["sigmoid", "tanh", "relu", "leaky_relu", "elu", "maxout"], a=-5),
        Quiz("neuron", "by_hand"),
        **PHONE,
    )
    for check in page.get_by_role("button", name="Check").all():
        check.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(CUT) == []
    assert log.problems() == []
