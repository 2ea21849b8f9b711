"""Docstrings, written for a reader at a prompt, come through to the API page unharmed."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def escape_bars(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Keep ``|a|`` an absolute value: reStructuredText would look for a substitution named a."""
    lines[:] = [line.replace("|", r"\|") for line in lines]


def setup(app: Sphinx) -> dict[str, bool]:
    """Run after Napoleon has turned sections into directives."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", escape_bars, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
