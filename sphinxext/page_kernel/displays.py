"""How a value is shown in the page: as a figure, a widget, HTML, a picture or its own text."""

from __future__ import annotations

import base64
from typing import Any

from sphinxext.page_kernel import figures

# The methods by which an object describes itself to a notebook, best first.
METHODS = {
    "text/html": "_repr_html_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
}


def representations(value: Any) -> dict[str, Any]:
    """The content of a message ``display``; text is always there, in case the rest cannot be."""
    if key := getattr(value, "page_key", None):  # a widget of the stand-in for anywidget
        value.open()
        return {"data": {"text/plain": repr(value)}, "widget": key}
    if figures.is_figure(value):
        return figures.exported(value)
    data = {mime: _ask(value, method) for mime, method in METHODS.items()}
    return {"data": {"text/plain": repr(value)} | {m: d for m, d in data.items() if d}}


def _ask(value: Any, method: str) -> str | None:
    # A class describes its instances, not itself.
    describe = None if isinstance(value, type) else getattr(value, method, None)
    found = describe() if callable(describe) else None
    if isinstance(found, tuple):  # (data, metadata)
        found = found[0]
    return base64.b64encode(found).decode() if isinstance(found, bytes) else found
