"""What all experiments share: the file that they write and go on with."""

import sys
from datetime import date
from importlib.metadata import version

from experiments.record import Record, arguments

RECORD = Record("toy", "name;rate;seed;x;value", keys=(str, float, int), notes=("value: none",))
CASES = [("a, b", 0.1, 0), ("a, b", 0.1, 1), ("c", 3.0, 0)]


def test_the_header_says_where_the_numbers_are_from():
    lines = RECORD.header(date(2026, 3, 4)).splitlines()
    assert lines[:2] == ["# command: python -m experiments.toy", "# date: 2026-03-04"]
    assert lines[2].endswith(f", numpy {version('numpy')}")
    assert lines[3:] == ["# value: none", "name;rate;seed;x;value"]


def test_what_is_missing_stays_in_its_order(tmp_path, capsys):
    path = tmp_path / "toy.csv"
    assert RECORD.missing(path, CASES) == CASES
    assert path.read_text("utf-8") == RECORD.header(date.today())
    RECORD.append(path, "a, b;0.1;1;0;0.5", "a, b;0.1;1;1;0.25")  # one training
    assert capsys.readouterr().out == "a, b;0.1;1;0;0.5\na, b;0.1;1;1;0.25\n"
    assert RECORD.done(path) == {("a, b", 0.1, 1)}
    assert RECORD.missing(path, CASES) == [CASES[0], CASES[2]]
    swapped = [(1, "a, b", 0.1), (0, "c", 3.0)]
    found = RECORD.missing(path, swapped, key=lambda case: (*case[1:], case[0]))
    assert found == [(0, "c", 3.0)]
    assert len(path.read_text("utf-8").splitlines()) == 7  # begun once


def test_the_command_line_has_a_file_and_a_number_of_seeds(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["toy"])
    assert arguments("A toy.", tmp_path, 3) == (tmp_path, range(3))
    monkeypatch.setattr(sys, "argv", ["toy", "--output", "x.csv", "--seeds", "1"])
    path, seeds = arguments("A toy.", tmp_path, 3)
    assert (path.name, seeds) == ("x.csv", range(1))
