"""What a reader downloads: bytes and requests of pages, and what two widgets add to one."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from playwright.sync_api import Browser, Error, sync_playwright

from benchmarks.report import NotMeasuredError, Row, judged, kilobytes, not_measured
from benchmarks.variants import BENCH, READY, ROOT, page
from tools.browser import launch_first
from tools.server import Sent, Site, serve_counted

BOOK = ROOT / "_build" / "html"
PAGES = {
    "home": "book/index.html",
    "chapter “neuron”": "book/neural-networks/neuron.html",
    "reference “lecturelib”": "book/reference/lecturelib.html",
}
COST_LIMIT = 30  # kB gzip that widgets may add to a page


class Weight(NamedTuple):
    """What one visit with an empty cache fetched, bodies only."""

    wire: int
    plain: int
    requests: int
    missing: int

    def __str__(self) -> str:
        """'118.0 kB gzip, 402.1 kB plain, 12 requests', and how many of them were not found."""
        lost = f", {self.missing} of them not found" if self.missing else ""
        sizes = f"{kilobytes(self.wire)} gzip, {kilobytes(self.plain)} plain"
        return f"{sizes}, {self.requests} requests{lost}"


def weigh(sent: list[Sent]) -> Weight:
    """Add up the answers, without the icon: a browser asks for it once a session, not a page."""
    sent = [answer for answer in sent if "favicon" not in answer.path]
    missing = sum(answer.status == 404 for answer in sent)
    return Weight(sum(a.wire for a in sent), sum(a.plain for a in sent), len(sent), missing)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """The browser that the tests use. Raises NotMeasuredError where none starts."""
    with sync_playwright() as playwright:
        started = launch_first(playwright)
        if started is None:
            raise NotMeasuredError("there is no browser; run: python -m tools.get_browser")
        yield started[1]
        started[1].close()


def visit(browser: Browser, site: Site, path: str, ready: str = "h1") -> Weight:
    """Open the page with an empty cache and weigh everything until the network has been quiet.

    Raises playwright's Error when nothing matches the selector ``ready`` by then: a page that fails
    to draw is light for the wrong reason.
    """
    site.sent.clear()
    context = browser.new_context()
    try:
        opened = context.new_page()
        opened.goto(site.address + path, wait_until="networkidle")
        opened.wait_for_selector(ready, state="attached", timeout=5000)
    finally:
        context.close()
    return weigh(site.sent)


def rows(options: Namespace) -> Iterator[Row]:
    """The weight of three pages of the book, then of one page in its three variants."""
    with open_browser() as browser:
        yield from _book(browser)
        yield from _variants(browser)


def _book(browser: Browser) -> Iterator[Row]:
    with serve_counted(BOOK, "/book/") as site:
        for name, path in PAGES.items():
            there = (BOOK / path).is_file()
            weight = visit(browser, site, path) if there else "not measured: build the book first"
            yield Row(f"page weight, {name}", str(weight))


def _variants(browser: Browser) -> Iterator[Row]:
    weights: dict[str, Weight] = {}
    with serve_counted(BENCH, "/book/") as site:
        for variant, ready in READY.items():
            measure = f"page weight, test page, widgets: {variant}"
            try:
                weights[variant] = visit(browser, site, page(variant), ready)
                yield Row(measure, str(weights[variant]))
            except (NotMeasuredError, Error) as reason:
                yield not_measured(measure, reason)
    yield from costs(weights)


def costs(weights: dict[str, Weight]) -> Iterator[Row]:
    """What the widgets add to the page without any, for each variant that was weighed."""
    for variant in weights if "none" in weights else ():
        if variant == "none":
            continue
        more = (weights[variant].wire - weights["none"].wire) / 1000
        requests = weights[variant].requests - weights["none"].requests
        measure, text = (
            f"two widgets cost, {variant}",
            f"{more:+.1f} kB gzip, requests {requests:+d}",
        )
        # The target is the book's own; the standard route is there to compare.
        own = variant == "host"
        yield judged(measure, text, more, COST_LIMIT, "kB gzip") if own else Row(measure, text)
