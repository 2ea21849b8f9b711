"""A stylesheet of the extensions' own, on the pages that have something for it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

STATIC = Path(__file__).parent / "static"


def link_for(app: Sphinx, name: str, kind: type[nodes.Node]) -> None:
    """Put the file ``name`` into ``_static`` of an HTML build; link it on pages with a ``kind``."""

    def copy(app: Sphinx) -> None:
        if app.builder.format == "html":
            target = Path(app.outdir) / "_static"
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(STATIC / name, target)

    def link(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
        if doctree and next(doctree.findall(kind), None):
            app.add_css_file(name)

    app.connect("builder-inited", copy)
    app.connect("html-page-context", link)
