"""Widgets' code once a site and records on approach, in a real build and a real browser."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from lecturelib.widgets import base, modules

REPO = Path(__file__).parents[3]
CONF = """
project = "mini"
extensions = ["sphinxext.widgets"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
"""
FOREIGN = '''
import anywidget

class OtherWidget(anywidget.AnyWidget):
    """Not one of the book's."""

    _esm = "export default { render({ el }) { el.append('other'); } };"

OtherWidget()
'''
FAR = "<div style='height: 9000px'></div>"
HOSTILE = "</script><!--<script>"  # would end the state's script, or never let it end
CELLS = [
    "from lecturelib.widgets import DecisionBoundary, Neuron, Timeline\nimport numpy as np",
    "Neuron(bias=-1.5)",
    "Neuron(bias=0.5)",
    f"Timeline(text={HOSTILE!r})",
    FOREIGN.strip(),
    "DecisionBoundary.trained(rng=np.random.default_rng(0))",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One page: two neurons and a foreign widget at the top, a recorded training far below."""
    source = tmp_path_factory.mktemp("source")
    (source / "conf.py").write_text(CONF)
    cells = [nbformat.v4.new_markdown_cell("# Mini")]
    cells += [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    cells.insert(-1, nbformat.v4.new_markdown_cell(FAR))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(notebook, source / "index.ipynb")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-d"]
    command += [source / "doctrees/x", source, source / "html"]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(REPO)}, timeout=300)
    return source / "html"


@pytest.fixture(scope="module")
def soup(site):
    return BeautifulSoup((site / "index.html").read_text("utf-8"), "html.parser")


def stored(soup):
    state = json.loads(soup.select_one('script[type$="widget-state+json"]').string)["state"]
    return [model["state"] for model in state.values() if model["model_name"] == "AnyModel"]


def test_the_page_names_the_texts_and_does_not_hold_them(soup):
    neurons = [s for s in stored(soup) if "bias" in s]
    assert [s["bias"] for s in neurons] == [-1.5, 0.5]
    for state in neurons:
        assert state["_esm"]["part"] == "neuron"
        assert re.fullmatch(r"_static/widgets/neuron\.js\?v=[0-9a-f]{8}", state["_esm"]["from"])
        assert state["_css"] == ""
    assert "export function" not in str(soup)
    assert len(soup.select('link[rel=stylesheet][href*="widgets/kit.css"]')) == 1


def test_the_shared_script_comes_ahead_of_the_host_and_no_module_does(soup):
    sources = [tag["src"].partition("?")[0] for tag in soup.select("script[src]")]
    ours = [src for src in sources if "widget" in src]
    assert ours == ["_static/widgets/shared.js", "_static/anywidget-host.js"]


def test_a_part_stands_in_one_file_only(site):
    files = {path.name: path.read_text("utf-8") for path in (site / "_static/widgets").iterdir()}
    for part in modules.parts("neuron"):
        holders = [name for name, text in files.items() if f").{part}=($part)=>" in text]
        assert holders == ["neuron.js" if part == "neuron" else "shared.js"]


def test_a_foreign_widget_stays_as_it_was(soup):
    (foreign,) = [s for s in stored(soup) if s["_anywidget_id"].endswith("OtherWidget")]
    assert "el.append('other')" in foreign["_esm"]


def test_a_text_in_a_state_cannot_end_its_script(site, soup, open_page):
    (timeline,) = [s for s in stored(soup) if "strand" in s]
    assert timeline["text"] == HOSTILE
    page, log = open_page((site / "index.html").as_uri() + "#timeline")
    page.locator("#timeline .dl-state").wait_for()
    assert page.get_by_label("search", exact=True).input_value() == HOSTILE
    assert page.locator("#neuron svg").count()
    assert log.problems() == []


def test_each_place_is_kept_free_from_the_start(soup):
    places = soup.select(".anywidget-view")
    wide, narrow = stored(soup)[0]["_heights"]
    assert places[0]["style"] == f"--wide: {wide}px; --narrow: {narrow}px"
    assert len(places) == 4, "a widget that names no heights has no place"


def scripts(page, name):
    sources = page.evaluate("[...document.scripts].map((script) => script.src)")
    return [source for source in sources if re.search(rf"/widgets/{name}\.js", source)]


def fetched(page):
    return scripts(page, "[0-9a-f]{16}")


def test_a_module_comes_for_a_figure_in_sight_and_the_others_when_the_reader_stirs(site, open_page):
    page, log = open_page((site / "index.html").as_uri())
    page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
    assert len(scripts(page, "neuron")) == 1  # of two figures
    assert not scripts(page, "decision_boundary")
    page.evaluate("dispatchEvent(new PointerEvent('pointermove'))")  # at rest: the page has moved
    assert not scripts(page, "decision_boundary")
    page.keyboard.press("Shift")
    page.wait_for_function("'decision_boundary' in widgetParts")
    assert not page.locator("#decision-boundary > *").count()
    assert log.problems() == []


def test_a_pointer_that_moves_is_a_reader_who_stirs(site, open_page):
    page, log = open_page((site / "index.html").as_uri())
    page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
    page.mouse.move(40, 40)
    page.mouse.move(90, 120)
    page.wait_for_function("'decision_boundary' in widgetParts")
    assert log.problems() == []


def test_a_record_comes_when_the_reader_comes_near(site, open_page):
    page, log = open_page((site / "index.html").as_uri())
    page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
    assert page.locator("#neuron svg").count()
    page.locator("#other").scroll_into_view_if_needed()
    page.get_by_text("other", exact=True).wait_for()
    near = fetched(page)  # the timeline's entries
    assert page.locator("#decision-boundary").evaluate("el => el.childNodes.length") == 0
    kept = page.locator("#decision-boundary").bounding_box()["height"]
    page.locator("#decision-boundary").scroll_into_view_if_needed()
    page.wait_for_selector("#decision-boundary svg, #decision-boundary canvas")
    assert len(fetched(page)) == len(near) + 1
    assert abs(page.locator("#decision-boundary").bounding_box()["height"] - kept) < 60
    assert log.problems() == []


def test_a_record_comes_for_a_printer(site, open_page):
    page, _ = open_page((site / "index.html").as_uri())
    page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_selector("#decision-boundary svg, #decision-boundary canvas")


def test_a_record_that_is_missing_is_told(site, open_page, tmp_path):
    text = (site / "index.html").read_text("utf-8")
    broken = site / "broken.html"
    broken.write_text(re.sub(r'(_static/widgets/)[0-9a-f]{16}(\.js", "text")', r"\1gone\2", text))
    page, _ = open_page(broken.as_uri())
    page.locator("#decision-boundary").scroll_into_view_if_needed()
    message = page.locator("#decision-boundary .widget-message")
    message.wait_for()
    assert "gone.js could not be loaded" in message.inner_text()
    assert "The rest of the page works" in message.inner_text()


def test_a_part_that_is_missing_is_told(site, open_page):
    text = (site / "index.html").read_text("utf-8")
    broken = site / "no-part.html"
    broken.write_text(text.replace("widgets/neuron.js", "widgets/gone.js"))
    page, _ = open_page(broken.as_uri())
    message = page.locator("#neuron .widget-message")
    message.wait_for()
    assert "gone.js could not be loaded" in message.inner_text()


# The form of the scripts


PARTS = sorted(path.stem for path in Path(base.__file__).parent.rglob("*.js"))


@pytest.mark.parametrize("part", PARTS)
def test_a_script_gives_what_the_module_exports(site, open_page, part):
    page, _ = open_page((site / "index.html").as_uri())
    module = modules.source(part)
    exported = re.findall(r"^export (?:const|function) (\w+)", module, re.MULTILINE)
    exported += ["default"] * ("export default" in module)
    for name in modules.parts(part):
        page.add_script_tag(content=modules.as_script(name))
    assert page.evaluate("(name) => Object.keys(widgetTexts.part(name))", part) == exported
    assert page.evaluate("(name) => widgetTexts.part(name) === widgetTexts.part(name)", part)


@pytest.mark.parametrize("line", ["export let x = 1;", 'import * as k from "./kit.js";'])
def test_a_form_that_is_not_known_is_refused(monkeypatch, line):
    monkeypatch.setattr(modules, "source", lambda part: f"const y = 2;\n{line}\n")
    with pytest.raises(ValueError, match=re.escape(f"x.js has the line {line!r}; expected")):
        modules.as_script("x")
