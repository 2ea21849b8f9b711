"""code-editor.js in a real browser: typing, leaving, pasting, colours beside the theme's own."""

import gzip
import re
from pathlib import Path

import axe_playwright_python
import pydata_sphinx_theme
import pytest
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tools.server import serve

OWN = Path(__file__).parents[3] / "sphinxext" / "python"
BUNDLE = OWN / "vendor" / "prism-code-editor" / "editor.js"
FILES = [OWN / "static" / "code-editor.js", OWN / "static" / "code-editor.css", BUNDLE]
THEME = Path(pydata_sphinx_theme.__file__).with_name("theme") / "pydata_sphinx_theme" / "static"
THEME_STYLE = THEME / "styles" / "pydata-sphinx-theme.css"
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
PYGMENTS = {"light": "a11y-high-contrast-light", "dark": "a11y-high-contrast-dark"}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'"
BUNDLE_LIMIT = 12_000  # bytes, compressed
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SAMPLE = '''\
import matplotlib.pyplot as plt
from losses import MeanSquaredError as root  # a comment: with a colon

@np.vectorize
class Layer(Base):
    """A docstring
    over two lines."""
    def __init__(self, n=3, *, seed=None):
        super().__init__()
        self.W = np.random.default_rng(seed).normal(0, 1e-3, (n, 2)) @ x.T
        self.max = np.max(abs(x), axis=-1) ** 2 // 0x1f

    def step(self, x):
        if not x and True or x is None:
            raise ValueError("no 'x' given")
        for i, value in enumerate(x[1:]):
            print(f"{i}: {value:.2f} and {len(x)}", r'raw', b"bytes")
        return lambda y: sum(y) != 1_000.5

if __name__ == "__main__":
    pass
'''
SETUP = """import { openEditor } from "./code-editor.js";
window.openEditor = openEditor;
document.documentElement.dataset.loaded = "";"""
OPEN = """(source) => {
  window.runs = 0;
  window.inputs = [];
  window.editor = openEditor(document.getElementById("place"), {
    source, label: "Code of cell 1",
    onRun: () => { window.runs += 1; }, onInput: (text) => inputs.push(text) });
}"""
SOURCE = "editor.source"
FOCUSED = "document.activeElement.id || document.activeElement.localName"
# Each character that is to be seen, with its colour, of the elements that match.
COLOURED = """(selector) => {
  const seen = [];
  for (const root of document.querySelectorAll(selector)) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { color } = getComputedStyle(walker.currentNode.parentElement);
      for (const char of walker.currentNode.data) if (char.trim()) seen.push([char, color]);
    }
  }
  return seen;
}"""
STYLE = """([selector, ...names]) => {
  const style = getComputedStyle(document.querySelector(selector));
  return names.map((name) => style[name]);
}"""
# The ground of what is selected, as it is painted.
CHOSEN = """(ground) => {
  const paint = document.createElement("canvas").getContext("2d");
  const { backgroundColor } = getComputedStyle(document.querySelector("textarea"), "::selection");
  for (paint.fillStyle of [ground, backgroundColor]) paint.fillRect(0, 0, 1, 1);
  return `rgb(${[...paint.getImageData(0, 0, 1, 1).data].slice(0, 3)})`;
}"""
# Where the first letter stands within the block, its width, and the size of the block.
PLACED = """([block, text]) => {
  const rect = (selector) => {
    const range = document.createRange();
    const walker = document.createTreeWalker(document.querySelector(selector), 4);
    while (walker.nextNode()) if (walker.currentNode.data.trim()) break;
    range.setStart(walker.currentNode, 0);
    range.setEnd(walker.currentNode, 1);
    return range.getBoundingClientRect();
  };
  const outer = document.querySelector(block).getBoundingClientRect();
  const first = rect(text);
  return [first.x - outer.x, first.y - outer.y, first.width, outer.height, outer.width]
    .map((value) => Math.round(100 * value) / 100);
}"""


