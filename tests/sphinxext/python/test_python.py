"""Cells that run in the page: a small book with Python from the site's own folder, in a browser."""

import json
import platform
import re
import shutil
from pathlib import Path

import pytest
from nbformat import v4
from sphinx.errors import ExtensionError

from sphinxext.python import pyodide
from tools.browser import LAUNCH_ARGS, find_browser
from tools.browser import open_page as open_in
from tools.server import serve

REPO = Path(__file__).parents[3]
START = 60_000  # ms: Python starts, on a busy machine
HIDDEN = ("hidden = 39", [], {"tags": ["remove-cell"]})
CELLS = [
    "# Cells",
    HIDDEN,
    ("import numpy as np\nprint(np.arange(3).sum() + hidden)", [], {}),
    ("x = 2\nx * 21", [], {}),
    ("print('before')\n1 / 0", [], {"tags": ["raises-exception"]}),
    ("print('x is', x)", [], {}),
    ("answer = ...", [], {}),
    ("counter = 0\nprint('start')\nwhile counter < 0:\n    pass", [], {}),
]
SHOWN = [
    "# Shown",
    (
        "from lecturelib import plots\nimport matplotlib.pyplot as plt\nplots.use()\n"
        "fig, ax = plots.figure()\nax.plot([1, 2, 4])\nplt.show()",
        [],
        {"mystnb": {"image": {"alt": "A line that rises."}}},
    ),
    ("from lecturelib.widgets import Neuron\nneuron = Neuron(bias=1.5)\nneuron", [], {}),
    ("print(neuron.bias)", [], {}),
    ("from lecturelib.data import mnist\nprint(len(mnist().X))", [], {}),
    ("from lecturelib import checks\nchecks.Verdict(True, 'Yes <3.')", [], {}),
    ("neuron", [], {}),
]
LATER = "from IPython.display import HTML, clear_output"
TEXTS = [
    "# Texts",
    (f"{LATER}\nfor i in range(3):\n    clear_output(wait=True)\n    print(i, end='')", [], {}),
    ("for i in range(12, 7, -1):\n    print('\\r', i, end='', flush=True)\nprint('!')", [], {}),
    ("print('\\x1b[1;31mred\\x1b[0m plain \\x1b[38;5;9many', end='\\x1b[0m')", [], {}),
    ("display(HTML('<p>Shown</p>'))\nHTML('<script>x()</script><button onclick=y()>')", [], {}),
    ("import matplotlib.pyplot as plt\nfrom matplotlib.animation import FuncAnimation", [], {}),
]
ANIMATION = """
fig, ax = plt.subplots()
(line,) = ax.plot([0, 1])
HTML(FuncAnimation(fig, lambda i: line.set_ydata([0, i]), frames=2).to_jshtml())
"""
BROKEN = ["# Broken", ("half = 1 / 0", [], {"tags": ["remove-cell"]}), ("half", [], {})]
GUARDED = [
    "# Guarded",
    ("n = 3", [], {}),
    ("assert n == 3", [], {"tags": ["remove-cell"]}),
    ("print(2 * n)", [], {}),
]
HEAD = [
    "# Head",
    ("import matplotlib.pyplot as plt", [], {"tags": ["hide-input", "set-up"]}),
    (
        "plt.plot([1, 2])\nplt.show()",
        [v4.new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "Figure"})],
        {"tags": ["hide-input", "set-up"]},
    ),
    ("print('after')", [], {}),
]
ABSENT = ["# Absent", ("import torch\nfrom keras import layers", [], {})]
PARTLY = [
    "# Partly",
    ("half = 21", [], {}),
    ("import torch", [], {"tags": ["hide-input"]}),
    ("print(torch.tensor(half))", [], {}),
    ("assert torch", [], {"tags": ["remove-cell"]}),
    ("print(2 * half)", [], {}),
    ("print('end')", [], {}),
]
SETTINGS = {
    "python_cache": str(REPO / ".cache" / "pyodide"),
    "python_elsewhere": {"torch": "PyTorch", "keras": "Keras"},
}


def grown(notebook):
    """The page of cells as published later: one more above, one changed, one gone."""
    made = notebook(*CELLS)
    made.cells.insert(1, v4.new_code_cell("first = 0", id="first"))
    made.cells[5].source = "print('earlier')\n1 / 0"
    assert made.cells.pop(7).source == "answer = ..."
    return made


@pytest.fixture(scope="module")
def book(build_once, notebook):
    """The small book; pages for texts, for figures and widgets, with an error, with PyTorch."""
    files = {
        "index.md": "# Book\n\n```{toctree}\n:glob:\n*\n```\n",
        "cells.ipynb": notebook(*CELLS),
        "grown.ipynb": grown(notebook),
        "shown.ipynb": notebook(*SHOWN),
        "texts.ipynb": notebook(*TEXTS),
        "broken.ipynb": notebook(*BROKEN),
        "absent.ipynb": notebook(*ABSENT),
        "partly.ipynb": notebook(*PARTLY),
        "guarded.ipynb": notebook(*GUARDED),
        "head.ipynb": notebook(*HEAD),
        "conf.py": "",
    }
    extensions = ["sphinxext.widgets.host", "sphinxext.python", "sphinxext.theme.set_up"]
    return build_once(*extensions, files=files, **SETTINGS)


