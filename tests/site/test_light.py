"""What a page fetches: little, nothing twice, nothing that moves the text; and all still works."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageChops

from benchmarks.plain import build as build_plain
from tools.browser import LAY_OUT
from tools.server import serve_counted

REPO = Path(__file__).parents[2]
CHAPTER = "book/neural-networks/neuron.html"
KILOBYTES, REQUESTS = 130, 16
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((e) => shifts.push(e.value)))
    .observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture(scope="module")
def packed(site):
    """The site as a server that compresses sends it, with a record of what was sent."""
    with serve_counted(site, "/deep-learning/") as served:
        yield served


@pytest.fixture
def parsed(site, page_name):
    return BeautifulSoup((site / page_name).read_text("utf-8"), "html.parser")


def sent_for(browser, packed, *pages):
    """What one reader fetches for each of the pages, one after the other."""
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page, answers = context.new_page(), []
    for name in pages:
        packed.sent.clear()
        page.goto(packed.address + name, wait_until="networkidle")
        answers.append([a for a in packed.sent if "favicon" not in a.path])
    context.close()
    return answers


def test_a_page_stays_within_its_budget(browser, packed, page_name):
    (answers,) = sent_for(browser, packed, page_name)
    own = sum(a.wire for a in answers if "_images/" not in a.path)
    assert {a.status for a in answers} == {200}
    assert own <= KILOBYTES * 1000, Counter({a.path: a.wire for a in answers}).most_common(8)
    assert len(answers) <= REQUESTS


def test_a_second_page_fetches_only_its_own(browser, packed):
    first, second = sent_for(browser, packed, "book/neural-networks/ffnn.html", CHAPTER)
    again = [a.path for a in second if a.status != 304 and a.path in {b.path for b in first}]
    assert not again
    more = sum(a.wire for a in second if "_images/" not in a.path and CHAPTER not in a.path)
    assert more <= 15_000


def test_the_head_is_short(parsed, page_name):
    styles = parsed.select('link[rel="stylesheet"]')
    assert [urlsplit(link["href"]).path.rpartition("/")[2] for link in styles] == ["site.css"]
    scripts = parsed.select("script[src]")
    assert all(script.has_attr("defer") for script in scripts)
    names = {urlsplit(script["src"]).path.rpartition("/")[2] for script in scripts}
    searching = {"searchtools.js", "language_data.js", "searchindex.js"}
    assert names & searching == (searching if page_name == "search.html" else set())
    assert not names & {"fontawesome.js", "bootstrap.js", "tex-mml-chtml.js", "require.min.js"}
    assert len(parsed.select('meta[name="description"]')) == 1


def test_every_picture_keeps_its_place_and_waits(parsed):
    for image in parsed.select("article img:not(.toggler)"):
        assert int(image["width"]) > 0
        assert int(image["height"]) > 0
        assert image["loading"] == "lazy"


def test_nothing_is_shipped_that_nobody_refers_to(site):
    there = {path.name for path in (site / "_static").rglob("*") if path.is_file()}
    assert not there & {
        "fontawesome.js",
        "theme.css",
        "pydata-sphinx-theme.css",
        "clipboard.min.js",
    }
    assert not [name for name in there if name.endswith((".map", ".ttf", ".scss"))]
    assert [path.name for path in (site / "_static/katex").iterdir()] == ["LICENSE"]
    style = (site / "_static/site.css").read_text("utf-8")
    assert "@import" not in style
    assert style.count("@font-face") < 14


def test_every_page_names_the_same_site_files(site, page_name):
    digests = {
        address.rpartition("?v=")[2]
        for name in (page_name, "index.html", CHAPTER)
        for address in _site_files(site / name)
    }
    assert len(digests) == 1
    assert len(digests.pop()) > 12


def _site_files(path):
    soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    addresses = [tag.get("href") or tag.get("src") for tag in soup.select("link, script")]
    return [address for address in addresses if address and "/site." in address]


@pytest.mark.parametrize("width", [412, 1280])
def test_the_text_does_not_jump(browser, base_url, page_name, width):
    context = browser.new_context(viewport={"width": width, "height": 850})
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.goto(base_url + page_name, wait_until="load")
    page.wait_for_timeout(300)
    assert page.evaluate("shifts.reduce((sum, x) => sum + x, 0)") <= 0.02
    context.close()


def test_the_theme_is_settled_before_the_first_paint(open_page, base_url):
    for scheme in ("dark", "light"):
        page, _ = open_page(base_url + CHAPTER, color_scheme=scheme)
        other = "light" if scheme == "dark" else "dark"
        shown = page.locator(f"img.dl-figure.only-{other}").first
        assert shown.evaluate("img => img.complete && img.naturalWidth") in (False, 0)


def test_tips_come_with_the_first_touch(open_settled, base_url):
    page, log = open_settled(base_url + CHAPTER)
    assert page.evaluate("typeof window.bootstrap") == "undefined"
    page.locator(".theme-switch-button").hover()
    page.wait_for_function("window.bootstrap")
    page.wait_for_selector(".tooltip.show")
    assert "theme" in page.locator(".tooltip-inner").inner_text().lower()
    assert page.locator(".tooltip-inner").evaluate("e => getComputedStyle(e).backgroundColor") != (
        "rgba(0, 0, 0, 0)"
    )
    assert log.problems() == []


@pytest.mark.parametrize("by", ["mouse", "keyboard", "touch"])
def test_the_download_menu_opens_at_the_first_try(open_settled, base_url, by):
    page, log = open_settled(base_url + CHAPTER, has_touch=True)
    button, menu = (
        page.locator(".dropdown-download-buttons > button"),
        page.locator(".dropdown-menu"),
    )
    assert not menu.is_visible()
    if by == "keyboard":
        button.focus()
        page.keyboard.press("Enter")
    else:
        getattr(button, {"mouse": "click", "touch": "tap"}[by])()
    menu.wait_for()
    page.wait_for_selector(".dropdown-download-buttons > button[aria-expanded=true]")
    page.locator("h1").click()
    menu.wait_for(state="hidden")
    assert log.problems() == []


def test_code_is_copied(open_settled, base_url):
    page, _ = open_settled(base_url + CHAPTER)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cell = page.locator("div.cell_input div.highlight").nth(2)
    cell.hover()
    cell.locator("button.copybtn").click()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.strip() == cell.locator("pre").inner_text().strip()


def test_the_contents_open_on_a_phone(open_settled, base_url):
    page, _ = open_settled(base_url + CHAPTER, viewport={"width": 390, "height": 800})
    page.locator(".primary-toggle").click()
    assert page.locator("#pst-primary-sidebar-modal").is_visible()
    page.keyboard.press("Escape")
    page.locator(".secondary-toggle").click()
    assert page.locator("#pst-secondary-sidebar-modal").is_visible()


def test_a_folded_solution_opens(open_settled, base_url):
    page, _ = open_settled(base_url + CHAPTER)
    fold = page.locator("details.sd-dropdown").first
    assert not fold.locator("pre").first.is_visible()
    fold.locator("summary").click()
    assert fold.locator("pre").first.is_visible()


# Far sections

LONG = "book/neural-networks/bptt.html"
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


@pytest.fixture
def phone(browser, base_url):
    """``phone(address, **options)``: a page on a phone."""
    contexts = []

    def opened(address, **options):
        given = {"viewport": {"width": 412, "height": 823}, "reduced_motion": "reduce"} | options
        contexts.append(browser.new_context(**given))
        page = contexts[-1].new_page()
        page.add_init_script(SHIFTS)
        page.goto(base_url + address, wait_until="load")
        page.evaluate("document.fonts.ready")
        page.wait_for_timeout(200)
        return page

    yield opened
    for context in contexts:
        context.close()


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
    for _ in range(80):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(30)
    assert "summary" not in page.evaluate(PUT_OFF)
    assert page.locator("#summary").is_visible()
    assert page.locator("#bptt-flow svg").count()
    assert page.evaluate("shifts.reduce((sum, x) => sum + x, 0)") <= 0.02


@pytest.mark.parametrize("place", ["exercises", "exercise-5-clipping", "summary"])
def test_a_link_into_the_page_lands(phone, place):
    page = phone(f"{LONG}#{place}")
    assert "the-derivation-with-shapes" in page.evaluate(PUT_OFF)
    box = page.locator(f"#{place} > :is(h2, h3)").bounding_box()
    end = page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
    assert 0 <= box["y"] <= (823 if end else 200)


def test_a_link_to_a_figure_draws_it_and_lands(phone):
    page = phone(f"{LONG}#bptt-flow")
    assert page.locator("#bptt-flow svg").count()
    assert -2 <= page.locator("#bptt-flow").bounding_box()["y"] <= 200
    assert "the-lecture-s-example-term-by-term" in page.evaluate(PUT_OFF)


def test_a_link_within_the_page_lands_in_a_section_that_waits(phone):
    page = phone(LONG)
    page.evaluate("location.hash = 'exercise-5-clipping'")
    page.wait_for_timeout(300)
    top = page.locator("#exercise-5-clipping > h3").bounding_box()["y"]
    assert 0 <= top <= 200


@pytest.fixture
def returned(phone, base_url):
    """A reader who left a section that had waited, and is back; its top before and now."""
    page = phone(LONG)
    section = page.locator("#what-goes-wrong")
    section.evaluate("section => section.scrollIntoView()")
    page.wait_for_timeout(300)
    before = section.bounding_box()["y"]
    page.goto(base_url + "book/index.html")
    page.go_back(wait_until="load")
    page.wait_for_timeout(1000)  # a browser goes to the place it noted some frames after loading
    return page, before, section.bounding_box()["y"]


def test_the_way_back_leads_to_the_same_place(returned):
    _, before, now = returned
    assert now == pytest.approx(before, abs=120)


def test_the_way_back_within_the_page_is_the_browsers_again(returned):
    page, _, now = returned
    page.locator("#pst-skip-link a").press("Enter")
    page.wait_for_function("location.hash && scrollY < 500")
    page.go_back()
    page.wait_for_timeout(500)
    assert page.locator("#what-goes-wrong").bounding_box()["y"] == pytest.approx(now, abs=120)


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
            page.wait_for_timeout(500)
            session = page.context.new_cdp_session(page)
            nodes = session.send("Accessibility.getFullAXTree")["nodes"]
            named = [(n["role"]["value"], n.get("name", {}).get("value")) for n in nodes]
            headings = page.locator("article :is(h1, h2, h3)").count()
            print(json.dumps([headings, page.evaluate(sys.argv[2]), named]))
        """
    command = [sys.executable, "-c", code, base_url + LONG, PUT_OFF]
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
    page = phone(name, viewport={"width": width, "height": 60_000})  # so that nothing waits
    page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
    page.wait_for_timeout(500)
    assert page.evaluate(PUT_OFF) == []
    came = page.evaluate(PLACES)
    page.evaluate(LAY_OUT)
    assert len(came) > 100
    assert page.evaluate(PLACES) == came


