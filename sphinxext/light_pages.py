"""A page fetches what it needs and nothing else: one stylesheet, one script, the icons it shows.

The theme links a dozen stylesheets and as many scripts, among them every icon there is as a script
of half a megabyte. While pages are written, ``layout.html`` hands each part of their heads to
``lighten``, which notes the local stylesheets and scripts and leaves two tags in their place. When
all pages are written, the stylesheets are joined and cut down to what the pages and scripts can
need, the scripts are joined, fonts keep the characters of the book, and files that nothing refers
to are removed. ``book_light = False`` (the live server) leaves the theme as it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx

from sphinxext import _css, _fonts, _markup
from sphinxext.static_widgets import HOST
from sphinxext.widget_files import FOLDER as WIDGETS

OWN = Path(__file__).parent / "static" / "light_pages.js"
# Stands in a page for the digest of the site's stylesheet, script and fonts.
SOURCE_MAP = re.compile(r"\s*//# sourceMappingURL=\S*\s*$")
# An icon in a stylesheet, "\\f104"; browsers that read our modules read WOFF2.
ICON = re.compile(r"\\([ef][0-9a-f]{3})\b")
TRUETYPE = re.compile(r',\s*url\([^)]*\.ttf\) format\("truetype"\)')
DIGEST = re.compile(r"\?v=site-[0-9a-f]*")
STYLE, SCRIPT = "_static/site.css", "_static/site.js"  # layout.html refers to them
# The theme's icons as a script that rewrites the page; the font beside it shows the same icons.
ICONS = "fontawesome.js"
# The search looks for results on its own page only.
SEARCH = {"searchtools.js", "language_data.js", "searchindex.js"}
TABS = "design-tabs.js"
# Opens menus and shows tips: fetched when a reader reaches for one.
LAZY = "bootstrap.js"
# Bytes: a smaller font, of a few brackets, costs less in the stylesheet than a request.
SMALL = 1500
# The fonts that every page with formulas shows.
FIRST = [f"katex/fonts/KaTeX_{name}.woff2" for name in ("Main-Regular", "Math-Italic")]
# What the menus and tips put on elements; of their words most are of parts that no page has.
MENUS = {"show", "fade", "dropdown-menu", "tooltip", "tooltip-inner", "tooltip-arrow"}
MENUS |= {f"bs-tooltip-{side}" for side in ("top", "bottom", "start", "end", "auto")}
# Scripts of a page refer to it before any deferred script runs.
INLINE = "documentation_options.js"


def fate(path: str, page: str, body: str) -> str:
    """What becomes of a script of the theme or of an extension on this page.

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
    if name == HOST.name or path.startswith(f"_static/{WIDGETS}/"):
        return "own"
    return "dropped" if name == ICONS else "joined"


class Assets:
    """The stylesheets and scripts of the pages of this build, in the order of the pages' heads."""

    def __init__(self) -> None:
        self.styles: dict[str, None] = {}
        self.scripts: dict[str, None] = {}
        self.lazy: dict[str, None] = {}

    def lighten(self, app: Sphinx, page: str, body: str, markup: str) -> str:
        """Part of a page's head, without what the site's own files replace."""
        soup = BeautifulSoup(markup, "html.parser")
        folder = Path(app.builder.get_target_uri(page)).parent
        for tag in soup.find_all(["link", "script"]):
            address = tag.get("href") or tag.get("src") or ""
            if not _css.is_local(address):
                continue
            path = _resolve(folder, address)
            if tag.name == "script":
                self._script(tag, path, fate(path, page, body), app)
            elif {"stylesheet", "preload"} & set(tag.get("rel", ())):
                if "stylesheet" in tag["rel"]:
                    self.styles[path] = None
                tag.decompose()
        return str(soup)

    def _script(self, tag: Tag, path: str, fate: str, app: Sphinx) -> None:
        if fate == "own":
            tag["defer"] = ""
        elif fate == "inline":
            tag.attrs, tag.string = {}, Path(app.outdir, path).read_text("utf-8")
        else:
            if fate != "dropped":
                (self.lazy if fate == "lazy" else self.scripts)[path] = None
            tag.decompose()


