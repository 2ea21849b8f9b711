"""A page fetches what it needs and nothing else: one stylesheet, one script, the icons it shows.

The theme links a dozen stylesheets and as many scripts, among them every icon there is as a script
of half a megabyte. While pages are written, ``layout.html`` hands each part of their heads to
``take_assets``, which notes the local stylesheets and scripts and leaves two tags in their place.
When all pages are written, the stylesheets are joined and cut down to what the pages and scripts
can need, the scripts are joined, fonts keep the characters of the book, and files that nothing
refers to are removed, but for what another room keeps (``shared.keep``).
``bundle_assets = False`` (the live server) leaves the theme as it is.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from sphinxext.assets import content_policy, css, memory, plain_code, scripts
from sphinxext.assets.fonts import subset_font
from sphinxext.assets.heads import EXPECTED, LAZY, Heads
from sphinxext.assets.markup import Markup, Page, beginnings, words
from sphinxext.assets.memory import Memory, memory_of
from sphinxext.shared import digest, is_kept, late_scripts, minify

logger = logging.getLogger(__name__)

OWN_STYLE = Path(__file__).parent / "static" / "site.css"
STYLE, SCRIPT = "_static/site.css", "_static/site.js"  # layout.html refers to them
# Stands in a page for the digest of the site's stylesheet, script and fonts.
VERSION = re.compile(r"\?v=site-[0-9a-f]*")
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


def look(app: Sphinx, config: Config) -> None:
    """Make a change of stylesheets and scripts one of all pages: Sphinx writes them anew.

    It copies files to the site only when it writes pages, and looks at none of them before that.
    """
    places = [Path(app.srcdir, name) for name in config.html_static_path]
    places += Path(__file__).parents[1].glob("*/static")
    files = {path for place in places for path in (place, *place.rglob("*")) if path.is_file()}
    config.bundle_digest = digest(b"".join(path.read_bytes() for path in sorted(files)))


def begin(app: Sphinx) -> None:
    """Read what the build before has noted; a build of all pages notes everything anew."""
    app.page_heads = Heads(Path(app.doctreedir) / "page_heads.json")


def prepare(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Give the template what it calls: ``take_assets`` and the addresses of the site's files."""
    if not app.config.bundle_assets:
        return
    app.page_heads.begin(page)
    body, pathto = context.get("body", ""), context["pathto"]
    context["take_assets"] = partial(app.page_heads.take_assets, app, page, body)
    context["site_file"] = lambda name: f"{pathto(f'_static/{name}', resource=True)}?v=site-"
    context["first_fonts"] = FIRST if 'class="katex"' in body else ()
    context["menus"] = pathto(f"_static/scripts/{LAZY}", resource=True)


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the site's files, name their digest in every page, remove what is left over."""
    if error or app.builder.format != "html" or not app.config.bundle_assets:
        return
    out, heads = Path(app.outdir), app.page_heads
    markup = _read_pages(app)
    if not heads.written:  # nothing was out of date; some files were copied all the same
        _remove_unused(app, markup, (out / STYLE).read_text("utf-8"))
        return
    heads.save(out)
    for name in EXPECTED - heads.seen():
        # A page without it would look right and miss what it did.
        logger.warning("no page refers to %s any more: look what replaced it, in heads.py", name)
    script = scripts.join(out / path for path in heads.all("joined"))
    style = _style(app, markup, script)
    style, fonts = _with_fonts(memory_of(app), out / "_static", style, markup.formulas)
    version = digest("".join((style, script, *fonts)).encode())[:12]
    (out / STYLE).write_text(_with_version(style, version), "utf-8")
    (out / SCRIPT).write_text(minify(script), "utf-8")
    for path in heads.all("own"):
        if (own := out / path).parent == out / "_static":
            own.write_text(minify(scripts.read(own)), "utf-8")
    for page in _pages(out):
        old = page.read_text("utf-8")
        if (new := _with_version(old, version)) != old:
            page.write_text(new, "utf-8")
    _remove_unused(app, markup, style)


