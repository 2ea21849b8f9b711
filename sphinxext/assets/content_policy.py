"""The content security policy that the site can be served with, in the file ``_headers``.

Netlify and Cloudflare Pages read that file; for another server copy the line. Nothing comes from a
foreign origin, no text becomes code (``unsafe-eval``), and of the scripts within pages only those
with a digest in the policy run. WebAssembly may be compiled: that is Python. ``blob:`` is where
widgets' modules and Python's checked files come from. ``frame-ancestors`` lets only the site itself
show its pages in a frame.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from sphinx.application import Sphinx

from sphinxext.assets.markup import elements
from sphinxext.assets.memory import memory_of

FILE = "_headers"
# Types of scripts that a browser runs; others are data.
RUN = {None, "", "text/javascript", "module"}


def inline_code(markup: str) -> tuple[set[str], set[str]]:
    """The scripts within a page, and the code of its ``on…`` attributes."""
    scripts, handlers = set(), set()
    for element in elements(markup):
        if element.tag == "script" and "src" not in element.attrib and element.get("type") in RUN:
            scripts.add(element.text or "")
        handlers |= {value for name, value in element.attrib.items() if name[:2] == "on"}
    return scripts, handlers


def policy(found: Iterable[tuple[set[str], set[str]]]) -> str:
    """The policy under which pages work that have this ``inline_code``."""
    found = list(found)
    scripts = set().union(*(scripts for scripts, _ in found))
    handlers = set().union(*(handlers for _, handlers in found))
    allowed = ["'self'", "blob:", "'wasm-unsafe-eval'"]
    # Without the keyword a digest holds for scripts only.
    allowed += ["'unsafe-hashes'"] * bool(handlers) + sorted(map(_source, scripts | handlers))
    return "; ".join(
        [
            "default-src 'self'",  # Firefox fetches the next page beforehand, and this governs that
            f"script-src {' '.join(allowed)}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self'",
            "object-src 'none'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
        ]
    )


def _source(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the policy once all pages are as they will be served."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    paths = [path for path in sorted(out.rglob("*.html")) if "_static" not in path.parts]
    texts = [path.read_text("utf-8") for path in paths]
    recall = memory_of(app).recall
    line = policy(recall(("code", text), partial(inline_code, text)) for text in texts)
    (out / FILE).write_text(f"/*\n  Content-Security-Policy: {line}\n", "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the file after everything else."""
    app.connect("build-finished", write, priority=990)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
