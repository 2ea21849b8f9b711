"""Whole chapters: all their code in the page, from the click to the last cell, against here.

Both run what a browser can run: cells that need another package are left out on both sides. The
page's time has Python's start in it.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import nbformat
import yaml
from nbclient import NotebookClient
from playwright.sync_api import Browser

from benchmarks.pages import BOOK, open_browser
from benchmarks.report import NotMeasuredError, Row, judged
from benchmarks.variants import ROOT
from sphinxext.python.needs import needs
from tools.server import Site, serve_counted

SECONDS, TIMES = 120, 4  # a chapter in its page
PATIENCE = 900_000  # ms
ENDED = "Every cell has run|did not end well|Python cannot"


def rows(options: Namespace) -> Iterator[Row]:
    """For each chapter that has the button: seconds in the page, and how many times those here."""
    pages = [page for page in sorted(BOOK.rglob("*.html")) if _has_button(page)]
    if not pages:
        raise NotMeasuredError("the built book has no Python in its pages: make book")
    with serve_counted(BOOK, "/book/") as site, open_browser() as browser:
        for page in pages:
            chapter = page.relative_to(BOOK).with_suffix("")
            here, there = natively(ROOT / f"{chapter}.ipynb"), in_page(browser, site, chapter)
            text = f"{there:.0f} s in the page, {there / here:.1f} × the {here:.1f} s here"
            yield judged(
                f"all code of {chapter.name}", text, there, min(SECONDS, TIMES * here), "s"
            )


def _has_button(page: Path) -> bool:
    return 'run-bar run-page"' in page.read_text("utf-8")


def natively(path: Path) -> float:
    """Seconds between the start and the end of each cell that a browser can run, added up."""
    notebook = nbformat.read(path, as_version=4)
    elsewhere = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]["config"]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    lacking = needs([cell.source for cell in code], elsewhere["python_elsewhere"])
    kept = [cell for cell, what in zip(code, lacking, strict=True) if not what]
    notebook.cells = kept
    NotebookClient(notebook, timeout=None, record_timing=True).execute()
    return sum(_took(cell.metadata.execution) for cell in kept if cell.source.strip())


def _took(times: dict[str, str]) -> float:
    first, last = (
        datetime.fromisoformat(times[name]) for name in ("iopub.status.busy", "shell.execute_reply")
    )
    return (last - first).total_seconds()


def in_page(browser: Browser, site: Site, chapter: Path) -> float:
    """Seconds from the click on *Run all code* to its last word, by the page's clock."""
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.address}{chapter}.html", wait_until="load")
    bar = page.locator(".run-page")
    bar.evaluate(
        """(bar, ended) => { window.took = new Promise((resolve) => {
            let start;
            addEventListener("click", () => { start ??= performance.now(); }, true);
            new MutationObserver(() => {
                if (new RegExp(ended).test(bar.textContent)) resolve(performance.now() - start);
            }).observe(bar, { subtree: true, childList: true, characterData: true });
        }); }""",
        ENDED,
    )
    bar.get_by_role("button", name="Run all code").click()
    took = page.evaluate("took") / 1000
    page.context.close()
    return took
