"""Fixtures that every test may use."""

import pytest
from playwright.sync_api import sync_playwright

from tools.browser import Visit, launch_first
from tools.browser import open_page as open_in


@pytest.fixture(scope="session")
def browser():
    """The browser of this test run."""
    with sync_playwright() as playwright:
        started = launch_first(playwright)
        if started is None:
            pytest.fail("there is no browser that starts; run: python -m tools.get_browser")
        yield started[1]
        started[1].close()


@pytest.fixture
def open_page(browser):
    """``open_page(url, **context_options) -> Visit(page, log)``; closed after the test."""
    visits: list[Visit] = []

    def visit(url: str, **options) -> Visit:
        visits.append(open_in(browser, url, **options))
        return visits[-1]

    yield visit
    for page, _ in visits:
        page.context.close()
