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
    for name in ("requirements.in", "requirements-test.in"):
        shutil.copy(ROOT / name, tmp_path)
    assert machine("fresh", df=DISK.format(9000))[0] == 0
    first, *others = (tmp_path / "calls").read_text("utf-8").splitlines()
    assert "--index-url https://download.pytorch.org/whl/cpu --upgrade torch" in first
    assert not [call for call in others if "torch" in call and "--upgrade" in call]
    lines = (tmp_path / ".venv" / "names.txt").read_text("utf-8").splitlines()
    names = {line.partition(";")[0] for line in lines}
    assert "torch" not in names
    assert {"numpy", "keras", "pytest", "sphinx"} <= names


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


def test_make_says_when_the_book_was_not_built(tmp_path):
    """A warning stops the build, and the next build must see it again."""
    for name in ("Makefile", "requirements.txt", "requirements-test.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    for folder in ("book", "_build/.doctrees", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    build = tmp_path / ".venv" / "bin" / "jupyter-book"
    build.write_text("#!/bin/sh\necho WARNING: a bad link; exit 1\n")
    build.chmod(0o755)
    (tmp_path / ".venv" / ".book").touch()
    done = subprocess.run(
        ["make", "book"], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "The book was not built" in done.stdout
    assert not (tmp_path / "_build" / ".doctrees").exists()
