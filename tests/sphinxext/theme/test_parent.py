"""A theme that has lost what the templates rely on is named, with what it lost."""

from pathlib import Path

import pydata_sphinx_theme
import pytest
import sphinx
import sphinx_book_theme

from sphinxext.theme import parent
from sphinxext.theme.accessibility import TEMPLATES

THEMES = (sphinx_book_theme, pydata_sphinx_theme, sphinx)
OWN = {"layout.html": "{% extends x %}{% block docs_toc %}{% endblock %}", "site-logo.html": "<a>"}


@pytest.fixture
def folders(tmp_path):
    """``folders(theme)``: our folder and the theme's, of these files and their texts."""

    def write(folder, files):
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        return folder

    return lambda theme: (write(tmp_path / "own", OWN), [write(tmp_path / "theme", theme)])


def test_a_theme_that_has_all_of_it_is_not_named(folders):
    theme = {"layout.html": "{%- block docs_toc %}", "components/navbar-logo.html": ""}
    assert list(parent.missing(*folders(theme))) == []


def test_what_a_theme_has_lost_is_named(folders):
    theme = {"layout.html": "{% block docs_toc_2 %}", "components/brand.html": ""}
    assert list(parent.missing(*folders(theme))) == [
        "the block docs_toc, which layout.html fills",
        "the file navbar-logo.html",
    ]


def test_the_installed_theme_has_all_of_it():
    # sphinx_book_theme is made of pydata_sphinx_theme, and that of Sphinx's own basic theme.
    roots = [Path(module.__file__).parent for module in THEMES]
    assert list(parent.missing(TEMPLATES, roots)) == []
