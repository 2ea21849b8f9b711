"""Far sections of a long page wait for the reader; links, the way back and paper know them."""

import json
import os
import subprocess
import sys

import pytest

from tests.site.looking import (
    BOXES_KNOWN,
    FRAMES,
    REPO,
    SHIFTED,
    STANDS,
    WATCH_SHIFTS,
    WIDGETS_DRAWN,
    WIDGETS_READY,
)
from tools.browser import LAY_OUT, open_page

LONG = "book/neural-networks/bptt.html"
CHAPTER = "book/neural-networks/neuron.html"
SECTIONS = ".bd-article > section > section"
# Sections whose contents the browser has not laid out, by their ids.
PUT_OFF = f"""() => [...document.querySelectorAll("{SECTIONS}")]
    .filter((s) => !s.querySelector("h2").checkVisibility({{ contentVisibilityAuto: true }}))
    .map((s) => s.id)"""
# Where everything stands that is to be seen.
PLACES = """() =>
    [...document.querySelectorAll(".bd-article :is(p, pre, h2, h3, li, table, img, svg)")]
    .filter((e) => e.checkVisibility())
    .map((e) => Math.round(e.getBoundingClientRect().top + scrollY))"""


AT_THE_END = "() => scrollY + innerHeight >= document.documentElement.scrollHeight - 2"


@pytest.fixture
def phone(browser, base_url):
    """``phone(address, **options)``: a page on a phone, its first screens drawn."""
    contexts = []

    def opened(address, **options):
        given = {"viewport": {"width": 412, "height": 823}, "reduced_motion": "reduce"} | options
        page, _ = open_page(browser, base_url + address, WATCH_SHIFTS, **given)
        contexts.append(page.context)
        page.wait_for_function(WIDGETS_READY)
        page.evaluate("document.fonts.ready")
        page.evaluate(FRAMES, 3)  # the browser has said which sections are near
        return page

    yield opened
    for context in contexts:
        context.close()


def top(page, selector):
    """Where the element stands in the window, once nothing above it moves any more."""
    return page.locator(selector).evaluate(STANDS)


def read_to_the_end(page):
    """Turn the wheel screen by screen, each time until the next sections are laid out."""
    for _ in range(300):
        page.mouse.wheel(0, 600)
        page.evaluate(FRAMES, 2)
        if page.evaluate(AT_THE_END):
            break
    page.wait_for_function(WIDGETS_DRAWN)


def test_far_sections_wait_for_the_reader(phone):
    page = phone(LONG)
    put_off = page.evaluate(PUT_OFF)
    assert len(put_off) >= page.locator(SECTIONS).count() - 3
    assert put_off[-1] == "summary"
    # Nothing has measured what is in them: the theme's script did, and gave each box its place.
    far = page.locator("#exercises pre, #what-goes-wrong pre")
    assert not any(far.evaluate_all("boxes => boxes.map((b) => b.hasAttribute('tabindex'))"))
    # Nor has a figure been drawn there: a browser looks at the fields of a form at once.
    assert page.locator("#bptt-flow").evaluate("el => el.childNodes.length") == 0


def test_a_far_section_comes_with_the_reader(phone):
    page = phone(LONG)
    read_to_the_end(page)
    assert "summary" not in page.evaluate(PUT_OFF)
    assert page.locator("#summary").is_visible()
    assert page.locator("#bptt-flow svg").count()
    assert page.evaluate(SHIFTED) <= 0.02


@pytest.mark.parametrize("place", ["exercises", "exercise-5-clipping", "summary"])
def test_a_link_into_the_page_lands(phone, place):
    page = phone(f"{LONG}#{place}")
    assert "the-derivation-with-shapes" in page.evaluate(PUT_OFF)
    here = top(page, f"#{place} > :is(h2, h3)")
    assert 0 <= here <= (823 if page.evaluate(AT_THE_END) else 200)


def test_a_link_to_a_figure_draws_it_and_lands(phone):
    page = phone(f"{LONG}#bptt-flow")
    assert page.locator("#bptt-flow svg").count()
    assert -2 <= top(page, "#bptt-flow") <= 200
    assert "the-lecture-s-example-term-by-term" in page.evaluate(PUT_OFF)


def test_a_link_within_the_page_lands_in_a_section_that_waits(phone):
    page = phone(LONG)
    page.evaluate("location.hash = 'exercise-5-clipping'")
    assert 0 <= top(page, "#exercise-5-clipping > h3") <= 200


