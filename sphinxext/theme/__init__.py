"""How pages look and read: the palette, tabs of frameworks, docstrings, markup for all readers."""

from __future__ import annotations

from sphinx.application import Sphinx

from sphinxext.theme import (
    accessibility,
    citations,
    description,
    docstrings,
    framework_tabs,
    palette,
    parent,
    search,
    set_up,
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Set up the parts of the room."""
    looks = (palette, framework_tabs, set_up, docstrings)
    for part in (*looks, accessibility, description, search, citations, parent):
        app.setup_extension(part.__name__)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
