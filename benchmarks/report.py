"""Rows of the table, the statistics in them, and how both are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

HEAD = ("measure", "value", "target", "met")


class NotMeasuredError(Exception):
    """A measurement that this machine cannot make; the message says why."""


class Row(NamedTuple):
    """One line of the table; ``target`` and ``met`` stay empty where nothing was promised."""

    measure: str
    value: str
    target: str = ""
    met: str = ""


def judged(measure: str, text: str, value: float, limit: float, unit: str) -> Row:
    """The row of a value that should be at most ``limit``; ``text`` is how it is written."""
    return Row(measure, text, f"≤ {limit:g} {unit}", "yes" if value <= limit else "no")


def not_measured(measure: str, reason: Exception) -> Row:
    """The row of a measurement that was not made, with the first line of the reason."""
    return Row(measure, f"not measured: {str(reason).splitlines()[0]}")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least ``share`` of them do not exceed (nearest rank).

    Raises ValueError for no values or a share outside (0, 1].
    """
    if not values or not 0 < share <= 1:
        raise ValueError(
            f"expected some values and a share in (0, 1], got {len(values)} values and {share}"
        )
    return sorted(values)[math.ceil(share * len(values)) - 1]


def spread(values: Sequence[float], unit: str, digits: int = 0) -> str:
    """'831 ms (790–905)': median and range, so that the noise can be seen."""
    middle, low, high = (f"{v:.{digits}f}" for v in (median(values), min(values), max(values)))
    return f"{middle} {unit} ({low}–{high})"


def kilobytes(size: float) -> str:
    """1234 -> '1.2 kB'; a kilobyte is 1000 bytes, as browsers count."""
    return f"{size / 1000:.1f} kB"


def markdown(rows: Iterable[Row]) -> str:
    """The table in Markdown, padded so that it also reads in a terminal."""
    cells = [HEAD, *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(row, widths) for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return f"| {' | '.join(padded)} |"
