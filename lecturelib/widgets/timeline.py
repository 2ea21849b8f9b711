"""Eighty years of neural networks in three strands, to be filtered and opened.

The entries stand in ``timeline.toml``: the view, the page's table and the bibliography can be held
against each other because what an entry says is data.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import traitlets

from lecturelib.widgets.base import BookWidget, Number

__all__ = ["Timeline", "entries"]

FIRST, LAST = 1940, 2025
LONGEST = 40  # characters of a search


@cache
def _read() -> tuple[dict[str, Any], ...]:
    source = (files(__package__) / "timeline.toml").read_text("utf-8")
    return tuple(tomllib.loads(source)["entry"])


def entries() -> list[dict[str, Any]]:
    """The entries by year, each a dict of its own.

    Every one has id, year, strand (ideas, data or hardware), title, what, why, source (a key of the
    book's bibliography) and cite (its author and year); chapter (a page of the book) where there is
    one.
    """
    return [dict(entry) for entry in _read()]


class Timeline(BookWidget, module="timeline"):
    """What happened from 1943 on: a list and an axis with a lane for each strand.

    ``Timeline(strand="hardware", since=1990)`` shows a part; ``text`` must occur in title, sentence
    or source, in any case of letters; ``entry`` is the id of the entry that is open, or empty. A
    value that cannot be shown raises ``TraitError``. Slides: "History of ML", "History of Deep
    Learning".
    """

    heights = (930, 1561)
    strand = traitlets.Enum(["all", "ideas", "data", "hardware"], "all").tag(sync=True)
    since = Number(FIRST, FIRST, LAST)
    until = Number(LAST, FIRST, LAST)
    text = traitlets.Unicode("").tag(sync=True)
    entry = traitlets.Enum(["", *(entry["id"] for entry in _read())], "").tag(sync=True)
    _entries = traitlets.List().tag(sync=True)

    def __init__(self, **state: Any) -> None:
        """Hand the entries to the view."""
        super().__init__(_entries=entries(), **state)

    @traitlets.validate("text")
    def _short(self, proposal):
        text = proposal["value"]
        if len(text) > LONGEST:
            raise traitlets.TraitError(
                f"text: expected at most {LONGEST} characters, got {len(text)}; search for one word"
            )
        return text
