"""One script out of many, without the part of the theme's that the site's own does at less cost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)

OWN = Path(__file__).parent / "static" / "site.js"
SOURCE_MAP = re.compile(r"\s*//# sourceMappingURL=\S*\s*$")
# The theme makes boxes that scroll focusable by measuring every box of the page, after loading and
# after each change of a figure. That lays out all sections; the site's own script waits for them.
MEASURES = re.compile(
    r',"complete"===document\.readyState\?(\w+)\(\):window\.addEventListener\("load",\1\)'
)


def read(path: Path) -> str:
    """A script without the address of its source map, which no reader's browser asks for."""
    return SOURCE_MAP.sub("", path.read_text("utf-8"))


def join(paths: Iterable[Path]) -> str:
    """The scripts and the site's own, one after the other; warns where the theme's have changed."""
    script, found = MEASURES.subn("", ";\n".join(read(path) for path in (*paths, OWN)))
    if not found:
        # The pages would work, and be laid out as a whole before their figures are drawn.
        logger.warning("the theme's script measures boxes in another way: see MEASURES")
    return script
