"""The chapters run in their pages, served under the site's own content security policy."""

import gzip
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.site import ran_green

REPO = Path(__file__).parents[2]
ELSEWHERE = {
    "frameworks/keras-tensorflow": "Keras and TensorFlow",
    "frameworks/keras-vs-pytorch": "Keras, PyTorch and TensorFlow",
    "frameworks/pytorch": "PyTorch",
}
# Those that have run as they stand are left out: ran_green.py, conftest.py.
CHAPTERS = sorted(
    path.relative_to(REPO / "book").with_suffix("").as_posix()
    for path in (REPO / "book").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)
LONG = 600_000  # ms: a chapter with trainings, on a busy machine
CHECKED = "div.cell.tag_nbval-check-output:not(:has(.run-note))"  # a note: no browser runs it
PAIRS = (
    f"""() => [...document.querySelectorAll("{CHECKED}")]"""
    + """.map((cell) => {
    // Not the whole output: it holds a button that copies.
    const own = (e) => (e.querySelector("pre") ?? e).textContent.trim();
    const text = (all) => [...all].map(own).join("\\n").trim();
    const outputs = ":scope > .cell_output";
    return {
        source: cell.querySelector("pre").textContent,
        book: text(cell.querySelectorAll(outputs + ":not(.live-output) .output")),
        page: text(cell.querySelectorAll(outputs + ".live-output .output")),
    };
})"""
)


@pytest.mark.parametrize("chapter", [name for name in CHAPTERS if name not in ELSEWHERE])
def test_a_chapter_runs_from_top_to_bottom(open_page, base_url, site, chapter):
    page, log = open_page(f"{base_url}book/{chapter}.html")
    page.set_default_timeout(LONG)
    bar = page.locator(".run-page")
    bar.get_by_role("button", name="Run all code").click()
    end = re.compile("Every cell has run|did not end well|Python cannot")
    bar.get_by_role("status").filter(has_text=end).wait_for()
    errors = page.locator(".live-output .error").all_inner_texts()
    expected = page.locator(".tag_raises-exception .live-output .error").all_inner_texts()
    assert errors == expected
    pairs = page.evaluate(PAIRS)
    assert len(pairs) >= 5
    assert all(pair["book"] for pair in pairs)
    assert [p for p in pairs if p["book"] != p["page"]] == []
    assert log.problems() == []
    ran_green.note(site, chapter)


@pytest.mark.parametrize("chapter", ELSEWHERE)
def test_other_chapters_say_what_they_need(site, chapter):
    page = BeautifulSoup((site / f"book/{chapter}.html").read_text("utf-8"), "html.parser")
    (note,) = page.select(".run-note")
    assert note.text.startswith("The code here needs ")
    for word in re.split(", | and ", ELSEWHERE[chapter]):
        assert word in note.text
    assert not page.select(".run-bar")


def test_a_live_widget_and_the_editor_work_under_the_policy(open_page, base_url):
    page, log = open_page(f"{base_url}book/neural-networks/neuron.html")
    cell = page.locator("div.cell:has(.run-bar)").nth(2)
    cell.get_by_role("button", name="Edit").click()
    cell.locator("textarea").fill("from lecturelib.widgets import Neuron\nNeuron(bias=0.25)")
    page.keyboard.press("Shift+Enter")
    cell.locator(".live-output .anywidget-view").get_by_role("slider").first.wait_for(
        timeout=90_000
    )
    assert log.problems() == []


def test_an_untouched_page_pays_little(site):
    """Gzip, of what the buttons add: their markup, and their part of the site's two files."""
    for chapter in CHAPTERS:
        if chapter in ELSEWHERE:
            continue
        markup = (site / f"book/{chapter}.html").read_text("utf-8")
        bare = re.sub(r'<div class="run-bar.*?</div>', "", markup, flags=re.DOTALL)
        assert bare != markup
        static = REPO / "sphinxext/python/static"
        files = [static / name for name in ("python_cells.js", "python_cells.css")]
        cost = _packed(markup) - _packed(bare) + sum(_packed(f.read_text("utf-8")) for f in files)
        assert cost <= 15_000, chapter


def _packed(text):
    return len(gzip.compress(text.encode(), 9))


def test_the_figure_of_a_phone_is_not_wider_than_the_page(open_page, base_url):
    page, log = open_page(
        f"{base_url}book/neural-networks/neuron.html",
        viewport={"width": 360, "height": 720},
        is_mobile=True,
        has_touch=True,
        color_scheme="dark",
    )
    cell = page.locator("div.cell:has(details.set-up)")
    cell.locator("summary").tap()
    # The last of the set-up is the code of the first picture.
    cell.get_by_role("button", name="Run", exact=True).last.tap()
    image = cell.locator(".live-output img.only-dark")
    image.wait_for(timeout=90_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert cell.locator(".live-output img.only-light").is_hidden()
    assert log.problems() == []


def test_python_and_its_licences_are_there(site):
    (folder,) = (site / "_static/python").glob("pyodide-*")
    assert "Mozilla Public License" in (folder / "LICENSES.txt").read_text("utf-8")
    assert len(list(folder.glob("lecturelib-*.whl"))) == 1
    assert (site / "sw.js").is_file()
