"""Code without marks that no reader sees: names and punctuation have the colour of plain text.

Pygments puts every token into an element of its own. Here those that look like plain text in the
light and in the dark style of the theme stay text: half of the elements of a chapter's code.
``bundle_assets = False`` leaves the code as Pygments makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pygments.formatters import HtmlFormatter
from pygments.style import StyleMeta
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Text
from sphinx.application import Sphinx

Tokens = Iterable[tuple[Any, str]]


def looks_plain(styles: list[StyleMeta]) -> set[Any]:
    """The types of tokens that every style shows as it shows text."""
    plain = [style.style_for_token(Text) for style in styles]
    return {
        kind
        for kind in STANDARD_TYPES
        if [style.style_for_token(kind) for style in styles] == plain
    }


def formatter(plain: set[Any]) -> Callable[..., HtmlFormatter]:
    """Pygments' formatter, to which all tokens of the types in ``plain`` are text."""

    class Formatter(HtmlFormatter):
        def format_unencoded(self, tokensource: Tokens, outfile: Any) -> None:
            tokens = ((Text if kind in plain else kind, value) for kind, value in tokensource)
            super().format_unencoded(tokens, outfile)

    return Formatter


def use(app: Sphinx) -> None:
    """Highlight with the two styles of the theme in mind, where the theme has two."""
    if app.builder.format != "html" or not app.config.bundle_assets:
        return
    options = app.builder.theme.get_options(app.config.html_theme_options)
    names = [options.get(f"pygments_{mode}_style") for mode in ("light", "dark")]
    if all(names):
        styles = [get_style_by_name(name) for name in names]
        app.builder.highlighter.formatter = formatter(looks_plain(styles))


def setup(app: Sphinx) -> dict[str, bool]:
    """Exchange the formatter when the builder has made its own."""
    app.connect("builder-inited", use)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
