"""Citations in a fraction of the time: what was looked up or read once is not done again.

For each citation pybtex asks which packages on this machine offer a style, and Python reads the
records of all of them: a quarter of the time in which pages are written. And each build formats the
whole bibliography twice.
"""

from __future__ import annotations

from functools import cache

import pybtex.plugin
import pybtex.richtext
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    """Remember the answers, for which pybtex has no setting; nobody changes them."""
    if not hasattr(pybtex.plugin.entry_points, "cache_info"):
        pybtex.plugin.entry_points = cache(pybtex.plugin.entry_points)
        pybtex.richtext.Text.from_latex = cache(pybtex.richtext.Text.from_latex)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