def _resolve(base: Path, address: str) -> str:
    """The file in the output that a page in the folder ``base`` means by an address."""
    parts: list[str] = []
    for part in (base / urlsplit(address).path).as_posix().split("/"):
        parts = parts[:-1] if part == ".." else [*parts, part] if part != "." else parts
    return "/".join(parts)


def prepare(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Give the template what it calls: ``lighten`` and the addresses of the site's files."""
    if not app.config.book_light:
        return
    body, pathto = context.get("body", ""), context["pathto"]
    context["lighten"] = partial(app.book_assets.lighten, app, page, body)
    context["site_file"] = lambda name: f"{pathto(f'_static/{name}', resource=True)}?v=site-"
    context["first_fonts"] = FIRST if 'class="katex"' in body else ()
    context["menus"] = pathto(f"_static/scripts/{LAZY}", resource=True)


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the site's files, name their digest in every page, remove what is left over."""
    if error or app.builder.format != "html" or not app.config.book_light:
        return
    out, assets = Path(app.outdir), app.book_assets
    pages = [path for path in out.rglob("*.html") if "_static" not in path.parts]
    markup = _markup.Markup()
    for page in pages:
        markup.read(page)
    script = ";\n".join(_read(path) for path in (*(out / name for name in assets.scripts), OWN))
    names = markup.names | _markup.words(script) | _markup.words(_read(HOST)) | MENUS
    rules = [rule for path in assets.styles for rule in _css.load(out / path, out / "_static")]
    style, fonts = _with_fonts(out / "_static", _css.purge(rules, names), markup.formulas)
    digest = hashlib.sha256("".join((style, script, *fonts)).encode()).hexdigest()[:12]
    (out / STYLE).write_text(_dated(style, digest), "utf-8")
    (out / SCRIPT).write_text(script, "utf-8")
    for page in pages:
        old = page.read_text("utf-8")
        if (new := _dated(old, digest)) != old:
            page.write_text(new, "utf-8")
    _remove_unused(out, markup, style, assets)


def _read(path: Path) -> str:
    return SOURCE_MAP.sub("", path.read_text("utf-8"))


def _dated(text: str, digest: str) -> str:
    return DIGEST.sub(f"?v=site-{digest}", text)


def _with_fonts(static: Path, style: str, formulas: set[str]) -> tuple[str, list[str]]:
    """The stylesheet with its fonts cut down: icons within it, others in place; their digests."""
    digests = []
    icons = {char for char in style if "\ue000" <= char <= "\uf8ff"}
    icons |= {chr(int(code, 16)) for code in ICON.findall(style)}
    style = TRUETYPE.sub("", style)
    for address in sorted(_css.addresses(style)):
        if not address.endswith(".woff2"):
            continue
        characters = icons if "fontawesome" in address else formulas
        content = _fonts.subset_font(static / address, characters)
        digests.append(hashlib.sha256(content).hexdigest())
        if characters is icons or len(content) < SMALL:
            new = f"data:font/woff2;base64,{base64.b64encode(content).decode()}"
        else:
            (static / address).write_bytes(content)
            new = f"{address}?v=site-"
        style = style.replace(f"url({address})", f"url({new})")
    return style, digests


def _remove_unused(out: Path, markup: _markup.Markup, style: str, assets: Assets) -> None:
    static = out / "_static"
    addresses = {(static, address) for address in _css.addresses(style)} | markup.references
    used = {
        (folder / unquote(urlsplit(address).path)).resolve()
        for folder, address in addresses
        if _css.is_local(address)
    }
    used |= {out / path for path in (STYLE, SCRIPT, *assets.lazy)}
    for path in static.rglob("*"):
        if path.is_file() and path.resolve() not in used and path.parent.name != WIDGETS:
            path.unlink()
    for folder in sorted(static.rglob("*/"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def setup(app: Sphinx) -> dict[str, bool]:
    """Note the assets while pages are written, and finish when all of them are."""
    app.add_config_value("book_light", True, "html", bool)
    app.connect("builder-inited", lambda app: setattr(app, "book_assets", Assets()))
    # The last before a page is written, for what others put into its head; and the last of all.
    app.connect("html-page-context", prepare, priority=950)
    app.connect("build-finished", finish, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
