"""Every page as a phone gets it from a host: compressed, under the content policy, 360 px wide.

A page is opened once. What belongs to a first visit, what was sent and what jumped, is noted before
the sections below are laid out and all is unfolded; then the tests look at the whole page.
"""

from collections import Counter
from typing import NamedTuple

import pytest
from playwright.sync_api import Page

from tests.site.looking import SHIFTED, UNSEEN, WATCH_SHIFTS, settle, unfold, violations
from tools.browser import Log, open_page
from tools.server import Sent

KILOBYTES, REQUESTS = 130, 16
OPTIONS = {"viewport": {"width": 360, "height": 800}, "reduced_motion": "reduce"}
TOO_WIDE = """() => {
    const {scrollWidth, clientWidth} = document.scrollingElement;
    if (scrollWidth <= clientWidth) return [];
    const out = [...document.querySelectorAll("body *")].filter((element) =>
        element.getBoundingClientRect().right > clientWidth);
    return [`${scrollWidth} px`, ...out.map((element) => element.outerHTML.slice(0, 120))];
}"""
UNLABELLED = """() => [...document.querySelectorAll("svg")].filter((svg) =>
    !svg.closest("[aria-hidden=true]") && !svg.closest("[role=img][aria-label]")
    && !["aria-label", "aria-labelledby"].some((name) => svg.getAttribute(name)?.trim())
    && !svg.querySelector(":scope > title")?.textContent.trim()
).map((svg) => svg.outerHTML.slice(0, 200))"""


class Phone(NamedTuple):
    """An open page, and what its first visit was like."""

    page: Page
    log: Log
    sent: list[Sent]
    shifted: float


@pytest.fixture(scope="module")
def phone(browser, served, page_name):
    """The page, whole, opened once for all tests of this module."""
    served.sent.clear()
    page, log = open_page(browser, served.address + page_name, WATCH_SHIFTS, **OPTIONS)
    page.wait_for_load_state("networkidle")
    sent = [answer for answer in served.sent if "favicon" not in answer.path]
    shifted = page.evaluate(SHIFTED)
    settle(page)
    unfold(page)
    yield Phone(page, log, sent, shifted)
    page.context.close()


def test_nothing_goes_wrong_on_a_host_and_under_the_policy(phone):
    assert phone.log.problems() == []
    assert phone.page.evaluate(UNSEEN) == []
    assert {answer.status for answer in phone.sent} == {200}


def test_it_stays_within_its_budget(phone):
    own = sum(answer.wire for answer in phone.sent if "_images/" not in answer.path)
    heaviest = Counter({answer.path: answer.wire for answer in phone.sent}).most_common(8)
    assert own <= KILOBYTES * 1000, heaviest
    assert len(phone.sent) <= REQUESTS, heaviest


def test_its_text_does_not_jump(phone):
    assert phone.shifted <= 0.02


def test_its_drawings_are_labelled_or_hidden(phone):
    assert phone.page.evaluate(UNLABELLED) == []


def test_it_does_not_scroll_sideways(phone):
    assert phone.page.evaluate(TOO_WIDE) == []


def test_axe_finds_nothing(phone):
    assert violations(phone.page) == []
