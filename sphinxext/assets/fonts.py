"""Fonts that hold the characters of the book and no others."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable

from fontTools import subset

# It reports every table that it has pruned.
logging.getLogger("fontTools").setLevel(logging.WARNING)


def subset_font(whole: bytes, characters: Iterable[str]) -> bytes:
    """The WOFF2 font cut down to ``characters``; what a font lacks is left to the others."""
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False)
    font = subset.load_font(io.BytesIO(whole), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(characters)))
    subsetter.subset(font)
    content = io.BytesIO()
    subset.save_font(font, content, options)
    return content.getvalue()
