"""``display`` and the wrappers that say how a text is to be shown."""

from __future__ import annotations

from typing import Any

from sphinxext.page_kernel import current

__all__ = ["HTML", "SVG", "Latex", "Markdown", "clear_output", "display"]


def display(*values: Any, **options: Any) -> None:
    """Show values below the cell that runs."""
    current().display(*values, **options)


def clear_output(wait: bool = False) -> None:
    """Take away what the cell that runs has shown; with ``wait`` when it shows something new."""
    current().clear(wait)


class _Text:
    def __init__(self, data: str) -> None:
        self.data = data

    def _repr(self) -> str:
        return self.data


class HTML(_Text):
    """Text that is HTML."""

    _repr_html_ = _Text._repr


class SVG(_Text):
    """Text that is an SVG drawing."""

    _repr_svg_ = _Text._repr


class Markdown(_Text):
    """Text that is Markdown."""

    _repr_markdown_ = _Text._repr


class Latex(_Text):
    """Text that is LaTeX."""

    _repr_latex_ = _Text._repr
