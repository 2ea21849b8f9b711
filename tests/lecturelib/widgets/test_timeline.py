"""The timeline: its entries, the JavaScript against Python, the list and the dots."""

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.widgets import Timeline
from lecturelib.widgets.timeline import entries

ROOT = Path(__file__).parents[3]
ENTRIES = entries()
IDS = [entry["id"] for entry in ENTRIES]
NEEDED = {"id", "year", "strand", "title", "what", "why", "source", "cite"}


def shown(state):
    """The entries that the state lets through."""
    wanted = state["text"].strip().lower()
    return [
        entry
        for entry in ENTRIES
        if state["strand"] in ("all", entry["strand"])
        and state["since"] <= entry["year"] <= state["until"]
        and any(wanted in entry[name].lower() for name in ("title", "what", "why", "cite"))
    ]


class TestTimeline(WidgetContract):
    widget = Timeline
    state = {"strand": "ideas", "since": 1985, "entry": "lstm"}
    other = {"strand": "data", "since": 1990, "until": 2012, "text": "i", "entry": "mnist"}
    controls = "range number text select-one list"
    sentences = """
    {} 56 of 56 entries shown: ideas 44, data 5, hardware 7. None is open.
    {"since": 2000, "until": 1990} The period is empty: it begins after its end. None is open.
    {"text": "no such word"} No entry fits: widen the period or shorten the search. None is
      open.
    {"strand": "data", "entry": "mnist"} 5 of 56 entries shown: ideas 0, data 5, hardware 0.
      Open: 1998, MNIST.
    {"strand": "data", "entry": "lstm"} 5 of 56 entries shown: ideas 0, data 5, hardware 0.
      Open: 1997, Long short-term memory (not among those shown).
    """

    def test_the_list_is_one_stop_and_its_arrows_open_entries(self, desk):
        desk.set(self.default() | {"strand": "hardware"})
        wanted = [entry["id"] for entry in ENTRIES if entry["strand"] == "hardware"]
        box = desk.page.get_by_role("listbox")
        assert len(desk.all(".dl-item:visible")) == len(wanted)
        turns = {"ArrowDown": 0, "PageDown": len(wanted) - 1, "ArrowUp": -2, "Home": 0}
        for key, i in turns.items():
            box.press(key)
            assert desk.state()["entry"] == wanted[i]
            active = desk.page.locator(f"#{box.get_attribute('aria-activedescendant')}")
            assert active.get_attribute("aria-selected") == "true"
            frame, row = box.bounding_box(), active.bounding_box()
            assert frame["y"] <= row["y"]
            assert row["y"] + row["height"] <= frame["y"] + frame["height"] + 1
        for name, i in (("Later", 1), ("Earlier", 0)):
            desk.button(name).click()
            assert desk.state()["entry"] == wanted[i]

    @pytest.mark.parametrize("page", ["desk", "phone"])
    def test_a_dot_and_a_row_open_their_entry(self, request, page):
        desk = request.getfixturevalue(page)
        desk.set(self.default())
        for i in (0, 17, len(IDS) - 1):
            desk.page.locator(".dl-event:visible").nth(i).click()
            assert desk.state()["entry"] == IDS[i]
            assert ENTRIES[i]["what"] in desk.page.locator(".dl-card").inner_text()
        desk.page.get_by_role("option", name="Neocognitron").click()
        assert desk.state()["entry"] == "neocognitron"

    def test_links_lead_to_the_chapter_and_the_bibliography(self, desk):
        links = desk.page.locator(".dl-card a")
        hrefs = "all => all.map((a) => a.getAttribute('href'))"
        book = "../reference/bibliography.html"
        desk.set({"entry": "linnainmaa"})
        assert links.evaluate_all(hrefs) == [book, "../neural-networks/backpropagation.html"]
        desk.set({"entry": "svm"})
        assert links.evaluate_all(hrefs) == [book]

    def test_typing_filters(self, desk):
        desk.set(self.default())
        desk.page.get_by_label("search").press_sequentially("autoencoder")
        assert desk.page.locator(".dl-item:visible").all_inner_texts()[0].startswith("2006")
        assert desk.words().startswith("1 of ")


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
        assert entry["strand"] in {"ideas", "data", "hardware"}
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


# The JavaScript


def test_what_is_shown_is_what_python_lets_through(javascript):
    body = """({timeline}, [entries, states]) => states.map((state) =>
      timeline.filter(entries, state).map(({ id }) => id))"""
    for state, ids in zip(STATES, javascript(body, [ENTRIES, STATES]), strict=True):
        assert ids == [entry["id"] for entry in shown(state)]


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
