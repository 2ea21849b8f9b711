"""The search takes a word without its marks: Vietnamese as people type it.

By the reader's keyboard a letter is one character, or a letter and its marks (Unicode's forms NFC
and NFD), and many readers leave the marks away: "hồi tiếp" and "hoi tiep" find the same pages. Both
the index and what is asked for go without marks.
"""

from __future__ import annotations

import unicodedata

from sphinx.application import Sphinx
from sphinx.search import SearchEnglish

# đ is a letter of its own, not a d with a mark.
D = str.maketrans("đĐ", "dD")
# As Sphinx's own splitQuery, of searchtools.js, but for the first two lines.
SPLIT = r"""
var splitQuery = (query) => query
    .normalize("NFD").replace(/\p{Mn}/gu, "").replaceAll("đ", "d").replaceAll("Đ", "D")
    .split(/[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu)
    .filter((term) => term);
"""


def unmarked(text: str) -> str:
    """``"hồi quy, đa tầng"`` -> ``"hoi quy, da tang"``."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(c for c in letters if unicodedata.category(c) != "Mn").translate(D)


class UnmarkedEnglish(SearchEnglish):
    """Sphinx's search of English, with all words unmarked."""

    js_splitter_code = SPLIT

    def split(self, input: str) -> list[str]:
        """Split a text into words."""
        return super().split(unmarked(input))


def setup(app: Sphinx) -> dict[str, bool | int]:
    """Take the place of Sphinx's own; a new version of ``split`` needs another ``env_version``."""
    app.add_search_language(UnmarkedEnglish)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
