"""Every widget moved by mouse, keyboard, finger and typing, and by a thousand random events."""

import json
import re

import pytest

from lecturelib import widgets
from lecturelib.widgets import Activations, Neuron


def centre(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.fixture
def opened(show, state_of, says_what_python_says):
    """``opened(name or widget) -> (page, log, look)``; ``look()`` is state and words, verified."""

    def visit(shown, **options):
        page, log = show(shown, **options)
        key = page.locator(".anywidget-view").get_attribute("data-key")

        def look():
            words = says_what_python_says(page, key)
            return state_of(page, key), words

        return page, log, look

    return visit


def drag(page, start, by, press, move, release):
    press(*start)
    for part in (0.3, 0.7, 1):
        move(start[0] + part * by[0], start[1] + part * by[1])
        page.evaluate("new Promise(requestAnimationFrame)")  # browsers gather moves by frames
    release()


def mouse_drag(page, start, by):
    mouse = page.mouse
    mouse.move(*start)
    drag(page, start, by, lambda x, y: mouse.down(), mouse.move, mouse.up)


def finger_drag(page, start, by):
    session = page.context.new_cdp_session(page)

    def send(type_, *points):
        points = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": type_, "touchPoints": points})

    move = lambda x, y: send("touchMove", (x, y))  # noqa: E731
    drag(page, start, by, lambda x, y: send("touchStart", (x, y)), move, lambda: send("touchEnd"))


@pytest.mark.parametrize("how", [mouse_drag, finger_drag])
def test_handles_follow(opened, figure, how):
    page, log, look = opened(figure, has_touch=how is finger_drag)
    for handle in page.locator(".dl-handle").all():
        handle.scroll_into_view_if_needed()
        before, words = look()
        spoken = handle.get_attribute("aria-valuetext")
        dot = handle.locator(".dl-dot")
        x, y = centre(dot)
        scrolled = page.evaluate("scrollY")
        how(page, (x + 4, y + 3), (-40, 30))
        after, said = look()
        assert after != before
        assert said != words
        assert handle.get_attribute("aria-valuetext") != spoken
        # The point has kept its distance to the finger; it stands at full steps of 0.1.
        assert centre(dot)[0] == pytest.approx(x - 40, abs=5)
        assert page.evaluate("scrollY") == scrolled
        # Let go is let go.
        page.mouse.move(x + 60, y + 60)
        assert look()[0] == after
    assert log.problems() == []


def test_a_second_finger_does_not_take_the_handle_away(opened):
    page, log, look = opened(Neuron(inputs=[0, -1]), has_touch=True)
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
    assert look()[0]["inputs"] == [0, -1]
    send("touchMove", (x + 40, y), (x + 8, y - 40))
    send("touchMove", (x + 40, y), (x + 8, y - 60))
    moved = look()[0]["inputs"]
    assert moved[0] > 0.3
    assert moved[1] == -1
    send("touchEnd")
    assert log.problems() == []


def test_sliders_go_where_they_are_pressed(opened, figure):
    page, log, look = opened(figure, has_touch=True)
    for i, slider in enumerate(page.locator("input[type=range]:visible").all()):
        before, _ = look()
        slider.scroll_into_view_if_needed()
        width, height = slider.evaluate("e => [e.clientWidth, e.clientHeight]")
        share = 0.8 if float(slider.input_value()) <= 0 else 0.2
        at = {"x": share * width, "y": height / 2}
        slider.tap(position=at) if i % 2 else slider.click(position=at)
        after, _ = look()
        assert after != before
        typed = slider.locator("xpath=ancestor::div[1]").locator("[type=number]")
        assert float(typed.input_value()) == pytest.approx(float(slider.input_value()))
    assert log.problems() == []


def test_sliders_obey_the_keys(opened, figure):
    page, log, look = opened(figure)
    for slider in page.locator("input[type=range]:visible").all():
        low, high = (float(slider.get_attribute(name)) for name in ("min", "max"))
        seen = []
        for key in ("Home", "ArrowRight", "ArrowUp", "PageUp", "PageDown", "ArrowDown"):
            slider.press(key)
            seen.append(float(slider.input_value()))
        step = seen[1] - low
        assert 0 < step <= (high - low) / 15
        expected = [low, low + step, low + 2 * step, low + 12 * step, low + 2 * step, low + step]
        assert seen == pytest.approx([min(x, high) for x in expected[:4]] + seen[4:])
        assert seen[4:] == pytest.approx([seen[3] - 10 * step, seen[3] - 11 * step], abs=step)
        slider.press("End")
        assert float(slider.input_value()) == high
        slider.press("ArrowRight")
        assert float(slider.input_value()) == high
        assert slider.get_attribute("aria-valuetext").startswith(f"{high:g}"[:1])
        look()
    assert log.problems() == []


def test_the_handles_of_the_neuron_obey_the_arrows(opened):
    page, log, look = opened(Neuron(inputs=[0, 0], weights=[0, 0]))
    point = page.get_by_role("slider", name="Input point")
    tip = page.get_by_role("slider", name="Weights, tip of the arrow")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown", "Shift+ArrowLeft"):
        point.press(key)
        tip.press(key)
    state, _ = look()
    assert state["inputs"] == pytest.approx([-0.8, -0.9])
    assert state["weights"] == pytest.approx([-0.8, -0.9])
    assert point.get_attribute("aria-valuetext") == "input −0.8, −0.9"
    assert tip.get_attribute("aria-valuetext") == "weights −0.8, −0.9"
    for _ in range(4):
        point.press("Shift+ArrowUp")
        tip.press("Shift+ArrowLeft")
    point.press("Tab")
    point.press("a")
    state, _ = look()
    assert state["inputs"] == pytest.approx([-0.8, 2])
    assert state["weights"] == pytest.approx([-4, -0.9])
    assert log.problems() == []


def test_the_handle_of_the_activations_obeys_the_arrows(opened):
    page, log, look = opened(Activations(a=0))
    handle = page.get_by_role("slider", name="Point a", exact=True)
    for key, a in {"ArrowRight": 0.1, "Shift+ArrowRight": 1.1, "ArrowLeft": 1.0}.items():
        handle.press(key)
        assert look()[0]["a"] == pytest.approx(a)
    for _ in range(7):
        handle.press("Shift+ArrowLeft")
    assert look()[0]["a"] == -5
    assert log.problems() == []


# Typing


@pytest.mark.parametrize(("figure_", "label"), [("Neuron", "bias b"), ("Activations", "point a")])
def test_numbers_are_typed(opened, figure_, label):
    page, log, look = opened(figure_)
    field = page.get_by_label(f"{label}, typed")
    name, high = {"Neuron": ("bias", 4), "Activations": ("a", 5)}[figure_]
    start = look()[0][name]

    def type_(text):
        field.press("ControlOrMeta+a")
        field.press_sequentially(text)
        return look()[0][name]

    assert type_("-0.25") == -0.25
    assert type_("1.05") == 1.05
    assert field.input_value() == "1.05"
    assert type_("2e-1") == 0.2
    # What is no number yet changes nothing and is not taken away from under the reader's hands.
    assert type_("-") == 0.2
    assert field.evaluate("e => e.validity.badInput")
    field.press("Tab")
    assert (look()[0][name], field.input_value()) == (0.2, "0.2")
    assert type_("abc") in (0.2, start)
    field.press("Tab")
    assert (look()[0][name], field.input_value()) == (0.2, "0.2")
    field.press("ControlOrMeta+a")
    field.press("Delete")
    assert look()[0][name] == 0.2
    field.press("Tab")
    assert field.input_value() == "0.2"
    # Out of range: the nearest number that is in it, and the field says so.
    for text in ("77", "78"):
        assert type_(text) == (7 if high > 7 else look()[0][name])
        field.press("Enter")
        assert look()[0][name] == high
        assert field.input_value() == f"{high}"
    field.press("Tab")
    assert field.input_value() == f"{high}"
    assert log.problems() == []


@pytest.mark.parametrize("weights", [["1e-300", "0"], ["1e-320", "1e-320"], ["-1e-9", "1e-300"]])
def test_a_weight_next_to_nothing_draws_no_nonsense(opened, weights):
    page, log, look = opened("Neuron")
    for name, text in zip(("w₁", "w₂"), weights, strict=True):
        page.get_by_label(f"weight {name}, typed").fill(text)
    state, _ = look()
    assert state["weights"] == [float(text) for text in weights]
    paths = page.locator("svg path").evaluate_all("all => all.map((e) => e.getAttribute('d'))")
    for d in paths:
        assert re.fullmatch(r"([MLHV]?-?[\d.]+ ?)*", d), d
        assert all(abs(float(x)) <= 1e4 for x in re.findall(r"-?[\d.]+", d))
    assert log.problems() == []


# Choices and ticks


def test_every_choice_can_be_made(opened):
    page, log, look = opened("Neuron")
    for name in ("activation", "task"):
        menu = page.locator("label", has_text=name).locator("select")
        values = menu.locator("option").evaluate_all("all => all.map((e) => e.value)")
        assert values == Neuron.class_traits()[name].values
        for value in values:
            menu.select_option(value)
            assert look()[0][name] == value
        menu.press("ArrowUp")
        assert look()[0][name] == values[-2]
    assert log.problems() == []


def test_functions_are_ticked_and_what_they_need_appears(opened):
    page, log, look = opened(Activations(shown=[]))
    assert look()[1] == "No function is shown: tick one."
    needs = {"Leaky ReLU": ["Leaky slope"], "ELU": ["ELU α"]}
    needs["Maxout"] = [f"Maxout {name}" for name in ("w₁", "b₁", "w₂", "b₂")]
    for label in ("sigmoid", "tanh", "ReLU", "Leaky ReLU", "ELU", "Maxout"):
        box = page.get_by_role("checkbox", name=label, exact=True)
        sliders = [page.get_by_label(name, exact=True) for name in needs.get(label, [])]
        assert not any(slider.is_visible() for slider in sliders)
        box.focus()
        page.keyboard.press("Space")
        assert all(slider.is_visible() for slider in sliders)
        assert f"{label} " in look()[1]
        assert page.get_by_role("row").filter(has_text=label).count() >= 1
    assert page.locator(".dl-table tbody tr:visible").count() == 6
    page.locator("label", has_text="tanh").click()
    assert look()[0]["shown"] == ["sigmoid", "relu", "leaky_relu", "elu", "maxout"]
    assert page.locator(".dl-table tbody tr:visible").count() == 5
    assert log.problems() == []


# The state set from outside


def test_python_sets_the_state_and_the_view_follows(opened, figure, key, other):
    page, log, look = opened(figure)
    _, words = look()
    page.evaluate(
        "([key, other]) => window.bookWidgets.views.get(key).model.set(other)",
        [key, other],
    )
    state, said = look()
    assert state.items() >= other.items()
    assert said != words
    assert log.problems() == []


# A thousand random events


# Synthetic events take no round trip each; capture would refuse a pointer that no hand holds.
STORM = """
([seed, count]) => {
  Element.prototype.setPointerCapture = () => {};
  let s = seed;
  const random = () => ((s = (s * 1664525 + 1013904223) % 4294967296) / 4294967296);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const fire = (e, type, Kind, more = {}) =>
    e.dispatchEvent(new Kind(type, { bubbles: true, cancelable: true, ...more }));
  const root = document.querySelector(".anywidget-view"), bad = [], kinds = new Set();
  const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home"];
  const numbers = ["", "0", "-0", "3", "-99", "1e9", "0.30000000000000004", "1e-320", "-1e-7"];
  const texts = [...numbers, "-", "1e", "−1/2", "<b>"];
  const acts = {
    range: (e) => { e.value = pick(numbers); fire(e, "input", Event); },
    number: (e) => {
      e.focus();
      e.value = pick(numbers);
      fire(e, pick(["input", "change"]), Event);
    },
    text: (e) => { e.value = pick(texts); fire(e, "keydown", KeyboardEvent, { key: "Enter" }); },
    checkbox: (e) => e.click(),
    radio: (e) => e.click(),
    "select-one": (e) => {
      e.selectedIndex = Math.floor(random() * e.options.length);
      fire(e, "change", Event);
    },
    submit: (e) => e.click(),
    button: (e) => e.click(),
  };
  for (let i = 0; i < count; i++) {
    const e = pick([...root.querySelectorAll("input, select, button, .dl-handle")]);
    const at = { clientX: 2000 * random() - 500, clientY: 2000 * random() - 500, pointerId: 1 };
    const type = pick(["pointerdown", "pointermove", "pointermove", "pointerup", "pointercancel"]);
    if (e.matches(".dl-handle")) fire(e, type, PointerEvent, at);
    const key = { key: pick(keys), shiftKey: random() < 0.3 };
    if (random() < 0.4) fire(e, "keydown", KeyboardEvent, key);
    else acts[e.type]?.(e);
    kinds.add(e.type ?? "handle");
    const values = [...root.querySelectorAll("*")].flatMap((n) => [...n.attributes]);
    const said = root.innerText + values.map((a) => a.value).join(" ");
    const found = /NaN|undefined|Infinity|\\[object/.exec(said);
    if (found) bad.push(`event ${i}: ${said.slice(found.index - 60, found.index + 60)}`);
  }
  return { bad, kinds: [...kinds] };
}
"""


# What the storm must have met, where it is not a slider and a handle.
TOUCHED = {
    "Timeline": {"range", "number", "text", "button", "select-one"},
    "Quiz": {"radio", "checkbox"},
    "Adversarial": {"range", "number", "button", "select-one"},
    "BackpropSteps": {"range", "number", "text", "button", "select-one"},
    "RnnUnroll": {"number", "text", "button", "select-one"},
    "ForwardPass": {"number", "text", "button", "select-one"},
    "MlVsDlFlow": {"button", "select-one"},
    "Representation": {"range", "number", "checkbox", "button", "select-one"},
    "TrainingStep": {"range", "number", "checkbox", "button"},
    "DecisionBoundary": {"range", "number", "checkbox", "button", "select-one"},
}


def test_a_thousand_random_events_leave_it_in_order(
    show, kind, key, state_of, says_what_python_says
):
    page, log = show(kind)
    done = page.evaluate(STORM, [20, 1000])
    assert done["bad"] == []
    assert set(done["kinds"]) >= TOUCHED.get(kind, {"range", "handle"})
    assert log.problems() == []
    cls = getattr(widgets, kind)
    if kind == "Quiz":
        right = page.locator(".dl-verdict[data-right=true]").count()
        assert page.locator(".dl-state").inner_text().startswith(f"{right} of 4 ")
    else:
        says_what_python_says(page, key)
        state = state_of(page, key)
        assert cls(**state).state() == state
        json.dumps(state, allow_nan=False)
