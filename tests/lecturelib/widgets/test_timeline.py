"""The timeline: its entries, the JavaScript against Python, the list and the dots."""

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest
import timeline_words
import traitlets

from lecturelib.widgets import Timeline
from lecturelib.widgets.timeline import entries

ROOT = Path(__file__).parents[3]
ENTRIES = entries()
IDS = [entry["id"] for entry in ENTRIES]
NEEDED = {"id", "year", "strand", "title", "what", "why", "source", "cite"}
DEFAULT = {"strand": "all", "since": 1940, "until": 2025, "text": "", "entry": ""}


def states(count=150):
    rng = np.random.default_rng(3)
    texts = ["", "", "", "hinton", "  DEEP ", "ş", "150", "no such word", "(1986)"]
    for _ in range(count):
        yield {
            "strand": str(rng.choice(["all", "ideas", "data", "hardware"])),
            "since": float(rng.integers(1940, 2026)) if rng.random() < 0.5 else 1940,
            "until": float(rng.integers(1940, 2026)) if rng.random() < 0.5 else 2025,
            "text": str(rng.choice(texts)),
            "entry": str(rng.choice(["", *IDS])),
        }


STATES = list(states())


# The entries


def test_every_entry_is_complete_and_they_are_in_order():
    assert len(set(IDS)) == len(IDS) > 40
    for entry in ENTRIES:
        assert NEEDED <= set(entry) <= NEEDED | {"chapter"}
        assert 1940 <= entry["year"] <= 2025
        assert entry["strand"] in timeline_words.STRANDS
        assert re.fullmatch(r"[a-z0-9-]+", entry["id"])
        for name in ("what", "why"):
            assert entry[name].endswith("."), entry["id"]
            assert len(entry[name]) <= 130, entry["id"]
    assert all(a["year"] <= b["year"] for a, b in pairwise(ENTRIES))


