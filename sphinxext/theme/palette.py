"""The palette as a stylesheet of every page: pages, figures and widgets share one table."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from lecturelib import palette

DARK_THEME = 'html[data-theme="dark"]'


def _write(app: Sphinx, config: Config) -> None:
    folder = Path(app.outdir).parent / "generated-static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "palette.css").write_text(palette.stylesheet(DARK_THEME), "utf-8")
    config.html_static_path.append(str(folder))


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the stylesheet before pages are built and link it ahead of the book's own."""
    app.connect("config-inited", _write)
    app.add_css_file("palette.css", priority=600)
    app.add_css_file("book.css", priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