@pytest.fixture(scope="module")
def address(book):
    with serve(book.out, "/some/book/") as url:
        yield url


@pytest.fixture
def open_cells(browser, address):
    """``open_cells(name, **options) -> Cells``; every page in a context of its own."""
    opened = []

    def make(name="cells", **options):
        visit = open_in(browser, f"{address}{name}.html", **options)
        opened.append(visit.page.context)
        return Cells(visit.page, visit.log)

    yield make
    for context in opened:
        context.close()


class Cells:
    """The cells of a page as a reader meets them, counted from 0 as they are seen."""

    def __init__(self, page, log):
        self.page, self.log = page, log

    def problems(self):
        """What went wrong, but for the icon that this book does not have."""
        return [problem for problem in self.log.problems() if "favicon" not in problem]

    def cell(self, number):
        return self.page.locator("div.cell").nth(number)

    def button(self, number, name):
        return self.cell(number).get_by_role("button", name=name, exact=True)

    def run(self, number, wait="Done"):
        # What the last run has left there would be taken for the end of this one.
        status = self.cell(number).locator(".run-bar [role=status]")
        status.evaluate("e => { e.textContent = ''; }")
        self.button(number, "Run").click()
        self.wait(number, wait)
        return self.text(number)

    def run_all(self, words="Every cell has run."):
        bar = self.page.locator(".run-page")
        bar.get_by_role("button", name="Run all code").click()
        end = bar.get_by_role("status").filter(has_text=re.compile("Every|did not|cannot|Failed"))
        end.wait_for(timeout=START)
        assert end.inner_text() == words

    def wait(self, number, words):
        status = self.cell(number).locator(".run-bar [role=status]")
        status.filter(has_text=re.compile(words)).wait_for(timeout=START)

    def text(self, number):
        return self.cell(number).locator(".live-output").inner_text()

    def edit(self, number, text):
        self.button(number, "Edit").click()
        self.cell(number).locator("textarea").fill(text)


# What is written


def test_every_cell_has_a_bar_and_the_hidden_one_none(book):
    page = book.page("cells")
    assert book.warnings == ""
    bars = page.select("div.cell_input > .run-bar")
    assert len(bars) == len(CELLS) - 2
    assert {tuple(b.text for b in bar.select("button")) for bar in bars} == {("Run", "Edit")}
    (whole,) = page.select(".run-page")
    assert [b.text for b in whole.select("button")] == ["Run all code"]
    assert not whole.find_parent(class_="cell")  # which may be folded


def test_the_sources_are_the_notebooks(book):
    stored = json.loads(
        (book.out / book.page("cells").select_one("[data-cells]")["data-cells"]).read_text()
    )
    assert [cell["source"] for cell in stored] == [cell[0] for cell in CELLS[1:]]
    assert [cell["hidden"] for cell in stored] == [True] + [False] * 6
    assert [cell["raises"] for cell in stored].index(True) == 3
    assert stored[1]["packages"] == ["numpy"]


def test_a_page_that_needs_more_says_so_in_one_line(book):
    page = book.page("absent")
    assert not page.select(".run-bar")
    (note,) = page.select(".run-note")
    assert note.text.startswith("The code here needs Keras and PyTorch, which no browser runs.")
    assert not page.select('script[src*="python_cells"]')


def test_a_cell_that_needs_more_says_so_and_the_others_have_their_buttons(book):
    page = book.page("partly")
    cells = page.select("div.cell")
    assert [bool(cell.select(".run-bar")) for cell in cells] == [True, False, False, True, True]
    assert [note.text for note in page.select(".run-note")] == [
        "This cell needs PyTorch, which no browser runs. "
        "Download the page as a notebook: the arrow at its top."
    ] * 2
    assert len(page.select(".run-page")) == 1
    stored = json.loads((book.out / page.select_one("[data-cells]")["data-cells"]).read_text())
    assert [cell["needs"] for cell in stored] == [[], *[["PyTorch"]] * 3, [], []]


def test_nothing_of_python_is_fetched_before_the_first_touch(open_cells):
    cells = open_cells()
    names = cells.page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    assert not [name for name in names if "/_static/python/" in name]
    assert cells.page.evaluate("navigator.serviceWorker.controller") is None


def test_without_a_source_the_book_has_no_buttons_and_says_why(
    build, notebook, monkeypatch, capsys
):
    def nowhere(*args, **options):
        raise pyodide.Unavailable({"numpy.whl": ["the CDN: no network"]}, Path("cache"))

    monkeypatch.setattr(pyodide, "assemble", nowhere)
    monkeypatch.delenv("BOOK_STRICT", raising=False)
    extensions = ["sphinxext.python"]
    files = {"index.ipynb": notebook(*CELLS)}
    made = build(*extensions, files=files, **SETTINGS)
    assert not made.page().select(".run-bar")
    assert not (made.out / "_static/python").exists()
    said = capsys.readouterr().err
    assert "no Run buttons" in said
    assert "numpy.whl" in said


