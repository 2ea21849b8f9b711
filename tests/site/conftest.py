"""The built book, served as a host does it that compresses and reads ``_headers``; its pages."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.site import ran_green
from tests.site.looking import REPO, settle
from tools.browser import Visit
from tools.server import Site, serve_counted

SITE = REPO / "_build" / "html"
# Without motion colours are final at once.
OPTIONS = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}


def _files(entry: dict) -> list[str]:
    own = [entry[name] for name in ("root", "file") if name in entry]
    inner = [e for name in ("parts", "chapters", "sections") for e in entry.get(name, ())]
    return own + [file for part in inner for file in _files(part)]


TOC = yaml.safe_load((REPO / "_toc.yml").read_text("utf-8"))
MADE = ["search.html", "genindex.html", "py-modindex.html"]
PAGES = [*(f"{file}.html" for file in _files(TOC)), *MADE]


def pytest_collection_modifyitems(config, items):
    """Leave out the chapters that have run in their pages as they stand; the summary names them."""
    if config.getoption("--all-chapters") or not SITE.is_dir():
        return
    left = [item for item in items if _has_run(item)]
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=left)
    config.stash[ran_green.LEFT_OUT] = sorted(item.callspec.params["chapter"] for item in left)


def _has_run(item) -> bool:
    if getattr(item, "originalname", "") != "test_a_chapter_runs_from_top_to_bottom":
        return False
    return ran_green.has_run(SITE, item.callspec.params["chapter"])


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built book."""
    missing = [name for name in ["index.html", *PAGES] if not (SITE / name).is_file()]
    if missing:
        pytest.fail(f"{missing[0]} is missing in {SITE}: build the book first: make book")
    return SITE


@pytest.fixture(scope="session")
def served(site) -> Site:
    """The book as a host sends it that compresses and reads ``_headers``; what was sent is kept."""
    lines = (site / "_headers").read_text("utf-8").splitlines()
    name, _, policy = lines[1].strip().partition(": ")
    with serve_counted(site, "/deep-learning/", {name: policy}) as running:
        yield running


@pytest.fixture(scope="session")
def base_url(served) -> str:
    """Where the book is served, ending in a slash."""
    return served.address


@pytest.fixture(scope="module", params=PAGES)
def page_name(request) -> str:
    """Every page in turn, as its path in the site."""
    return request.param


@pytest.fixture
def open_settled(open_page) -> Callable[..., Visit]:
    """``open_settled(url, **context_options) -> Visit``: a page of the test's own."""

    def visit(url: str, **options) -> Visit:
        opened = open_page(url, **OPTIONS | options)
        settle(opened.page)
        return opened

    return visit