@pytest.fixture
def returned(phone, base_url):
    """A reader who left a section that had waited, and is back; its top before and now."""
    page = phone(LONG)
    page.locator("#what-goes-wrong").evaluate("section => section.scrollIntoView()")
    before = top(page, "#what-goes-wrong")
    page.goto(base_url + "book/index.html")
    page.go_back(wait_until="load")
    page.wait_for_function(WIDGETS_READY)
    return page, before, top(page, "#what-goes-wrong")


def test_the_way_back_leads_to_the_same_place(returned):
    _, before, now = returned
    assert now == pytest.approx(before, abs=120)


def test_the_way_back_within_the_page_is_the_browsers_again(returned):
    page, _, now = returned
    page.locator("#pst-skip-link a").press("Enter")
    page.wait_for_function("() => location.hash && scrollY < 500")
    page.go_back()
    page.wait_for_function("() => scrollY > 500")
    assert top(page, "#what-goes-wrong") == pytest.approx(now, abs=120)


def test_what_waits_is_found(phone):
    page = phone(LONG)
    assert "exercises" in page.evaluate(PUT_OFF)
    assert page.evaluate("window.find('Exercise 5')")
    box = page.evaluate("getSelection().getRangeAt(0).getBoundingClientRect().toJSON()")
    assert 0 < box["top"] < 823


def test_a_screen_reader_has_all_that_waits(base_url):
    """In a browser as a screen reader finds it; without one, the tree has what is laid out only."""
    code = """if True:
        import json, sys
        from playwright.sync_api import sync_playwright
        from tools import browser
        browser.LAUNCH_ARGS.append("--force-renderer-accessibility=screen-reader")
        with sync_playwright() as playwright:
            page = browser.launch_first(playwright)[1].new_page()
            page.goto(sys.argv[1], wait_until="load")
            page.wait_for_function(sys.argv[3])
            session = page.context.new_cdp_session(page)
            nodes, before = [], None
            while len(nodes) != before:  # the tree grows as the browser comes to it
                before = len(nodes)
                page.evaluate(sys.argv[4], 10)
                nodes = session.send("Accessibility.getFullAXTree")["nodes"]
            named = [(n["role"]["value"], n.get("name", {}).get("value")) for n in nodes]
            headings = page.locator("article :is(h1, h2, h3)").count()
            print(json.dumps([headings, page.evaluate(sys.argv[2]), named]))
        """
    asked = [base_url + LONG, PUT_OFF, WIDGETS_READY, FRAMES]
    command = [sys.executable, "-c", code, *asked]
    environment = os.environ | {"PYTHONPATH": str(REPO)}
    done = subprocess.run(command, check=True, capture_output=True, env=environment, timeout=120)
    headings, put_off, named = json.loads(done.stdout)
    assert "exercises" in put_off
    found = [name for role, name in named if role == "heading"]
    assert len(found) >= headings > 10
    assert any(name.startswith("Exercise 5: clipping") for name in found)
    assert sum(role == "MathMLMath" for role, _ in named) > 100


def test_paper_shows_every_section(phone):
    page = phone(LONG)
    assert page.evaluate(PUT_OFF)
    page.emulate_media(media="print")
    assert page.evaluate(PUT_OFF) == []


@pytest.mark.parametrize("width", [412, 1280])
@pytest.mark.parametrize("name", [LONG, CHAPTER, "book/frameworks/keras-vs-pytorch.html"])
def test_what_has_waited_stands_where_it_would_have_stood(phone, name, width):
    page = phone(name, viewport={"width": width, "height": 823})
    # All has come near once and has its height, a figure only when it has been drawn.
    read_to_the_end(page)
    top(page, "#summary")
    came = page.evaluate(PLACES)
    page.evaluate(LAY_OUT)
    assert len(came) > 100
    assert page.evaluate(PLACES) == came


def test_a_box_that_scrolls_is_a_stop_on_the_way_of_the_keyboard(phone):
    page = phone(LONG)
    page.evaluate(LAY_OUT)
    page.wait_for_function(BOXES_KNOWN)
    stops = "document.querySelectorAll('#main-content pre[tabindex=\"0\"]').length"
    many = page.evaluate(stops)
    assert many > 2
    # An output that comes later, and one whose text changes.
    page.evaluate("""() => {
        const output = document.createElement("div");
        output.innerHTML = "<pre id=later>short</pre>";
        document.querySelector("article section p").after(output);
    }""")
    page.wait_for_function(
        "() => document.getElementById('later').getAttribute('tabindex') === '-1'"
    )
    page.evaluate("later.textContent = 'a long line '.repeat(60)")
    page.wait_for_function("() => document.getElementById('later').tabIndex === 0")