def test_a_box_that_scrolls_is_a_stop_on_the_way_of_the_keyboard(phone):
    page = phone(LONG)
    page.evaluate(LAY_OUT)
    page.wait_for_timeout(200)
    wrong = """[...document.querySelectorAll("pre, .pst-scrollable-table-container")]
        .filter((b) => b.checkVisibility() && b.scrollWidth > b.clientWidth === b.tabIndex < 0)
        .map((b) => b.outerHTML.slice(0, 80))"""
    assert page.evaluate(wrong) == []
    stops = "document.querySelectorAll('#main-content pre[tabindex=\"0\"]').length"
    many = page.evaluate(stops)
    assert many > 2
    # An output that comes later, and one whose text changes.
    page.evaluate("""() => {
        const output = document.createElement("div");
        output.innerHTML = "<pre id=later>short</pre>";
        document.querySelector("article section p").after(output);
    }""")
    page.wait_for_function("document.getElementById('later').getAttribute('tabindex') === '-1'")
    page.evaluate("later.textContent = 'a long line '.repeat(60)")
    page.wait_for_function("document.getElementById('later').tabIndex === 0")


# Before and after

PICTURES = ["book/index.html", CHAPTER, "book/start/notation.html"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory, site):
    """The same book as the theme makes it, from the notebooks that were run for the site."""
    return build_plain(tmp_path_factory.mktemp("plain"), site.parent / ".jupyter_cache")