def page_text(theme, source):
    static = highlight(source, PythonLexer(), HtmlFormatter(wrapcode=False))
    colours = "".join(
        HtmlFormatter(style=style).get_style_defs(f'html[data-theme="{name}"] .highlight')
        for name, style in PYGMENTS.items()
    )
    return (
        f"<!doctype html><html lang=en data-theme={theme}><meta charset=utf-8><title>t</title>"
        f'<meta http-equiv=Content-Security-Policy content="{POLICY}; img-src data:">'
        "<meta name=viewport content='width=device-width'><link rel=icon href=data:,>"
        f"<link rel=stylesheet href={THEME_STYLE.name}>"
        f"<style>{colours} main pre {{ margin: 0; border: none }}</style>"
        "<main><h1>t</h1><button id=before>before</button><div id=place></div>"
        f"<button id=after>after</button>{static}<p style='height:200vh'></p></main>"
        "<script type=module src=setup.js></script>"
    )


def luminance(colour):
    """WCAG 2: the relative luminance of an opaque ``rgb(…)``."""
    channels = [int(number) / 255 for number in re.fullmatch(r"rgb\((.*)\)", colour)[1].split(",")]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    dark, light = sorted(luminance(colour) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture
def show(open_page, tmp_path):
    """``show(source, theme="light", **context_options) -> page`` with an editor open in it."""
    for path in FILES:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    style = re.sub(r"@font-face\s*\{[^}]*\}", "", THEME_STYLE.read_text("utf-8"))
    (tmp_path / THEME_STYLE.name).write_text(style, "utf-8")
    (tmp_path / "setup.js").write_text(SETUP, "utf-8")
    logs = []
    with serve(tmp_path) as address:

        def visit(source="", theme="light", **options):
            (tmp_path / "page.html").write_text(page_text(theme, source), "utf-8")
            page, log = open_page(f"{address}page.html", **options)
            logs.append(log)
            page.wait_for_selector("html[data-loaded]")
            page.evaluate(OPEN, source)
            return page

        yield visit
        assert [problem for log in logs for problem in log.problems()] == []


@pytest.fixture
def editing(show):
    """``editing(source) -> page`` with the caret at the end of the text."""

    def visit(source="", **options):
        page = show(source, **options)
        page.evaluate("editor.focus()")
        page.keyboard.press("Control+End")
        return page

    return visit


def textarea(page):
    return page.get_by_role("textbox", name="Code of cell 1")


def select(page, start, end=None):
    textarea(page).evaluate(
        "(area, range) => area.setSelectionRange(...range)", [start, start if end is None else end]
    )


def paste(page, text):
    """As the browser tells a paste; where nobody prevents it, the text goes in as it is."""
    page.evaluate(
        """(text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          const paste = new ClipboardEvent("paste", { clipboardData, cancelable: true });
          if (document.activeElement.dispatchEvent(paste))
            document.execCommand("insertText", false, text);
        }""",
        text,
    )


# What it is


def test_the_bundle_is_small_evaluates_no_text_and_names_its_licence():
    text = BUNDLE.read_text("utf-8")
    assert len(gzip.compress(text.encode(), 9, mtime=0)) <= BUNDLE_LIMIT
    assert not re.search(r"\beval\(|\bFunction\(", text)
    assert text.startswith("/*! prism-code-editor 5.4.0, MIT")
    assert "Permission is hereby granted" in BUNDLE.with_name("LICENSE").read_text("utf-8")


def test_the_readme_says_how_the_bundle_is_made():
    readme = BUNDLE.with_name("README.md").read_text("utf-8")
    exports = re.findall(r"export \{ (.*) \}", readme)
    assert sorted(", ".join(exports).split(", ")) == sorted(
        re.findall(r"\w+", re.search(r"import \{(.*?)\}", FILES[0].read_text("utf-8"), re.S)[1])
    )
    assert "npm install --save-exact prism-code-editor@5.4.0 esbuild@" in readme


def test_the_textarea_says_what_it_is_and_how_to_leave_it(show):
    area = textarea(show("x = 1"))
    assert area.count() == 1
    attributes = {
        "aria-description": "Tab indents. Press Escape, then Tab, to leave.",
        "spellcheck": "false",
        "autocapitalize": "off",
        "autocorrect": "off",
        "autocomplete": "off",
    }
    assert {name: area.get_attribute(name) for name in attributes} == attributes


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(show, theme):
    page = show(SAMPLE, theme, bypass_csp=True)
    page.add_script_tag(path=AXE)
    rules = {"region": {"enabled": False}}
    found = page.evaluate("(rules) => axe.run('#place', { rules })", rules)["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("openEditor(null, { label: 'a' })", "openEditor got null as its place"),
        ("openEditor(document.body, { source: '' })", "openEditor got no label"),
    ],
)
def test_a_wrong_call_says_what_to_give(show, call, message):
    said = show().evaluate(f"(() => {{ try {{ {call} }} catch (e) {{ return String(e) }} }})()")
    assert said.startswith(f"TypeError: {message}")
    assert ": give " in said or ": say " in said


