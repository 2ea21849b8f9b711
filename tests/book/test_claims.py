"""Every claim of two pages has a row that says what shows it, and every row leads somewhere.

A claim is a sentence of the pages' prose that states a number, a year or a source. Headings, the
card, questions, tables, exercises with their solutions, captions and code are not prose here.
"""

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
PAGES = ["history", "why-deep-learning"]
TABLES = (ROOT / "book/reference/claims.md").read_text("utf-8")
KEYS = set(
    re.findall(r"^@\w+\{([^,]+),", (ROOT / "book/references.bib").read_text("utf-8"), re.MULTILINE)
)
CITED = re.compile(r"\{cite:[tp]\}`([^`]+)`")
# Blocks that are no prose: fences, display mathematics, tables, headings and targets.
BLOCKS = re.compile(
    r"^(?P<fence>:{3,}|`{3,}).*?^(?P=fence)$|^\$\$.*?^\$\$.*?$|^[|#].*?$|^\([\w-]+\)=$",
    re.MULTILINE | re.DOTALL,
)
# What may hold a digit without stating one: formulas, code, and links to a section or an equation.
SILENT = re.compile(r"\{(?!cite)[\w:]+\}`[^`]+`|`[^`]+`|\$[^$]+\$|\[\]\([^)]+\)")
END = re.compile(r"(?<=[.?!])[*_\"”)]*\s+(?=[*_\"“(\[{$A-Z])")
SHORT = re.compile(r"\b(?:pp|p|e\.g|i\.e|vs|No|cf)\.$|\b[A-Z]\.$")

each = pytest.mark.parametrize("page", PAGES)


@cache
def cells(page):
    return nbformat.read(next(ROOT.glob(f"book/*/{page}.ipynb")), 4).cells


def plain(text):
    """Without emphasis and with single spaces, so that a line break or a star hides nothing."""
    return " ".join(re.sub(r"\*+", "", text).split())


def paragraphs(page):
    """Paragraphs and items of lists in the page's prose, up to the exercises."""
    for cell in cells(page):
        if cell.cell_type != "markdown":
            continue
        before = re.split(r"^## Exercises$", cell.source, flags=re.MULTILINE)[0]
        for block in re.split(r"\n\s*\n|\n(?=[-*] |\d+\. )", BLOCKS.sub("\n\n", before)):
            yield plain(re.sub(r"^\s*(?:[-*]|\d+\.) ", "", block))
        if before != cell.source:
            return


def sentences(paragraph):
    start = 0
    for end in END.finditer(paragraph):
        part = paragraph[start : end.start()]
        if SHORT.search(part):
            continue
        yield part
        start = end.end()
    yield paragraph[start:]


def claims(page):
    """The sentences that state a number, a year or a source."""
    for paragraph in paragraphs(page):
        for sentence in sentences(paragraph):
            states = re.search(r"\d", SILENT.sub("", CITED.sub("1", sentence)))
            if states and not sentence.endswith("?"):
                yield sentence.strip()


def rows(page):
    """Pairs of opening words and what shows them, from the page's table."""
    part = re.search(rf"^\(claims-{page}\)=\n(.*?)(?=^\(claims-|\Z)", TABLES, re.M | re.S)
    found = re.findall(r"^\| (.+?) \| (.+?) \|$", part[1] if part else "", re.MULTILINE)
    pairs = [(plain(claim).removesuffix(" …"), shown) for claim, shown in found]
    return [pair for pair in pairs if pair[0] not in ("Claim", "---")]


def sections():
    """Label -> whether a code cell stands between it and the next label; figures are code."""
    found = {}
    for path in (ROOT / "book").rglob("*.ipynb"):
        label = None
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code":
                found[label] = True
                found[cell.metadata.get("mystnb", {}).get("figure", {}).get("name")] = True
                continue
            for name in re.findall(r"^\(([\w-]+)\)=$", cell.source, re.MULTILINE):
                label = name
                found.setdefault(name, False)
    return found


@each
def test_every_claim_has_a_row(page):
    starts = [start for start, _ in rows(page)]
    bare = [claim for claim in claims(page) if not claim.startswith(tuple(starts))]
    assert bare == []


@each
def test_every_row_is_said_on_the_page(page):
    said = list(claims(page))
    assert rows(page)
    lost = [start for start, _ in rows(page) if not any(s.startswith(start) for s in said)]
    assert lost == []
    assert len({start for start, _ in rows(page)}) == len(rows(page))


@each
def test_what_shows_a_claim_exists(page):
    labels = sections()
    for start, shown in rows(page):
        sources = [key for group in CITED.findall(shown) for key in group.split(",")]
        places = re.findall(r"\{(?:num)?ref\}`([\w-]+)`", shown)
        assert sources or places, start
        assert set(sources) <= KEYS, start
        assert all(labels.get(place) for place in places), start


@each
def test_every_source_that_the_page_cites_is_in_the_bibliography(page):
    text = "\n".join(cell.source for cell in cells(page) if cell.cell_type == "markdown")
    cited = {key.strip() for group in CITED.findall(text) for key in group.split(",")}
    assert cited
    assert cited <= KEYS


SAMPLE = """\
## Part 7

(label-1)=

There are 3 units. Here is none. Is it 4? See {ref}`x-1` and $x_1$. As {cite:t}`a1`, p. 5 says.

$$
a = 1
$$

| 1 | 2 |

- First 1.
- Second, **2
  of** them.

::::{card}
Time: 40 minutes
::::

## Exercises

After 9."""


def test_a_claim_is_a_sentence_with_a_number_or_a_source(monkeypatch):
    cell = nbformat.v4.new_markdown_cell(SAMPLE)
    monkeypatch.setitem(globals(), "cells", lambda page: [cell])
    expected = ["There are 3 units.", "As {cite:t}`a1`, p. 5 says."]
    assert list(claims("sample")) == [*expected, "First 1.", "Second, 2 of them."]
