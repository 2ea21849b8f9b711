"""Markup that a screen reader can follow where docutils and the theme write something else.

The theme's side is in ``templates/``, each file with its reason; docutils's side is below.
``tests/site`` asks axe-core whether it is enough.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput, visit_HideCellInput
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.writers.html5 import HTML5Translator

TEMPLATES = Path(__file__).parent / "templates"
# Templates of the theme, and those of another name that stand in their place.
RENAMED = {"navbar-logo.html": "site-logo.html"}


def visit_citation(self: HTML5Translator, node: nodes.citation) -> None:
    """Open an entry of the bibliography.

    docutils gives it ``doc-biblioentry``, a role that is deprecated and not allowed on a div, in a
    list whose other children are no list items.
    """
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<div class="citation-list">\n')
    self.body.append(self.starttag(node, "div", CLASS="citation"))


def visit_entry(self: HTML5Translator, node: nodes.entry) -> None:
    """Open a table cell; a heading without text, as in an empty corner, is a plain cell."""
    HTML5Translator.visit_entry(self, node)
    if not node.astext().strip() and self.body[-1].startswith("<th"):
        self.body[-1] = self.body[-1].replace("<th", "<td", 1)
        self.context[-1] = self.context[-1].replace("th>", "td>")


def visit_parameters(self: HTML5Translator, node: addnodes.desc_parameterlist) -> None:
    """Open a signature's parameters; those on lines of their own are no list of definitions."""
    start = len(self.body)
    HTML5Translator.visit_desc_parameterlist(self, node)
    _rewrite(self, start, "<dl>", '<dl role="presentation">')


def visit_hidden_code(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Open a hidden cell; its button is called what it says, "Show code cell source"."""
    start = len(self.body)
    visit_HideCellInput(self, node)
    _rewrite(self, start, ' aria-label="Toggle hidden content"', "")


def _rewrite(self: HTML5Translator, start: int, old: str, new: str) -> None:
    self.body[start:] = [part.replace(old, new) for part in self.body[start:]]


def drop_empty_heads(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take out table heads without a word: Markdown cannot write a table without a head."""
    for head in list(doctree.findall(nodes.thead)):
        if not head.astext().strip() and not next(head.findall(nodes.image), None):
            head.parent.remove(head)


def use_templates(app: Sphinx, config: Config) -> None:
    """Put the templates ahead of the theme's."""
    config.templates_path.insert(0, str(TEMPLATES))


def wrap_logo(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Show the logo through ``site-logo.html``; an SVG becomes part of the page."""
    logo = Path(app.srcdir, app.config.html_logo or "")
    context["drawn_logo"] = logo.read_text("utf-8") if logo.suffix == ".svg" else ""
    context["sidebars"] = [RENAMED.get(name, name) for name in context.get("sidebars") or ()]


def setup(app: Sphinx) -> dict[str, bool]:
    """Override the visitors of four nodes and the theme's templates."""
    app.setup_extension("myst_nb")  # first, so that its own visitor is the one overridden
    for node, visit, depart in (
        (nodes.citation, visit_citation, HTML5Translator.depart_citation),
        (nodes.entry, visit_entry, HTML5Translator.depart_entry),
        (
            addnodes.desc_parameterlist,
            visit_parameters,
            HTML5Translator.depart_desc_parameterlist,
        ),
        (HideCodeCellNode, visit_hidden_code, depart_HideCellInput),
    ):
        app.add_node(node, override=True, html=(visit, depart))
    app.connect("doctree-resolved", drop_empty_heads)
    app.connect("config-inited", use_templates)
    app.connect("html-page-context", wrap_logo)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
