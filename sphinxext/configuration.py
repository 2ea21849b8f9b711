"""``_config.yml`` as settings of Sphinx: what ``conf.py`` hands to any Sphinx.

Jupyter Book 1 reads the file by itself, under names of its own, and hands the same settings to
Sphinx; it takes no Sphinx from 8 on. ``tests/sphinxext/test_configuration.py`` compares the two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

# Jupyter Book's name for a setting, and Sphinx's or an extension's.
NAMES = {
    "title": "html_title",
    "author": "author",
    "copyright": "copyright",
    "logo": "html_logo",
    "only_build_toc_files": "external_toc_exclude_missing",
    "exclude_patterns": "exclude_patterns",
    "bibtex_bibfiles": "bibtex_bibfiles",
    "execute.execute_notebooks": "nb_execution_mode",
    "execute.timeout": "nb_execution_timeout",
    "execute.allow_errors": "nb_execution_allow_errors",
    "execute.stderr_output": "nb_output_stderr",
    "parse.myst_enable_extensions": "myst_enable_extensions",
    "html.favicon": "html_favicon",
    "html.home_page_in_navbar": "html_theme_options.home_page_in_toc",
    "html.use_issues_button": "html_theme_options.use_issues_button",
    "html.use_repository_button": "html_theme_options.use_repository_button",
    "html.use_edit_page_button": "html_theme_options.use_edit_page_button",
    "latex.use_jupyterbook_latex": "",
}
# Extensions of which Jupyter Book sets something, and the book needs nothing.
ITS_OWN = {"jupyter_book", "sphinx_comments"}


def read(path: Path) -> dict[str, Any]:
    """The settings of a ``_config.yml``, as the names of a ``conf.py``.

    Folders of ``sphinx.local_extensions`` are put on the path of modules, as Jupyter Book does.
    Raises ValueError for a key of Jupyter Book that has no name here.
    """
    given = yaml.safe_load(path.read_text("utf-8"))
    own = given.pop("sphinx", {})
    settings: dict[str, Any] = {}
    for key, value in _flat(given):
        if key not in NAMES:
            raise ValueError(
                f"{path.name} sets {key}, which only Jupyter Book knows; known here are "
                f"{', '.join(NAMES)}. Set it below sphinx.config by Sphinx's own name for it"
            )
        if NAMES[key]:
            _merge(settings, _nested(NAMES[key], value))
    _merge(settings, own.get("config", {}))
    for folder in own.get("local_extensions", {}).values():
        sys.path.append(str((path.parent / folder).resolve()))
    settings["extensions"] = [name for name in settings["extensions"] if name not in ITS_OWN]
    return settings


def _flat(given: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in given.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def _nested(name: str, value: Any) -> dict[str, Any]:
    first, _, rest = name.partition(".")
    return {first: _nested(rest, value) if rest else value}


def _merge(settings: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add to the settings; tables are joined, as ``recursive_update`` asks Jupyter Book to do."""
    for name, value in more.items():
        if isinstance(value, Mapping) and isinstance(settings.get(name), dict):
            _merge(settings[name], value)
        else:
            settings[name] = value
