"""Every page says in a sentence or two what it is about, for search engines and link previews."""

from __future__ import annotations

import html
import textwrap
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

LENGTH = 160  # characters that a search engine shows
# Pages that Sphinx makes without a source.
MADE = {
    "genindex": "Every name of the library lecturelib, in alphabetical order.",
    "py-modindex": "The modules of the library lecturelib.",
    "search": "Search the book.",
}


def first_words(doctree: nodes.document) -> str:
    """The page's first paragraph that is text of its own, cut at a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.document):
            text = " ".join(paragraph.astext().split())
            if len(text) > 40:  # shorter ones introduce a figure or a list
                return textwrap.shorten(text, LENGTH, placeholder=" …")
    return ""


def describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the description to the page's tags unless its author has given one."""
    text = MADE.get(page, "") if doctree is None else first_words(doctree)
    if text and 'name="description"' not in context.get("metatags", ""):
        tag = f'<meta name="description" content="{html.escape(text)}" />'
        context["metatags"] = context.get("metatags", "") + tag


def setup(app: Sphinx) -> dict[str, bool]:
    """Describe every page as it is written."""
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
