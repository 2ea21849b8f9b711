"""What the templates take for granted of the theme: blocks that they fill, files that they replace.

A theme that has renamed one builds without an error, and pages lose what the template did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

from sphinxext.theme.accessibility import RENAMED, TEMPLATES

logger = logging.getLogger(__name__)
BLOCK = re.compile(r"\{%-? *block +(\w+)")


def missing(own: Path, folders: Iterable[Path]) -> Iterator[str]:
    """What a template in ``own`` replaces or fills, and no template in the theme's folders has."""
    theirs = [path for folder in folders for path in folder.rglob("*.html")]
    names = {path.name for path in theirs}
    blocks = {block for path in theirs for block in BLOCK.findall(path.read_text("utf-8"))}
    replaced = {ours: name for name, ours in RENAMED.items()}
    for path in sorted(own.glob("*.html")):
        if (name := replaced.get(path.name, path.name)) not in names:
            yield f"the file {name}"
        for block in BLOCK.findall(path.read_text("utf-8")):
            if block not in blocks:
                yield f"the block {block}, which {path.name} fills"


def check(app: Sphinx) -> None:
    """Warn of each thing that the theme of an HTML build does not have."""
    if app.builder.format != "html" or app.config.html_theme == "basic":
        return
    folders = map(Path, app.builder.theme.get_theme_dirs())
    for what in missing(TEMPLATES, folders):
        logger.warning(
            "the theme %s has not %s: look what took its place, in %s",
            *(app.config.html_theme, what, TEMPLATES),
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Check when the builder has its theme."""
    app.connect("builder-inited", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
