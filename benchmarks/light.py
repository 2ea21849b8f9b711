"""Light pages against the theme's own: bytes, requests, a slow phone, Lighthouse where it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Browser

from benchmarks.pages import BOOK, open_browser
from benchmarks.report import NotMeasuredError, Row, judged, kilobytes, not_measured, spread
from benchmarks.widgets import CPU_SLOWDOWN, SLOW
from tools import plain
from tools.browser import CHROME, LAUNCH_ARGS
from tools.server import Sent, Site, serve_counted

# Each with the link to its first figure, which stands many screens down in a chapter.
PAGES = {
    "home": "book/index.html#neuron",
    "mathematics": "book/neural-networks/bptt.html#bptt-flow",
    "widgets": "book/neural-networks/neuron.html#neuron",
}
PHONE = {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75}
WEIGHT, REQUESTS, READY = 130, 16, 1500
PATIENCE = 90_000  # ms
# A promise of the time at which a figure stood in the page.
WATCH = """window.figureDrawn = new Promise((resolve) => new MutationObserver((_, observer) => {
    if (!document.querySelector(".anywidget-view .dl-widget")) return;
    resolve(performance.now());
    observer.disconnect();
}).observe(document, { childList: true, subtree: true }));"""
# Asked through the protocol: what Playwright puts into a page to wait there is as large as it.
TIMES = """figureDrawn.then(async (drawn) => {
    const paint = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    while (!paint()) await new Promise(requestAnimationFrame);
    return [paint(), drawn];
})"""

MOMENTS = {"paint": "first text painted", "figure": "figure drawn, opened by its link"}


class Times(NamedTuple):
    """ms from the click on a link."""

    paint: float
    figure: float


def rows(options: Namespace) -> Iterator[Row]:
    """Each page as the theme makes it and as it is, in turns, in one run."""
    if not (BOOK / "book/index.html").is_file():
        raise NotMeasuredError("build the book first: make book")
    with TemporaryDirectory() as folder:
        before = _plain(Path(folder))
        with (
            serve_counted(before, "/book/") as old,
            serve_counted(BOOK, "/book/") as new,
            open_browser() as browser,
        ):
            for name, path in PAGES.items():
                yield from _page(browser, {"theme": old, "light": new}, name, path, options.runs)
            yield from _scores({"theme": old, "light": new})
    yield Row("the whole site", _megabytes(BOOK))


def _plain(folder: Path) -> Path:
    try:
        return plain.build(folder, BOOK.parent / ".jupyter_cache")
    except RuntimeError as reason:
        raise NotMeasuredError(str(reason)) from reason


def _page(
    browser: Browser, sites: dict[str, Site], name: str, path: str, runs: int
) -> Iterator[Row]:
    for kind, site in sites.items():
        sent, _ = _visit(browser, site, path.partition("#")[0], slow=False)
        weight = sum(a.wire for a in sent if "_images/" not in a.path)
        text, light = f"{kilobytes(weight)} gzip", kind == "light"
        count = f"{len(sent)} requests"
        measure = f"{name}, {kind}: without figures"
        yield judged(measure, text, weight / 1000, WEIGHT, "kB") if light else Row(measure, text)
        measure = f"{name}, {kind}: requests"
        yield judged(measure, count, len(sent), REQUESTS, "") if light else Row(measure, count)
    visits: dict[str, list[Times]] = {kind: [] for kind in sites}
    for _ in range(runs):  # in turns, so that a busy moment meets both
        for kind, site in sites.items():
            visits[kind].append(_visit(browser, site, path, slow=True)[1])
    for kind, found in visits.items():
        for moment, times in zip(Times._fields, zip(*found, strict=True), strict=True):
            measure = f"{name}, {kind}: {MOMENTS[moment]}, 1.6 Mb/s, CPU ÷ {CPU_SLOWDOWN}"
            text, middle = spread(list(times), "ms"), sorted(times)[len(times) // 2]
            limit = kind == "light" and moment == "figure"
            yield judged(measure, text, middle, READY, "ms") if limit else Row(measure, text)


def _visit(browser: Browser, site: Site, path: str, slow: bool) -> tuple[list[Sent], Times | None]:
    """What one visit with an empty cache fetched; on a slow phone, how long its figure took."""
    site.sent.clear()
    context = browser.new_context(**PHONE)
    page, took = context.new_page(), None
    page.set_default_timeout(PATIENCE)
    if slow:
        page.add_init_script(WATCH)
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW)
        session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
        page.goto(site.address + path, wait_until="load")
        asked = {"expression": TIMES, "awaitPromise": True, "returnByValue": True}
        took = Times(*session.send("Runtime.evaluate", asked)["result"]["value"])
    else:
        page.goto(site.address + path, wait_until="networkidle")
    context.close()
    return [a for a in site.sent if "favicon" not in a.path], took


def _scores(sites: dict[str, Site]) -> Iterator[Row]:
    try:
        command = _lighthouse()
        for name, path in PAGES.items():
            for kind, site in sites.items():
                address = site.address + path.partition("#")[0]
                yield Row(f"Lighthouse, {name}, {kind}", _score(command, address))
    except (NotMeasuredError, subprocess.SubprocessError) as reason:
        yield not_measured("Lighthouse (mobile)", reason)


def _lighthouse() -> str:
    command = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    if not command:
        raise NotMeasuredError("lighthouse is not installed: npm install --global lighthouse")
    return command


def _score(command: str, address: str) -> str:
    """The four scores that Lighthouse gives a page on a simulated slow phone."""
    flags = f"--chrome-flags=--headless {' '.join(LAUNCH_ARGS)}"
    browser = next((found for name in CHROME if (found := shutil.which(name))), "")
    done = subprocess.run(
        [command, address, "--quiet", "--output=json", "--output-path=stdout", flags],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"CHROME_PATH": browser},
    )
    categories = json.loads(done.stdout)["categories"].values()
    return ", ".join(f"{entry['id']} {entry['score']:.2f}" for entry in categories)


def _megabytes(folder: Path) -> str:
    """The size of the site, and of the zip for reading without a network."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    with TemporaryDirectory() as place:
        packed = Path(shutil.make_archive(f"{place}/site", "zip", folder)).stat().st_size
    return f"{size / 1e6:.1f} MB, {packed / 1e6:.1f} MB as a zip"
