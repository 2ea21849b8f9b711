"""The extension in a real build: executed notebooks with an anywidget and with ipywidgets."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

REPO = Path(__file__).parents[3]
HOST = "_static/anywidget-host.js"
NEEDS_PYTHON = "This control needs Python: open the page as a notebook to use it."

CONF = """
project = "mini"
extensions = ["sphinxext.widgets.host"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
"""
DEFINE = '''
import anywidget
import traitlets

class HelloWidget(anywidget.AnyWidget):
    """Shows a number and the first byte of a binary trait."""

    _esm = """export default { render({ model, el }) {
      el.append(`n = ${model.get("n")}, byte ${model.get("raw").getUint8(0)}`);
    } };"""
    n = traitlets.Int(4).tag(sync=True)
    raw = traitlets.Bytes(b"\\x07").tag(sync=True)
'''
FOREIGN = """
import ipywidgets

out = ipywidgets.Output()
out.append_stdout("n squared is 9")
ipywidgets.VBox([ipywidgets.IntSlider(3), out])
"""
PAGES = {
    "index": ["1 + 1"],
    "shown": [DEFINE, "HelloWidget()"],
    "hidden": [DEFINE, "hello = HelloWidget()"],
    "foreign": [FOREIGN],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of four notebooks, built in a process of its own."""
    source = tmp_path_factory.mktemp("source")
    (source / "conf.py").write_text(CONF)
    for name, cells in PAGES.items():
        texts = [f"# {name}", "```{toctree}\nshown\nhidden\nforeign\n```"][: 1 + (name == "index")]
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_markdown_cell(text) for text in texts]
            + [nbformat.v4.new_code_cell(cell.strip()) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(notebook, source / f"{name}.ipynb")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", source, source / "html"]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(REPO)}, timeout=300)
    return source / "html"


def text(site, name):
    return (site / f"{name}.html").read_text("utf-8")


def test_the_host_is_deferred_and_the_only_script_for_widgets(site):
    page = text(site, "shown")
    (tag,) = [line for line in page.splitlines() if HOST in line]
    assert 'defer="defer"' in tag
    assert "require" not in page
    assert "html-manager" not in page
    assert (site / HOST).read_bytes() == (
        REPO / "sphinxext/widgets/static/anywidget-host.js"
    ).read_bytes()


@pytest.mark.parametrize("name", ["index", "hidden"])
def test_pages_that_show_no_widget_load_nothing(site, name):
    assert HOST not in text(site, name)
    assert "widget-state+json" not in text(site, name)


def test_the_anywidget_runs_from_a_file(site, open_page):
    page, log = open_page((site / "shown.html").as_uri())
    page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
    assert page.locator("#hello").inner_text() == "n = 4, byte 7"
    assert log.problems() == []


def test_ipywidgets_show_their_output_and_say_what_they_need(site, open_page):
    page, log = open_page((site / "foreign.html").as_uri())
    page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
    assert page.get_by_text(NEEDS_PYTHON, exact=True).count() == 1
    assert page.get_by_text("n squared is 9", exact=True).count() == 1
    assert log.problems() == []
