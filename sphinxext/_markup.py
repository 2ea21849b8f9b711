"""What the pages of a site are made of: names for the stylesheet, characters for the fonts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

# A word of a script may be a class that it sets, the second half of a word after a template.
WORD = re.compile(r"[\w-]+")
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Markup(HTMLParser):
    """Reads pages and adds up: ``names`` (tags, classes, ids), ``references``, ``formulas``.

    ``references`` are the addresses in src, href, srcset and data-* attributes, as written, with
    the page's folder; ``formulas`` the characters that KaTeX sets for the eye.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()
        self.references: set[tuple[Path, str]] = set()
        self.formulas: set[str] = set()
        self._folder = Path()
        self._depth = 0

    def read(self, page: Path) -> None:
        """Add one page."""
        self._folder, self._depth = page.parent, 0
        self.feed(page.read_text("utf-8"))
        self.close()
        self.reset()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note names and references; count the depth below a formula."""
        self.names.add(tag)
        for name, value in attrs:
            if name in ("class", "id"):
                self.names.update((value or "").split())
            elif name == "style":
                self.names |= words(value or "")
            elif value and (name in ("src", "href") or name.startswith("data-")):
                self.references.add((self._folder, value))
        classes = (dict(attrs).get("class") or "").split()
        if tag not in VOID and (self._depth or "katex-html" in classes):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        """Leave an element; the outermost ends the formula."""
        if self._depth and tag not in VOID:
            self._depth -= 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a closed tag, as in the drawings; it holds nothing."""
        depth = self._depth
        self.handle_starttag(tag, attrs)
        self._depth = depth

    def handle_data(self, data: str) -> None:
        """Collect a formula's characters, and what a page's own stylesheet mentions."""
        if self.lasttag == "style":
            self.names |= words(data)
        if self._depth:
            self.formulas.update(data)


def words(script: str) -> set[str]:
    """Every word of a script, any of which may be a name that it gives to an element."""
    return set(WORD.findall(script))
