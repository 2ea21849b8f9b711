"""Any Sphinx reads ``_config.yml`` as Jupyter Book does."""

import runpy
import sys
from pathlib import Path

import pytest

from sphinxext.configuration import read

ROOT = Path(__file__).parents[2]
# What Jupyter Book adds of its own accord and a page of this book does not show: extensions' own
# defaults, and settings for what the book does not have (comments, LaTeX, analytics).
ADDED = {
    "comments_config": {"hypothesis": False, "utterances": False},
    "external_toc_path": "_toc.yml",
    "html_baseurl": "",
    "latex_engine": "pdflatex",
    "nb_execution_cache_path": "",
    "nb_execution_excludepatterns": [],
    "nb_execution_in_temp": False,
    "pygments_style": "sphinx",
    "use_jupyterbook_latex": False,
    "use_multitoc_numbering": True,
}
ADDED_OPTIONS = {"analytics", "announcement", "extra_footer"}
# sphinxext.repository sets these anew.
REPOSITORY = {"launch_buttons", "path_to_docs", "repository_branch", "repository_url"}
ADDED_EXTENSIONS = ["jupyter_book", "sphinx_comments"]
ADDED_EXCLUDED = {"Thumbs.db", ".DS_Store"}


def config_file(folder, text):
    path = folder / "_config.yml"
    path.write_text(text, "utf-8")
    return path


def test_sphinx_gets_what_jupyter_book_hands_it():
    config = pytest.importorskip("jupyter_book.config", reason="takes no Sphinx from 8 on")
    theirs, _ = config.get_final_config(
        user_yaml=ROOT / "_config.yml",
        sourcedir=ROOT,
        cli_config={"external_toc_path": "_toc.yml", "latex_individualpages": False},
        raise_on_invalid=True,
    )
    ours = read(ROOT / "_config.yml")
    for settings, added in ((theirs, ADDED_EXCLUDED), (ours, set())):
        settings["exclude_patterns"] = set(settings["exclude_patterns"]) - added
    options = theirs["html_theme_options"]
    for name in ADDED_OPTIONS | REPOSITORY:
        del options[name]
    # The last once more: Jupyter Book adds it whether it is there or not.
    for name in (*ADDED_EXTENSIONS, "sphinx_multitoc_numbering"):
        theirs["extensions"].remove(name)
    theirs["extensions"].sort()
    ours["extensions"].sort()
    assert theirs == ours | ADDED


def test_sphinx_finds_the_settings_beside_them():
    assert read(ROOT / "_config.yml").items() <= runpy.run_path(str(ROOT / "conf.py")).items()


def test_a_key_that_only_jupyter_book_knows_is_named(tmp_path):
    path = config_file(tmp_path, "html: {baseurl: 'https://example.org'}\n")
    with pytest.raises(ValueError, match=r"_config.yml sets html\.baseurl, .* below sphinx.config"):
        read(path)


def test_sphinxs_own_settings_come_last_and_tables_are_joined(tmp_path):
    text = """
title: Theirs
html: {home_page_in_navbar: false}
sphinx:
  config: {html_title: Ours, html_theme_options: {show_toc_level: 2}, extensions: [myst_nb]}
"""
    assert read(config_file(tmp_path, text)) == {
        "html_title": "Ours",
        "html_theme_options": {"home_page_in_toc": False, "show_toc_level": 2},
        "extensions": ["myst_nb"],
    }


def test_folders_of_extensions_are_on_the_path(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", [])
    text = "sphinx: {local_extensions: {mine: ext}, config: {extensions: [mine]}}"
    read(config_file(tmp_path, text))
    assert sys.path == [str(tmp_path / "ext")]
