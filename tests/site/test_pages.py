"""Every page in a real browser: nothing fails, nothing is fetched elsewhere, anybody can use it."""

from pathlib import Path

import axe_playwright_python
import pytest

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
# axe does not count MathML as text, so a heading that is a formula looks empty to it.
CONFIGURE = """axe.configure({rules: [
    {id: "empty-table-header", selector: "th:not([role]):not(:has(math))"},
]})"""
# The visual half of a formula is hidden from screen readers and has the colour of its line.
RUN = """async (only) => (await axe.run({exclude: [".katex-html"]}, {
    preload: false, // it would fetch the stylesheets again, and their imports from a wrong address
    resultTypes: ["violations"],
    ...(only ? {runOnly: only} : {rules: {
        "label-content-name-mismatch": {enabled: true}, "target-size": {enabled: true},
    }}),
})).violations.flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) =>
    `${id}: ${html.slice(0, 200)} ${failureSummary}`))"""
OPEN_ALL = """() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const hidden of document.querySelectorAll(".toggle-hidden"))
        hidden.classList.remove("toggle-hidden");
}"""
# What opens fades in, and labels change their colour slowly, whatever the reader prefers.
STILL = "() => Promise.allSettled(document.getAnimations().map(({finished}) => finished))"
# Some time after a change of size the theme makes what scrolls reachable by keyboard.
RESIZED = 500  # ms
TOO_WIDE = """() => {
    const {scrollWidth, clientWidth} = document.scrollingElement;
    if (scrollWidth <= clientWidth) return [];
    const out = [...document.querySelectorAll("body *")].filter((element) =>
        element.getBoundingClientRect().right > clientWidth);
    return [`${scrollWidth} px`, ...out.map((element) => element.outerHTML.slice(0, 120))];
}"""
UNSEEN = """() => [...document.images].filter((image) => !image.naturalWidth).map(({src}) => src)"""
UNLABELLED = """() => [...document.querySelectorAll("svg")].filter((svg) =>
    !svg.closest("[aria-hidden=true]") && !svg.closest("[role=img][aria-label]")
    && !["aria-label", "aria-labelledby"].some((name) => svg.getAttribute(name)?.trim())
    && !svg.querySelector(":scope > title")?.textContent.trim()
).map((svg) => svg.outerHTML.slice(0, 200))"""


@pytest.fixture
def themed(visit):
    """``themed(theme, width, media="screen") -> page`` with everything unfolded."""

    def show(theme: str, width: int, media: str = "screen"):
        page = visit.page
        page.evaluate(OPEN_ALL)
        page.emulate_media(color_scheme=theme, media=media)
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        page.evaluate(STILL)
        if page.viewport_size["width"] != width:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(RESIZED)
        return page

    return show


def test_nothing_goes_wrong_on_a_server(visit):
    assert not visit.log.problems()
    assert not visit.page.evaluate(UNSEEN)


def test_nothing_goes_wrong_from_a_folder(open_settled, site, page_name):
    page, log = open_settled((site / page_name).as_uri())
    assert not log.problems()
    assert not page.evaluate(UNSEEN)


def test_drawings_in_the_page_are_labelled_or_hidden(visit):
    assert not visit.page.evaluate(UNLABELLED)


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(themed, width):
    assert not _violations(themed("light", width))


def test_axe_finds_no_weak_contrast_in_the_dark(themed):
    # Contrast is four fifths of axe's time: both widths are looked at in the light alone.
    assert not _violations(themed("dark", 1280), only=["color-contrast"])


def test_a_dark_page_is_printed_dark_on_white(themed):
    assert not _violations(themed("dark", 1280, "print"), only=["color-contrast"])


def _violations(page, only=None):
    if page.evaluate("!window.axe"):
        page.add_script_tag(path=AXE)
        page.evaluate(CONFIGURE)
    return page.evaluate(RUN, only)


def test_a_phone_does_not_scroll_sideways(themed):
    assert not themed("light", 360).evaluate(TOO_WIDE)
