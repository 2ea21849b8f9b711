"""Fonts hold what they are asked for and no more."""

import io

from fontTools.ttLib import TTFont

from sphinxext.assets.fonts import subset_font
from sphinxext.formulas.katex import VENDOR


def test_a_font_is_cut_down_to_its_characters():
    path = VENDOR / "fonts/KaTeX_Main-Regular.woff2"
    small = subset_font(path, "x+☃")
    assert set(TTFont(io.BytesIO(small)).getBestCmap()) == {ord("x"), ord("+")}
    assert len(small) < len(path.read_bytes()) / 5
    assert small == subset_font(path, "+x"), "the same characters, another file"
