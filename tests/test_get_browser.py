"""tools/get_browser.py decides what to try; tools/browser.py where to look. Both with fakes."""

import sys

import pytest

from tools import browser, server
from tools import get_browser as script

NO_ICON = "<link rel=icon href=data:,>"  # or the browser asks for favicon.ico
PLAYWRIGHT = [sys.executable, "-m", "playwright", "install", "chromium"]
UPDATE, INSTALL = ["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]


class Machine:
    """A machine on which the browser starts once the command ``helps`` has run."""

    def __init__(self, helps=None, programs=("apt-get", "sudo"), fails=(), starts=False):
        self.helps, self.programs, self.fails, self.starts = helps, programs, list(fails), starts
        self.commands = []

    def run(self, command):
        self.commands.append(list(command))
        self.starts |= command == self.helps
        return command not in self.fails

    def get_browser(self, is_root=True):
        return script.get_browser(
            lambda: "Chromium" if self.starts else None,
            self.run,
            lambda name: name if name in self.programs else None,
            is_root,
        )


def test_a_browser_that_starts_is_taken_and_nothing_is_installed():
    machine = Machine(starts=True)
    assert machine.get_browser() == "Chromium"
    assert machine.commands == []


def test_playwright_is_asked_first():
    machine = Machine(helps=PLAYWRIGHT)
    assert machine.get_browser() == "Chromium"
    assert machine.commands == [PLAYWRIGHT]


def test_root_installs_the_package_when_playwright_cannot():
    machine = Machine(helps=INSTALL, fails=[PLAYWRIGHT])
    assert machine.get_browser() == "Chromium"
    assert machine.commands == [PLAYWRIGHT, UPDATE, INSTALL]


def test_the_package_is_tried_when_playwrights_browser_is_there_but_does_not_start():
    assert Machine(helps=INSTALL).get_browser() == "Chromium"


def test_others_use_sudo_where_it_asks_no_password():
    sudo = ["sudo", "-n"]
    machine = Machine(helps=sudo + INSTALL, fails=[PLAYWRIGHT])
    assert machine.get_browser(is_root=False) == "Chromium"
    assert machine.commands == [PLAYWRIGHT, [*sudo, "true"], sudo + UPDATE, sudo + INSTALL]


@pytest.mark.parametrize(
    ("options", "is_root"),
    [
        ({"programs": ()}, True),  # no apt-get: macOS, Windows, Fedora
        ({"programs": ("apt-get",)}, False),  # no sudo
        ({"fails": [PLAYWRIGHT, ["sudo", "-n", "true"]]}, False),  # sudo wants a password
    ],
)
def test_without_the_rights_apt_get_is_not_run(options, is_root):
    machine = Machine(**options)
    assert machine.get_browser(is_root) is None
    assert not any("install" in command and "apt-get" in command for command in machine.commands)


def test_no_install_after_a_failed_update():
    machine = Machine(fails=[PLAYWRIGHT, UPDATE])
    assert machine.get_browser() is None
    assert INSTALL not in machine.commands


def test_a_newcomer_is_told_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr(script, "get_browser", lambda: None)
    assert script.main() == 1
    assert "Install Chromium, Chrome or Edge" in capsys.readouterr().out


def test_a_command_that_is_missing_or_hangs_is_a_failure(monkeypatch, capsys):
    assert not script.run(["no-such-program-here"])
    monkeypatch.setattr(script, "DOWNLOAD_SECONDS", 0.05)
    assert not script.run([sys.executable, "-c", "import time; time.sleep(5)"])
    assert "timed out" in capsys.readouterr().out


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
    folder = programs("google-chrome", "chromium", "mine")
    monkeypatch.setenv("BOOK_BROWSER", str(folder / "mine"))
    own = str(programs("own") / "own")
    assert names_found(own, platform="linux") == [
        "BOOK_BROWSER",
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


def test_the_script_repeats_that_in_one_line(monkeypatch, capsys):
    def fail():
        raise ValueError("BOOK_BROWSER is 'x', but …")

    monkeypatch.setattr(script, "get_browser", fail)
    assert script.main() == 1
    assert capsys.readouterr().out == "BOOK_BROWSER is 'x', but …\n"


def test_windows_programs_are_found_in_their_folder(programs, monkeypatch, tmp_path):
    monkeypatch.setattr(browser, "WINDOWS_PROGRAMS", ("Edge/msedge.exe",))
    (tmp_path / "Edge").mkdir()
    (tmp_path / "Edge" / "msedge.exe").touch()
    environment = {"PATH": str(programs()), "PROGRAMFILES": str(tmp_path)}
    assert names_found(env=environment, platform="win32") == ["msedge"]


def test_pages_are_served_under_the_prefix_only(open_page, tmp_path):
    (tmp_path / "page.html").write_text(f"<!doctype html><title>here</title>{NO_ICON}")
    (tmp_path / "module.mjs").write_text("export default 1")
    with server.serve(tmp_path, "/deep-learning/") as address:
        page, log = open_page(f"{address}page.html")
        assert page.title() == "here"
        answer = page.request.get(f"{address}module.mjs")
        assert answer.headers["content-type"] == "text/javascript"
        assert page.request.get(address.replace("/deep-learning/", "/page.html")).status == 404
    assert address.endswith("/deep-learning/")
    assert log.problems() == []


def test_the_log_has_everything_that_goes_wrong(open_page, tmp_path):
    (tmp_path / "page.html").write_text(
        f"""<!doctype html><title>bad</title>{NO_ICON}
        <script src="https://example.org/tracker.js"></script>
        <img src="missing.png" alt="">
        <script>console.warn("a warning"); new WebSocket("ws://example.org/live");
        setTimeout(() => {{ throw new Error("nobody caught this"); }})</script>"""
    )
    with server.serve(tmp_path) as address:
        page, log = open_page(f"{address}page.html")
        page.wait_for_timeout(100)
    assert log.blocked == ["https://example.org/tracker.js", "ws://example.org/live"]
    assert log.http == [f"404 {address}missing.png"]
    assert "warning: a warning" in log.console
    assert any("nobody caught this" in error for error in log.page_errors)
    assert log.failed == []
    assert f"http: 404 {address}missing.png" in log.problems()
