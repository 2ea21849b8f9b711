"""What the pages of a site are made of: names for the stylesheet, characters for the fonts."""

from __future__ import annotations

import re
from collections import defaultdict
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path

# A word of a script may be a class that it sets, the second half of a word after a template.
WORD = re.compile(r"[\w-]+")
BEGINNING = re.compile(r"([\w-]+-)\$\{")  # `dl-series-${i}`
# The class around what KaTeX sets for the eye.
FORMULA = "katex-html"
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Markup(HTMLParser):
    """Reads pages and adds up: ``names`` (tags, classes, ids), ``references``, ``formulas``.

    ``references`` are the addresses in src, href and data-* attributes, as written, with the page's
    folder; ``formulas`` the characters that KaTeX sets for the eye, by the classes around them.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()
        self.references: set[tuple[Path, str]] = set()
        self.formulas: defaultdict[frozenset[str], set[str]] = defaultdict(set)
        self._folder = Path()
        self._open: list[list[str]] = []  # classes of the open elements of a formula

    def read(self, page: Path) -> None:
        """Add one page."""
        self._folder, self._open = page.parent, []
        self.feed(page.read_text("utf-8"))
        self.close()
        self.reset()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note names and references; go into a formula."""
        self.names.add(tag)
        for name, value in attrs:
            if name in ("class", "id"):
                self.names.update((value or "").split())
            elif name == "style":
                self.names |= words(value or "")
            elif value and (name in ("src", "href") or name.startswith("data-")):
                self.references.add((self._folder, value))
        classes = (dict(attrs).get("class") or "").split()
        if tag not in VOID and (self._open or FORMULA in classes):
            self._open.append(classes)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element; the outermost ends the formula."""
        if self._open and tag not in VOID:
            self._open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a closed tag, as in the drawings; it holds nothing."""
        depth = len(self._open)
        self.handle_starttag(tag, attrs)
        del self._open[depth:]

    def handle_data(self, data: str) -> None:
        """Collect a formula's characters, and what a page's own stylesheet mentions."""
        if self.lasttag == "style":
            self.names |= words(data)
        if self._open:
            self.formulas[frozenset(chain.from_iterable(self._open))].update(data)


def words(script: str) -> set[str]:
    """Every word of a script, any of which may be a name that it gives to an element."""
    return set(WORD.findall(script))


def beginnings(script: str) -> set[str]:
    """What a script completes to names, ``dl-series-`` of ``dl-series-${i}``."""
    return set(BEGINNING.findall(script))
