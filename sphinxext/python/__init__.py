"""Run, Edit and Stop on the code cells of a page: Python in the reader's browser, no server.

Every cell that the browser can run gets a bar of buttons. What stands behind them, Pyodide and the
book's own library, comes from the site itself and is fetched at the first touch: see
``static/page`` for the page's side and ``sphinxext/page_kernel`` for Python's. A cell that needs
something that no browser runs says so in place of the buttons, and a page most of whose cells do
says so once. Where Pyodide cannot be had, the book is built without the buttons and the build says
why.

Settings: ``python_in_page`` (False leaves everything away), ``python_cache`` (where downloads are
kept, from the book's root) and ``python_elsewhere`` (what no browser runs, with the names that
readers know: see ``needs``). The environment variable BOOK_STRICT ends a build without Python in an
error: what is published has its buttons.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from sphinxext.python import pyodide
from sphinxext.python.cells import cell_of, elsewhere, is_input, numbers, read_cells
from sphinxext.shared import digest, keep

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
KERNEL = HERE.with_name("page_kernel")
EDITOR = [
    HERE / "vendor" / "prism-code-editor" / "editor.js",
    *(HERE / "static" / name for name in ("code-editor.js", "code-editor.css")),
]
SERVICE_WORKER = HERE / "static" / "sw.js"
FOLDER = "_static/python"
SCRIPT, STYLE = "python_cells.js", "python_cells.css"
PLACEHOLDER = "data-python"
STATUS = '<span role="status"></span></div>'
BAR = (
    '<div class="run-bar" data-cell="{number}"><button type="button" class="run-cell">Run</button>'
    f'<button type="button" class="edit-cell">Edit</button>{STATUS}'
)
PAGE_BAR = (
    f'<div class="run-bar run-page" {PLACEHOLDER}>'
    f'<button type="button" class="run-all">Run all code</button>{STATUS}'
)
NOTE = '<p class="run-note">{who} {needs}, which no browser runs. {how}</p>'
WITH_BUTTONS = "Open the page in Colab or Binder: the rocket at its top."
WITHOUT_BUTTONS = "Download the page as a notebook: the arrow at its top."


class RunBars(SphinxPostTransform):
    """Put a bar below the code of every cell, or one note on the page."""

    default_priority = 300
    builders = ("html", "dirhtml")

    def run(self, **kwargs: Any) -> None:
        """Look at the page's notebook."""
        path = Path(self.env.doc2path(self.env.docname))
        if not self.config.python_folder or path.suffix != ".ipynb":
            return
        inputs = [n for n in self.document.findall(nodes.container) if is_input(n)]
        cells = read_cells(path, self.config.python_elsewhere)
        if not inputs or not cells:
            return
        if missing := elsewhere(cells):
            self._insert(cell_of(inputs[0]), self._note("The code here needs", missing))
            return
        self._insert(cell_of(inputs[0]), PAGE_BAR)
        number_of = numbers(path)
        for node in inputs:
            number = number_of[cell_of(node)["cell_index"]]
            missing = cells[number]["needs"]
            html = self._note("This cell needs", missing) if missing else BAR.format(number=number)
            node += nodes.raw("", html, format="html")

    def _note(self, who: str, missing: list[str]) -> str:
        how = WITH_BUTTONS if getattr(self.config, "book_repository", "") else WITHOUT_BUTTONS
        return NOTE.format(who=who, needs=" and ".join(missing), how=how)

    def _insert(self, cell: nodes.Element, html: str) -> None:
        cell.parent.insert(cell.parent.index(cell), nodes.raw("", html, format="html"))


