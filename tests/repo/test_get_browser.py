"""What is tried, and in which order, on a machine without a browser; with fakes."""

import sys

import pytest

from tools import get_browser as script

PLAYWRIGHT = [sys.executable, "-m", "playwright", "install", "chromium"]
UPDATE, INSTALL = ["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]
SHELL = [*INSTALL[:-1], "chromium-headless-shell"]


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
    machine = Machine(helps=SHELL, fails=[PLAYWRIGHT])
    assert machine.get_browser() == "Chromium"
    assert machine.commands == [PLAYWRIGHT, UPDATE, SHELL]


def test_the_whole_browser_is_installed_where_its_shell_is_no_package():
    machine = Machine(helps=INSTALL, fails=[PLAYWRIGHT, SHELL])
    assert machine.get_browser() == "Chromium"
    assert machine.commands == [PLAYWRIGHT, UPDATE, SHELL, UPDATE, INSTALL]


def test_the_package_is_tried_when_playwrights_browser_is_there_but_does_not_start():
    assert Machine(helps=INSTALL).get_browser() == "Chromium"


def test_others_use_sudo_where_it_asks_no_password():
    sudo = ["sudo", "-n"]
    machine = Machine(helps=sudo + SHELL, fails=[PLAYWRIGHT])
    assert machine.get_browser(is_root=False) == "Chromium"
    assert machine.commands == [PLAYWRIGHT, [*sudo, "true"], sudo + UPDATE, sudo + SHELL]


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
    assert SHELL not in machine.commands
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


def test_the_script_repeats_that_in_one_line(monkeypatch, capsys):
    def fail():
        raise ValueError("BOOK_BROWSER is 'x', but …")

    monkeypatch.setattr(script, "get_browser", fail)
    assert script.main() == 1
    assert capsys.readouterr().out == "BOOK_BROWSER is 'x', but …\n"
