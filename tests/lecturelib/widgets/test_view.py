"""How the widgets sit on a page: side by side, narrow, dark, printed, taken away."""

import pytest

from lecturelib import palette, widgets
from lecturelib.widgets import Activations, Neuron, Quiz

PHONE = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture
def every(show):
    """``every(**context)``: a page with one widget of every class."""
    return lambda **context: show(*widgets.__all__, **context)


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


# Several on one page


def test_two_of_a_kind_do_not_disturb_each_other(
    show, figure, key, state_of, says_what_python_says
):
    page, log = show(figure, figure)
    one, two = key, f"{key}-2"
    before = state_of(page, two)
    words = says_what_python_says(page, two)
    first = page.locator(f"[data-key={one}]")
    for slider in first.locator("input[type=range]:visible").all():
        slider.press("End")
    for handle in first.locator(".dl-handle").all()[-1:]:
        handle.press("ArrowLeft")
    for field in first.locator(".dl-fields input").all()[:1]:
        field.fill("-3")
    for cell in first.locator(".dl-cell").all()[:1]:
        cell.press("Space")
    assert state_of(page, one) != before
    assert state_of(page, two) == before
    assert says_what_python_says(page, two) == words
    says_what_python_says(page, one)
    assert log.problems() == []


def test_identities_on_a_page_are_unique(every, show):
    page, _ = show(*widgets.__all__, *widgets.__all__)
    ids = page.locator("[id]").evaluate_all("all => all.map((e) => e.id)")
    assert len(ids) == len(set(ids))
    used = page.locator("[clip-path]").evaluate_all(
        "all => all.map((e) => e.getAttribute('clip-path').slice(5, -1))"
    )
    assert len(used) == len(set(used)) >= 6
    assert set(used) <= set(ids)


# Taken away


RECORD = """<script>
  window.held = [];
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  // The modules of widgets are loaded from blob addresses; the browser's driver listens too.
  const outside = (target) => (!target || [window, document, document.body].includes(target))
    && new Error().stack.includes("blob:");
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    if (outside(this)) window.held.push(type);
    return addEventListener.call(this ?? window, type, ...rest);
  };
  EventTarget.prototype.removeEventListener = function (type, ...rest) {
    if (outside(this)) window.held.splice(window.held.indexOf(type), 1);
    return removeEventListener.call(this ?? window, type, ...rest);
  };
</script>"""


def test_unmount_leaves_nothing_behind(show, kind, key):
    page, log = show(kind, head=RECORD)
    left = page.evaluate(
        """async (key) => {
          const { el, model, unmount } = window.bookWidgets.views.get(key);
          await unmount();
          model.set({ bias: 3, a: 3, chapter: "other" });
          return [el.childNodes.length, window.held, window.bookWidgets.views.size];
        }""",
        key,
    )
    assert left == [0, [], 0]
    assert log.problems() == []


FAKE = """async (modules, [name, state]) => {
  const listeners = [], el = document.createElement("div");
  const model = {
    get: (name) => state[name],
    set: (name, value) => {
      state[name] = value;
      for (const [event, call] of [...listeners]) if (event === "change") call();
    },
    save_changes() {},
    on: (event, call) => listeners.push([event, call]),
    off: (event, call) => {
      const i = listeners.findIndex(([e, c]) => e === event && c === call);
      if (i >= 0) listeners.splice(i, 1);
    },
  };
  document.body.append(el);
  const stop = await modules[name].default.render({ model, el });
  const during = { text: el.innerText, listening: listeners.length };
  stop();
  const after = [listeners.length, el.childNodes.length];
  el.remove();
  return { ...during, after };
}"""


def test_the_clean_up_of_the_module_itself_is_complete(javascript, kind, key):
    """The host drops a view's listeners in any case; JupyterLab and Colab rely on the module."""
    widget = Quiz("neuron", "recall") if kind == "Quiz" else getattr(widgets, kind)()
    names = widget.state_names()
    found = javascript(FAKE, [key, widget.get_state(names)])
    assert found["listening"] == (kind != "Quiz")
    assert found["after"] == [0, 0]
    assert len(found["text"]) > 100
    assert "Copy link" not in found["text"]  # a notebook has no page to link to


# Small screens


