"""What a reader gets of a built page, by kind, whatever theme and Sphinx have made of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from lxml.html import HtmlElement, document_fromstring

STATE = "application/vnd.jupyter.widget-state+json"
# The search shows a chapter's number up to Sphinx 7.
NUMBER = re.compile(r'<span class="section-number">.*?</span>')
# But for those to a heading itself: which of its names they take differs from Sphinx to Sphinx.
LINKS = ".//a[@href and not(contains(@class, 'headerlink'))]"


def contents(path: Path) -> dict[str, list]:
    """Text, links, figures, formulas and the state of widgets of the page's article, in order."""
    page = document_fromstring(path.read_text("utf-8"))
    (article,) = page.xpath("//article")
    states = page.xpath(f"//script[@type='{STATE}']")
    for gone in article.xpath(".//script | .//style"):
        gone.drop_tree()
    return {
        "text": list(_text(article)),
        "links": [a.get("href") for a in article.xpath(LINKS)],
        "figures": [_figure(path, image) for image in article.xpath(".//img[@src]")],
        "formulas": [a.text for a in article.xpath(".//annotation")],
        "widgets": sorted(chain.from_iterable(map(_models, states))),
    }


def _text(article: HtmlElement) -> Iterator[str]:
    """The words between blanks; nothing of a formula but its source."""
    for hidden in article.xpath(".//*[contains(@class, 'katex-html')]"):
        hidden.drop_tree()
    yield from "".join(article.itertext()).split()


def _models(state: HtmlElement) -> Iterator[str]:
    """The traits of the figures; a kernel gives other names to them each time."""
    for model in json.loads(state.text)["state"].values():
        traits = {name: v for name, v in model["state"].items() if "IPY_MODEL" not in str(v)}
        yield json.dumps(traits, sort_keys=True)


def _figure(page: Path, image: HtmlElement) -> tuple[str, str]:
    """What it says and the digest of what it shows."""
    source = image.get("src")
    shown = source.encode() if ":" in source else (page.parent / urlsplit(source).path).read_bytes()
    return image.get("alt"), hashlib.sha256(shown).hexdigest()


def search_index(site: Path) -> dict[str, dict]:
    """What the search knows: titles without numbers, words by the names of their pages."""
    text = (site / "searchindex.js").read_text("utf-8")
    index = json.loads(text[text.index("{") : text.rindex("}") + 1])
    names = index["docnames"]
    titles = [NUMBER.sub("", title) for title in index["titles"]]

    def pages(found: int | list[int]) -> list[str]:
        return sorted(names[n] for n in (found if isinstance(found, list) else [found]))

    words = {
        # A build of one page leaves words that no page has any more.
        kind: {word: pages(found) for word, found in index[kind].items() if found != []}
        for kind in ("terms", "titleterms")
    }
    return {"titles": dict(zip(names, titles, strict=True)), **words}