def test_a_strict_build_ends_where_python_cannot_be_had(build, notebook, monkeypatch):
    def nowhere(*args, **options):
        raise pyodide.Unavailable({"numpy.whl": ["the CDN: no network"]}, Path("cache"))

    monkeypatch.setattr(pyodide, "assemble", nowhere)
    monkeypatch.setenv("BOOK_STRICT", "1")
    with pytest.raises(ExtensionError, match=r"(?s)no Run buttons.*numpy\.whl"):
        build("sphinxext.python", files={"index.ipynb": notebook(*CELLS)}, **SETTINGS)


def test_the_setting_leaves_everything_away(build, notebook):
    extensions = ["sphinxext.python"]
    made = build(*extensions, files={"index.ipynb": notebook(*CELLS)}, python_in_page=False)
    assert not made.page().select(".run-bar")


# What runs


def test_cells_above_run_first_and_once(open_cells):
    cells = open_cells()
    assert cells.run(1) == "42\n"
    assert cells.text(0) == ""  # the book's output stands: it ran, and gave the same
    assert cells.run(0) == "42\n"
    cells.edit(1, "x = 5")
    assert cells.run(3).strip() == "x is 5"
    assert cells.problems() == []


def test_an_error_marks_its_line_and_a_cell_that_should_raise_stops_nobody(open_cells):
    cells = open_cells()
    assert "x is 2" in cells.run(3)
    assert "ZeroDivisionError" in cells.text(2)
    mark, code = cells.cell(2).locator(".error-line"), cells.cell(2).locator(".cell_input pre")
    assert mark.get_attribute("data-line") == "2"
    inside, around = mark.bounding_box(), code.bounding_box()
    middle = around["y"] + around["height"] / 2
    assert inside["y"] >= middle - 3  # the second of two lines
    assert inside["y"] + inside["height"] <= around["y"] + around["height"] + 1
    cells.edit(1, "x = 2\nx.nothing")
    cells.button(3, "Run").click()
    cells.wait(3, "cell 3 did not end well: AttributeError: 'int' object has no attribute")
    text = cells.text(1)
    assert 'File "cell 3", line 2' in text
    assert "AttributeError" in text
    mark, line = cells.cell(1).locator(".error-line"), cells.cell(1).locator(".pce-line").nth(1)
    assert mark.get_attribute("data-line") == "2"
    assert abs(mark.bounding_box()["y"] - line.bounding_box()["y"]) < 2


def test_an_error_in_a_hidden_cell_is_told_by_the_cell_that_needed_it(open_cells):
    cells = open_cells("broken")
    cells.run(0, "cell 1 did not end well: ZeroDivisionError: division by zero")
    assert cells.problems() == []


def test_what_guards_the_prose_stops_nobody_who_has_changed_the_code(open_cells):
    cells = open_cells("guarded")
    assert cells.run(1) == "6\n"
    cells.edit(0, "n = 5")
    assert cells.run(1) == "10\n"


def test_without_an_edit_a_guard_that_fails_is_told(open_cells):
    cells = open_cells("guarded")
    cells.page.route(
        "**/cells/*.json",
        lambda route: route.fulfill(
            json=[
                cell | {"source": cell["source"].replace("n = 3", "n = 4")}
                for cell in route.fetch().json()
            ]
        ),
    )
    cells.button(1, "Run").click()
    cells.wait(1, "cell 2 did not end well: AssertionError")


def test_the_cells_of_the_set_up_run_from_their_bar_below_the_picture(open_cells):
    cells = open_cells("head")
    page = cells.page
    page.locator("details.set-up summary").click()
    bars = page.locator("details.set-up .run-bar")
    for number in range(2):
        bars.nth(number).get_by_role("button", name="Run", exact=True).click()
        done = bars.nth(number).get_by_role("status").filter(has_text="Done")
        done.wait_for(timeout=START)
    live = page.locator(".live-output img").first
    live.wait_for()
    fold = page.locator("details.set-up").bounding_box()
    assert live.bounding_box()["y"] < fold["y"]
    assert page.locator(".cell_output:not(.live-output) >> visible=true").count() == 0
    assert cells.problems() == []


def test_stop_ends_an_endless_loop_and_the_page_goes_on(open_cells):
    cells = open_cells()
    cells.edit(5, "print('start')\nwhile True:\n    pass")
    cells.button(5, "Run").click()
    cells.cell(5).locator(".live-output").filter(has_text="start").wait_for(timeout=START)
    assert len(cells.page.workers) == 1
    with cells.page.workers[0].expect_event("close", timeout=START):
        cells.button(5, "Stop").click()
    cells.wait(5, "Stopped")
    assert cells.button(5, "Stop").count() == 0
    assert "x is 2" in cells.run(3)  # what the cells above had made is gone: they run again


