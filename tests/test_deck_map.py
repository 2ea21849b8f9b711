"""The deck map has every slide of the lecture, in order, and leads to what exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| ([\d.]+) \| (.+?) \| (.+?) \| (.*?) ?\| (.*?) ?\|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "book/reference/deck-map.md").read_text("utf-8"))

# The headings of the slides as they stand in the deck; a heading within a slide follows it.
SLIDES = """\
Deep Learning Introduction
Outline
Traditional Machine Learning Diagram
ARTIFICIAL INTELLIGENCE
MACHINE LEARNING
DEEP LEARNING
Conventional ML vs Deep Learning
End-to-End Model
DL as Representation Learning
Deep Learning is useful for Unstructured Data
ML vs DL in Performance
Why Deep Learning?
History of ML
History of Deep Learning
When the term Deep Learning?
Deep Belief Network
Recognition of DL
Topics in this course
Course assessment
Outline
1. Review of Basic Neural Networks
2. Keras of Tensorflow vs Pytorch
Feed Forward Neural Network
A Neural
Activation functions
Example
FFNN for classification
FFNN for classification
FFNN for Regression house pricing problem?
Recurrent Neural Network (RNN)
RNN
RNN example""".splitlines()


def test_every_slide_has_its_row_in_the_deck_s_order():
    assert [title for _, title, *_ in ROWS] == SLIDES


def test_the_numbers_count_slides_and_their_inner_headings():
    previous = (0, 0)
    for number, *_ in ROWS:
        slide, _, inner = number.partition(".")
        here = (int(slide), int(inner or 0))
        assert here in ((previous[0] + 1, 0), (previous[0], previous[1] + 1))
        previous = here


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