def test_nothing_overflows_a_phone(show):
    page, log = show(
        Neuron(weights=[-4, 4], bias=-4, inputs=[2, -2], activation="leaky_relu", task="NAND"),
        Activations(shown=["sigmoid", "tanh", "relu", "leaky_relu", "elu", "maxout"], a=-5),
        Quiz("neuron", "recall"),
        Quiz("neuron", "by_hand"),
        **PHONE,
    )
    for check in page.get_by_role("button", name="Check").all():
        check.click()
    too_wide = """() => [...document.querySelectorAll(".anywidget-view *")]
      .filter((e) => !e.closest(".dl-wide > *") && !e.parentElement.closest("svg"))
      .filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5)
      .map((e) => e.outerHTML.slice(0, 80))"""
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(too_wide) == []
    cut = """() => [...document.querySelectorAll(".dl-widget :is(p, label, span, legend, button)")]
      .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
      .map((e) => e.outerHTML.slice(0, 80))"""
    assert page.evaluate(cut) == []
    assert log.problems() == []


def test_targets_are_large_enough_for_fingers(every):
    page, _ = every(has_touch=True, **PHONE)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".dl-widget :is(button, select, input, .dl-touch)")]
          .map((e) => e.matches("[type=checkbox], [type=radio]") ? e.closest("label") : e)
          .filter((e) => e.checkVisibility())
          .map((e) => [e.outerHTML.slice(0, 60), e.getBoundingClientRect()])
          .map(([name, { width, height }]) => [name, width, height])"""
    )
    assert len(sizes) > 30
    assert [size for size in sizes if min(size[1:]) < 24] == []


# Theme, print, motion, focus


COLOURS = """() => ["color", "background-color"].map((name) =>
  getComputedStyle(document.querySelector(".dl-widget")).getPropertyValue(name)).concat(
  [".dl-grid text", ".dl-boundary", ".dl-series-1"].map((name) => {
    const style = getComputedStyle(document.querySelector(name));
    return name.endsWith("text") ? style.fill : style.stroke;
  }))"""
NAMES = ["ink", "paper", "muted", "ink", "negative"]


def test_colours_follow_the_theme_and_paper_is_light(every):
    page, _ = every()
    light, dark = ([rgb(table[n]) for n in NAMES] for table in (palette.LIGHT, palette.DARK))
    assert page.evaluate(COLOURS) == light
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(COLOURS) == dark
    page.emulate_media(media="print")
    assert page.evaluate(COLOURS) == light
    assert page.locator("button:visible, .dl-controls:visible").count() == 0
    assert page.locator(".dl-state:visible").count() == len(widgets.__all__)
    assert page.locator(".dl-drawing svg.dl-plane:visible").count() >= 3


def test_nothing_moves_by_itself(every):
    page, _ = every(reduced_motion="reduce")
    running = "document.getAnimations().length"
    assert page.evaluate(running) == 0
    for control in page.locator("input[type=range]:visible, .dl-handle").all()[:4]:
        control.press("ArrowRight")
    page.get_by_role("button", name="Reset").first.click()
    assert page.evaluate(running) == 0


FOCUS = """() => {
  const e = document.activeElement, dot = e.querySelector(".dl-touch");
  const style = getComputedStyle(dot ?? e), wide = parseFloat(style.outlineWidth) >= 2;
  return [e === document.body ? "" : e.outerHTML.slice(0, 70),
    dot ? style.stroke !== "none" : style.outlineStyle === "solid" && wide];
}"""


def test_focus_is_visible_at_every_stop(every):
    page, _ = every()
    seen = []
    for _ in range(200):
        page.keyboard.press("Tab")
        name, visible = page.evaluate(FOCUS)
        if not name:
            break
        seen.append(name)
        assert visible, name
    assert len(seen) > 30
    assert sum("dl-handle" in name for name in seen) == page.locator(".dl-handle").count()


def test_every_control_has_a_name_of_its_own(every):
    page, _ = every()
    named = """e => e.getAttribute("aria-label")
      || [...e.labels ?? []].map((l) => l.innerText.trim()).join() || e.innerText.trim()"""
    controls = page.locator(".dl-widget :is(input, select, button, .dl-handle)").all()
    names = [control.evaluate(named) for control in controls]
    assert all(names)
    for view in ("neuron", "activations"):
        inside = page.locator(f"[data-key={view}] :is(input, select, button, .dl-handle)").all()
        own = [control.evaluate(named) for control in inside]
        assert len(own) == len(set(own))
