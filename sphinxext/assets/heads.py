"""The heads of the pages: what they refer to, and what becomes of it."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx

from sphinxext.assets import css
from sphinxext.shared import is_kept

# The theme's icons as a script that rewrites the page; the font beside it shows the same icons.
ICONS = "fontawesome.js"
# The search looks for results on its own page only.
SEARCH = {"searchtools.js", "language_data.js", "searchindex.js"}
TABS = "design-tabs.js"
# Opens menus and shows tips: fetched when a reader reaches for one.
LAZY = "bootstrap.js"
# Scripts of a page refer to it before any deferred script runs.
INLINE = "documentation_options.js"
# Asked for by the switch between versions, which the book does not have; and a script that differs
# from page to page would need a line in the content security policy for each.
PAGE_NAME = "DOCUMENTATION_OPTIONS.pagename ="
# The parts of the theme that are treated by name.
EXPECTED = {ICONS, LAZY, INLINE} | SEARCH


def treatment(path: str, page: str, body: str) -> str:
    """What is done with a script of the theme or of an extension on this page.

    ``joined`` with the site's script, ``own`` (a tag of its own), ``inline``, ``lazy`` or
    ``dropped``.
    """
    name = Path(path).name
    if name == INLINE:
        return "inline"
    if name == LAZY:
        return "lazy"
    if name in SEARCH:
        return "own" if page == "search" else "dropped"
    if name == TABS:
        return "own" if "sd-tab-set" in body else "dropped"
    return "dropped" if name == ICONS else "joined"


class Heads:
    """What the head of each page refers to, by page and kind, in the order of the head.

    Kept in a file between builds, because a build writes only the pages that have changed.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self.written = False
        self.pages: dict[str, dict[str, list[str]]] = {}
        if store.is_file():
            self.pages = json.loads(store.read_text("utf-8"))

    def begin(self, page: str) -> None:
        """Forget what a page referred to: it is written anew."""
        self.written = True
        self.pages.pop(page, None)

    def take_assets(self, app: Sphinx, page: str, body: str, markup: str) -> str:
        """Part of a page's head, without what the site's stylesheet and script replace."""
        soup = BeautifulSoup(markup, "html.parser")
        folder = Path(app.builder.get_target_uri(page)).parent
        for tag in soup.find_all(["link", "script"]):
            address = tag.get("href") or tag.get("src") or ""
            if PAGE_NAME in (tag.string or ""):
                tag.decompose()
            if not css.is_local(address):
                continue
            path = _resolve(folder, address)
            if tag.name == "script":
                kind = "own" if is_kept(app, path) else treatment(path, page, body)
                self._script(app, page, tag, path, kind)
            elif {"stylesheet", "preload"} & set(tag.get("rel", ())):
                if "stylesheet" in tag["rel"]:
                    self._note(page, "joined style", path)
                tag.decompose()
        return str(soup)

    def _script(self, app: Sphinx, page: str, tag: Tag, path: str, kind: str) -> None:
        if kind == "own":
            tag["defer"] = ""
        elif kind == "inline":
            tag.attrs, tag.string = {}, Path(app.outdir, path).read_text("utf-8")
        else:
            tag.decompose()
        self._note(page, kind, path)

    def _note(self, page: str, kind: str, path: str) -> None:
        paths = self.pages.setdefault(page, {}).setdefault(kind, [])
        if path not in paths:
            paths.append(path)

    def all(self, kind: str) -> list[str]:
        """Every page's, in an order that does not depend on which pages this build has written."""
        lists = (kinds.get(kind, []) for _, kinds in sorted(self.pages.items()))
        return list(dict.fromkeys(chain.from_iterable(sorted(lists, key=len, reverse=True))))

    def seen(self) -> set[str]:
        """The names of all files that the pages refer to."""
        kinds = chain.from_iterable(kinds.values() for kinds in self.pages.values())
        return {Path(path).name for paths in kinds for path in paths}

    def save(self, out: Path) -> None:
        """Keep what the pages that exist refer to."""
        there = {
            name: kinds for name, kinds in self.pages.items() if (out / f"{name}.html").is_file()
        }
        self.store.write_text(json.dumps(there), "utf-8")


def _resolve(base: Path, address: str) -> str:
    """The file in the output that a page in the folder ``base`` means by an address."""
    parts: list[str] = []
    for part in (base / urlsplit(address).path).as_posix().split("/"):
        parts = parts[:-1] if part == ".." else [*parts, part] if part != "." else parts
    return "/".join(parts)
