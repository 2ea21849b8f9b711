"""A small book, built in a folder of the test's own."""

import io
import re
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

CONFIG = {
    "extensions": ["myst_nb", "sphinx_design", "sphinx_togglebutton"],
    "html_theme": "basic",
    "nb_execution_mode": "off",
    "myst_enable_extensions": ["amsmath", "colon_fence", "dollarmath"],
    "exclude_patterns": ["_build"],
    "html_show_sphinx": False,
}


class Book(NamedTuple):
    """A built book: where its pages are, what the build warned of, which documents it read."""

    out: Path
    warnings: str
    read: list[str]

    def page(self, name: str = "index") -> BeautifulSoup:
        return BeautifulSoup((self.out / f"{name}.html").read_text("utf-8"), "html.parser")


@pytest.fixture
def build(tmp_path):
    """``build(*extensions, files={name: text or notebook}, builder="html", **config) -> Book``."""
    return _builder(tmp_path)


@pytest.fixture(scope="module")
def build_once(tmp_path_factory):
    """As ``build``, for a book that the tests of a module only look at."""
    return _builder(tmp_path_factory.mktemp("once"))


def _builder(folder: Path):
    def run(*extensions, files=None, builder="html", **config) -> Book:
        source = folder / "book"
        for name, content in (files or {}).items():
            _write(source / name, content)
        given = CONFIG | {"extensions": [*CONFIG["extensions"], *extensions]} | config
        return _build(source, builder, given)

    return run


def _write(path: Path, content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else nbformat.writes(content)
    path.write_text(text, "utf-8")


def _build(source: Path, builder: str, config: dict) -> Book:
    out, warnings, read = source / "_build" / builder, io.StringIO(), []
    with patch_docutils(str(source)), docutils_namespace():
        app = Sphinx(
            source, None, out, out.parent / "doctrees", builder, config, io.StringIO(), warnings
        )
        app.connect("source-read", lambda app, name, text: read.append(name))
        app.build()
    return Book(out, re.sub(r"\x1b\[[0-9;]*m", "", warnings.getvalue()), read)


@pytest.fixture(scope="session")
def notebook():
    """``notebook(cells…)``: a str is Markdown, a (source, outputs, metadata) tuple is code."""

    def make(*cells):
        made = [
            v4.new_markdown_cell(cell, id=f"cell-{i}")
            if isinstance(cell, str)
            else v4.new_code_cell(cell[0], outputs=cell[1], metadata=cell[2], id=f"cell-{i}")
            for i, cell in enumerate(cells)
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        return v4.new_notebook(cells=made, metadata={"kernelspec": kernel})

    return make
