"""The preparation of the environment ends in a sentence that helps, whatever a machine lacks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "awk", "grep", "sed", "sort", "rm", "cat", "dirname", "env", "mkdir")


@pytest.fixture
def machine(tmp_path):
    """``machine(**programs)``: a PATH with basic tools and these scripts, nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    shutil.copy(ROOT / "requirements.txt", tmp_path)

    def run(what="book", **programs):
        for name, script in programs.items():
            (folder / name.replace("_", ".")).write_text(f"#!{folder}/sh\n{script}\n")
            (folder / name.replace("_", ".")).chmod(0o755)
        command = [folder / "sh", ROOT / "tools" / "environment.sh", ".venv", what]
        env = {"PATH": str(folder), "HOME": str(tmp_path)}
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    return run


DISK = 'echo "Filesystem 1M-blocks Used Available Use% Mounted"; echo "disk 9000 1 {} 1% /"'
MODERN = f'exec {sys.executable} "$@"'
OLD = "exit 1"  # what the version test says of an interpreter before 3.11


def test_without_a_python_that_fits(machine):
    status, said = machine(df=DISK.format(9000), python3=OLD)
    assert status == 1
    assert "Python 3.11, 3.12 or 3.13 is needed and was not found" in said


def test_without_room_on_the_disk(machine):
    status, said = machine(df=DISK.format(120), python3=MODERN)
    assert status == 1
    assert "5 GB of free disk are needed, 120 MB are free" in said


def test_without_the_venv_module(machine):
    broken = 'case "$*" in -m*) exit 1;; *) echo Python 3.12.0;; esac'
    status, said = machine(df=DISK.format(9000), python3=broken)
    assert status == 1
    assert "sudo apt-get install python3-venv" in said


@pytest.mark.parametrize(
    ("free", "sentence"), [(9000, "connect and run make again"), (100, "the disk is full")]
)
def test_when_pip_fails(machine, tmp_path, free, sentence):
    environment = tmp_path / ".venv" / "bin"
    environment.mkdir(parents=True)
    (environment / "python").write_text(f"#!{shutil.which('sh')}\nexit 1\n")
    (environment / "python").chmod(0o755)
    status, said = machine(df=DISK.format(free))
    assert status == 1
    assert sentence in said


def test_the_newest_versions_bring_no_build_for_graphics_cards(machine, tmp_path):
    environment = tmp_path / ".venv" / "bin"
    environment.mkdir(parents=True)
    (environment / "python").write_text(f'#!{shutil.which("sh")}\necho "$*" >>calls\n')
    (environment / "python").chmod(0o755)
    for path in ROOT.glob("requirements*.in"):
        shutil.copy(path, tmp_path)
    assert machine("fresh", df=DISK.format(9000))[0] == 0
    first, *others = (tmp_path / "calls").read_text("utf-8").splitlines()
    assert "--index-url https://download.pytorch.org/whl/cpu --upgrade torch" in first
    assert not [call for call in others if "torch" in call and "--upgrade" in call]
    lines = (tmp_path / ".venv" / "names.txt").read_text("utf-8").splitlines()
    names = {line.partition(";")[0] for line in lines}
    assert not names & {"torch", "jupyter-book"}  # the second would keep Sphinx old
    assert {"numpy", "keras", "pytest", "sphinx", "sphinx-book-theme"} <= names


def test_todays_sphinx_comes_without_jupyter_book():
    def pins(name):
        lines = (ROOT / f"requirements{name}.txt").read_text("utf-8").splitlines()
        found = (line.partition(" ")[0].partition("==") for line in lines if "==" in line)
        return {package: version for package, _, version in found}

    front, other = pins(""), pins("-sphinx")
    assert "jupyter-book" not in other
    assert other["sphinx"] > front["sphinx"]
    moved = {name for name in front.keys() & other.keys() if front[name] != other[name]}
    allowed = ("sphinx", "docutils", "myst", "markdown-it", "mdit-py", "linkify", "pydata-sphinx")
    assert not [name for name in moved if not name.startswith(allowed)]