def test_without_its_stylesheet_the_module_says_which_file_is_missing(open_page, tmp_path):
    for path in (FILES[0], BUNDLE):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "page.html").write_text("<!doctype html><title>t</title>", "utf-8")
    with serve(tmp_path) as address:
        page, _ = open_page(f"{address}page.html")
        said = page.evaluate("import('./code-editor.js').catch((error) => error.message)")
    assert said == f"{address}code-editor.css did not load: reload the page to edit."


# Looks


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_code_keeps_every_colour_when_it_is_edited(show, theme):
    page = show(SAMPLE, theme)
    static = page.evaluate(COLOURED, "div.highlight pre")
    assert len({colour for _, colour in static}) >= 5
    assert page.evaluate(COLOURED, ".pce-line") == static


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_can_be_read(show, theme):
    page = show(SAMPLE, theme)
    (ground,) = page.evaluate(STYLE, [".code-editor", "backgroundColor"])
    colours = {colour for _, colour in page.evaluate(COLOURED, ".pce-line")}
    colours |= set(page.evaluate(STYLE, ["textarea", "caretColor"]))
    assert [colour for colour in colours if contrast(colour, ground) < 4.5] == []
    chosen = page.evaluate(CHOSEN, ground)
    assert chosen != ground
    assert [colour for colour in colours if contrast(colour, chosen) < 4.5] == []
    textarea(page).focus()
    style, ring = page.evaluate(STYLE, [".code-editor", "outlineStyle", "outlineColor"])
    assert style == "solid"
    assert contrast(ring, ground) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_editor_takes_the_place_of_the_static_code_to_the_pixel(show, theme):
    page = show(SAMPLE.rstrip(), theme)
    names = ["fontFamily", "fontSize", "lineHeight", "backgroundColor", "borderRadius"]
    static = page.evaluate(STYLE, ["div.highlight pre", *names])
    assert page.evaluate(STYLE, [".code-editor", *names]) == static
    assert page.evaluate(PLACED, [".code-editor", ".pce-line"]) == page.evaluate(
        PLACED, ["div.highlight pre", "div.highlight pre"]
    )


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_the_letters_that_are_typed_lie_below_those_that_are_shown(show, options):
    page = show("if x:\n    y = '" + "long " * 80 + "'\n\nz", **options)
    names = ["font", "lineHeight", "letterSpacing", "whiteSpace", "tabSize", "textAlign"]
    assert page.evaluate(STYLE, ["textarea", *names]) == page.evaluate(STYLE, [".pce-line", *names])
    typed, shown = page.evaluate(
        """() => {
          const area = document.querySelector("textarea"), { x, y } = area.getBoundingClientRect();
          const { paddingLeft, paddingTop } = getComputedStyle(area);
          const lines = [...document.querySelectorAll(".pce-line")];
          const first = lines[0].getBoundingClientRect();
          const inset = parseFloat(getComputedStyle(lines[0]).paddingLeft);
          const { width, height } = document.querySelector(".pce-wrapper").getBoundingClientRect();
          const start = [x + parseFloat(paddingLeft), y + parseFloat(paddingTop)];
          return [[...start, area.scrollWidth, area.scrollHeight],
            [first.x + inset, first.y, width, height]];
        }"""
    )
    assert typed == pytest.approx(shown, abs=1)


