"""What a reader does with the book: search it, darken it, print it, go through it by keyboard."""

import pytest

from lecturelib.palette import DARK, LIGHT

CHAPTER = "book/neural-networks/neuron.html"
COLOURS = """(selector) => {
    const {color, backgroundColor} = getComputedStyle(document.querySelector(selector));
    return [color, backgroundColor];
}"""


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


@pytest.fixture(params=["server", "folder"])
def address(request, base_url, site):
    """``address(page)``, over HTTP and from the folder."""
    if request.param == "server":
        return lambda page: base_url + page
    return lambda page: (site / page).as_uri()


def test_the_search_page_finds_a_word(open_settled, address):
    page, log = open_settled(address("search.html"))
    page.get_by_role("searchbox").fill("sigmoid")
    page.keyboard.press("Enter")
    found = page.locator("#search-results a[href*='neuron.html']").first
    found.wait_for()
    found.click()
    page.wait_for_url("**/neuron.html*")
    assert "sigmoid" in page.locator("article").inner_text().lower()
    assert not log.problems()


@pytest.mark.parametrize("by", ["button", "keys"])
def test_every_page_has_a_search_box_that_opens(open_settled, address, by):
    page, log = open_settled(address(CHAPTER))
    if by == "keys":
        page.keyboard.press("Control+k")
    else:
        page.locator(".search-button-field").click()
    page.locator("#pst-search-dialog input").fill("softmax")
    page.keyboard.press("Enter")
    page.locator("#search-results a").first.wait_for()
    assert not log.problems()


def test_the_theme_switch_recolours_page_and_widgets(open_settled, address):
    page, log = open_settled(address(CHAPTER), color_scheme="light")
    seen = {}
    for _ in range(3):
        page.locator(".theme-switch-button:visible").first.click()
        theme = page.evaluate("document.documentElement.dataset.theme")
        seen[theme] = [page.evaluate(COLOURS, name) for name in ("body", ".dl-widget")]
    expected = {"light": LIGHT, "dark": DARK}
    assert seen == {
        theme: [[rgb(colours["ink"]), rgb(colours["paper"])]] * 2
        for theme, colours in expected.items()
    }
    assert not log.problems()


def test_the_theme_that_was_chosen_stays(open_settled, base_url):
    page, _ = open_settled(base_url + CHAPTER, color_scheme="light")
    switch = page.locator(".theme-switch-button:visible").first
    while page.evaluate("document.documentElement.dataset.theme") != "dark":
        switch.click()
    page.goto(base_url + "book/start/notation.html")
    assert page.evaluate(COLOURS, "body") == [rgb(DARK["ink"]), rgb(DARK["paper"])]


@pytest.mark.parametrize("name", ["book/index.html", CHAPTER])
def test_the_first_key_skips_to_the_text(open_settled, base_url, name):
    page, _ = open_settled(base_url + name)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_print_has_drawings_and_no_controls(open_settled, base_url):
    page, _ = open_settled(base_url + CHAPTER, color_scheme="dark")
    page.emulate_media(media="print")
    for part in ("body", ".dl-widget"):
        assert page.evaluate(COLOURS, part) == [rgb(LIGHT["ink"]), rgb("#ffffff")]
    assert page.locator("h1").is_visible()
    assert page.locator(".dl-drawing svg").first.is_visible()
    assert page.locator(".dl-state").first.is_visible()
    for gone in (".dl-controls", ".dl-buttons", ".bd-sidebar-primary", ".bd-header-article"):
        assert page.locator(gone).count()
        assert not [e for e in page.locator(gone).all() if e.is_visible()], gone
