"""Where a browser is looked for, and what the log of an opened page holds."""

import sys

import pytest

from tools import browser, server

NO_ICON = "<link rel=icon href=data:,>"  # or the browser asks for favicon.ico


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """``programs(name, …)`` puts programs of these names, and no others, on PATH."""
    monkeypatch.delenv("BOOK_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(*names):
        for name in names:
            (tmp_path / name).write_text("#!/bin/sh\n")
            (tmp_path / name).chmod(0o755)
        return tmp_path

    return make


def names_found(own=None, **options):
    return [found.name for found in browser.candidates(own, **options)]


@pytest.mark.skipif(sys.platform == "win32", reason="PATH is looked up by file ending there")
def test_the_order_is_environment_path_own(programs, monkeypatch):
    folder = programs("google-chrome", "chromium", "chromium-headless-shell", "mine")
    monkeypatch.setenv("BOOK_BROWSER", str(folder / "mine"))
    own = str(programs("own") / "own")
    assert names_found(own, platform="linux") == [
        "BOOK_BROWSER",
        "chromium-headless-shell",
        "chromium",
        "google-chrome",
        "Playwright's Chromium",
    ]
    assert browser.find_browser(own) == ("BOOK_BROWSER", str(folder / "mine"))


def test_a_machine_without_a_browser_has_none(programs):
    folder = programs()
    assert names_found(str(folder / "missing"), platform="linux") == []


def test_a_browser_variable_that_leads_nowhere_says_so(programs, monkeypatch):
    programs()
    monkeypatch.setenv("BOOK_BROWSER", "/no/such/browser")
    with pytest.raises(ValueError, match=r"BOOK_BROWSER is '/no/such/browser'"):
        names_found()


def test_windows_programs_are_found_in_their_folder(programs, monkeypatch, tmp_path):
    monkeypatch.setattr(browser, "WINDOWS_PROGRAMS", ("Edge/msedge.exe",))
    (tmp_path / "Edge").mkdir()
    (tmp_path / "Edge" / "msedge.exe").touch()
    environment = {"PATH": str(programs()), "PROGRAMFILES": str(tmp_path)}
    assert names_found(env=environment, platform="win32") == ["msedge"]


def test_the_log_has_everything_that_goes_wrong(open_page, tmp_path):
    (tmp_path / "page.html").write_text(
        f"""<!doctype html><title>bad</title>{NO_ICON}
        <script src="https://example.org/tracker.js"></script>
        <img src="missing.png" alt="">
        <script>console.warn("a warning"); new WebSocket("ws://example.org/live");
        setTimeout(() => {{ window.over = 1; throw new Error("nobody caught this"); }})</script>"""
    )
    with server.serve(tmp_path) as address:
        page, log = open_page(f"{address}page.html")
        page.wait_for_function("window.over")
    assert log.blocked == ["https://example.org/tracker.js", "ws://example.org/live"]
    assert log.http == [f"404 {address}missing.png"]
    assert "warning: a warning" in log.console
    assert any("nobody caught this" in error for error in log.page_errors)
    assert log.failed == []
    assert f"http: 404 {address}missing.png" in log.problems()
