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

from sphinx.application import Sphinx
from sphinx.util import logging

from sphinxext.assets import content_policy, css, plain_code, scripts
from sphinxext.assets.fonts import subset_font
from sphinxext.assets.heads import LAZY, MUST_BE_THERE, Heads
from sphinxext.assets.markup import Markup, words
from sphinxext.python import FOLDER as PYTHON
from sphinxext.shared import minify
from sphinxext.widgets.files import FOLDER as WIDGETS
from sphinxext.widgets.host import HOST

logger = logging.getLogger(__name__)

SECTIONS = Path(__file__).parent / "static" / "light_pages.css"
STYLE, SCRIPT = "_static/site.css", "_static/site.js"  # layout.html refers to them
# Stands in a page for the digest of the site's stylesheet, script and fonts.
DIGEST = re.compile(r"\?v=site-[0-9a-f]*")
# An icon in a stylesheet, "\\f104"; browsers that read our modules read WOFF2.
ICON = re.compile(r"\\([ef][0-9a-f]{3})\b")
TRUETYPE = re.compile(r',\s*url\([^)]*\.ttf\) format\("truetype"\)')
# The fonts that every page with formulas shows.
FONTS = "fonts"
FIRST = [f"{FONTS}/KaTeX_{name}.woff2" for name in ("Main-Regular", "Math-Italic")]
# The classes that KaTeX's stylesheet shows in a face of their own.
FACES = {
    "KaTeX_Main-Bold": {"mathbf", "textbf"},
    "KaTeX_Main-Italic": {"mathit", "textit"},
    "KaTeX_Math-Italic": {"mathnormal"},
    "KaTeX_Math-BoldItalic": {"boldsymbol"},
}
REST = "KaTeX_Main-Regular"  # shows what no class sends elsewhere
Formulas = dict[frozenset[str], set[str]]
# Faces of the icon font and the classes that ask for them; every page has solid ones.
ICON_FACES = {"fa-regular-400": {"fa-regular", "far"}, "fa-brands-400": {"fa-brands", "fab"}}
# What the menus and tips put on elements; of their words most are of parts that no page has.
MENUS = {"show", "fade", "dropdown-menu", "tooltip", "tooltip-inner", "tooltip-arrow"}
MENUS |= {f"bs-tooltip-{side}" for side in ("top", "bottom", "start", "end", "auto")}
# What the theme's script looks for and makes only of that: a class that no page has is not needed.
SOUGHT = {"sidebar", "margin-caption", "marginnote", "sidenote", "nboutput", "output_area"}
SOUGHT |= {"jp-RenderedHTMLCommon", "bd-header-announcement", "pst-collapse-sidebar-button"}
SOUGHT |= {"pst-expand-sidebar-label", "version-switcher__menu", "version-switcher__button"}
SOUGHT |= {"list-group-item", "pst-button-link-to-stable-version", "thebe-launch-button"}


def begin(app: Sphinx) -> None:
    """Read what the build before has noted; a build of all pages notes everything anew."""
    app.book_heads = Heads(Path(app.doctreedir) / "light_pages.json")