def test_while_python_is_busy_another_cell_says_so(open_cells):
    cells = open_cells()
    cells.edit(5, "print('start')\nwhile True:\n    pass")
    cells.button(5, "Run").click()
    cells.cell(5).locator(".live-output").filter(has_text="start").wait_for(timeout=START)
    cells.button(0, "Run").click()
    cells.wait(0, "Python is busy with cell 7")


def test_an_edit_outlives_the_visit_and_reset_ends_it(open_cells):
    cells = open_cells()
    cells.edit(1, "x = 7\nx")
    assert cells.run(1) == "7\n"
    cells.page.reload()
    cells.cell(1).locator("textarea").wait_for()
    assert cells.cell(1).locator("textarea").input_value() == "x = 7\nx"
    assert cells.run(1) == "7\n"
    cells.button(1, "Reset").click()
    assert cells.cell(1).locator("textarea").count() == 0
    assert cells.cell(1).locator(".live-output").is_hidden()
    assert cells.page.evaluate("localStorage['book-edits:' + location.pathname]") is None
    assert cells.run(1) == "42\n"


STORED = "JSON.parse(localStorage['book-edits:' + location.pathname] ?? '{}')"


@pytest.fixture
def republished(open_cells):
    """``republished(edits) -> Cells``: the page after its cells have grown, with these edits."""

    def make(edits):
        cells = open_cells("grown")
        cells.page.evaluate(
            "(all) => { localStorage['book-edits:' + location.pathname] = JSON.stringify(all); }",
            {key: {"original": old, "edited": new} for key, (old, new) in edits.items()},
        )
        cells.page.reload()
        return cells

    return make


def test_an_edit_is_kept_under_the_id_of_its_cell(open_cells):
    cells = open_cells()
    cells.edit(1, "x = 9\nx")
    assert cells.page.evaluate(STORED) == {
        "cell-3": {"original": CELLS[3][0], "edited": "x = 9\nx"}
    }


@pytest.mark.parametrize("key", ["cell-3", "2", "gone"])
def test_an_edit_follows_its_cell_when_another_comes_above(republished, key):
    cells = republished({key: (CELLS[3][0], "x = 9\nx")})
    editor = cells.cell(2).locator("textarea")
    editor.wait_for()
    assert editor.input_value() == "x = 9\nx"
    assert cells.page.locator("textarea").count() == 1
    assert cells.page.locator(".former-edits").count() == 0
    assert [*cells.page.evaluate(STORED)] == ["cell-3"]


def test_two_edits_without_their_cells_do_not_meet_in_one(republished):
    cells = republished({"a": (CELLS[3][0], "x = 8"), "b": (CELLS[3][0], "x = 9")})
    cells.cell(2).locator("textarea").wait_for()
    assert cells.cell(2).locator("textarea").input_value() == "x = 8"
    assert cells.page.locator(".former-edits pre").text_content() == "x = 9"


CHANGED = {"cell-4": (CELLS[4][0], "print('mine')")}


def test_an_edit_of_code_that_the_book_has_changed_is_offered(republished):
    cells = republished(CHANGED)
    cells.wait(3, "The book has changed this cell since your edit, which is kept")
    assert cells.page.locator("textarea").count() == 0
    assert "earlier" in cells.run(3, "Stopped")
    cells.button(3, "Show my edit").click()
    cells.cell(3).locator("textarea").wait_for()
    assert cells.button(3, "Show my edit").count() == 0
    assert cells.run(3) == "mine\n"
    edit = {"original": "print('earlier')\n1 / 0", "edited": "print('mine')"}
    assert cells.page.evaluate(STORED) == {"cell-4": edit}


def test_typing_beside_an_offered_edit_loses_neither(republished):
    cells = republished(CHANGED)
    cells.wait(3, "The book has changed this cell")
    cells.edit(3, "print('new')")
    cells.page.reload()
    cells.cell(3).locator("textarea").wait_for()
    assert cells.cell(3).locator("textarea").input_value() == "print('new')"
    former = cells.page.locator(".former-edits")
    former.locator("summary").click()
    assert former.locator("pre").all_inner_texts() == ["print('mine')"]
    former.get_by_role("button", name="Discard").click()
    assert former.count() == 0
    assert [*cells.page.evaluate(STORED)] == ["cell-4"]


def test_an_edit_whose_cell_is_gone_is_shown_below_the_bar(republished):
    cells = republished({"cell-6": ("answer = ...", "answer = 42")})
    cells.page.locator(".former-edits summary").filter(has_text="no longer has").click()
    assert cells.page.locator(".former-edits pre").inner_text() == "answer = 42"
    assert cells.page.locator("textarea").count() == 0
    assert cells.problems() == []


def test_run_all_runs_to_the_end_and_shows_everything(open_cells):
    cells = open_cells()
    cells.run_all()
    assert [cells.text(i).strip().splitlines()[-1:] for i in (0, 1, 3)] == [
        ["42"],
        ["42"],
        ["x is 2"],
    ]


