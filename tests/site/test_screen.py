"""Every page from its folder, as from the zip, on a wide screen: light, dark and on paper."""

import pytest

from tests.site.looking import (
    BOXES_KNOWN,
    FRAMES,
    SHIFTED,
    STILL,
    UNSEEN,
    WATCH_SHIFTS,
    settle,
    unfold,
    violations,
)
from tools.browser import open_page

OPTIONS = {
    "viewport": {"width": 1280, "height": 900},
    "reduced_motion": "reduce",
    "color_scheme": "light",
}
# A box that scrolls and that the keyboard passes by, or the reverse.
PASSED_BY = """() => [...document.querySelectorAll("pre, .pst-scrollable-table-container")]
    .filter((b) => b.checkVisibility() && b.scrollWidth > b.clientWidth === b.tabIndex < 0)
    .map((b) => b.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def screen(browser, site, page_name):
    """The page, whole, its log, and how much it had jumped; opened once for this module."""
    page, log = open_page(browser, (site / page_name).as_uri(), WATCH_SHIFTS, **OPTIONS)
    page.wait_for_load_state("networkidle")
    shifted = page.evaluate(SHIFTED)
    settle(page)
    unfold(page)
    yield page, log, shifted
    page.context.close()


@pytest.fixture
def themed(screen):
    """``themed(theme, media) -> page``, its colours final."""

    def show(theme: str, media: str = "screen"):
        page = screen[0]
        page.emulate_media(color_scheme=theme, media=media)
        page.wait_for_function(f"() => document.documentElement.dataset.theme === '{theme}'")
        page.evaluate(FRAMES, 2)  # the new colours are on their way
        page.evaluate(STILL)
        return page

    return show


def test_nothing_goes_wrong_from_a_folder(screen):
    page, log, _ = screen
    assert log.problems() == []
    assert page.evaluate(UNSEEN) == []


def test_its_text_does_not_jump(screen):
    assert screen[2] <= 0.02


def test_the_keyboard_reaches_what_scrolls_and_nothing_else(screen):
    page, *_ = screen
    page.wait_for_function(BOXES_KNOWN)
    assert page.evaluate(PASSED_BY) == []


def test_axe_finds_nothing(themed):
    assert violations(themed("light")) == []


def test_axe_finds_no_weak_contrast_in_the_dark(themed):
    # Contrast is four fifths of axe's time: all the rest is looked at in the light alone.
    assert violations(themed("dark"), "color-contrast") == []


def test_a_dark_page_is_printed_dark_on_white(themed):
    assert violations(themed("dark", "print"), "color-contrast") == []
