"""What a reader gets of a built page, by kind, whatever theme and Sphinx have made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from lxml.html import HtmlElement, document_fromstring

STATE = "application/vnd.jupyter.widget-state+json"
SEARCHED = ("docnames", "titles", "titleterms", "terms", "alltitles")


def contents(path: Path) -> dict[str, list]:
    """Text, links, figures, formulas and the state of widgets of the page's article, in order."""
    page = document_fromstring(path.read_text("utf-8"))
    (article,) = page.xpath("//article")
    states = page.xpath(f"//script[@type='{STATE}']")
    for gone in article.xpath(".//script | .//style"):
        gone.drop_tree()
    return {
        "text": list(_text(article)),
        "links": [urlsplit(a.get("href")).geturl() for a in article.xpath(".//a[@href]")],
        "figures": [_figure(path, image) for image in article.xpath(".//img[@src]")],
        "formulas": [a.text for a in article.xpath(".//annotation")],
        "widgets": [json.loads(state.text) for state in states],
    }


def _text(article: HtmlElement) -> Iterator[str]:
    """The words between blanks; nothing of a formula but its source."""
    for hidden in article.xpath(".//*[contains(@class, 'katex-html')]"):
        hidden.drop_tree()
    yield from "".join(article.itertext()).split()


def _figure(page: Path, image: HtmlElement) -> tuple[str, str]:
    """What it says and the digest of what it shows."""
    source = image.get("src")
    shown = source.encode() if ":" in source else (page.parent / urlsplit(source).path).read_bytes()
    return image.get("alt"), hashlib.sha256(shown).hexdigest()


def search_index(site: Path) -> dict:
    """What the search knows: words and headings, by the names of the pages that have them."""
    text = (site / "searchindex.js").read_text("utf-8")
    index = json.loads(text[text.index("{") : text.rindex("}") + 1])
    names = index["docnames"]

    def pages(found: int | list) -> list[str]:
        return sorted(names[n] for n in (found if isinstance(found, list) else [found]))

    return {
        "titles": dict(zip(names, index["titles"], strict=True)),
        **{kind: {w: pages(f) for w, f in index[kind].items()} for kind in ("terms", "titleterms")},
    }
