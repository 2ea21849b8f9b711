"""Binder gets what the notebooks import, in the versions that the book is built with."""

import re
import sys
import tomllib
from pathlib import Path

import nbformat
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines()
OPTIONS = [line for line in LINES if line.startswith("-")]
WISHES = [Requirement(line) for line in LINES if line and line[0] not in "-#"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
IMPORT = re.compile(r"^\s*(?:import|from)\s+([A-Za-z]\w*)", re.M)


def pins():
    """The pins of requirements.txt by name; several where versions of Python differ."""
    found = {}
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "-")):
            pin = Requirement(line)
            found.setdefault(pin.name, []).append(pin)
    return found


def test_it_is_held_to_the_pins_and_installs_the_library():
    index = "--extra-index-url https://download.pytorch.org/whl/cpu"
    expected = ["-c ../requirements.txt", index, "-e .[book,torch,keras]"]
    assert expected == OPTIONS
    assert (ROOT / "binder" / ".." / "requirements.txt").is_file()


def test_every_wish_is_pinned_here_or_there_and_nowhere_twice():
    for wish in WISHES:
        here, there = str(wish.specifier).startswith("=="), wish.name in pins()
        assert here != there, f"{wish}: one version, either here or in requirements.txt"


def test_the_pins_leave_the_library_its_choice():
    extras = PROJECT["optional-dependencies"]
    for text in [*PROJECT["dependencies"], *extras["plots"], *extras["widgets"], *extras["torch"]]:
        asked = Requirement(text)
        versions = [next(iter(pin.specifier)).version for pin in pins()[asked.name]]
        assert all(version in asked.specifier for version in versions), f"{asked}: {versions}"


def test_its_python_is_one_of_the_books():
    kind, version = (ROOT / "binder" / "runtime.txt").read_text("utf-8").strip().split("-")
    assert kind == "python"
    assert version in SpecifierSet(PROJECT["requires-python"])


def test_no_notebook_imports_more_than_it_gets():
    """The extras that binder/ asks for and Python itself."""
    given = {"lecturelib", "numpy", "matplotlib", "ipywidgets", "anywidget", "IPython"}
    given |= {"torch", "keras", "tensorflow"}
    for path in (ROOT / "book").rglob("*.ipynb"):
        code = "\n".join(c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code")
        more = set(IMPORT.findall(code)) - given - sys.stdlib_module_names
        assert not more, (
            f"{path.name} imports {more}, which binder/requirements.txt does not install"
        )