def picture(browser, folder, name, path, **options):
    context = browser.new_context(reduced_motion="reduce", **options)
    page = context.new_page()
    page.goto((folder / name).as_uri(), wait_until="load")
    page.wait_for_function(
        "!document.querySelector('script[src*=anywidget-host]')"
        " || document.documentElement.dataset.widgets === 'ready'"
    )
    page.evaluate(LAY_OUT)  # in a section of its own layout text stands at whole pixels
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    page.screenshot(path=path)
    context.close()
    with Image.open(path) as image:
        return image.convert("L")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PICTURES)
def test_a_light_page_looks_as_the_theme_made_it(
    browser, site, plain, tmp_path, name, width, scheme
):
    # Tall enough for formulas, code and tables to be in the picture.
    options = {"viewport": {"width": width, "height": 3000}, "color_scheme": scheme}
    before = picture(browser, plain, name, tmp_path / "before.png", **options)
    after = picture(browser, site, name, tmp_path / "after.png", **options)
    assert before.size == after.size
    differs = ImageChops.difference(before, after).point(lambda value: 255 if value > 48 else 0)
    share = differs.histogram()[255] / (differs.width * differs.height)
    # Icons are a font instead of drawings, a few hundred pixels.
    assert share < 0.001, f"{share:.4f} of the picture, within {differs.getbbox()}"