def assemble(app: Sphinx, config: Config) -> None:
    """Put Python together, or say why the pages go without; ``python_folder`` is where it is.

    Raises ExtensionError instead where BOOK_STRICT is set.
    """
    config.python_folder = ""
    if not config.python_in_page:
        return
    cache = Path(app.srcdir, config.python_cache)
    target = Path(app.outdir).parent / "generated-python"
    try:
        wheels = pyodide.own_wheels(HERE.parents[1], cache)
        name = f"pyodide-{pyodide.PINS.version}"
        pyodide.assemble(target / name, cache, wheels)
    except pyodide.Unavailable as error:
        if os.environ.get("BOOK_STRICT"):
            raise ExtensionError(
                f"BOOK_STRICT is set, and the pages get no Run buttons: {error}"
            ) from error
        print(f"The pages get no Run buttons: {error}", file=sys.stderr)
        return
    config.python_folder = _own_files(target)
    config.html_static_path.extend(str(HERE / "static" / name) for name in (SCRIPT, STYLE))


def _own_files(target: Path) -> str:
    """Put the book's own part into a folder named after its content; the name."""
    parts = [*(HERE / "static" / "page").iterdir(), *EDITOR]
    content = {path.name: path.read_bytes() for path in parts}
    content["kernel.zip"] = pack()
    version = digest(b"".join(content[name] for name in sorted(content)))[:12]
    folder = target / version
    for other in target.iterdir():
        if other != folder and not other.name.startswith("pyodide-"):
            shutil.rmtree(other)
    folder.mkdir(exist_ok=True)
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return version


def pack() -> bytes:
    """Python's side of the page as a zip, the same bytes for the same files."""
    files = [path for path in KERNEL.rglob("*.*") if path.suffix in {".py", ".json"}]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            name = path.relative_to(KERNEL.parents[1]).as_posix()
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def connect(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Tell the page's script where its parts are; write the sources of the page's cells."""
    if PLACEHOLDER not in (body := context.get("body", "")):
        return
    read = read_cells(Path(app.env.doc2path(page)), app.config.python_elsewhere)
    cells = json.dumps(read, ensure_ascii=False)
    version = digest(cells.encode())[:12]
    name = page.replace("/", "-")
    path = Path(app.outdir, FOLDER, "cells", f"{name}-{version}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{name}-{'?' * len(version)}.json"):
        old.unlink()
    path.write_text(cells, "utf-8")
    pathto = context["pathto"]
    addresses = {
        "python": f"{FOLDER}/{app.config.python_folder}/page.js",
        "cells": path.relative_to(app.outdir).as_posix(),
        "pyodide": f"{FOLDER}/pyodide-{pyodide.PINS.version}/",
    }
    given = " ".join(
        f'data-{name}="{pathto(address, resource=True)}"' for name, address in addresses.items()
    )
    context["body"] = body.replace(PLACEHOLDER, given, 1)
    app.add_css_file(STYLE)
    app.add_js_file(SCRIPT, defer="defer")


def publish(app: Sphinx, error: Exception | None) -> None:
    """Copy Python into the site, without what earlier builds have left there."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir, FOLDER)
    folders = [app.config.python_folder, f"pyodide-{pyodide.PINS.version}"]
    for old in out.iterdir() if out.is_dir() else ():
        if old.name not in (*folders, "cells") or not app.config.python_folder:
            shutil.rmtree(old)
    if not app.config.python_folder:
        return
    for name in folders:
        source = Path(app.outdir).parent / "generated-python" / name
        shutil.rmtree(out / name, ignore_errors=True)
        shutil.copytree(source, out / name)
    shutil.copy(SERVICE_WORKER, app.outdir)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_config_value("python_in_page", True, "html", bool)
    app.add_config_value("python_cache", ".cache/pyodide", "", str)
    app.add_config_value("python_elsewhere", {}, "html", dict)
    app.add_config_value("python_folder", "", "html", str)  # set by assemble
    keep(app, FOLDER)  # its modules name each other
    app.connect("config-inited", assemble)
    app.add_post_transform(RunBars)
    app.connect("html-page-context", connect, priority=800)
    app.connect("build-finished", publish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
