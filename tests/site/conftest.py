"""The built book, served under a sub-path as GitHub Pages does it, and each of its pages."""

from pathlib import Path

import pytest
import yaml

from tools.browser import LAY_OUT, Visit
from tools.browser import open_page as open_in
from tools.server import serve

REPO = Path(__file__).parents[2]
SITE = REPO / "_build" / "html"
# Without motion colours are final at once.
OPTIONS = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
# Lazy pictures load only near the screen; a test wants to know about all of them, also those that
# the theme hides.
LOAD_ALL = """async () => {
    window.scrollTo(0, document.body.scrollHeight);
    for (const image of document.images) image.loading = "eager";
    await Promise.allSettled([...document.images].map((image) => image.decode()));
}"""
WIDGETS_READY = """() => !document.querySelector('script[src*="anywidget-host"]')
    || document.documentElement.dataset.widgets === "ready" """
WIDGETS_DRAWN = """() => !window.bookWidgets
    || [...bookWidgets.views.values()].every(({ el }) => el.childNodes.length)"""


def _files(entry: dict) -> list[str]:
    own = [entry[name] for name in ("root", "file") if name in entry]
    inner = [e for name in ("parts", "chapters", "sections") for e in entry.get(name, ())]
    return own + [file for part in inner for file in _files(part)]


TOC = yaml.safe_load((REPO / "_toc.yml").read_text("utf-8"))
MADE = ["search.html", "genindex.html", "py-modindex.html"]
PAGES = [*(f"{file}.html" for file in _files(TOC)), *MADE]


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built book."""
    missing = [name for name in ["index.html", *PAGES] if not (SITE / name).is_file()]
    if missing:
        pytest.fail(f"{missing[0]} is missing in {SITE}: build the book first: make book")
    return SITE


@pytest.fixture(scope="session")
def base_url(site):
    """Where the book is served, ending in a slash."""
    with serve(site, "/deep-learning/") as url:
        yield url


@pytest.fixture(scope="session", params=PAGES)
def page_name(request) -> str:
    """Every page in turn, as its path in the site."""
    return request.param


@pytest.fixture(scope="session")
def visit(browser, base_url, page_name):
    """The page, opened once for all tests that look at it and put nothing into it."""
    opened = settle(open_in(browser, base_url + page_name, **OPTIONS))
    yield opened
    opened.page.context.close()


@pytest.fixture
def open_settled(open_page):
    """``open_settled(url, **context_options) -> Visit``: a page of the test's own."""
    return lambda url, **options: settle(open_page(url, **OPTIONS | options))


def settle(visit: Visit) -> Visit:
    """Wait until widgets are drawn, sections laid out and pictures there or known to be missing."""
    visit.page.wait_for_function(WIDGETS_READY)
    visit.page.evaluate(LAY_OUT)
    visit.page.evaluate(
        "dispatchEvent(new Event('beforeprint'))"
    )  # far figures fetch their records
    visit.page.wait_for_function(WIDGETS_DRAWN)
    visit.page.evaluate(LOAD_ALL)
    return visit