def test_a_kernel_says_nothing_of_its_connections(machine, tmp_path):
    environment = tmp_path / ".venv" / "bin"
    environment.mkdir(parents=True)
    (environment / "python").write_text(f"#!{shutil.which('sh')}\n")
    (environment / "python").chmod(0o755)
    assert machine(df=DISK.format(9000))[0] == 0
    settings = tmp_path / ".venv" / "etc" / "ipython" / "ipython_kernel_config.py"
    app = SimpleNamespace(IPKernelApp=SimpleNamespace())
    exec(settings.read_text("utf-8"), {"c": app})
    assert app.IPKernelApp.log_level == "ERROR"


@pytest.fixture
def shop(tmp_path):
    """``shop(build, **environment)``: ``make book`` in a book with this program as its Python."""
    for name in ("Makefile", "requirements.txt", "requirements-test.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("conf.py", "_config.yml", "_toc.yml"):
        (tmp_path / name).touch()
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    for folder in ("book", "lecturelib", "sphinxext", "fast_numpy", "_build/doctrees", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".venv" / ".book").touch()

    def make(build, **environment):
        program = tmp_path / ".venv" / "bin" / "python"
        program.write_text(f"#!/bin/sh\n{build}\n")
        program.chmod(0o755)
        env = {name: v for name, v in os.environ.items() if not name.startswith("BOOK_")}
        return subprocess.run(
            ["make", "book"],
            cwd=tmp_path,
            env=env | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return make


BUILD = "mkdir -p _build/html; touch _build/html/index.html; echo one more >>builds"
SAME = "Nothing has changed since the book was built."


def test_make_says_when_the_book_was_not_built(shop, tmp_path):
    """A warning stops the build, and the next build must see it again."""
    done = shop("echo WARNING: a bad link; exit 1")
    assert done.returncode != 0
    assert "The book was not built" in done.stdout
    assert not (tmp_path / "_build" / "doctrees").exists()
    assert SAME not in shop(BUILD).stdout


def test_a_book_in_which_nothing_has_changed_is_not_built_again(shop, tmp_path):
    assert SAME not in shop(BUILD).stdout
    assert SAME in shop(BUILD).stdout
    assert (tmp_path / "builds").read_text("utf-8") == "one more\n"


@pytest.mark.parametrize(
    "change",
    [
        "book/new.md",
        "lecturelib/deep/new.js",
        "_config.yml",
        "_toc.yml",
        "conf.py",
        "requirements.txt",
        "sphinxext/room/new.py",
    ],
)
def test_a_change_is_built(shop, tmp_path, change):
    shop(BUILD)
    made = (tmp_path / "_build" / "made").stat().st_mtime
    (tmp_path / change).parent.mkdir(exist_ok=True)
    (tmp_path / change).touch()
    os.utime(tmp_path / change, (made + 1, made + 1))
    assert SAME not in shop(BUILD).stdout


def test_a_page_that_was_removed_is_a_change(shop, tmp_path):
    (tmp_path / "book" / "old.md").touch()
    shop(BUILD)
    made = (tmp_path / "_build" / "made").stat().st_mtime
    (tmp_path / "book" / "old.md").unlink()
    os.utime(tmp_path / "book", (made + 1, made + 1))
    assert SAME not in shop(BUILD).stdout


def test_another_address_of_the_book_is_a_change(shop):
    shop(BUILD)
    assert SAME not in shop(BUILD, BOOK_URL="https://example.org/").stdout
    assert SAME in shop(BUILD, BOOK_URL="https://example.org/").stdout
    assert SAME not in shop(BUILD).stdout


def test_what_python_and_editors_leave_behind_is_no_change(shop, tmp_path):
    (tmp_path / "book" / ".ipynb_checkpoints").mkdir()
    (tmp_path / "lecturelib" / "__pycache__").mkdir()
    shop(BUILD)
    made = (tmp_path / "_build" / "made").stat().st_mtime
    for folder in ("book/.ipynb_checkpoints", "lecturelib/__pycache__"):
        (tmp_path / folder / "left").touch()
        os.utime(tmp_path / folder / "left", (made + 1, made + 1))
        os.utime(tmp_path / folder, (made + 1, made + 1))
    assert SAME in shop(BUILD).stdout
