"""What several rooms need: digests, files, folders of caches, scripts and stylesheets."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from pathlib import Path, PurePosixPath
from typing import Any

import rjsmin
from docutils import nodes
from sphinx.application import Sphinx

KEPT = 3  # folders of a cache


def digest(content: bytes) -> str:
    """The sha256 of the bytes, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write the file so that nobody ever sees half of it; its folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own, since two builds may write the same file at once.
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def prune(folder: Path, keep: int = KEPT) -> None:
    """Remove all cache folders but the ``keep`` last used; nothing that is not one is touched."""
    caches = [path for path in folder.iterdir() if re.fullmatch("[0-9a-f]{12}", path.name)]
    for path in sorted(caches, key=lambda path: path.stat().st_mtime_ns, reverse=True)[keep:]:
        shutil.rmtree(path)


def minify(script: str) -> str:
    """The script without comments and blanks."""
    return rjsmin.jsmin(script)


def keep(app: Sphinx, path: str) -> None:
    """Tell the room of assets to leave a file or a folder of the site alone, ``_static/widgets``.

    Scripts there are joined with no other; on a page that names them each has its own tag. No file
    there is removed because no page names it.
    """
    vars(app).setdefault("kept_assets", set()).add(path)


def load_later(app: Sphinx, path: str) -> None:
    """Say that pages fetch this script of the site though no head names it: it may need styles."""
    vars(app).setdefault("late_scripts", []).append(path)


def late_scripts(app: Sphinx) -> list[str]:
    """The scripts that pages fetch when they are needed."""
    return vars(app).get("late_scripts", [])


def is_kept(app: Sphinx, path: str) -> bool:
    """Whether a room has asked to keep this file of the site."""
    kept = vars(app).get("kept_assets", ())
    return any(PurePosixPath(path).is_relative_to(place) for place in kept)


def add_stylesheet(app: Sphinx, stylesheet: Path, kind: type[nodes.Node]) -> None:
    """Put the stylesheet into ``_static`` of an HTML build; link it on pages with a ``kind``."""

    def copy(app: Sphinx) -> None:
        if app.builder.format == "html":
            target = Path(app.outdir) / "_static"
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(stylesheet, target)

    def link(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
        if doctree and next(doctree.findall(kind), None):
            app.add_css_file(stylesheet.name)

    app.connect("builder-inited", copy)
    app.connect("html-page-context", link)
