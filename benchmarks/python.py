"""Python in the page: how long a reader waits for what a cell gives, and what is fetched."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from playwright.sync_api import BrowserContext, Locator, Page

from benchmarks.pages import BOOK, open_browser
from benchmarks.report import NotMeasuredError, Row, judged, spread
from tools.server import Site, serve_counted

CHAPTER = "book/neural-networks/neuron.html"
# Typed into the page's first cell, where nothing runs before it.
NUMPY = "import numpy as np\nprint(np.arange(4).sum())"
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4])\nplt.show()"
LIMITS = {"NumPy output": (6, 3), "figure": (10, 6)}  # seconds: cold, warm
BYTES = 9  # MB before the first output
PATIENCE = 120_000  # ms
# Milliseconds from the key to the output, by the page's clock: from outside, a driver looks twice a
# second.
WATCH = """(cell, [mark, patience]) => { window.took = new Promise((resolve, reject) => {
    let start;
    addEventListener("keydown", ({ timeStamp }) => { start ??= timeStamp; }, true);
    new MutationObserver(() => {
        if (cell.querySelector(`.live-output ${mark}`)) resolve(performance.now() - start);
    }).observe(cell, { subtree: true, childList: true });
    setTimeout(() => reject(new Error(`nothing after ${patience} ms`)), patience);
}); }"""


def rows(options: Namespace) -> Iterator[Row]:
    """First output of NumPy and first figure, each from the click on, cold and from the cache."""
    if not list((BOOK / "_static/python").glob("pyodide-*")):
        raise NotMeasuredError("the built book has no Python in its pages: make book")
    with serve_counted(BOOK, "/book/") as site, open_browser() as browser:
        _fetch_once(browser.new_context(), site)  # the server compresses each file once
        for what, source, mark in (("NumPy output", NUMPY, "pre"), ("figure", FIGURE, "img")):
            times: dict[str, list[float]] = {"cold": [], "warm": []}
            for _ in range(options.runs):
                context = browser.new_context()
                site.sent.clear()
                times["cold"].append(_first(context, site, source, mark))
                fetched = sum(a.wire for a in site.sent if "_static/python/" in a.path)
                times["warm"].append(_first(context, site, source, mark))
                context.close()
            for limit, (kind, found) in zip(LIMITS[what], times.items(), strict=True):
                measure, middle = f"first {what}, {kind}", sorted(found)[len(found) // 2]
                yield judged(measure, spread(found, "s", 1), middle, limit, "s")
            megabytes = fetched / 1e6
            measure, text = f"fetched for the first {what}", f"{megabytes:.1f} MB"
            promised = what == "NumPy output"
            yield judged(measure, text, megabytes, BYTES, "MB") if promised else Row(measure, text)
    yield Row("Python in the site", _size())


def _fetch_once(context: BrowserContext, site: Site) -> None:
    _first(context, site, FIGURE, "img")
    context.close()


def _first(context: BrowserContext, site: Site, source: str, mark: str) -> float:
    """Seconds from Shift-Enter to the output, in a page of its own."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(site.address + CHAPTER, wait_until="load")
    cell = _typed(page, source)
    cell.evaluate(WATCH, [mark, PATIENCE])
    page.keyboard.press("Shift+Enter")
    took = page.evaluate("took") / 1000
    page.close()
    return took


def _typed(page: Page, source: str) -> Locator:
    cell = page.locator("div.cell:has(.run-bar)").first
    cell.locator("summary").click()
    # The set-up holds several cells.
    cell.get_by_role("button", name="Edit").first.click()
    cell.locator("textarea").fill(source)
    return cell


def _size() -> str:
    files = [path for path in (BOOK / "_static/python").rglob("*") if path.is_file()]
    return f"{sum(path.stat().st_size for path in files) / 1e6:.1f} MB, {len(files)} files"
