"""The deck map has every slide of the lecture, in order, and leads to what exists."""

import re
from pathlib import Path

import pytest

from tools.chapters import deck

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([\d.]+) \| (.+?) \| (.+?) \| (.*?) ?\| (.*?) ?\|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "book/reference/deck-map.md").read_text("utf-8"))

SLIDES = [slide.split(" ", 1)[1] for part in deck()["parts"] for slide in part["slides"]]


def test_every_slide_has_its_row_in_the_deck_s_order():
    assert [title for _, title, *_ in ROWS] == SLIDES


def test_the_numbers_count_slides_and_their_inner_headings():
    previous = (0, 0)
    for number, *_ in ROWS:
        slide, _, inner = number.partition(".")
        here = (int(slide), int(inner or 0))
        assert here in ((previous[0] + 1, 0), (previous[0], previous[1] + 1))
        previous = here
    assert previous == (27, 0)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_leads_to_what_exists_or_says_that_nothing_does(row):
    _, _, section, module, test = row
    if section == "no chapter yet":
        assert (module, test) == ("", "")
        return
    assert re.findall(r"\{ref\}`[\w-]+`", section)
    names = re.findall(r"`(lecturelib[\w.]*)`", module)
    files = re.findall(r"`(tests/[\w/.]+)`", test)
    assert (names and files) or (module, test) == ("–", "–")
    for name in names:
        path = ROOT / name.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").exists(), name
    for file in files:
        assert (ROOT / file).exists(), file
