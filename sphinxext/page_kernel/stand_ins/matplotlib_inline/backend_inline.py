"""How figures reach the page."""

from __future__ import annotations

from typing import Any

from sphinxext.page_kernel import figures


def set_matplotlib_formats(*formats: str, **options: Any) -> None:
    """Take the first of ``formats`` that a page knows, svg or png, with savefig's ``options``."""
    known = [name for name in formats if name in ("svg", "png")]
    if not known:
        raise ValueError(f"expected svg or png, got {', '.join(formats) or 'no format'}")
    figures.options.clear()
    figures.options.update(format=known[0], **options)
