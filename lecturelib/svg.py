"""What the pages need to know of an SVG file: its colours for the dark theme, and its size."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from lecturelib import palette

# A colour stands alone: not part of a longer one, of a reference to an id, or of a longer name.
COLOUR = re.compile(r"(?<!url\()(?<!href=[\"'])#[0-9a-f]{6}(?![\w-])", re.IGNORECASE)
LENGTH = re.compile(r"\s*([0-9.]+)\s*(px|pt|pc|in|cm|mm)?\s*")

PARTNERS = {palette.LIGHT[name]: palette.DARK[name] for name in palette.LIGHT}
PIXELS = {None: 1, "px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4}


def recolour(text: str) -> str:
    """The SVG with every colour of the light palette replaced by its dark partner, and no other."""
    return COLOUR.sub(lambda found: PARTNERS.get(found[0].lower(), found[0]), text)


def size(text: str) -> tuple[int, int] | None:
    """Width and height in CSS pixels, from the root's own or its viewBox; None if it has neither.

    Raises ValueError for text that is no SVG.
    """
    root = _root(text)
    lengths = [_pixels(root.get(side, "")) for side in ("width", "height")]
    if None in lengths:
        lengths = [_pixels(side) for side in re.split(r"[\s,]+", root.get("viewBox", ""))[2:4]]
    return (lengths[0], lengths[1]) if len(lengths) == 2 and None not in lengths else None


def _root(text: str) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f"this is no SVG file ({error}); save it again as SVG") from None
    if root.tag.rpartition("}")[2] != "svg":
        raise ValueError(f"the root is <{root.tag}>, expected <svg>; save it again as SVG")
    return root


def _pixels(length: str) -> int | None:
    found = LENGTH.fullmatch(length)
    return round(float(found[1]) * PIXELS[found[2]]) if found else None
