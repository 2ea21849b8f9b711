"""What every widget of the book keeps to; its test class inherits this and declares its cases.

A page is opened once for a mouse and once for a phone, and brought back to its state before each
test. ``Desk.look`` is the sharpest tool: whatever a reader has done, the figure and its sentence
must be those that a fresh view of the same state shows.
"""

import json
import math
import re
from urllib.parse import quote

import pytest

from lecturelib import palette
from tools.browser import open_page

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True}
KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]

# Notes what modules of widgets (loaded from blob addresses) listen to outside their own element.
RECORD = """<script>
  window.held = [];
  const { addEventListener, removeEventListener } = EventTarget.prototype;
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

# For every page: `picture` of a figure, in which nothing is left that chance or focus chose, and
# `fresh`, the picture that a new view of the same state would give.
TOOLS = """() => {
  const chance = /^(id|name|clip-path|aria-activedescendant|aria-busy|tabindex)$/;
  const seen = (e) => [e.localName, ...[...e.attributes]
    .filter(({ name, value }) => !chance.test(name) && !(name === "style" && !value))
    .map(({ name, value }) => `${name}=${value}`).sort(),
    e.children.length ? "" : e.textContent,
    e.type === "text" ? "" : `${e.value} ${e.checked} ${e.hidden}`].join("|");
  const parts = ".dl-drawing *, .dl-formula *, .dl-controls :not(.dl-ask *), .dl-state";
  window.picture = (el) => [...el.querySelectorAll(parts)]
    .filter((e) => !e.matches("option") && e.checkVisibility()).map(seen);
  window.stateOf = (key, names) => Object.fromEntries(names.map((name) =>
    [name, structuredClone(window.bookWidgets.views.get(key).model.get(name))]));
  window.fresh = async (key) => {
    const { el, model, module } = window.bookWidgets.views.get(key), own = {};
    const other = el.cloneNode(false);
    other.removeAttribute("id");
    other.dataset.key = "fresh";
    el.after(other);
    const fake = { get: (n) => own[n] ?? model.get(n), set: (n, value) => { own[n] = value; },
      on() {}, off() {}, save_changes() {} };
    const stop = await module.default.render({ model: fake, el: other });
    const found = window.picture(other);
    stop();
    other.remove();
    return found;
  };
}"""

LOOK = """async ([key, names]) => {
  const { el } = window.bookWidgets.views.get(key), typed = document.activeElement;
  const [now, then] = [window.picture(el), await window.fresh(key)];
  // A number that is being typed may stand there as the reader writes it.
  const open = typed.type === "number" && `input|aria-label=${typed.ariaLabel}|`;
  const i = now.findIndex((one, k) => one !== then[k] && !(open && one.startsWith(open)));
  return { state: window.stateOf(key, names), words: el.querySelector(".dl-state").textContent,
    stale: i < 0 && now.length === then.length ? [] : [now[i], then[i]] };
}"""


def centre(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def upright(handle):
    return handle.get_attribute("aria-orientation") == "vertical"


class Desk:
    """An open page with one figure."""

    def __init__(self, browser, site, widget, **options):
        self.site, self.widget = site, widget
        self.address = site.put(widget, head=RECORD)
        self.page, self.log = open_page(browser, self.address, **options)
        self._ready()
        self.key = self.page.locator(".anywidget-view").get_attribute("data-key")
        self.names, self.own = widget.state_names(), widget.state()

    def _ready(self):
        self.site.drawn(self.page)
        self.page.evaluate(TOOLS)

    def go(self, address):
        self.page.goto(address)
        self._ready()

    def fresh(self):
        """Bring the page back to its own state, opening it again where that is not possible."""
        mounted = "(key) => window.bookWidgets?.views.has(key) && window.bookWidgets.views.size"
        if self.page.url != self.address or self.page.evaluate(mounted, self.key) != 1:
            self.go(self.address)
        if (pause := self.button("Pause")).count():
            pause.click()
        self.page.emulate_media(media="screen")
        self.page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
        self.set(self.own)

    def set(self, state):
        """Set traits as Python does."""
        body = "([key, state]) => window.bookWidgets.views.get(key).model.set(state)"
        self.page.evaluate(body, [self.key, state])

    def state(self):
        return self.page.evaluate("(a) => window.stateOf(...a)", [self.key, self.names])

    def picture(self):
        return self.page.evaluate("k => picture(bookWidgets.views.get(k).el)", self.key)

    def words(self):
        return self.page.locator(f"[data-key={self.key}] .dl-state").inner_text()

    def look(self):
        """State and sentence, once it is clear that the whole figure is that of the state."""
        found = self.page.evaluate(LOOK, [self.key, self.names])
        assert found["stale"] == []
        return found["state"], found["words"]

    def all(self, selector):
        return self.page.locator(f"[data-key={self.key}]").locator(selector).all()

    def button(self, name):
        figure = self.page.locator(f"[data-key={self.key}]")
        return figure.get_by_role("button", name=name, exact=True)


def drag(page, start, by, press, move, release):
    press(*start)
    for part in (0.3, 0.7, 1):
        move(start[0] + part * by[0], start[1] + part * by[1])
        page.evaluate("new Promise(requestAnimationFrame)")  # browsers gather moves by frames
    release()


def mouse_drag(page, start, by):
    page.mouse.move(*start)
    drag(page, start, by, lambda x, y: page.mouse.down(), page.mouse.move, page.mouse.up)


def finger_drag(page, start, by):
    session = page.context.new_cdp_session(page)

    def send(type_, *points):
        points = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": type_, "touchPoints": points})

    move = lambda x, y: send("touchMove", (x, y))  # noqa: E731
    drag(page, start, by, lambda x, y: send("touchStart", (x, y)), move, lambda: send("touchEnd"))


# A second view, of a model of its own in the page's state.
TWIN = """async () => {
  const stored = document.querySelector("script[type$='widget-state+json']").textContent;
  const [{ state }] = Object.values(JSON.parse(stored).state), el = document.createElement("div");
  document.body.prepend(el);
  await bookWidgets.show(el, bookWidgets.model(state));
  return el.dataset.key;
}"""
GARBAGE = [None, "1", True, [], {}, [[1]], float("nan"), "<b>", "constructor", -1e308, 1e308, 2.5]

# A stand-in for the model of a kernel.
FAKE = """async (module, state) => {
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
  const stop = await module.default.render({ model, el });
  const during = { text: el.innerText, listening: listeners.length };
  stop();
  const after = [listeners.length, el.childNodes.length];
  el.remove();
  return { ...during, after };
}"""

UNMOUNT = """async (key) => {
  const { el, unmount } = window.bookWidgets.views.get(key);
  await unmount();
  return [el.childNodes.length, window.held, window.bookWidgets.views.size];
}"""

# Synthetic events take no round trip each; capture would refuse a pointer that no hand holds.
STORM = """([seed, count]) => {
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
  const drawn = ".dl-handle, .dl-unit, .dl-cell, .dl-list";
  const observer = new MutationObserver(() => {});
  observer.observe(root, { attributes: true, characterData: true, childList: true, subtree: true });
  const changed = ({ target, type, attributeName }) => type === "attributes"
    ? target.getAttribute(attributeName) : type === "childList" ? target.outerHTML : target.data;
  for (let i = 0; i < count; i++) {
    const e = pick([...root.querySelectorAll(`input:not([readonly]), select, button, ${drawn}`)]);
    const at = { clientX: 2000 * random() - 500, clientY: 2000 * random() - 500, pointerId: 1 };
    const type = pick(["pointerdown", "pointermove", "pointermove", "pointerup", "pointercancel"]);
    if (e.matches(drawn)) fire(e, type, PointerEvent, at);
    if (e.matches(".dl-unit, .dl-cell")) fire(e, "click", MouseEvent);
    const key = { key: pick(keys), shiftKey: random() < 0.3 };
    if (random() < 0.4) fire(e, "keydown", KeyboardEvent, key);
    else acts[e.type]?.(e);
    kinds.add(e.type ?? /dl-(handle|unit|cell|list)/.exec(e.getAttribute("class"))[1]);
    for (const said of new Set(observer.takeRecords().map(changed))) {
      const found = /NaN|undefined|Infinity|\\[object/.exec(said ?? "");
      if (found) bad.push(`event ${i}: ${said.slice(found.index - 60, found.index + 60)}`);
    }
  }
  return { bad, kinds: [...kinds] };
}"""

TOO_WIDE = """() => [...document.querySelectorAll(".anywidget-view *")]
  .filter((e) => !e.closest(".dl-wide > *") && !e.parentElement.closest("svg"))
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5)
  .map((e) => e.outerHTML.slice(0, 80))"""
CUT = """() => [...document.querySelectorAll(".dl-widget :is(p, label, span, legend, button)")]
  .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1)
  .map((e) => e.outerHTML.slice(0, 80))"""
SIZES = """() => [...document.querySelectorAll(".dl-widget :is(button, select, input, .dl-touch)")]
  .map((e) => e.matches("[type=checkbox], [type=radio]") ? e.closest("label") : e)
  .filter((e) => e.checkVisibility())
  .map((e) => [e.outerHTML.slice(0, 60), e.getBoundingClientRect()])
  .filter(([name, { width, height }]) => Math.min(width, height) < 24).map(([name]) => name)"""
NAMES = """() => [...document.querySelectorAll(
    ".dl-widget :is(input:not([type=radio]), select, button, .dl-handle, [tabindex])")]
  .map((e) => e.getAttribute("aria-label")
    || [...e.labels ?? []].map((l) => l.innerText.trim()).join() || e.innerText?.trim() || "")"""
COLOURS = """() => [...new Set(["color", "background-color"].map((name) =>
    getComputedStyle(document.querySelector(".dl-widget")).getPropertyValue(name)).concat(
  [...document.querySelectorAll(".dl-drawing svg :is(path, rect, circle, text)")]
    .filter((e) => e.checkVisibility()).flatMap((e) => {
      const { fill, stroke } = getComputedStyle(e);
      const line = e.localName === "path" && fill === "rgb(0, 0, 0)"; // straight: no area to fill
      return e.closest("clipPath") ? [] : [line ? "" : fill, stroke];
    })))].filter((colour) => colour.startsWith("rgb("))"""

# What is taken from a key and not by the browser: Alt, Ctrl and Meta make it the browser's.
SWALLOWED = """(keys) => {
  const focusable = "input[type=range], .dl-handle, .dl-cell, .dl-list, .dl-unit";
  const taken = (e, key, more) => !e.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  const found = { plain: 0, wrong: [], all: 0 };
  for (const e of document.querySelectorAll(focusable)) {
    if (!e.checkVisibility()) continue;
    found.all++;
    for (const key of keys) for (const held of ["altKey", "ctrlKey", "metaKey"]) {
      const name = `${held} ${key}: ${e.outerHTML.slice(0, 60)}`;
      if (taken(e, key, { [held]: true })) found.wrong.push(name);
    }
  }
  for (const e of document.querySelectorAll(focusable)) {
    if (e.isConnected && e.checkVisibility() && keys.some((key) => taken(e, key))) found.plain++;
  }
  return found;
}"""

# The player's clock in the test's hands: `tick()` is what an interval would call.
CLOCK = """() => {
  window.setInterval = (call) => { window.tick = call; return 7; };
  window.clearInterval = () => { window.tick = null; };
  const words = document.querySelector(".dl-state"), busy = () => words.ariaBusy === "true";
  window.heard = [];
  new MutationObserver((all) => {
    const said = all.some(({ type }) => type === "childList");
    if (said && !busy()) window.heard.push(words.textContent);
  }).observe(words, { childList: true, characterData: true, subtree: true });
}"""
TICK = "async () => { window.tick?.(); await new Promise(requestAnimationFrame); }"


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


class ViewContract:
    """For whatever is drawn in ``.dl-widget``, with or without a state."""

    widget = None  # the class
    controls = ""  # the kinds of control that a reader meets
    most = 25 * 1024  # bytes of its module; 40 KiB for one that runs a whole GPT

    def make(self):
        """The widget of the test's page."""
        return self.widget()

    @pytest.fixture(scope="class")
    @classmethod
    def _desk(cls, browser, site):
        desk = Desk(browser, site, cls().make(), **CLIPBOARD)
        yield desk
        desk.page.context.close()

    @pytest.fixture(scope="class")
    @classmethod
    def _phone(cls, browser, site):
        desk = Desk(browser, site, cls().make(), **PHONE)
        yield desk
        desk.page.context.close()

    @pytest.fixture
    def desk(self, _desk):
        """The page for mouse and keys, in its own state."""
        _desk.fresh()
        yield _desk
        assert _desk.log.problems() == []

    @pytest.fixture
    def phone(self, _phone):
        """The page on a small screen that is touched."""
        _phone.fresh()
        yield _phone
        assert _phone.log.problems() == []

    @property
    def module(self):
        return self.widget.__module__.rpartition(".")[2]

    def test_its_bundle_is_one_small_module(self):
        source = self.widget._esm
        assert not re.search(r"^\s*import\b|\bimport\s*\(|\bfrom\s+[\"']", source, re.MULTILINE)
        assert len(re.findall(r"^export default", source, re.MULTILINE)) == 1
        assert len(source.encode()) <= self.most

    def test_clean_up_of_the_module_itself_is_complete(self, javascript):
        """The host drops a view's listeners in any case; other front ends rely on the module."""
        widget = self.make()
        names = [*widget.state_names(), *(n for n in ("_record", "_entries") if hasattr(widget, n))]
        body = f"(m, state) => ({FAKE})(m.{self.module}, state)"
        found = javascript(body, widget.get_state(names))
        assert found["listening"] == bool(self.widget.spec())
        assert found["after"] == [0, 0]
        assert len(found["text"]) > 100
        assert "Copy link" not in found["text"]  # a notebook has no page to link to

    def test_unmount_leaves_nothing_behind(self, desk):
        assert desk.page.evaluate(UNMOUNT, desk.key) == [0, [], 0]

    def test_a_thousand_random_events_leave_it_in_order(self, desk):
        done = desk.page.evaluate(STORM, [20, 1000])
        assert done["bad"] == []
        assert set(done["kinds"]) == set(self.controls.split()) | {"button"}
        self.after_the_storm(desk)
        desk.go(desk.address)  # what a test has typed into an answer is gone

    def after_the_storm(self, desk):
        """What must hold then."""

    def test_every_control_has_a_name_of_its_own(self, desk):
        names = desk.page.evaluate(NAMES)
        assert all(names)
        repeated = {name for name in names if names.count(name) > 1}
        assert repeated <= {"Check", "Your result"}

    def test_it_fits_a_phone_and_fingers(self, phone):
        for check in phone.page.get_by_role("button", name="Check").all():
            if check.is_visible():
                check.click()
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= 320
        assert phone.page.evaluate(TOO_WIDE) == []
        assert phone.page.evaluate(CUT) == []
        assert phone.page.evaluate(SIZES) == []

    def test_colours_are_the_themes_and_paper_is_light_and_has_no_buttons(self, desk):
        light, dark = ({rgb(c) for c in table.values()} for table in (palette.LIGHT, palette.DARK))
        assert set(desk.page.evaluate(COLOURS)) <= light
        desk.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        assert set(desk.page.evaluate(COLOURS)) <= dark
        desk.page.emulate_media(media="print")
        assert set(desk.page.evaluate(COLOURS)) <= light
        assert desk.page.locator("button:visible, .dl-controls:visible").count() == 0
        assert desk.page.locator(".dl-state:visible").count() == 1
        desk.page.evaluate("delete document.documentElement.dataset.theme")


