"""Figures follow the theme: each SVG comes in the light palette and, recoloured, in the dark one.

Holds for what notebooks draw and for drawings in the book's own folders. The theme hides one of the
pair, a printed page shows the light one. Every picture that a notebook draws must say what is to be
seen: in the cell's metadata, ``"mystnb": {"image": {"alt": "…"}}``, or in the caption of
``"mystnb": {"figure": {"caption": "…"}}``. One that does not is a warning.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from lecturelib import svg
from sphinxext.shared import add_stylesheet, digest

logger = logging.getLogger(__name__)

STYLESHEET = Path(__file__).parent / "static" / "figures.css"
# What stands in for a description when nobody wrote one: a file's name, or matplotlib's own words.
NO_DESCRIPTION = re.compile(r"\s*|\S+\.(svg|png|jpe?g|gif|webp)|<Figure size .*>", re.IGNORECASE)
# An author who marks a picture for one theme, or for both, has decided already.
THEMED = {"only-light", "only-dark", "dark-light"}


class sized_image(nodes.image):  # noqa: N801 (docutils names nodes in lower case)
    """An SVG with its size in the markup, loaded when the reader comes near; HTML only."""


class FigurePairs(SphinxPostTransform):
    """Replace the SVG images of a page by a light and a dark one, and ask for descriptions."""

    # After myst-nb has chosen among an output's formats.
    default_priority = 250
    # EPUB is HTML too, but its readers know no theme.
    builders = ("html", "dirhtml", "singlehtml")

    def run(self, **kwargs: Any) -> None:
        """Go through the page's images."""
        for node in list(self.document.findall(nodes.image)):
            path = Path(self.app.srcdir, node["uri"])
            if self._is_output(path):
                self._require_description(node)
            if path.suffix == ".svg" and path.is_file() and not THEMED & set(node["classes"]):
                self._pair(node, path)

    def _is_output(self, path: Path) -> bool:
        notebooks = getattr(self.env, "mystnb_config", None)
        return bool(notebooks) and path.resolve().is_relative_to(notebooks.output_folder)

    def _require_description(self, node: nodes.image) -> None:
        if not NO_DESCRIPTION.fullmatch(node.get("alt", "")):
            return
        node["alt"] = _caption(node)
        if not node["alt"]:
            logger.warning(
                "the picture in %s has no description; say what is to be seen, in the cell's "
                'metadata: "mystnb": {"image": {"alt": "…"}}',
                _position(node),
                location=self.env.docname,
                type="figures",
            )

    def _pair(self, node: nodes.image, path: Path) -> None:
        text = path.read_text("utf-8")
        try:
            light = _sized(node, svg.size(text))
        except ValueError as error:
            logger.warning("%s: %s", path.name, error, location=node, type="figures")
            return
        dark_text = svg.recolour(text)
        both = light
        if dark_text != text:
            dark = light.copy()
            dark["uri"] = self._dark_file(path.stem, dark_text)
            dark["candidates"] = {"*": dark["uri"]}
            both = _pair_of(light, dark)
        node.parent.replace(node, both)

    def _dark_file(self, stem: str, text: str) -> str:
        name = f"{stem}-dark-{digest(text.encode())[:12]}.svg"
        path = Path(self.app.doctreedir, "figures", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        self.env.images.add_file(self.env.docname, str(path))
        return str(path)


def _caption(node: nodes.Node) -> str:
    figure = _ancestor(node, lambda parent: isinstance(parent, nodes.figure))
    caption = next(figure.findall(nodes.caption), None) if figure else None
    return caption.astext() if caption else ""


def _position(node: nodes.Node) -> str:
    """Which picture it is, counted as a notebook shows its cells: from 1, text cells included."""
    cell = _ancestor(node, lambda parent: parent.get("nb_element") == "cell_code")
    if cell is None:
        return "a pasted output"
    light = [id(im) for im in cell.findall(nodes.image) if "only-dark" not in im["classes"]]
    return f"cell {cell['cell_index'] + 1}, picture {light.index(id(node)) + 1}"


def _ancestor(node: nodes.Node, wanted: Any) -> nodes.Element | None:
    while (node := node.parent) is not None:
        if wanted(node):
            return node
    return None


def _sized(node: nodes.image, natural: tuple[int, int] | None) -> sized_image:
    image = sized_image("", **node.attributes)
    # Sphinx would link a resized image to its file, and a link around a hidden image is empty.
    wanted = {side: image.attributes.pop(side, None) for side in ("width", "height", "scale")}
    image["classes"] = [*image["classes"], "dl-figure"]
    image["html"] = _size_attributes(natural, **wanted)
    return image


def _pair_of(light: sized_image, dark: sized_image) -> nodes.inline:
    # Not side by side in the figure: the theme hides a caption that follows a hidden picture. And
    # links lead to the pair, since none leads to a picture that is hidden.
    targets = {key: light[key] for key in ("ids", "names")}
    for image, theme in ((light, "only-light"), (dark, "only-dark")):
        image["ids"], image["names"] = [], []
        image["classes"] = [*image["classes"], theme]
    return nodes.inline("", "", light, dark, classes=["dl-figure-pair"], **targets)


def _size_attributes(
    natural: tuple[int, int] | None, width: str | None, height: str | None, scale: int | None
) -> dict[str, Any]:
    attributes = dict(zip(("width", "height"), natural, strict=True)) if natural else {}
    if scale and natural and not (width or height):
        attributes = {side: round(pixels * scale / 100) for side, pixels in attributes.items()}
    sides = {"width": width, "height": height}
    style = [f"{side}: {_css(length)}" for side, length in sides.items() if length]
    if height and not width:
        style.append("width: auto")
    return attributes | ({"style": "; ".join(style)} if style else {})


def _css(length: str) -> str:
    return f"{length}px" if length.isdigit() else length


def visit_sized_image(self: HTML5Translator, node: sized_image) -> None:
    """Write the image with its size."""
    source = node["uri"]
    if source in self.builder.images:
        source = posixpath.join(self.builder.imgpath, quote(self.builder.images[source]))
    align = {"CLASS": f"align-{node['align']}"} if "align" in node else {}
    attributes = {"src": source, "alt": node.get("alt", ""), **node["html"], **align}
    tag = self.emptytag(node, "img", "\n", loading="lazy", decoding="async", **attributes)
    self.body.append(tag)
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform, its node and its stylesheet."""
    app.add_node(sized_image, html=(visit_sized_image, None))
    app.add_post_transform(FigurePairs)
    add_stylesheet(app, STYLESHEET, sized_image)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
