"""What a page fetches: little, nothing twice, nothing that moves the text; and all still works."""

from collections import Counter
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageChops

from benchmarks.plain import build as build_plain
from benchmarks.server import serve as serve_packed

CHAPTER = "book/neural-networks/neuron.html"
KILOBYTES, REQUESTS = 130, 16
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((e) => shifts.push(e.value)))
    .observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture(scope="module")
def packed(site):
    """The site as a server that compresses sends it, with a record of what was sent."""
    with serve_packed(site, "/deep-learning/") as served:
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