def hostile(trait):
    """A bad value for a trait from a link, and what it becomes."""
    spec, start = trait.spec, trait.spec["start"]
    if "among" in spec and isinstance(start, list):
        return ["<img src=x onerror='window.hit=1'>", spec["among"][-1], "__proto__"], spec[
            "among"
        ][-1:]
    if "among" in spec:
        return "__proto__", start
    if isinstance(start, list):
        bad = ["<img src=x onerror='window.hit=1'>", 1e300, None, -1e300]
        good = [start[0], spec["high"], *start[2:3], spec["low"]]
        return bad[: len(start)], [*good[: len(start)], *start[4:]]
    if isinstance(start, bool):
        return "<b>", start
    if "low" in spec:
        return -1e308, spec["low"]
    return "<img src=x onerror='window.hit=1'>" * 2, None


class WidgetContract(ViewContract):
    """For a figure with a state: its test declares the state, another, and its sentences."""

    state = {}  # the page's: not the default
    other = {}  # another: each value differs from the page's
    sentences = ""  # states as JSON, on top of the default, each before the sentence that it makes
    plays = False  # whether it has a Run button
    misread = {}  # what a hostile link leaves where the traits' rule is not all

    def make(self, **state):
        """The figure of the test's page, or of another state."""
        return self.widget(**(self.state | state))

    def default(self):
        return {name: spec["start"] for name, spec in self.widget.spec().items()}

    def after_the_storm(self, desk):
        state, _ = desk.look()
        assert self.widget(**state).state() == state
        json.dumps(state, allow_nan=False)

    # Traits

    def test_the_cases_are_three_states(self):
        own = self.make().state()
        assert own != self.default()
        assert all(own[name] != value for name, value in self.other.items())
        assert self.widget(**self.other).state().items() >= self.other.items()

    def test_whatever_comes_in_a_valid_state_comes_out(self, javascript):
        spec, names = self.widget.spec(), self.widget.state_names()
        assert set(spec) == set(names)
        raws = [{}, *({name: bad} for name in names for bad in [*GARBAGE, GARBAGE])]
        clean = f"m.{self.module}.clean ?? m.{self.module}.cleaner(spec)"
        found = javascript(f"(m, [spec, raws]) => raws.map({clean})", [spec, raws])
        assert found[0] == self.default()
        for state in found:
            assert self.widget(**state).state() == state

    # Sentences

    def test_the_sentence_of_every_branch(self, desk):
        blocks = re.split(r"\n\s*(?=\{)", self.sentences.strip())
        for block in blocks:
            state, end = json.JSONDecoder().raw_decode(block)
            desk.set(self.default() | state)
            assert desk.look()[1] == " ".join(block[end:].split())
        assert len(blocks) > 1

    # By hand

    @pytest.mark.parametrize("how", [mouse_drag, finger_drag])
    def test_handles_follow(self, request, how):
        desk = request.getfixturevalue("phone" if how is finger_drag else "desk")
        for handle in desk.all(".dl-handle"):
            handle.scroll_into_view_if_needed()
            before, words = desk.look()
            spoken = handle.get_attribute("aria-valuetext")
            dot = handle.locator(".dl-dot")
            x, y = centre(dot)
            scrolled = desk.page.evaluate("scrollY")
            how(desk.page, (x + 4, y + 3), (-40, 30))
            after, said = desk.look()
            assert after != before
            assert said != words
            assert handle.get_attribute("aria-valuetext") != spoken
            # The point has kept its distance to the finger; it stands at full steps of 0.1.
            moved = (x, y + 30) if upright(handle) else (x - 40, centre(dot)[1])
            assert centre(dot) == pytest.approx(moved, abs=5)
            assert desk.page.evaluate("scrollY") == scrolled
            # Let go is let go.
            desk.page.mouse.move(x + 60, y + 60)
            assert desk.state() == after

    def test_handles_obey_the_arrows(self, desk):
        for handle in desk.all(".dl-handle"):
            x, y = centre(handle.locator(".dl-dot"))
            for key, (dx, dy) in {
                "ArrowRight": (1, 0),
                "ArrowDown": (0, 1),
                "Shift+ArrowLeft": (-1, 0),
            }.items():
                handle.press(key)
                new_x, new_y = centre(handle.locator(".dl-dot"))
                if upright(handle):  # right is up
                    assert new_x == x
                    assert (new_y - y) * (dy - dx) > 0
                elif key != "ArrowDown":
                    assert (new_x - x) * dx > 0
                else:  # on a line, down is to the left
                    assert (new_y - y) * dy > 0 or new_x < x
                x, y = new_x, new_y
                desk.look()

    def test_sliders_go_where_they_are_pressed(self, phone):
        for i, slider in enumerate(phone.all("input[type=range]:visible")):
            before = phone.state()
            slider.scroll_into_view_if_needed()
            width, height = slider.evaluate("e => [e.clientWidth, e.clientHeight]")
            low, high, value = (
                float(slider.evaluate(f"e => e.{n}")) for n in ("min", "max", "value")
            )
            share = 0.8 if value <= (low + high) / 2 else 0.2
            at = {"x": share * width, "y": height / 2}
            slider.tap(position=at) if i % 2 else slider.click(position=at)
            after, _ = phone.look()
            assert after != before
            typed = slider.locator("xpath=ancestor::div[1]").locator("[type=number]")
            assert float(typed.input_value()) == pytest.approx(float(slider.input_value()))

    def test_sliders_obey_the_keys(self, desk):
        for slider in desk.all("input[type=range]:visible"):
            low, high = (float(slider.get_attribute(name)) for name in ("min", "max"))
            seen = []
            for key in ("Home", "ArrowRight", "ArrowUp", "PageUp", "PageDown", "ArrowDown"):
                slider.press(key)
                seen.append(float(slider.input_value()))
            step = seen[1] - low
            assert 0 < step <= (high - low) / 15
            expected = [low, low + step, low + 2 * step, low + 12 * step]
            assert seen[:4] == pytest.approx([min(x, high) for x in expected])
            down = [seen[3] - 10 * step, seen[3] - 11 * step]
            assert seen[4:] == pytest.approx(down, abs=step)
            slider.press("End")
            assert float(slider.input_value()) == high
            slider.press("ArrowRight")
            assert float(slider.input_value()) == high
            assert slider.get_attribute("aria-valuetext").startswith(f"{high:g}"[:1])
            desk.look()

    def test_keys_with_alt_are_the_browsers(self, desk):
        found = desk.page.evaluate(SWALLOWED, [*KEYS, "Enter", " "])
        assert found["wrong"] == []
        assert found["plain"] > 0 or found["all"] == 0

    def test_numbers_are_typed(self, desk):
        ranges = [(s["low"], s["high"]) for s in self.widget.spec().values() if "low" in s]
        for field in desk.all("input[type=number]:visible"):
            if not field.is_visible():  # another number has hidden it
                continue
            low, high = (float(field.get_attribute(name)) for name in ("min", "max"))
            assert (low, high) in ranges, field.get_attribute("aria-label")
            before, value = desk.state(), low + 0.55 * (high - low)
            value = math.floor(value) if high - low > 5 else round(value, 3)
            value += value == float(field.input_value())
            field.fill(f"{value:g}")
            after, _ = desk.look()
            changed = [name for name in after if after[name] != before[name]]
            assert changed, field.get_attribute("aria-label")
            field.fill(f"{high + 70:g}")
            assert desk.state() == after
            field.press("Enter")
            assert float(field.input_value()) == high
            desk.look()

    def test_every_choice_can_be_made_and_every_box_ticked(self, desk):
        for menu in desk.all("select"):
            values = menu.locator("option").evaluate_all("all => all.map((e) => e.value)")
            for value in [*values[1:], values[0]]:
                menu.select_option(value)
                assert value in [str(now) for now in desk.look()[0].values()]
        for box in desk.all("input[type=checkbox]"):
            before, ticked = desk.look()[0], box.is_checked()
            box.set_checked(not ticked)
            assert desk.look()[0] != before
            box.set_checked(ticked)
            desk.look()

    # The state set from outside

    def test_python_sets_the_state_and_reset_brings_the_pages_back(self, desk):
        own, words = desk.look()
        drawn = desk.picture()
        desk.set(self.other)
        state, said = desk.look()
        assert state.items() >= self.other.items()
        assert said != words
        assert desk.picture() != drawn
        desk.button("Reset").click()
        assert desk.look() == (own, words)
        assert desk.picture() == drawn

    def test_two_of_a_kind_do_not_disturb_each_other(self, desk):
        two = desk.page.evaluate(TWIN)
        before = desk.page.evaluate("(key) => picture(bookWidgets.views.get(key).el)", two)
        own = desk.state()
        desk.set(self.other)
        for slider in desk.all("input[type=range]:visible")[:2]:
            slider.press("End")
        assert desk.state() != own
        after = desk.page.evaluate("(key) => picture(bookWidgets.views.get(key).el)", two)
        assert after == before
        ids = desk.page.locator("[id]").evaluate_all("all => all.map((e) => e.id)")
        assert len(ids) == len(set(ids))
        desk.page.evaluate("(key) => bookWidgets.views.get(key).unmount()", two)

    # Links

    def test_a_copied_link_opens_the_same_state(self, desk):
        desk.set(self.other)
        wanted = desk.state()
        desk.button("Copy link").click()
        desk.button("Link copied").wait_for()
        link = desk.page.evaluate("navigator.clipboard.readText()")
        assert link.startswith(desk.page.url)
        assert link.endswith(f"#{desk.key}")
        desk.go(link)
        assert desk.look()[0] == wanted
        desk.button("Reset").click()
        assert desk.state() == desk.own

    def test_a_hostile_link_is_harmless(self, desk):
        traits = self.widget.class_traits()
        pairs = {name: hostile(traits[name]) for name in desk.names}
        foreign = {
            "_esm": "export default { render() { window.hit = 1 } }",
            "_css": "*{}",
            "get": 1,
        }
        raw = {name: bad for name, (bad, _) in pairs.items()} | foreign | {"layout": "IPY_MODEL_x"}
        text = json.dumps(raw)[:-1] + ', "__proto__": {"polluted": 1}}'
        desk.go(f"{desk.address}?{desk.key}={quote(text)}")
        state, _ = desk.look()
        assert self.widget(**state).state() == state
        expected = {name: good for name, (_, good) in pairs.items() if good is not None}
        assert state.items() >= (expected | self.misread).items()
        seen = desk.page.evaluate(
            """([key, names]) => {
              const { model, el } = window.bookWidgets.views.get(key);
              return [window.hit ?? 0, {}.polluted ?? 0, el.querySelectorAll("img, script").length,
                names.map((name) => model.get(name) ?? null)];
            }""",
            [desk.key, ["_esm", "_css", "get", "layout"]],
        )
        assert seen == [0, 0, 0, [self.widget._esm, self.widget._css, None, seen[3][3]]]
        assert seen[3][3] != "IPY_MODEL_x"

    # Time

    def test_a_figure_that_plays_is_heard_when_it_stops(self, desk):
        run = desk.button("Run")
        assert run.count() == self.plays
        if not self.plays:
            return
        desk.set(self.default())
        desk.page.evaluate(CLOCK)
        states = [desk.state()]
        run.click()
        for _ in range(2):
            desk.page.evaluate(TICK)
            states.append(desk.state())
        assert states[0] != states[1] != states[2]
        assert desk.page.evaluate("window.heard") == []
        desk.button("Pause").click()
        desk.page.evaluate("new Promise(requestAnimationFrame)")
        assert desk.page.evaluate("window.heard") == [desk.words()]
        assert desk.page.evaluate("window.tick") is None
        run.click()
        desk.page.evaluate("for (let i = 0; i < 300 && window.tick; i++) window.tick()")
        desk.page.evaluate("new Promise(requestAnimationFrame)")
        assert run.count() == 1  # it was Pause meanwhile
        assert desk.page.evaluate("window.heard.at(-1)") == desk.look()[1]
        desk.go(desk.address)