def prepare(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Give the template what it calls: ``lighten`` and the addresses of the site's files."""
    if not app.config.book_light:
        return
    app.book_heads.begin(page)
    body, pathto = context.get("body", ""), context["pathto"]
    context["lighten"] = partial(app.book_heads.lighten, app, page, body)
    context["site_file"] = lambda name: f"{pathto(f'_static/{name}', resource=True)}?v=site-"
    context["first_fonts"] = FIRST if 'class="katex"' in body else ()
    context["menus"] = pathto(f"_static/scripts/{LAZY}", resource=True)


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the site's files, name their digest in every page, remove what is left over."""
    if error or app.builder.format != "html" or not app.config.book_light:
        return
    out, heads = Path(app.outdir), app.book_heads
    if not heads.written:  # nothing was out of date; some files were copied all the same
        _remove_unused(out, _read_pages(out), (out / STYLE).read_text("utf-8"), heads)
        return
    heads.save(out)
    for name in MUST_BE_THERE - heads.seen():
        # A light page without it would look right and miss what it did.
        logger.warning(
            "no page refers to %s any more: look what replaced it, in assets/heads.py", name
        )
    markup = _read_pages(out)
    script = scripts.join(out / path for path in heads.all("joined"))
    drawing = [HOST, *(out / path for path in heads.all("own") if f"/{WIDGETS}/" in path)]
    scripted = words(script).union(*(words(scripts.read(p)) for p in drawing))
    names = markup.names | scripted - SOUGHT | MENUS
    styles = (*(out / path for path in heads.all("joined style")), SECTIONS)
    rules = [rule for path in styles for rule in css.load(path, out / "_static")]
    style = css.purge(rules, names)
    for face, classes in ICON_FACES.items():
        if not classes & markup.names:
            style = re.sub(rf"@font-face\{{[^}}]*{face}[^}}]*\}}", "", style)
    style, fonts = _with_fonts(out / "_static", style, markup.formulas)
    digest = hashlib.sha256("".join((style, script, *fonts)).encode()).hexdigest()[:12]
    (out / STYLE).write_text(_dated(style, digest), "utf-8")
    (out / SCRIPT).write_text(minify(script), "utf-8")
    for path in heads.all("own"):
        if (own := out / path).parent == out / "_static":
            own.write_text(minify(scripts.read(own)), "utf-8")
    for page in _pages(out):
        old = page.read_text("utf-8")
        if (new := _dated(old, digest)) != old:
            page.write_text(new, "utf-8")
    _remove_unused(out, markup, style, heads)


def _pages(out: Path) -> list[Path]:
    return [path for path in out.rglob("*.html") if "_static" not in path.parts]


def _read_pages(out: Path) -> Markup:
    markup = Markup()
    for page in _pages(out):
        markup.read(page)
    return markup


def _dated(text: str, digest: str) -> str:
    return DIGEST.sub(f"?v=site-{digest}", text)


def _characters(font: str, formulas: Formulas) -> set[str]:
    """What a font of KaTeX has to show: its classes' characters, the rest, or those of all."""
    own = FACES.get(font)
    others = set().union(*FACES.values()) if font == REST else set()
    sets = (
        characters
        for classes, characters in formulas.items()
        if (classes & own if own else not classes & others)
    )
    return set().union(*sets)


def _with_fonts(static: Path, style: str, formulas: Formulas) -> tuple[str, list[str]]:
    """The stylesheet with its fonts cut down: icons within it, others as files; their digests."""
    digests = []
    icons = {char for char in style if "\ue000" <= char <= "\uf8ff"}
    icons |= {chr(int(code, 16)) for code in ICON.findall(style)}
    style = TRUETYPE.sub("", style)
    for address in sorted(css.addresses(style)):
        if not address.endswith(".woff2"):
            continue
        is_icons = "fontawesome" in address
        characters = icons if is_icons else _characters(Path(address).stem, formulas)
        content = subset_font(static / address, characters)
        digests.append(hashlib.sha256(content).hexdigest())
        if is_icons:
            new = f"data:font/woff2;base64,{base64.b64encode(content).decode()}"
        else:
            # A place of its own: the next build copies the whole font anew, whatever it writes.
            (static / FONTS).mkdir(exist_ok=True)
            (static / FONTS / Path(address).name).write_bytes(content)
            new = f"{FONTS}/{Path(address).name}?v=site-"
        style = style.replace(f"url({address})", f"url({new})")
    return style, digests


def _remove_unused(out: Path, markup: Markup, style: str, heads: Heads) -> None:
    static = out / "_static"
    addresses = {(static, address) for address in css.addresses(style)} | markup.references
    used = {
        (folder / unquote(urlsplit(address).path)).resolve()
        for folder, address in addresses
        if css.is_local(address)
    }
    used |= {out / path for path in (STYLE, SCRIPT, *heads.all("lazy"))}
    for path in static.rglob("*"):
        kept = path.resolve() in used or path.name == "LICENSE"
        kept |= path.parent.name == WIDGETS and path.suffix == ".js"  # the states name them
        kept |= path.is_relative_to(out / PYTHON)  # its own modules know what they need
        if path.is_file() and not kept:
            path.unlink()
    for folder in sorted(static.rglob("*/"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def setup(app: Sphinx) -> dict[str, bool]:
    """Note the assets while pages are written, and finish when all of them are."""
    app.add_config_value("book_light", True, "html", bool)
    # A change of the site's own files is one of all pages: Sphinx writes them anew.
    own = b"".join(path.read_bytes() for path in (SECTIONS, scripts.OWN))
    app.add_config_value("book_light_files", hashlib.sha256(own).hexdigest(), "html", str)
    app.connect("builder-inited", begin)
    # The last before a page is written, for what others put into its head; and the last of all.
    app.connect("html-page-context", prepare, priority=950)
    app.connect("build-finished", finish, priority=950)
    for part in (content_policy, plain_code):
        app.setup_extension(part.__name__)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
