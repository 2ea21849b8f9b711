"""What the pages of a site are made of: names for the stylesheet, characters for the fonts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml.etree import Element
from lxml.html import HtmlElement, document_fromstring

# A word of a script may be a class that it sets, the second half of a word after a template.
WORD = re.compile(r"[\w-]+")
BEGINNING = re.compile(r"([\w-]+-)\$\{")  # `dl-series-${i}`
# The class around what KaTeX sets for the eye.
FORMULA = "katex-html"


@dataclass
class Markup:
    """``names`` (tags, classes, ids), ``references``, ``formulas`` of a page, or of several.

    ``references`` are the addresses in src, href and data-* attributes, as written, with the page's
    folder; ``formulas`` the characters that KaTeX sets for the eye, by the classes around them.
    """

    names: set[str] = field(default_factory=set)
    references: set[tuple[Path, str]] = field(default_factory=set)
    formulas: defaultdict[frozenset[str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def add(self, page: Page, folder: Path) -> None:
        """Add what one page in the folder is made of."""
        self.names |= page.names
        self.references |= {(folder, address) for address in page.addresses}
        for classes, characters in page.formulas.items():
            self.formulas[classes] |= characters


class Page:
    """What one page is made of: as `Markup`, but for the folder."""

    def __init__(self, markup: str) -> None:
        self.names: set[str] = set()
        self.addresses: set[str] = set()
        self.formulas: dict[frozenset[str], set[str]] = {}
        for element in elements(markup):
            self._note(element)
            if FORMULA in classes_of(element):
                self._note_formula(element, frozenset())

    def _note(self, element: HtmlElement) -> None:
        self.names.add(element.tag)
        if element.tag == "style":
            self.names |= words(element.text or "")
        for name, value in element.attrib.items():
            if name in ("class", "id"):
                self.names.update(value.split())
            elif name == "style":
                self.names |= words(value)
            elif value and (name in ("src", "href") or name.startswith("data-")):
                self.addresses.add(value)

    def _note_formula(self, element: HtmlElement, around: frozenset[str]) -> None:
        around |= classes_of(element)
        texts = [element.text, *(child.tail for child in element)]
        if characters := "".join(filter(None, texts)):
            self.formulas.setdefault(around, set()).update(characters)
        for child in element:
            self._note_formula(child, around)


def elements(markup: str) -> Iterator[HtmlElement]:
    """The elements of a page in their order, without comments."""
    return document_fromstring(markup).iter(Element)


def classes_of(element: HtmlElement) -> set[str]:
    """The classes of an element."""
    return set(element.get("class", "").split())


def words(script: str) -> set[str]:
    """Every word of a script, any of which may be a name that it gives to an element."""
    return set(WORD.findall(script))


def beginnings(script: str) -> set[str]:
    """What a script completes to names, ``dl-series-`` of ``dl-series-${i}``."""
    return set(BEGINNING.findall(script))
