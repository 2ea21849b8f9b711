"""Fixtures that every test may use."""

import pytest
from browser import Visit, launch_first
from browser import open_page as open_in
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="session")
def browser():
    """The browser of this test run."""
    with sync_playwright() as playwright:
        started = launch_first(playwright)
        if started is None:
            pytest.fail("there is no browser that starts; run: python tests/get_browser.py")
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