def _style(app: Sphinx, markup: Markup, script: str) -> str:
    """The stylesheets of all pages as one, cut down to what markup and scripts may need."""
    out, heads = Path(app.outdir), app.page_heads
    kept = [path for path in heads.all("own") if is_kept(app, path)]
    kept = [scripts.read(out / path) for path in dict.fromkeys([*kept, *late_scripts(app)])]
    scripted = set().union(*map(words, [script, *kept]))
    styles = (*(out / path for path in heads.all("joined style")), OWN_STYLE)
    names = markup.names | scripted - SOUGHT | MENUS
    begun = set().union(*map(beginnings, kept))
    # They import each other: any of them may be a part.
    files = [OWN_STYLE, *sorted((out / "_static").rglob("*.css"))]
    given = ("style", *map(str, styles), *map(scripts.read, files), *sorted(names), *sorted(begun))
    style = memory_of(app).recall(given, partial(_purged, styles, out / "_static", names, begun))
    for face, classes in ICON_FACES.items():
        if not classes & markup.names:
            style = re.sub(rf"@font-face\{{[^}}]*{face}[^}}]*\}}", "", style)
    return style


def _purged(styles: Iterable[Path], static: Path, names: set[str], begun: set[str]) -> str:
    rules = [rule for path in styles for rule in css.load(path, static)]
    return css.purge(rules, names, begun)


def _pages(out: Path) -> list[Path]:
    return [path for path in out.rglob("*.html") if "_static" not in path.parts]


def _read_pages(app: Sphinx) -> Markup:
    markup = Markup()
    for path in _pages(Path(app.outdir)):
        # The version is not known yet, and no page differs by it.
        text = _with_version(path.read_text("utf-8"), "")
        page = memory_of(app).recall(("page", text), partial(Page, text))
        markup.add(page, path.parent)
    return markup


def _with_version(text: str, version: str) -> str:
    return VERSION.sub(f"?v=site-{version}", text)


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


def _with_fonts(
    memory: Memory, static: Path, style: str, formulas: Formulas
) -> tuple[str, list[str]]:
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
        whole = (static / address).read_bytes()
        given = ("font", whole, *sorted(characters))
        content = memory.recall(given, partial(subset_font, whole, characters))
        digests.append(digest(content))
        if is_icons:
            new = f"data:font/woff2;base64,{base64.b64encode(content).decode()}"
        else:
            # A place of its own: the next build copies the whole font anew, whatever it writes.
            (static / FONTS).mkdir(exist_ok=True)
            (static / FONTS / Path(address).name).write_bytes(content)
            new = f"{FONTS}/{Path(address).name}?v=site-"
        style = style.replace(f"url({address})", f"url({new})")
    return style, digests


def _remove_unused(app: Sphinx, markup: Markup, style: str) -> None:
    out, heads = Path(app.outdir), app.page_heads
    static = out / "_static"
    addresses = {(static, address) for address in css.addresses(style)} | markup.references
    used = {
        (folder / unquote(urlsplit(address).path)).resolve()
        for folder, address in addresses
        if css.is_local(address)
    }
    used |= {out / path for path in (STYLE, SCRIPT, *heads.all("lazy"))}
    joined = heads.all("joined style")
    for path in filter(Path.is_file, static.rglob("*")):
        name = path.relative_to(out).as_posix()
        kept = is_kept(app, name) and name not in joined
        if not kept and path.resolve() not in used and path.name != "LICENSE":
            path.unlink()
    for folder in sorted(static.rglob("*/"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def setup(app: Sphinx) -> dict[str, bool]:
    """Note the assets while pages are written, and finish when all of them are."""
    app.add_config_value("bundle_assets", True, "html", bool)
    app.add_config_value("bundle_digest", "", "html", str)  # set by look
    # When every room has said which folders it adds.
    app.connect("config-inited", look, priority=900)
    app.connect("builder-inited", begin)
    # The last before a page is written, for what others put into its head; and the last of all.
    app.connect("html-page-context", prepare, priority=950)
    app.connect("build-finished", finish, priority=950)
    for part in (content_policy, memory, plain_code):
        app.setup_extension(part.__name__)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
