"""The diagrams: text that stays text, inside its box, in the palette's colours, and described."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from lecturelib.diagrams import diagram
from lecturelib.palette import LIGHT

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "lecturelib/diagrams"
FILES = sorted(FOLDER.glob("*.svg"))
CSS = (FOLDER / "diagrams.css").read_text("utf-8")
CLASSES = set(re.findall(r"\.([a-z]+)\b(?![-\w])", CSS)) - {"dl"}
each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)

# Every line of text with the smallest box that holds its middle, and the drawing's own frame.
OUTSIDE = """
svg => {
  const place = node => node.getBoundingClientRect();
  const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1
    && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  const boxes = [svg, ...svg.querySelectorAll("rect")].map(place)
    .sort((a, b) => a.width * a.height - b.width * b.height);
  return [...svg.querySelectorAll("text")].filter(text => {
    const t = place(text), x = (t.left + t.right) / 2, y = (t.top + t.bottom) / 2;
    const home = boxes.find(b => b.left <= x && x <= b.right && b.top <= y && y <= b.bottom);
    return !home || !inside(t, home);
  }).map(text => text.textContent);
}
"""
OVERLAPS = """
svg => {
  const all = [...svg.querySelectorAll("text")].map(text => [text.textContent, text])
    .map(([words, text]) => [words, text.getBoundingClientRect()]);
  const meet = (s, t) => s.left < t.right - 1 && t.left < s.right - 1
    && s.top < t.bottom - 4 && t.top < s.bottom - 4;
  return all.flatMap(([a, s], i) =>
    all.slice(i + 1).filter(([, t]) => meet(s, t)).map(([b]) => a + " / " + b));
}
"""


def texts(root):
    return [node for node in root.iter() if node.tag.endswith("}text")]


@each
def test_it_is_readable_on_a_phone_and_described(path):
    root = ET.parse(path).getroot()
    name = path.stem
    x, y, width, _ = map(float, root.get("viewBox").split())
    assert (x, y) == (0, 0)
    assert 240 <= width <= 360
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{name}-title {name}-desc"
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    assert all(id_.startswith(f"{name}-") for id_ in ids)
    shown = diagram(name)
    assert 5 <= len(shown.title) <= 60
    assert len(shown.description) >= 80
    assert texts(root), "a diagram without words"


@each
def test_its_looks_come_from_the_palette(path):
    source = path.read_text("utf-8")
    assert not re.search(r"<style|style=|fill=|stroke=|font-|#[0-9a-fA-F]{3}\\b", source)
    used = {name for value in re.findall(r'class="([^"]*)"', source) for name in value.split()}
    assert used <= CLASSES, f"classes that diagrams.css does not have: {used - CLASSES}"


@each
def test_a_page_shows_it(path):
    book = "\n".join(page.read_text("utf-8") for page in (ROOT / "book").rglob("*.ipynb"))
    assert f'diagram(\\"{path.stem}\\")' in book


@pytest.mark.parametrize("width", [390, 1000])
@each
def test_words_stay_in_their_boxes_and_apart(path, width, tmp_path, open_page):
    page = tmp_path / "page.html"
    content = diagram(path.stem)._repr_html_()
    page.write_text(f'<!doctype html><meta charset="utf-8"><title>d</title>{content}', "utf-8")
    view = open_page(page.as_uri(), viewport={"width": width, "height": 900}).page
    svg = view.locator("svg")
    assert svg.evaluate(OUTSIDE) == []
    assert svg.evaluate(OVERLAPS) == []
    size = svg.evaluate("s => s.getScreenCTM().a * 13")
    assert size >= 12.9


def test_every_class_is_used():
    used = " ".join(re.findall(r'class="([^"]*)"', "".join(p.read_text("utf-8") for p in FILES)))
    assert set(used.split()) == CLASSES


def test_colours_have_a_fallback_where_no_page_defines_them():
    html = diagram("nested_fields")._repr_html_()
    assert f"var(--dl-ink, {LIGHT['ink']})" in html
    assert not re.search(r"var\(--dl-[\w-]+\)", html)


def test_its_text_stands_for_it_where_no_picture_can_be_shown():
    assert repr(diagram("nested_fields")).startswith("Three nested fields: A box for artificial")


def test_a_wrong_name_is_answered_with_the_right_ones():
    with pytest.raises(ValueError, match=r"expected one of .*nested_fields.*; got 'nested'"):
        diagram("nested")