def bibliography():
    """Key -> author and year of every entry of the bibliography."""
    text = (ROOT / "book/references.bib").read_text("utf-8")
    found = {}
    for key, body in re.findall(r"^@\w+\{([^,]+),\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        author = re.search(r"author\s*=\s*\{(.*?)\},\n", body, re.DOTALL)[1]
        year = re.search(r"year\s*=\s*\{(\d+)", body)[1]
        found[key] = re.sub(r"[{}]", "", author), year
    return found


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_its_source_is_in_the_bibliography_under_the_name_and_year_that_are_shown(entry):
    author, year = bibliography()[entry["source"]]
    first = author.split(" and ")[0].split(",")[0]
    assert entry["cite"].startswith(first)
    assert entry["cite"].endswith(f"({year})")
    # A thing may come before its paper, by little, and its paper not before the thing.
    assert 0 <= int(year) - entry["year"] <= 1


@pytest.mark.parametrize("entry", [e for e in ENTRIES if "chapter" in e], ids=lambda e: e["id"])
def test_its_chapter_exists(entry):
    assert (ROOT / "book" / f"{entry['chapter']}.ipynb").exists()


def test_the_table_of_the_page_is_the_same():
    notebook = nbformat.read(ROOT / "book/deep-learning/history.ipynb", 4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    row = r"^\| (\d{4}) \| (\w+) \| (.+?) \| \{cite:t\}`(\w+)` \|$"
    wanted = [(str(e["year"]), e["strand"], e["title"], e["source"]) for e in ENTRIES]
    assert re.findall(row, text, re.MULTILINE) == wanted


def test_each_caller_gets_entries_of_its_own():
    entries()[0]["title"] = "spoiled"
    assert entries()[0]["title"] != "spoiled"


# The traits


@pytest.mark.parametrize(
    "state",
    [{"strand": "people"}, {"since": 1900}, {"text": "x" * 41}, {"entry": "dinosaurs"}],
    ids=lambda state: next(iter(state)),
)
def test_what_cannot_be_shown_is_refused_by_name(state):
    with pytest.raises(traitlets.TraitError, match=next(iter(state))):
        Timeline(**state)


# The JavaScript


def test_filter_and_words_are_those_of_python(javascript):
    body = """({timeline}, [entries, states]) => states.map((state) =>
      [timeline.filter(entries, state).map(({ id }) => id), timeline.describe(entries, state)])"""
    found = javascript(body, [ENTRIES, STATES])
    assert len({words for _, words in found}) > 100
    for state, (ids, words) in zip(STATES, found, strict=True):
        assert ids == [entry["id"] for entry in timeline_words.shown(state)]
        assert words == timeline_words.words(state)


def test_no_two_dots_of_a_lane_overlap(javascript):
    for apart in (0.5, 2, 3.3, 20):
        rows = javascript("({timeline}, [all, d]) => timeline.rows(all, d)", [ENTRIES, apart])
        places = {}
        for entry, row in zip(ENTRIES, rows, strict=True):
            places.setdefault((entry["strand"], row), []).append(entry["year"])
        assert all(b - a >= apart for years in places.values() for a, b in pairwise(years))
        # No row is opened while a lower one has room.
        used = {strand: {r for s, r in places if s == strand} for strand, _ in places}
        assert all(rows == set(range(len(rows))) for rows in used.values())


def test_next_goes_through_what_is_shown(javascript):
    shown = [{"id": name} for name in "abc"]
    body = "({timeline}, cases) => cases.map(([all, open, turn]) => timeline.next(all, open, turn))"
    cases = [("a", 1), ("c", 1), ("a", -1), ("", 1), ("", -1), ("x", 1), ("b", 10), ("b", -10)]
    found = javascript(body, [[shown, *case] for case in cases])
    assert found == ["b", "c", "a", "a", "c", "a", "c", "a"]
    assert javascript(body, [[[], "a", 1]]) == [""]


GARBAGE = [None, 3, True, [], {}, [["a"]], "constructor", "<b>", -1e308, 1e308, "perceptron"]


def test_whatever_comes_in_a_valid_state_comes_out(javascript):
    raws = [{name: value} for name in DEFAULT for value in GARBAGE]
    raws += [{"text": "\N{SNOWMAN}\N{GRINNING FACE}" * 30}, {"since": 2030, "until": 1.5}]
    body = "({timeline}, [raws, keys]) => raws.map((raw) => timeline.clean(raw, keys))"
    for state in javascript(body, [raws, IDS]):
        assert Timeline(**state).state() == state


# In use


def test_the_list_is_one_stop_and_its_arrows_open_entries(show, state_of, says_what_python_says):
    page, log = show(Timeline(strand="hardware"))
    wanted = [entry["id"] for entry in ENTRIES if entry["strand"] == "hardware"]
    box = page.get_by_role("listbox")
    assert page.locator(".dl-item:visible").count() == len(wanted)
    for key, i in {"ArrowDown": 0, "PageDown": len(wanted) - 1, "ArrowUp": -2, "Home": 0}.items():
        box.press(key)
        assert state_of(page, "timeline")["entry"] == wanted[i]
        says_what_python_says(page, "timeline")
        active = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
        assert active.get_attribute("aria-selected") == "true"
        frame, row = box.bounding_box(), active.bounding_box()
        assert frame["y"] <= row["y"]
        assert row["y"] + row["height"] <= frame["y"] + frame["height"] + 1
    page.get_by_role("button", name="Later").click()
    assert state_of(page, "timeline")["entry"] == wanted[1]
    page.get_by_role("button", name="Earlier").click()
    assert state_of(page, "timeline")["entry"] == wanted[0]
    assert log.problems() == []


@pytest.mark.parametrize("width", [390, 1000])
def test_a_dot_and_a_row_open_their_entry(show, state_of, width):
    page, log = show(Timeline(), viewport={"width": width, "height": 900})
    for i in (0, 17, len(IDS) - 1):
        page.locator(".dl-event:visible").nth(i).click()
        assert state_of(page, "timeline")["entry"] == IDS[i]
        assert ENTRIES[i]["what"] in page.locator(".dl-card").inner_text()
    page.get_by_role("option", name="Neocognitron").click()
    assert state_of(page, "timeline")["entry"] == "neocognitron"
    assert log.problems() == []


def test_links_lead_to_the_chapter_and_the_bibliography(show):
    page, _ = show(Timeline(entry="linnainmaa"))
    links = page.locator(".dl-card a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert links == ["../reference/bibliography.html", "../neural-networks/backpropagation.html"]
    page, _ = show(Timeline(entry="svm"))
    assert page.locator(".dl-card a").count() == 1


def test_typing_filters(show, says_what_python_says):
    page, log = show(Timeline())
    page.get_by_label("search").press_sequentially("autoencoder")
    assert page.locator(".dl-item:visible").all_inner_texts()[0].startswith("2006")
    assert says_what_python_says(page, "timeline").startswith("1 of ")
    page.get_by_label("from year, typed").fill("2010")
    assert says_what_python_says(page, "timeline").startswith("No entry fits")
    assert log.problems() == []
