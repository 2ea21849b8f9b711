"""Show anywidgets on the static pages with one small script instead of the Jupyter widget manager.

myst-nb stores the state of a notebook's widgets in the page and adds the scripts named in
``nb_ipywidgets_js``, by default require.js and the HTML manager from two foreign servers. Here that
list is ``anywidget-host.js`` alone, and it goes only to pages on which a widget is really shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from sphinxext.shared import keep

HOST = Path(__file__).parent / "static" / "anywidget-host.js"
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"


def use_host(app: Sphinx, config: Config) -> None:
    """Make the host the only script that myst-nb adds for widgets, and copy it to ``_static``."""
    # Deferred, so that it finds the whole page parsed wherever the theme puts the tag.
    config.nb_ipywidgets_js = {HOST.name: {"defer": "defer"}}
    config.html_static_path = [*config.html_static_path, str(HOST)]


def drop_unused(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Take host and state off a page without a view: a notebook may make widgets and show none."""
    if VIEW not in context.get("body", ""):
        scripts = context["script_files"]  # the builder's own list, which it resets for each page
        scripts[:] = [script for script in scripts if not _is_for_widgets(script)]


def _is_for_widgets(script: object) -> bool:
    name = getattr(script, "filename", None) or ""
    attributes = getattr(script, "attributes", {})
    return name.endswith(HOST.name) or attributes.get("type") == STATE


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx; ``myst_nb`` is loaded if it is not yet."""
    app.setup_extension("myst_nb")
    keep(app, f"_static/{HOST.name}")
    app.connect("config-inited", use_host)
    app.connect("html-page-context", drop_unused, priority=900)  # after myst-nb has added them
    return {"parallel_read_safe": True, "parallel_write_safe": True}
