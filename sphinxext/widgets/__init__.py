"""The book's widgets on static pages: a small host, their code once a site, records when near."""

from __future__ import annotations

from sphinx.application import Sphinx

from sphinxext.widgets import files, host


def setup(app: Sphinx) -> dict[str, bool]:
    """Set up the parts of the room."""
    for part in (host, files):
        app.setup_extension(part.__name__)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