def test_on_a_phone_letters_are_large_and_long_lines_scroll_in_the_editor(show):
    page = show("x = " + "1 + " * 60 + "1\n", **PHONE)
    page.locator(".code-editor").tap()
    assert page.evaluate(FOCUSED) == "textarea"
    assert page.evaluate(STYLE, ["textarea", "fontSize"]) == ["16px"]
    assert page.evaluate("document.scrollingElement.scrollWidth") == 360
    inside = "(() => { const e = document.querySelector('.code-editor'); return %s; })()"
    assert page.evaluate(inside % "[e.clientWidth <= 360, e.scrollWidth > 1000]") == [True, True]
    page.keyboard.press("End")
    page.keyboard.type("+ 2")
    assert page.evaluate(inside % "e.scrollLeft > 500")
    page.keyboard.press("Enter")
    assert page.evaluate(inside % "e.scrollLeft < 20")
    assert page.evaluate(SOURCE).endswith("+ 1+ 2\n\n")


def test_forced_colours_show_the_letters_once_and_with_their_selection(show):
    page = show(SAMPLE, forced_colors="active")
    assert page.evaluate(STYLE, [".pce-line", "visibility"]) == ["hidden"]
    (letters,) = page.evaluate(STYLE, ["textarea", "color"])
    (ground,) = page.evaluate(STYLE, [".code-editor", "backgroundColor"])
    assert contrast(letters, ground) >= 7


def test_nothing_moves_for_who_wants_no_motion(show):
    page = show(SAMPLE, reduced_motion="reduce")
    page.add_style_tag(content="* { scroll-behavior: smooth }")
    assert page.evaluate(STYLE, [".code-editor", "scrollBehavior"]) == ["auto"]
    moving = "document.getAnimations().filter(({ effect }) => effect.target.closest('#place'))"
    assert page.evaluate(f"{moving}.length") == 0


def test_on_paper_the_letters_are_dark_and_long_lines_wrap(show):
    page = show(SAMPLE, "dark")
    page.emulate_media(media="print")
    assert {colour for _, colour in page.evaluate(COLOURED, ".pce-line")} == {"rgb(27, 31, 36)"}
    assert page.evaluate(STYLE, [".pce-line", "whiteSpace"]) == ["pre-wrap"]


# Typing


def test_typing_arrives_in_the_source_and_in_the_coloured_lines(editing):
    page = editing()
    page.keyboard.type("import os")
    assert page.evaluate(SOURCE) == "import os"
    assert page.locator(".pce-line .keyword").inner_text() == "import"
    assert page.evaluate("inputs.at(-1)") == "import os"
    assert page.evaluate("inputs.length") == len("import os")


@pytest.mark.parametrize(
    ("line", "following"),
    [
        ("x = 1", ""),
        ("    x = 1", "    "),
        ("  x = 1", "  "),  # two spaces, as some write, are kept and not rounded
        ("if x:", "    "),
        ("  for i in x:", "      "),
        ("else:  # a comment", "    "),
        ("# a comment:", ""),
        ("x = f(", "    "),
        ("x = {'a': [1],", "    "),
        ("x = '#:'", ""),
        ("x = f(')', [", "    "),
        ("}, {", "    "),
        ("x = '('", ""),
        ("])", ""),
        ("x = d[1:2]", ""),
    ],
)
def test_enter_keeps_the_indentation_and_goes_deeper_after_a_colon(editing, line, following):
    page = editing(line)
    page.keyboard.press("Enter")
    page.keyboard.type("y")
    assert page.evaluate(SOURCE) == f"{line}\n{following}y"


def test_enter_in_the_middle_of_a_text_takes_the_rest_along(editing):
    page = editing("    ab\nc")
    select(page, 5)
    page.keyboard.press("Enter")
    assert page.evaluate(SOURCE) == "    a\n    b\nc"


def test_a_function_is_typed_as_it_is_thought(editing):
    page = editing()
    page.keyboard.type("def f(x):\nif x:\nreturn 1\n")
    page.keyboard.press("Backspace")
    page.keyboard.type("return [(2, '3')]")
    assert page.evaluate(SOURCE) == (
        "def f(x):\n    if x:\n        return 1\n    return [(2, '3')]"
    )


