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

from lecturelib.widgets.base import BookWidget, Choice, Number, Text

__all__ = ["Timeline", "entries"]

FIRST, LAST = 1940, 2025


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
    strand = Choice("all", ["all", "ideas", "data", "hardware"])
    since = Number(FIRST, FIRST, LAST)
    until = Number(LAST, FIRST, LAST)
    text = Text("", 40)
    entry = Choice("", ["", *(entry["id"] for entry in _read())])
    _entries = traitlets.List().tag(sync=True)

    def __init__(self, **state: Any) -> None:
        """Hand the entries to the view."""
        super().__init__(_entries=entries(), **state)
