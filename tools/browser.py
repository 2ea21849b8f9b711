"""A real browser for tests and benchmarks: find one, open a page and note what goes wrong.

Playwright's synchronous interface keeps an event loop in the thread that uses it, so a build that
runs notebooks belongs in a process of its own (``subprocess``), never beside an open browser.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, Route

LAUNCH_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The shell would draw letters by the fonts' hints, which a whole browser leaves alone here.
    "--font-render-hinting=none",
]
# Lays out all of a page of the book, whose far sections wait for the reader: site.css.
LAY_OUT = "() => { delete document.documentElement.dataset.far; }"
# How long a page may take for anything, in ms: a machine with other work is many times slower.
PATIENCE = 120_000
# Chromium without its own windows: no address bar that prepares pages for each page it opens, so
# a third of the work for the tests.
SHELL = ("chromium-headless-shell", "chrome-headless-shell")
CHROME = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
EDGE = ("microsoft-edge", "microsoft-edge-stable", "msedge")
MACOS_APPS = ("Chromium", "Google Chrome", "Microsoft Edge")
WINDOWS_PROGRAMS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
WINDOWS_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")


class Found(NamedTuple):
    """A browser that seems to be there; ``path`` None stands for Playwright's own."""

    name: str
    path: str | None


def candidates(
    own: str | None,
    env: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
) -> Iterator[Found]:
    """Browsers on this machine, best first: BOOK_BROWSER, PATH, the usual places, Playwright's own.

    ``own`` is the path at which Playwright would keep its browser (``chromium.executable_path``).
    Raises ValueError when BOOK_BROWSER names a program that is not there.
    """
    if wanted := env.get("BOOK_BROWSER"):
        if not (path := shutil.which(wanted)):
            raise ValueError(
                f"BOOK_BROWSER is {wanted!r}, but there is no such program: "
                "give the path or the name of a Chromium, Chrome or Edge, or unset it"
            )
        yield Found("BOOK_BROWSER", path)
    for name in SHELL + CHROME + EDGE:
        if path := shutil.which(name, path=env.get("PATH")):
            yield Found(name, path)
    for place in _usual_places(env, platform):
        if place.is_file():
            yield Found(place.stem, str(place))
    if own and Path(own).is_file():
        yield Found("Playwright's Chromium", None)


def _usual_places(env: Mapping[str, str], platform: str) -> Iterator[Path]:
    if platform == "darwin":
        for app in MACOS_APPS:
            yield Path(f"/Applications/{app}.app/Contents/MacOS/{app}")
    if platform == "win32":
        for folder in filter(None, map(env.get, WINDOWS_FOLDERS)):
            yield from (Path(folder, program) for program in WINDOWS_PROGRAMS)


def find_browser(own: str | None = None) -> Found | None:
    """The first of `candidates`; None when this machine has no browser for the tests."""
    return next(candidates(own), None)


def launch(playwright: Playwright, found: Found) -> Browser:
    """Start the browser without a window. Raises playwright's Error when it does not start."""
    return playwright.chromium.launch(executable_path=found.path, args=LAUNCH_ARGS)


def launch_first(playwright: Playwright) -> tuple[Found, Browser] | None:
    """Start the first candidate that really starts (a stub on PATH does not); None if none does."""
    for found in candidates(playwright.chromium.executable_path):
        try:
            return found, launch(playwright, found)
        except Error:
            continue
    return None


@dataclass
class Log:
    """What went wrong while a page was open; every list is empty on a page that is in order."""

    console: list[str] = field(default_factory=list)  # "error: …" and "warning: …"
    page_errors: list[str] = field(default_factory=list)  # exceptions that nobody caught
    failed: list[str] = field(default_factory=list)  # the site's own requests that broke off
    http: list[str] = field(default_factory=list)  # "404 URL": answers of 400 and above
    blocked: list[str] = field(default_factory=list)  # requests to anybody else

    def problems(self) -> list[str]:
        """Every entry, headed by the name of its list: ``assert not log.problems()``."""
        return [f"{name}: {entry}" for name, entries in vars(self).items() for entry in entries]


class Visit(NamedTuple):
    """An open page and the log that goes on being written while it is used."""

    page: Page
    log: Log


def open_page(browser: Browser, url: str, first: str = "", **options: Any) -> Visit:
    """Open ``url`` in a fresh context made with ``options``; block whatever is not the site's own.

    The site's own are the address's scheme, host and port, and file:, blob: and data: addresses.
    ``first`` is a script that runs in the page before its own.
    """
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(first)
    log = Log()
    _listen(context, log)
    _block_foreign(context, url, log)
    page = context.new_page()
    page.goto(url, wait_until="load")
    return Visit(page, log)


def _listen(context: BrowserContext, log: Log) -> None:
    def note_message(message):
        if message.type in {"error", "warning"}:
            log.console.append(f"{message.type}: {message.text}")

    def note_failure(request):
        if request.url not in log.blocked:
            log.failed.append(f"{request.url} ({request.failure})")

    def note_answer(response):
        if response.status >= 400:
            log.http.append(f"{response.status} {response.url}")

    context.on("console", note_message)
    context.on("weberror", lambda problem: log.page_errors.append(str(problem.error)))
    context.on("requestfailed", note_failure)
    context.on("response", note_answer)


def _block_foreign(context: BrowserContext, url: str, log: Log) -> None:
    site = urlsplit(url)
    own = ("file:", "blob:", "data:")
    if site.scheme != "file":
        own += (f"{site.scheme}://{site.netloc}/",)

    def decide(route: Route) -> None:
        if route.request.url.startswith(own):
            route.continue_()
        else:
            log.blocked.append(route.request.url)
            route.abort()

    context.route("**/*", decide)
    # A web socket with a handler that does not connect it never leaves the browser.
    context.route_web_socket("**/*", lambda socket: log.blocked.append(socket.url))
