"""Which chapters have run whole in their pages just as they stand in the site.

A digest a chapter lies in ``_build``, so ``make clean`` and a fresh checkout forget all of them. It
is taken of the built site, not of the sources: what a browser has run is what it is good for.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

KEPT = Path(__file__).parents[2] / "_build" / "ran-green"
LEFT_OUT = pytest.StashKey[list[str]]()  # the chapters that this run leaves out


def note(site: Path, chapter: str) -> None:
    """Keep that the chapter, ``folder/name``, has run."""
    path = _record(chapter)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(digest(site, chapter), "utf-8")


def has_run(site: Path, chapter: str) -> bool:
    """Whether nothing has changed, on which a run depends, since the chapter ran."""
    path = _record(chapter)
    return path.is_file() and path.read_text("utf-8") == digest(site, chapter)


def digest(site: Path, chapter: str) -> str:
    """Of the chapter's cells and their outputs, Python and all scripts as served, and the test."""
    page = (site / f"book/{chapter}.html").read_text("utf-8")
    article = page.partition("<article")[2].partition("</article>")[0]
    cells = sorted((site / "_static/python/cells").glob(f"book-{chapter.replace('/', '-')}-*"))
    own = [article.encode(), *(path.read_bytes() for path in cells)]
    return _of([*own, _shared(site).encode()])


@cache
def _shared(site: Path) -> str:
    parts = []
    for path in _shared_files(site):
        parts += [path.name.encode(), path.read_bytes()]
    return _of(parts)


def _shared_files(site: Path) -> Iterator[Path]:
    yield from (site / "_headers", site / "sw.js", Path(__file__).with_name("test_python.py"))
    for path in sorted((site / "_static").rglob("*")):
        if path.is_file() and path.suffix != ".css" and path.parent.name not in {"cells", "fonts"}:
            yield path


def _of(parts) -> str:
    """Of the parts and where each ends, so that no two lists of parts look alike."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8) + part)
    return total.hexdigest()


def _record(chapter: str) -> Path:
    return KEPT / chapter.replace("/", "-")