def test_backspace_takes_one_letter_outside_the_indentation(editing):
    page = editing("    x    ")
    page.keyboard.press("Backspace")
    assert page.evaluate(SOURCE) == "    x   "


def test_tab_indents_to_the_next_stop_and_shift_tab_goes_back(editing):
    page = editing("ab")
    page.keyboard.press("Tab")
    assert page.evaluate(SOURCE) == "ab  "
    select(page, 0)
    page.keyboard.press("Tab")
    assert page.evaluate(SOURCE) == "    ab  "
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(SOURCE) == "ab  "
    assert page.evaluate(FOCUSED) == "textarea"


def test_tab_and_shift_tab_move_all_lines_of_the_selection(editing):
    page = editing("if x:\n    y\n\nz")
    select(page, 2, 8)
    page.keyboard.press("Tab")
    assert page.evaluate(SOURCE) == "    if x:\n        y\n\nz"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(SOURCE) == "if x:\ny\n\nz"


def test_control_slash_comments_the_lines_and_uncomments_them(editing):
    page = editing("a\n    b\nc")
    select(page, 0, 4)
    page.keyboard.press("Control+/")
    assert page.evaluate(SOURCE) == "# a\n    # b\nc"
    page.keyboard.press("Control+/")
    assert page.evaluate(SOURCE) == "a\n    b\nc"


@pytest.mark.parametrize("keys", ["Shift+Enter", "Control+Enter", "Meta+Enter"])
def test_run_is_called_and_the_text_stays(editing, keys):
    page = editing("if x:")
    page.keyboard.press(keys)
    assert page.evaluate("[runs, editor.source, inputs]") == [1, "if x:", []]


def test_the_enter_of_an_input_method_neither_runs_nor_breaks_the_line(editing):
    page = editing("a")
    for shift in ("true", "false"):
        textarea(page).evaluate(
            f"""(area) => area.dispatchEvent(new KeyboardEvent("keydown",
              {{ key: "Enter", shiftKey: {shift}, isComposing: true, bubbles: true }}))"""
        )
    assert page.evaluate("[runs, editor.source]") == [0, "a"]


# Leaving


def test_after_escape_tab_leaves_and_the_way_back_indents_again(editing):
    page = editing("x")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "after"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUSED) == "textarea"
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUSED) == "before"
    page.keyboard.press("Tab")
    select(page, 1)  # by no key, which alone would give Tab back to the editor
    page.keyboard.press("Tab")
    assert page.evaluate(f"[editor.source, {FOCUSED}]") == ["x   ", "textarea"]


def test_whoever_goes_on_typing_after_escape_indents(editing):
    page = editing("x")
    page.keyboard.press("Escape")
    page.keyboard.type("y")
    page.keyboard.press("Tab")
    assert page.evaluate(f"[editor.source, {FOCUSED}]") == ["xy  ", "textarea"]


# Undo


def test_undo_and_redo_are_the_browsers(editing):
    page = editing("x = 1")
    page.keyboard.press("Enter")
    page.keyboard.type("y")
    page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("Control+z")
    assert page.evaluate(SOURCE) == "x = 1"
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    assert page.evaluate(SOURCE) == "x = 1\ny   "
    assert page.locator(".pce-line").count() == 2


def test_a_source_that_is_set_can_be_undone_and_redone(editing):
    page = editing("a = 1")
    page.keyboard.type("0")
    page.evaluate("editor.source = 'b = 2\\n'")
    assert page.evaluate("inputs.at(-1)") == "b = 2\n"
    page.keyboard.press("Control+z")
    assert page.evaluate(SOURCE) == "a = 10"
    page.keyboard.press("Control+Shift+z")
    assert page.evaluate(SOURCE) == "b = 2\n"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert page.evaluate(SOURCE) == "a = 1"


