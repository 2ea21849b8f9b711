"""Tables of results: HTML on the page, aligned text in a terminal and in checked outputs.

``table(["model", "accuracy"], [("MLP", 0.98)], {"accuracy": ".3f"})`` as the last line of a cell
shows a table; ``print`` of it gives the same as text.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Table", "table"]


@dataclass(frozen=True)
class Table:
    """Finished texts in columns; made by :func:`table`.

    ``numeric`` says of each column whether it is set flush right.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]

    def __repr__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(map(_padded, line, widths, self.numeric)).rstrip() for line in lines
        )

    def _repr_html_(self) -> str:
        head = "".join(self._cells("th", self.columns, ' scope="col"'))
        body = "".join(f"<tr>{''.join(self._cells('td', row))}</tr>" for row in self.rows)
        return (
            f'<table class="dl-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        )

    def _cells(self, tag: str, texts: Sequence[str], attributes: str = "") -> Iterable[str]:
        for text, numeric in zip(texts, self.numeric, strict=True):
            kind = ' class="number"' if numeric else ""
            whole = html.escape(text).replace(" ± ", "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}")
            yield f"<{tag}{attributes}{kind}>{whole}</{tag}>"


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    formats: Mapping[str, str] | None = None,
) -> Table:
    """A table with a heading for each column and one text or number for each of its entries.

    ``formats`` maps a column's heading to the format of its numbers, ``{"loss": ".3f"}``; numbers
    without a format are shown as ``str`` shows them. Texts stay as they are, and None is an empty
    entry. A column of numbers alone is set flush right. ValueError for a row of another length than
    the headings, a heading that stands twice, a format for no column, and a format that does not
    suit its number.
    """
    columns, formats = tuple(columns), dict(formats or {})
    entries = [tuple(row) for row in rows]
    _refuse(columns, entries, formats)
    texts = tuple(
        tuple(_text(*pair, formats.get(pair[1], "")) for pair in zip(row, columns, strict=True))
        for row in entries
    )
    numeric = tuple(
        any(not isinstance(row[i], str) and row[i] is not None for row in entries)
        and not any(isinstance(row[i], str) for row in entries)
        for i in range(len(columns))
    )
    return Table(columns, texts, numeric)


def _refuse(columns: tuple[str, ...], entries: list[tuple], formats: dict[str, str]) -> None:
    if not columns or len(set(columns)) < len(columns):
        raise ValueError(
            f"columns: expected one or more headings, each once, got {list(columns)}; "
            "two columns of one name could not be told apart"
        )
    for number, row in enumerate(entries, 1):
        if len(row) != len(columns):
            raise ValueError(
                f"rows: expected {len(columns)} entries a row, one for each of {list(columns)}, "
                f"got {len(row)} in row {number}: {row!r}; None leaves an entry empty"
            )
    if unknown := set(formats) - set(columns):
        raise ValueError(
            f"formats: expected headings out of {list(columns)}, got {sorted(unknown)}; "
            "write the heading as it stands in columns"
        )


def _text(entry: object, column: str, spec: str) -> str:
    if entry is None or isinstance(entry, str):
        return entry or ""
    try:
        # A true minus sign, as the formulas have it.
        return format(entry, spec).replace("-", "−")
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"formats: {spec!r} does not suit {entry!r} in column {column!r} ({error}); "
            "'.3f' suits numbers, texts are shown as they are"
        ) from error


def _width(text: str) -> int:
    """How many places the text takes in a terminal: combining marks take none."""
    return sum(not unicodedata.combining(character) for character in text)


def _padded(text: str, width: int, numeric: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if numeric else text + space
