"""Fixtures that every test may use, and what a run says of itself."""

from collections import Counter

import pytest
from hypothesis import settings
from playwright.sync_api import sync_playwright

from tests.site.ran_green import LEFT_OUT
from tools.browser import Visit, launch_first
from tools.browser import open_page as open_in

# The same examples in every run: what one change breaks, another must not be blamed for.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")

# What takes longest comes first, so that no worker is left alone with it; short modules end a run.
FIRST = (
    "tests/site/test_python.py",
    "book/",
    "tests/site/",
    "tests/sphinxext/",
    "tests/lecturelib/",
)

# So many of the modules that took longest are named at the end of a long run.
DEAREST = 40
LONG = 600  # seconds


def pytest_collection_modifyitems(items):
    """Put the items in the order of `FIRST`, in which they are handed to the workers."""

    def place(item) -> int:
        starts = (n for n, start in enumerate(FIRST) if item.nodeid.startswith(start))
        return next(starts, len(FIRST))

    items.sort(key=place)


def pytest_addoption(parser):
    """`make test ALL=1` and the weekly run ask for every chapter."""
    text = "run every chapter in its page, also those that ran before just as they stand"
    parser.addoption("--all-chapters", action="store_true", help=text)


def pytest_sessionfinish(session):
    """A worker of xdist tells the process that writes the summary what it left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take that; all workers have left out the same."""
    if names := getattr(node, "workeroutput", {}).get("left_out"):
        node.config.stash[LEFT_OUT] = names


def pytest_terminal_summary(terminalreporter, config):
    """Say in a line what was not run again."""
    if names := config.stash.get(LEFT_OUT, []):
        why = "have run in their pages before, just as they stand (make test ALL=1 runs them again)"
        terminalreporter.write_line(f"Not run again, since they {why}: {', '.join(names)}")
    seconds = seconds_by_module(terminalreporter)
    if seconds.total() > LONG:
        terminalreporter.section(f"seconds of {seconds.total():.0f} by module")
        for name, spent in seconds.most_common(DEAREST):
            terminalreporter.write_line(f"{spent:6.0f}  {name}")


def seconds_by_module(terminalreporter) -> Counter[str]:
    """What set-up, calls and teardown took, added over the workers."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration"):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    return seconds


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
