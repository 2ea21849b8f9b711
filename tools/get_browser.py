"""Make sure that the browser tests have a browser: ``python -m tools.get_browser`` (``make test``).

Starts what is there; if nothing starts, lets Playwright download its Chromium, and on Debian and
Ubuntu with the rights for it installs the package. Exits 1 with advice when all of that fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

from playwright.sync_api import sync_playwright

from tools.browser import launch_first

DOWNLOAD_SECONDS = 300
Which = Callable[[str], str | None]  # as shutil.which
Run = Callable[[Sequence[str]], bool]  # whether the command succeeded
ADVICE = """The tests that look at the pages need a browser; none was found or could be installed.
Install Chromium, Chrome or Edge (Debian and Ubuntu: sudo apt-get install chromium), or run
    python -m playwright install chromium
or set BOOK_BROWSER to the path of a browser that you have; then try again."""


def try_start() -> str | None:
    """Start a browser once and close it again; its name, or None when none starts."""
    with sync_playwright() as playwright:
        started = launch_first(playwright)
        if started is None:
            return None
        found, browser = started
        name = f"{found.name} {browser.version} ({found.path or 'kept by Playwright'})"
        browser.close()
        return name


def run(command: Sequence[str]) -> bool:
    """Run a command in bounded time; whether it succeeded."""
    print("+", *command, flush=True)
    try:
        return subprocess.run(command, timeout=DOWNLOAD_SECONDS, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired) as problem:
        print(problem)
        return False


def may_install(which: Which, is_root: bool, run: Run) -> list[str] | None:
    """What stands before ``apt-get``: nothing for root, else ``sudo -n``; None if it can't run."""
    if not which("apt-get"):
        return None
    if is_root:
        return []
    sudo = ["sudo", "-n"]  # -n: fail instead of asking for a password
    return sudo if which("sudo") and run([*sudo, "true"]) else None


def ways(which: Which, is_root: bool, run: Run) -> Iterator[list[list[str]]]:
    """The ways to install a browser, as commands to run one after the other, cheapest first."""
    yield [[sys.executable, "-m", "playwright", "install", "chromium"]]
    prefix = may_install(which, is_root, run)
    if prefix is not None:
        apt_get = [*prefix, "apt-get"]
        for package in ("chromium-headless-shell", "chromium"):  # Ubuntu has the second alone
            yield [[*apt_get, "update"], [*apt_get, "install", "-y", package]]


def get_browser(
    try_start: Callable[[], str | None] = try_start,
    run: Run = run,
    which: Which = shutil.which,
    is_root: bool = getattr(os, "geteuid", lambda: 1)() == 0,
) -> str | None:
    """The name of a browser that starts, installed if need be; None when there is no way to one."""
    if name := try_start():
        return name
    for commands in ways(which, is_root, run):
        # A command that fails ends its way: no install after a failed update.
        if all(run(command) for command in commands) and (name := try_start()):
            return name
    return None


def main() -> int:
    """Say which browser the tests will use; the exit status is 1 when there is none."""
    try:
        name = get_browser()
    except ValueError as problem:  # BOOK_BROWSER leads nowhere
        print(problem)
        return 1
    print(f"Browser for the tests: {name}" if name else ADVICE)
    return 0 if name else 1


if __name__ == "__main__":
    sys.exit(main())
