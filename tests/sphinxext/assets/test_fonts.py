"""Fonts hold what they are asked for and no more."""

import io

from fontTools.ttLib import TTFont

from sphinxext.assets.fonts import subset_font
from sphinxext.formulas.katex import VENDOR


def test_a_font_is_cut_down_to_its_characters():
    whole = (VENDOR / "fonts/KaTeX_Main-Regular.woff2").read_bytes()
    small = subset_font(whole, "x+☃")
    assert set(TTFont(io.BytesIO(small)).getBestCmap()) == {ord("x"), ord("+")}
    assert len(small) < len(whole) / 5
    assert small == subset_font(whole, "+x"), "the same characters, another file"
