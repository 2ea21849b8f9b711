"""The book's diagrams: SVG files beside this module, shown inline so that their text stays text.

Inline, a reader can select and search the text, the colours follow the theme, and a screen reader
hears the drawing's title and description. How a file is made: ``README.md`` beside this file.
"""

from __future__ import annotations

import re
from importlib.resources import files

from lecturelib.palette import LIGHT

__all__ = ["Diagram", "diagram"]


class Diagram:
    """One drawing: ``title``, ``description``, and the picture where the display can show it."""

    def __init__(self, svg: str) -> None:
        self._svg = svg
        self.title = _element(svg, "title")
        self.description = _element(svg, "desc")

    def __repr__(self) -> str:
        return f"{self.title}: {self.description}"

    def _repr_html_(self) -> str:
        return f'<div class="dl-diagram"><style>{_style()}</style>{self._svg}</div>'


def diagram(name: str) -> Diagram:
    """The diagram of that name. ValueError, with the names there are, for another."""
    folder = files(__package__)
    names = sorted(path.name[:-4] for path in folder.iterdir() if path.name.endswith(".svg"))
    if name not in names:
        raise ValueError(f"name: expected one of {', '.join(names)}; got {name!r}")
    return Diagram((folder / f"{name}.svg").read_text("utf-8"))


def _element(svg: str, tag: str) -> str:
    """The text of the drawing's first element of that kind, on one line."""
    return " ".join(re.search(rf"<{tag}\b[^>]*>(.*?)</{tag}>", svg, re.DOTALL)[1].split())


def _style() -> str:
    """The rules, with the light colours as a fallback where no page defines the variables."""
    css = (files(__package__) / "diagrams.css").read_text("utf-8")
    return re.sub(r"var\(--dl-([\w-]+)\)", lambda m: f"var(--dl-{m[1]}, {LIGHT[m[1]]})", css)