def test_a_source_is_what_was_set_to_the_letter(show):
    page = show()
    read = """(text) => {
      editor.source = text;
      const lines = [...document.querySelectorAll(".pce-line")];
      return [editor.source, document.querySelector("textarea").value,
        lines.map((line) => line.textContent).join("")];
    }"""
    texts = ["", "b", "b\n", "b\n\n", "<b>&amp;\n  c", "a\n"]
    for text in [second for first in texts for second in (first, *texts)]:
        assert page.evaluate(read, text) == [text, text, f"{text}\n"]


def test_setting_a_source_leaves_focus_and_page_where_they_are(show):
    page = show("a\n" * 80)
    page.locator("#before").focus()
    page.evaluate("scrollTo(0, 300)")
    page.evaluate("editor.source = 'b\\n'.repeat(90)")
    assert page.evaluate(f"[{FOCUSED}, scrollY]") == ["before", 300]
    page.evaluate("document.activeElement.blur(); editor.source = 'c'")
    assert page.evaluate(FOCUSED) == "body"


def test_setting_a_hidden_source_writes_nowhere_else(show):
    page = show("a")
    page.evaluate(
        """() => {
          document.getElementById("place").hidden = true;
          const field = document.createElement("input");
          document.body.append(field);
          field.focus();
          editor.source = "b";
        }"""
    )
    assert page.evaluate("[editor.source, document.querySelector('input').value]") == ["b", ""]


# Pasting


@pytest.mark.parametrize(
    ("pasted", "source"),
    [
        ("if x:\r\n\ty\r\n\t\tz", "if x:\n    y\n        z"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("<b>&amp;\t</b>", "<b>&amp;    </b>"),
    ],
)
def test_what_is_pasted_or_set_gets_spaces_and_line_feeds(editing, pasted, source):
    page = editing()
    paste(page, pasted)
    assert (
        page.evaluate("[editor.source, document.querySelector('textarea').value]") == [source] * 2
    )
    page.keyboard.press("Control+z")
    assert page.evaluate(SOURCE) == ""
    page.evaluate("(text) => { editor.source = text; }", pasted)
    assert page.evaluate(SOURCE) == source


def test_a_tab_that_comes_by_other_ways_is_no_tab_in_the_source(editing):
    page = editing()
    page.keyboard.insert_text("a\tb")
    assert page.evaluate("[editor.source, inputs.at(-1)]") == ["a    b"] * 2


# Closing


def test_closing_takes_away_the_editor_and_its_listeners(show):
    page = show("a")
    page.evaluate(
        """() => {
          editor.focus();
          window.kept = document.querySelector("textarea");
          editor.close();
          for (const key of ["Enter", "Tab"]) kept.dispatchEvent(
            new KeyboardEvent("keydown", { key, shiftKey: key === "Enter", cancelable: true }));
          kept.value = "b";
          kept.dispatchEvent(new Event("input"));
        }"""
    )
    assert page.evaluate("[runs, inputs, document.getElementById('place').innerHTML]") == [
        0,
        [],
        "",
    ]
    assert page.evaluate(FOCUSED) == "body"
    page.evaluate("document.getElementById('after').focus()")


def test_opening_and_closing_leaves_nothing_behind_on_the_page(show):
    page = show("a")
    added = page.evaluate(
        """() => {
          const added = [];
          for (const target of [window, document, document.body, document.documentElement]) {
            const { addEventListener } = target;
            target.addEventListener = function (name, ...rest) {
              added.push(name);
              return addEventListener.call(this, name, ...rest);
            };
          }
          const nodes = document.querySelectorAll("*").length;
          const place = document.getElementById("after");
          for (let i = 0; i < 3; i++) openEditor(place, { label: "b", source: "c" }).close();
          return [added, document.querySelectorAll("*").length - nodes];
        }"""
    )
    assert added == [[], 0]


def test_two_editors_know_nothing_of_each_other(show):
    page = show("a")
    page.evaluate(
        """() => { window.other = openEditor(document.getElementById("after").parentElement,
          { label: "Other", source: "b", onInput: () => { throw new Error("not mine"); } }); }"""
    )
    page.evaluate("editor.focus()")
    page.keyboard.type("x")
    page.evaluate("editor.close()")
    assert page.evaluate("other.source") == "b"
    assert page.get_by_role("textbox").count() == 1
