"""How notebooks run: side by side, once for each version of the library, printing whole lines."""

from __future__ import annotations

from sphinx.application import Sphinx

from sphinxext.execution import library_cache, parallel, streams


def setup(app: Sphinx) -> dict[str, bool]:
    """Set up the parts of the room."""
    for part in (library_cache, parallel, streams):
        app.setup_extension(part.__name__)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
