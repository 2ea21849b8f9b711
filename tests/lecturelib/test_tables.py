"""Tables: what a reader sees, what a terminal shows, what is refused."""

import numpy as np
import pytest
from bs4 import BeautifulSoup

from lecturelib.tables import table

RESULTS = table(
    ["model", "accuracy", "± sd", "note"],
    [("MLP", 0.98, np.float64(0.0123), "wins"), ("a < b & c", -0.5, 1, None)],
    {"accuracy": ".3f", "± sd": ".2f"},
)


def test_as_text():
    assert repr(RESULTS) == (
        "model      accuracy  ± sd  note\n"
        "MLP           0.980  0.01  wins\n"
        "a < b & c    −0.500  1.00"
    )


def test_as_html():
    page = BeautifulSoup(RESULTS._repr_html_(), "html.parser")
    rows = [[cell.text for cell in row.select("th, td")] for row in page.select("tr")]
    assert rows == [
        ["model", "accuracy", "± sd", "note"],
        ["MLP", "0.980", "0.01", "wins"],
        ["a < b & c", "−0.500", "1.00", ""],
    ]
    assert [th["scope"] for th in page.select("thead th")] == ["col"] * 4
    assert [th.get("class") for th in page.select("th")] == [None, ["number"], ["number"], None]
    assert len(page.select("td.number")) == 4


def test_numbers_without_a_format_and_a_column_of_both():
    mixed = table(["n", "who"], [(1200, "forest"), (7, 3)])
    assert repr(mixed) == "   n  who\n1200  forest\n   7  3"
    assert mixed.numeric == (True, False)


def test_a_column_without_an_entry_is_no_column_of_numbers():
    assert table(["a", "b"], [(1, None), (2, None)]).numeric == (True, False)
    assert repr(table(["a"], [])) == "a"


def test_marks_that_take_no_place():
    assert repr(table(["ŷ", "n"], [("y\u0302", 1), ("yy", 2)])) == "ŷ   n\ny\u0302   1\nyy  2"


@pytest.mark.parametrize(
    ("columns", "rows", "formats", "says"),
    [
        ([], [], None, r"one or more headings, each once, got \[\]"),
        (["a", "a"], [], None, "could not be told apart"),
        (["a", "b"], [(1, 2), (1,)], None, r"expected 2 entries a row.* got 1 in row 2: \(1,\)"),
        (["a"], [(1,)], {"A": ".2f"}, r"expected headings out of \['a'\], got \['A'\]"),
        (["a"], [([1],)], {"a": ".2f"}, r"'.2f' does not suit \[1\] in column 'a'"),
    ],
)
def test_what_makes_no_table_is_refused(columns, rows, formats, says):
    with pytest.raises(ValueError, match=says):
        table(columns, rows, formats)


def test_a_number_and_its_spread_stay_in_one_line():
    found = table(["", "accuracy"], [("a ± b", "0.91 ± 0.02")])
    assert "<td>0.91\u00a0±\u00a00.02</td>" in found._repr_html_()
    assert "0.91 ± 0.02" in repr(found)