def test_cells_that_need_more_are_passed_over(open_cells):
    cells = open_cells("partly")
    assert cells.run(3) == "42\n"
    assert cells.text(0) == ""
    cells.run_all("Every cell has run but 2, which need PyTorch.")
    assert [cells.text(n) for n in (3, 4)] == ["42\n", "end\n"]
    assert cells.problems() == []


def test_by_keyboard_alone(open_cells):
    cells = open_cells()
    page = cells.page
    cells.button(1, "Edit").focus()
    page.keyboard.press("Enter")
    cells.cell(1).locator("textarea").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.type("x = 3\nx + 1")
    page.keyboard.press("Shift+Enter")
    cells.wait(1, "Done")
    assert cells.text(1) == "4\n"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.run-bar') !== null")


def test_on_a_phone(open_cells):
    cells = open_cells(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    before = cells.page.evaluate("document.documentElement.scrollWidth")
    cells.button(1, "Run").tap()
    cells.wait(1, "Done")
    assert cells.text(1) == "42\n"
    cells.button(1, "Edit").tap()
    cells.cell(1).locator("textarea").wait_for()
    assert cells.page.evaluate("document.documentElement.scrollWidth") == before
    sizes = cells.page.locator(".run-bar button:visible").evaluate_all(
        "all => all.map((b) => b.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 24


def test_figures_widgets_data_and_checks(open_cells):
    cells = open_cells("shown")
    cells.run_all()
    light, dark = cells.cell(0).locator(".live-output img").all()
    assert cells.text(0) == ""  # nothing printed: matplotlib has found its list of fonts
    assert light.get_attribute("alt") == "A line that rises."
    assert light.evaluate("img => img.decode().then(() => img.naturalWidth)") > 300
    assert light.get_attribute("src") != dark.get_attribute("src")
    widget = cells.cell(1).locator(".live-output .anywidget-view")
    widget.get_by_role("slider").first.wait_for()
    assert cells.text(2) == "1.5\n"
    assert cells.text(3) == "5000\n"
    assert "Yes <3." in cells.text(4)
    cells.page.evaluate("bookWidgets.views.values().next().value.model.set('bias', -2)")
    cells.page.evaluate("bookWidgets.views.values().next().value.model.save_changes()")
    assert cells.run(2) == "-2.0\n"
    cells.edit(2, "neuron.bias = 3")
    cells.run(2)
    assert cells.page.evaluate("bookWidgets.views.values().next().value.model.get('bias')") == 3
    assert cells.problems() == []


# What notebooks do to outputs


def test_outputs_are_cleared_overwritten_and_coloured(open_cells):
    cells = open_cells("texts")
    cells.run_all()
    assert cells.text(0) == "2"
    assert cells.text(1) == " 8!\n"  # of 10 the 0 stays until it is written over
    assert cells.text(2) == "red plain any"
    assert cells.cell(2).locator(".ansi-bold.ansi-31").all_inner_texts() == ["red"]
    assert cells.problems() == []


def test_an_output_with_a_script_of_its_own_says_what_does_not_work(open_cells):
    cells = open_cells("texts")
    assert re.fullmatch(r"Shown\s+This output is drawn by a script.*\n", cells.run(3))
    assert cells.cell(3).locator(".live-output button").count() == 0
    cells.edit(4, TEXTS[5][0] + ANIMATION)
    assert "To see an animation, show its pictures one after the other" in cells.run(4)
    assert cells.cell(4).locator(".live-output input").count() == 0
    assert cells.problems() == []


LOOP = """import matplotlib.pyplot as plt
from IPython.display import clear_output
for i in range(3):
    clear_output(wait=True)
    plt.plot([0, i])
    plt.title(i)
    plt.show()
    print(i)"""


def test_a_loop_that_plots_leaves_its_last_figure(open_cells):
    cells = open_cells("texts")
    cells.edit(0, LOOP)
    assert cells.run(0).strip() == "2"
    place = cells.cell(0).locator(".live-output")
    assert place.locator("img").count() == 1
    assert place.evaluate("place => place.style.minHeight") == ""


TERMINAL = """async (writes) => {
    const folder = document.querySelector(".run-page").dataset.python;
    const { Terminal } = await import(new URL("terminal.js", new URL(folder, location)));
    const pre = document.createElement("pre"), terminal = new Terminal(pre);
    for (const text of writes) terminal.write(text);
    const styled = [...pre.querySelectorAll("[class]")];
    return [pre.textContent, ...styled.map((e) => `${e.className}: ${e.textContent}`)];
}"""


@pytest.mark.parametrize(
    ("writes", "shown"),
    [
        (["one\ntw", "o\n"], ["one\ntwo\n"]),
        (["100 %", "\r 20", "\r\n"], [" 20 %\n"]),
        (["ab\b\bxyz\b"], ["xyz"]),
        (["long\r\x1b[Kab"], ["ab"]),
        (["long\x1b[2K\rab"], ["ab  "]),
        (
            ["\x1b[1mBold \x1b[22;92mgreen\x1b[m."],
            ["Bold green.", "ansi-bold: Bold ", "ansi-32: green"],
        ),
        (["\x1b", "[3", "1m", "r\ns\x1b[39m."], ["r\ns.", "ansi-31: r", "ansi-31: s"]),
        (["\x1b[48;2;31;32;33mx\x1b[38;5;31my\x1b[4;36mz"], ["xyz", "ansi-underline ansi-36: z"]),
        (["\x1b]0;title\x07\x1b[2Aa\x1b[?25lb"], ["ab"]),
    ],
)
def test_text_as_a_terminal_shows_it(open_cells, writes, shown):
    assert open_cells("texts").page.evaluate(TERMINAL, writes) == shown


def test_commands_of_ipython_in_the_page(open_cells):
    cells = open_cells()
    cells.edit(1, "!ls\nimport matplotlib\n%time matplotlib.__name__")
    text = cells.run(1, "Done|Stopped")
    assert text.startswith("!ls does nothing here: a page has no shell.")
    assert re.search(r"Wall time: \S+ .?s\n+'matplotlib'", text)
    cells.edit(1, "x = 2\nscale = (1 - 0.5\n% 0.5)\n%timeit -n 2 -r 2 x + 1\nx?")
    text = cells.run(1, "Done|Stopped")
    assert re.search(r"per loop \(mean ± std\. dev\. of 2 runs, 2 loops each\)", text)
    assert "Help on int object" in text
    # The tokenizer of the page's Python has other words for a statement that goes on.
    cells.edit(1, 'x = 9 \\\n% 5\ntext = f"""{x}\n!ls\n"""\nprint(text, (x\n% 3))')
    assert cells.run(1, "Done|Stopped") == "4\n!ls\n 1\n"


def test_the_clock_of_the_process_ticks_in_the_page(open_cells):
    cells = open_cells()
    clocks = "[t.process_time, lambda: t.process_time_ns() / 1e9]"
    measured = "start = clock()\n  sum(range(10**6))\n  print(0 < clock() - start < 60)"
    cells.edit(1, f"import time as t\nfor clock in {clocks}:\n  {measured}")
    assert cells.run(1, "Done|Stopped") == "True\nTrue\n"


def test_a_widget_that_two_cells_show_is_one(open_cells):
    cells = open_cells("shown")
    cells.run_all()
    sliders = [
        cells.cell(n).locator(".live-output").get_by_role("slider", name="bias") for n in (1, 5)
    ]
    for slider in sliders:
        slider.wait_for()
    for moved, other in (sliders, sliders[::-1]):
        moved.press("Home")
        assert other.input_value() == moved.input_value() == moved.get_attribute("min")
        assert float(cells.run(2)) == float(moved.input_value())
        moved.press("End")
        assert other.input_value() == moved.get_attribute("max")
    cells.edit(1, "neuron = Neuron(bias=0.5)\nneuron")
    cells.run(1)  # the view below cell 6 stays with the old widget
    assert cells.page.evaluate(
        "[...bookWidgets.views.values()].map((v) => v.model.get('bias'))"
    ) == [
        float(sliders[1].input_value()),
        0.5,
    ]
    assert cells.problems() == []


def test_two_tabs_run_apart(browser, address):
    context = browser.new_context()
    tabs = []
    for _ in range(2):
        page = context.new_page()
        page.goto(f"{address}cells.html")
        tabs.append(Cells(page, None))
    tabs[0].edit(1, "x = 100\nx")
    assert tabs[0].run(1) == "100\n"
    assert tabs[1].run(1) == "42\n"
    assert tabs[0].run(1) == "100\n"
    context.close()


def test_leaving_while_python_runs_and_coming_back(open_cells):
    cells = open_cells()
    cells.edit(5, "print('start')\nwhile True:\n    pass")
    cells.button(5, "Run").click()
    cells.cell(5).locator(".live-output").filter(has_text="start").wait_for(timeout=START)
    cells.page.goto(cells.page.url.replace("cells", "shown"))
    cells.page.go_back()
    assert cells.run(1) == "42\n"


def test_from_a_file_the_page_says_what_to_do(book, browser):
    cells = Cells(*open_in(browser, (book.out / "cells.html").as_uri()))
    cells.button(0, "Run").click()
    cells.wait(0, "A browser starts no Python from a file. Serve the book's folder")
    cells.page.context.close()


SAME_FONTS = """
import json
import matplotlib.font_manager as fonts
def listed(manager):
    text = json.dumps(manager, cls=fonts._JSONEncoder, sort_keys=True)
    return sorted(str(font) for font in json.loads(text)["ttflist"])
listed(fonts.fontManager) == listed(fonts.FontManager())
"""


def test_the_list_of_fonts_is_the_one_that_matplotlib_would_make(open_cells):
    cells = open_cells("shown")
    cells.edit(0, SAME_FONTS)
    # FontManager() itself says that it takes long.
    assert cells.run(0).splitlines()[-1] == "True"


# What may be broken


@pytest.fixture
def damaged(book, tmp_path, browser):
    """``damaged(change) -> Cells`` on a copy of the site that ``change(folder)`` has altered."""
    with_context = []
    out = tmp_path / "site"
    shutil.copytree(book.out, out)

    with serve(out) as url:

        def make(change):
            (folder,) = (out / "_static/python").glob("pyodide-*")
            change(folder)
            cells = Cells(*open_in(browser, f"{url}cells.html"))
            with_context.append(cells.page.context)
            return cells

        make.restore = lambda: shutil.copytree(book.out, out, dirs_exist_ok=True)
        yield make
        for context in with_context:
            context.close()


@pytest.mark.parametrize(
    "name",
    ["pyodide.asm.wasm", "pyodide.asm.js", "python_stdlib.zip", "pyodide-lock.json", "numpy"],
)
def test_a_missing_file_is_named_and_the_page_recovers(damaged, name):
    def remove(folder):
        next(folder.glob(f"{name}*")).unlink()

    cells = damaged(remove)
    cells.button(0, "Run").click()
    cells.wait(0, "Failed")
    text = cells.text(0)
    assert re.search(rf"{name}\S* is missing on the server \(404\)", text)
    damaged.restore()
    assert cells.run(0) == "42\n"


@pytest.mark.parametrize("name", ["pyodide.asm.wasm", "python_stdlib.zip", "numpy"])
def test_a_file_with_a_flipped_byte_is_refused(damaged, name):
    def flip(folder):
        path = next(folder.glob(f"{name}*"))
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    cells = damaged(flip)
    cells.button(0, "Run").click()
    cells.wait(0, "Failed")
    assert re.search(rf"{name}\S* is not the file that this site was built with", cells.text(0))


# What arrives in part


CUT = r"\S* did not arrive whole, at two tries: the connection breaks off\. Check the connection"
PARTS = [
    "pyodide.asm.wasm",
    "pyodide.asm.js",
    "python_stdlib.zip",
    "numpy",
    "pyodide-lock.json",
    "files.json",
    "kernel.zip",
]


def half(route):
    answer = route.fetch()
    body = answer.body()
    route.fulfill(response=answer, body=body[: len(body) // 2])


@pytest.fixture
def cut(open_cells):
    """``cut(name, times) -> Cells``: of this file only half arrives, so many times."""

    def make(name, times):
        cells = open_cells(service_workers="block")  # whose requests no test can reach
        cells.page.context.route(re.compile(rf"/{name}[^/]*$"), half, times=times)
        return cells

    return make


@pytest.mark.parametrize("name", PARTS)
def test_half_of_a_file_is_asked_for_again(cut, name):
    assert cut(name, 1).run(0, "Done|Failed") == "42\n"


@pytest.mark.parametrize("name", PARTS)
def test_half_of_a_file_twice_is_a_matter_of_the_connection(cut, name):
    cells = cut(name, 2)
    cells.button(0, "Run").click()
    cells.wait(0, "Failed")
    assert re.search(rf"Python cannot run here: {name}{CUT}", cells.text(0))
    assert cells.run(0) == "42\n"


@pytest.mark.parametrize(("times", "says"), [(1, "Done"), (2, "did not arrive whole")])
def test_half_of_the_cells_sources(cut, times, says):
    cells = cut("cells-", times)
    cells.button(0, "Run").click()
    cells.wait(0, says)
    assert cells.run(0) == "42\n"


def test_a_connection_that_fails_is_tried_again(open_cells):
    cells = open_cells(service_workers="block")
    cells.page.context.route(re.compile("/numpy-"), lambda route: route.abort(), times=1)
    assert cells.run(0, "Done|Failed") == "42\n"


def test_a_script_that_does_not_come_blames_the_connection(open_cells):
    cells = open_cells(service_workers="block")
    cells.page.context.route("**/code-editor.js", lambda route: route.abort())
    cells.button(1, "Edit").click()
    cells.wait(1, r"The editor could not be fetched.*Check the connection and reload the page\.")
    cells.page.context.route("**/page.js", lambda route: route.abort())
    cells.page.reload()
    cells.button(1, "Run").click()
    cells.wait(1, r"What runs the cells could not be fetched.*Check the connection and reload")


# What is fetched when

FETCHED = "performance.getEntriesByType('resource').map((e) => e.name.split('/').pop())"
FROM_SOURCES = """import sys
import matplotlib.pyplot
modules = [m for m in sys.modules.values() if type(m) is type(sys) and m.__spec__]
files = [getattr(m, "__file__", None) or "" for m in modules if m.__spec__.origin != "frozen"]
own = "/sphinxext/", "/fast_numpy/"  # whose sources stand beside their bytecode
sources = [f for f in files if f.endswith(".py") and not any(part in f for part in own)]
print(len(files) > 300, sources)"""


def test_what_starts_is_bytecode_and_the_rest_stays_away(open_cells, address, book):
    cells = open_cells()
    asked = []
    cells.page.context.on("request", lambda request: asked.append(request.url))
    cells.edit(1, FROM_SOURCES)
    assert cells.run(1, "Done|Stopped") == "True []\n"
    python = [url for url in asked if "/pyodide-" in url and not url.endswith(".json")]
    assert len(python) > 10
    assert all(re.search(r"\?v=[0-9a-f]{12}$", url) for url in python)
    assert not [url for url in asked if "python_rest" in url]
    cells.edit(2, "import colorsys, nonsense")
    assert "No module named 'nonsense'" in cells.run(2, "Stopped")
    assert [url for url in asked if "python_rest" in url]


# NumPy's loops

LOOPS = """import fast_numpy
import numpy as np
x = np.ones((9, 70))
print(fast_numpy.installed(), (x @ x.T).sum(), np.tanh(x).max() == np.tanh(1))"""
# A module with one instruction of SIMD: (func (result v128) (i32x4.splat (i32.const 0)))
SIMD = """WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123,
    3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 17, 11]))"""


def test_numpy_has_its_fast_loops_in_the_page(open_cells):
    cells = open_cells()
    cells.edit(1, LOOPS)
    assert cells.run(1) == "True 5670.0 True\n"
    assert cells.problems() == []


def test_without_simd_numpy_keeps_its_own_loops_and_the_page_works(browser, address):
    kind, found = browser.browser_type, find_browser(browser.browser_type.executable_path)
    flags = [*LAUNCH_ARGS, "--js-flags=--no-enable-sse4-1"]
    with kind.launch(executable_path=found.path, args=flags) as older:
        cells = Cells(*open_in(older, f"{address}cells.html"))
        has_simd = cells.page.evaluate(SIMD)
        assert not has_simd or platform.machine() not in {"x86_64", "AMD64"}
        cells.edit(1, LOOPS)
        assert cells.run(1) == f"{has_simd} 5670.0 True\n"
        assert cells.problems() == []


# The second visit

KEPT = """async () => {
    const pages = await caches.open("book-pages"), python = await caches.open("book-python");
    const names = (await python.keys()).map(({ url }) => url.split("/").pop());
    const rest = names.some((name) => name.startsWith("python_rest.zip"));
    return Boolean(await pages.match(location.href)) && names.includes("editor.js") && rest;
}"""


OLD = """async () => {
    const python = await caches.open("book-python");
    const { url } = (await python.keys()).find(({ url }) => url.includes("/numpy-"));
    const kept = await (await python.match(url)).arrayBuffer();
    await python.put(url, new Response(kept, { headers: { "X-Kept": "yes" } }));
    for (const old of ["numpy-1.whl", new URL(url).pathname.split("/").pop() + "?v=0"])
        await python.put(new URL(old, url), new Response("old"));
}"""
PRUNED = """async () => {
    const python = await caches.open("book-python");
    const found = (await python.keys()).filter(({ url }) => url.includes("/numpy-"));
    return found.length === 1 && (await python.match(found[0])).headers.get("X-Kept") === "yes";
}"""


HALF = """async () => {
    const python = await caches.open("book-python");
    const { url } = (await python.keys()).find(({ url }) => url.includes("/numpy-"));
    const kept = await (await python.match(url)).arrayBuffer();
    await python.put(url, new Response(kept.slice(0, kept.byteLength / 2)));
    return [url, kept.byteLength];
}"""
LENGTH = """async (url) => (await (await (await caches.open("book-python")).match(url))
    .arrayBuffer()).byteLength"""


def test_half_of_a_file_that_was_kept_is_replaced(open_cells):
    page = open_cells().page
    Cells(page, None).run(0)
    until(page, KEPT)
    url, length = page.evaluate(HALF)
    page.reload()
    assert Cells(page, None).run(0, "Done|Failed") == "42\n"
    assert page.evaluate(LENGTH, url) == length


def until(page, question):
    for _ in range(600):
        if page.evaluate(question):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never true: {question}")


def test_what_the_site_no_longer_has_is_not_kept(open_cells):
    page = open_cells().page
    Cells(page, None).run(0)
    until(page, KEPT)
    page.evaluate(OLD)
    page.reload()
    Cells(page, None).run(0)
    until(page, PRUNED)


def test_the_second_visit_needs_no_network(book, browser):
    context = browser.new_context()
    page = context.new_page()
    with serve(book.out, "/some/book/") as url:
        page.goto(f"{url}cells.html")
        assert Cells(page, None).run(1) == "42\n"
        until(page, KEPT)
    page.reload()  # the server is gone
    cells = Cells(page, None)
    assert cells.run(1) == "42\n"
    cells.edit(1, "import colorsys\ncolorsys.rgb_to_hsv(0, 1, 0)")
    assert cells.run(1, "Done|Stopped") == "(0.3333333333333333, 1.0, 1)\n"
    context.close()
