"""What takes seconds and would come out as before: kept between builds, by all that it depends on.

A build writes the pages that have changed; the site's stylesheet, fonts and policy depend on all
pages, and most of those are as they were.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

from sphinx.application import Sphinx

from sphinxext.shared import digest, write_whole

Result = TypeVar("Result")


@cache
def code() -> str:
    """The digest of this room: other code, other results."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return digest(b"".join(path.read_bytes() for path in sources))


class Memory:
    """Results of functions, those of the build before and of this one; the older are forgotten."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.before: dict[str, object] = {}
        self.now: dict[str, object] = {}
        with suppress(OSError, EOFError, pickle.UnpicklingError, AttributeError):  # none, or old
            self.before = pickle.loads(store.read_bytes())

    def recall(self, given: Iterable[str | bytes], make: Callable[[], Result]) -> Result:
        """``make()``, or what it gave before for ``given``: its name and all it depends on."""
        parts = [part if isinstance(part, bytes) else part.encode() for part in (code(), *given)]
        # Each part by a digest of its own, so that none runs into the next.
        key = digest("".join(map(digest, parts)).encode())
        if key not in self.now:
            self.now[key] = self.before[key] if key in self.before else make()
        return self.now[key]

    def save(self) -> None:
        """Keep what this build has asked for, if any of it is new."""
        if self.now.keys() - self.before.keys():
            write_whole(self.store, pickle.dumps(self.now))


def memory_of(app: Sphinx) -> Memory:
    """The memory of this build, which begins with the first call."""
    if "assets_memory" not in vars(app):
        app.assets_memory = Memory(Path(app.doctreedir) / "assets.pickle")
    return app.assets_memory


def save(app: Sphinx, error: Exception | None) -> None:
    """Keep for the next build what a build without an error has asked for."""
    if not error and "assets_memory" in vars(app):
        app.assets_memory.save()


def setup(app: Sphinx) -> dict[str, bool]:
    """Save when all that asks has asked."""
    app.connect("build-finished", save, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
