"""How long widgets take: from a click on a link until they are there, from input to redraw."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from itertools import product
from statistics import median

from playwright.sync_api import Browser, Error, Page

from benchmarks.pages import BOOK, PAGES, open_browser
from benchmarks.report import NotMeasuredError, Row, judged, not_measured, percentile, spread
from benchmarks.variants import BENCH, READY, page
from tools.server import serve_counted

EVENTS = 200
LATENCY_LIMIT = 2  # ms, median
SLOW = {
    "offline": False,
    "latency": 150,  # ms a request
    "downloadThroughput": 1.6e6 / 8,  # bytes a second
    "uploadThroughput": 0.75e6 / 8,
}
CPU_SLOWDOWN = 4
TIMEOUT = 60_000  # ms

WATCH = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(SELECTOR)) return;
  window.readyAfter = performance.now();
  observer.disconnect();
}).observe(document, {childList: true, subtree: true, attributes: true});
"""
# One entry a widget: for each event the ms until its DOM has changed. Fractions of 41 parts make
# every value differ from the one before by more than the slider's step.
SLIDE = """
async (events) => {
  const all = {childList: true, subtree: true, attributes: true, characterData: true};
  const measured = [];
  for (const widget of document.querySelectorAll(".dl-widget")) {
    const slider = widget.querySelector("input[type=range]"), times = [];
    const low = Number(slider.min), size = Number(slider.max) - low;
    for (let i = 0; i < events; i++) {
      let changed;
      const change = new Promise((resolve) => (changed = resolve));
      const observer = new MutationObserver(changed);
      observer.observe(widget, all);
      slider.value = low + (size * (i % 41)) / 41;
      const start = performance.now();
      slider.dispatchEvent(new Event("input", {bubbles: true}));
      if (!observer.takeRecords().length) await change;
      times.push(performance.now() - start);
      observer.disconnect();
      await new Promise(requestAnimationFrame);
    }
    measured.push([widget.getAttribute("aria-label").replace("Interactive figure: ", ""), times]);
  }
  return measured;
}
"""


def rows(options: Namespace) -> Iterator[Row]:
    """Time to ready, plain and throttled, and latency, of host and html-manager in turns."""
    sites, missing = _pages()
    with (
        serve_counted(BENCH, "/book/") as bench,
        serve_counted(BOOK, "/book/") as book,
        open_browser() as browser,
    ):
        address = {"host": bench.address, "html-manager": bench.address, "chapter": book.address}
        urls = {name: address[name] + path for name, path in sites.items()}
        yield from _readiness(browser, urls, options.runs)
        yield from _latencies(browser, urls)
    yield from missing


def _pages() -> tuple[dict[str, str], list[Row]]:
    """The pages to visit, and a row for every one that is not there."""
    paths, missing = {}, []
    for variant in ("host", "html-manager"):
        try:
            paths[variant] = page(variant)
        except NotMeasuredError as reason:
            missing.append(not_measured(f"widgets, {variant}", reason))
    chapter = PAGES["chapter “neuron”"]
    if (BOOK / chapter).is_file():
        paths["chapter"] = chapter
    return paths, missing


def _readiness(browser: Browser, urls: dict[str, str], runs: int) -> Iterator[Row]:
    for slow in (False, True):
        times: dict[str, list[float]] = {name: [] for name in urls}
        failed: dict[str, Error] = {}
        for _, name in product(range(runs), urls):  # in turns: a busy moment meets all of them
            try:
                times[name].append(_ready_after(browser, urls[name], name, slow))
            except Error as reason:
                failed[name] = reason
        how = "1.6 Mb/s, 150 ms, CPU ÷ 4" if slow else "no throttling"
        for name, ms in times.items():
            measure = f"widgets ready, {name}, {how}"
            missed = name in failed
            yield not_measured(measure, failed[name]) if missed else Row(measure, spread(ms, "ms"))


def _ready_after(browser: Browser, url: str, name: str, slow: bool) -> float:
    opened = _open(browser, url, READY.get(name, READY["host"]), slow)
    try:
        return opened.evaluate("readyAfter")
    finally:
        opened.context.close()


def _open(browser: Browser, url: str, selector: str, slow: bool = False) -> Page:
    """The page, with an empty cache, once something matches ``selector``."""
    opened = browser.new_context().new_page()
    opened.add_init_script(WATCH.replace("SELECTOR", json.dumps(selector)))
    if slow:
        tools = opened.context.new_cdp_session(opened)
        tools.send("Network.enable")
        tools.send("Network.emulateNetworkConditions", SLOW)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    opened.goto(url, wait_until="commit", timeout=TIMEOUT)
    opened.wait_for_function("window.readyAfter", polling=100, timeout=TIMEOUT)
    return opened


def _latencies(browser: Browser, urls: dict[str, str]) -> Iterator[Row]:
    for name in [name for name in urls if name != "chapter"]:
        opened = _open(browser, urls[name], READY[name])
        opened.wait_for_load_state("networkidle")  # by then html-manager has drawn the others too
        for widget, ms in opened.evaluate(SLIDE, EVENTS):
            middle, p95 = median(ms), percentile(ms, 0.95)
            measure, text = (
                f"input to redraw, {widget}, {name}",
                f"{middle:.1f} ms, p95 {p95:.1f} ms",
            )
            own = name == "host"
            yield judged(measure, text, middle, LATENCY_LIMIT, "ms") if own else Row(measure, text)
        opened.context.close()
