r"""Formulas become HTML while the book is built, so that no page runs a script for mathematics.

A reader's browser gets markup, a stylesheet and the fonts it uses, on pages with a formula only,
and a small script that copies a formula as its TeX.
A formula that KaTeX cannot read, or that LaTeX would not, is a warning at its place in the source;
builds with ``-W`` stop there. One table of macros serves the whole book, in ``_config.yml``::

    katex_macros: {R: '\mathbb{R}', norm: '\lVert #1 \rVert'}
"""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from sphinxext.formulas.katex import HERE, VENDOR, Formula, block_source, render, to_unicode

logger = logging.getLogger(__name__)

# The narrowest column a formula stands in: a list in a note on a 320 px wide phone, in em of KaTeX.
PHONE_COLUMN = 10.0


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(_formula(self, node, node.astext().strip(), False).html + "</span>")
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a display formula, its number and the link to it."""
    # A formula in the middle of a paragraph: a div would end the paragraph there.
    tag = "span" if isinstance(node.parent, nodes.TextElement) else "div"
    self.body.append(self.starttag(node, tag, CLASS="math math-block notranslate nohighlight"))
    if node.get("number"):
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    tex = block_source(node.astext(), node.get("nowrap", False))
    formula = _formula(self, node, tex, True)
    self.body.append(f"<{tag}{_box_attributes(formula)}>{formula.html}</{tag}></{tag}>\n")
    raise nodes.SkipNode


def _box_attributes(formula: Formula) -> str:
    # A box that scrolls must be reachable from the keyboard; one that never does must be no stop.
    stop = ' tabindex="0" role="group" aria-label="Formula"'
    return ' class="formula"' + (stop if formula.width > PHONE_COLUMN else "")


def _formula(writer: HTML5Translator, node: nodes.Element, tex: str, display: bool) -> Formula:
    try:
        return render(tex, display, _macros(writer.config))
    except ValueError as error:
        source = node.astext().strip()
        logger.warning("formula %r: %s", source, error, location=node, type="katex")
        return Formula(f"<code>{writer.encode(source)}</code>", 0.0)


def _macros(config: Config) -> str:
    return json.dumps({f"\\{name}": body for name, body in config.katex_macros.items()})


def plain_title(title: nodes.title, config: Config) -> str:
    """A page's title with its formulas in Unicode, as a browser's tab shows it."""
    parts = title.findall(nodes.Text)
    macros = _macros(config)
    return "".join(
        to_unicode(part, macros) if isinstance(part.parent, nodes.math) else part for part in parts
    )


def configure(app: Sphinx, config: Config) -> None:
    """Make KaTeX the renderer. Raises ValueError for a macro that no formula could use."""
    for name, body in config.katex_macros.items():
        if not re.fullmatch("[A-Za-z]+", str(name)) or not isinstance(body, str):
            raise ValueError(
                f"katex_macros holds {name!r}: {body!r}; expected a name of letters without its "
                r"backslash and the TeX it stands for. Write it as in R: '\mathbb{R}'."
            )
    config.html_math_renderer = "katex"
    # CommonMark knows no dollars: formulas in Markdown outputs would stay as they were typed.
    if getattr(config, "nb_render_markdown_format", None) == "commonmark":
        config.nb_render_markdown_format = "myst"


def copy_assets(app: Sphinx) -> None:
    """Put stylesheet, script, fonts and licence into ``_static/katex`` of an HTML build."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "katex"
    shutil.copytree(VENDOR / "fonts", target / "fonts", dirs_exist_ok=True)
    shutil.copy(VENDOR / "LICENSE", target)
    shutil.copy(HERE / "static" / "copy.js", target)
    rules = (VENDOR / "katex.min.css").read_text("utf-8")
    # Only the woff2 fonts are shipped: every browser that shows the rest of the page reads them.
    rules = re.sub(r',url\([^)]*\) format\("(?:woff|truetype)"\)', "", rules)
    own = (HERE / "static" / "katex.css").read_text("utf-8")
    (target / "katex.css").write_text(f"{rules}\n{own}", "utf-8")


def link_assets(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Link both where a formula shows: in the body, or in a title that menus repeat."""
    if app.builder.math_renderer_name != "katex":
        return
    in_menus = any(next(title.findall(nodes.math), None) for title in app.env.titles.values())
    if in_menus or 'class="katex' in context.get("body", ""):
        app.add_css_file("katex/katex.css")
        app.add_js_file("katex/copy.js", defer="defer")
    if 'class="katex' in context.get("title", ""):
        # Themes strip the tags of a title and would leave formula, TeX source and formula again.
        context["title"] = html.escape(plain_title(app.env.titles[page], app.config))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer, its configuration and its files."""
    app.add_config_value("katex_macros", {}, "html", dict)
    app.add_html_math_renderer("katex", (visit_math, None), (visit_math_block, None))
    app.connect("config-inited", configure)
    app.connect("builder-inited", copy_assets)
    # Before extensions that read the title, such as the one that writes link previews.
    app.connect("html-page-context", link_assets, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
