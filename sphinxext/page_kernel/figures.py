"""Matplotlib figures for the page: shown at the end of a cell, as SVG in the book's two palettes.

Also matplotlib's backend there: ``MPLBACKEND=module://sphinxext.page_kernel.backend``.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Callable
from typing import Any

# What ``set_matplotlib_formats`` has asked for: a picture of pixels until then, as in a notebook.
options: dict[str, Any] = {"format": "png"}
DOTS = 160  # per inch, for a screen that shows two of them where CSS counts one pixel


def is_figure(value: Any) -> bool:
    """Whether it is a figure of a matplotlib that somebody has imported."""
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(value, module.Figure)


def exported(figure: Any) -> dict[str, Any]:
    """The content of a message ``display``; the figure is closed, so it is not shown again."""
    buffer = io.BytesIO()
    settings = {"bbox_inches": "tight", **options}
    if settings["format"] != "svg":
        settings = {"bbox_inches": "tight", "format": "png", "dpi": DOTS}
    figure.savefig(buffer, **settings)
    sys.modules["matplotlib.pyplot"].close(figure)
    if settings["format"] == "png":
        return {"data": {"image/png": base64.b64encode(buffer.getvalue()).decode()}}
    return _themed(buffer.getvalue().decode())


def _themed(text: str) -> dict[str, Any]:
    if "lecturelib" not in sys.modules:  # nor, then, any colour of its palette in the figure
        return {"data": {"image/svg+xml": text}}
    # Not at the top: the page fetches the library when a cell names it.
    from lecturelib import svg

    width, height = svg.size(text)
    dark = svg.recolour(text)
    return {"data": {"image/svg+xml": text}, "dark": dark, "width": width, "height": height}


def show_all(display: Callable[[Any], None]) -> None:
    """Hand every open figure to ``display``, in the order of their numbers; that closes it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        display(pyplot.figure(number))
