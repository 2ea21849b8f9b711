"""The house is in order: chapter, module, checks, widgets and tests come together or not at all."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[1]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
PAGES = [TOC["root"], *(page["file"] for part in TOC["parts"] for page in part["chapters"])]
README = (ROOT / "README.md").read_text("utf-8")


# Modules of an extension that are tested through it.
PARTS = {"katex": "katex_math", "svg": "dark_figures", "pyodide_files": "pyodide_files"}


def public(folder):
    """Names of the modules of a folder that others may import."""
    return {path.stem for path in (ROOT / folder).glob("*.py") if not path.stem.startswith("_")}


def partners(folder):
    return {path.stem.removeprefix("test_") for path in (ROOT / folder).glob("test_*.py")}


@pytest.mark.parametrize(
    "folder", ["lecturelib", "lecturelib/widgets", "lecturelib/checks", "sphinxext"]
)
def test_every_module_has_its_test(folder):
    wanted = {PARTS.get(name, name) for name in public(folder)}
    missing = wanted - partners(f"tests/{folder}")
    assert not missing, f"modules of {folder} without tests/{folder}/test_<name>.py"


def test_every_widget_is_a_class_a_module_and_a_place_in_the_book():
    widgets = public("lecturelib/widgets") - {"base"}
    scripts = {path.stem for path in (ROOT / "lecturelib/widgets").glob("*.js")}
    assert widgets <= scripts
    shared = {"kit", "frame", "functions", "study", "typed"}
    assert scripts - widgets == shared, "a script that no widget owns"
    book = "\n".join(path.read_text("utf-8") for path in (ROOT / "book").rglob("*.ipynb"))
    for name in widgets:
        shown = rf"\b{name.title().replace('_', '')}(\.\w+)?\("  # made directly or by a constructor
        assert re.search(shown, book), f"no page shows the widget {name}"


def test_every_check_belongs_to_a_chapter():
    chapters = {Path(page).name.replace("-", "_") for page in PAGES}
    checks = public("lecturelib/checks") - {"verdict", "answers", "questions"}  # shared by all
    questions = {path.stem for path in (ROOT / "lecturelib/checks").glob("*.toml")}
    assert checks | questions <= chapters
    notebooks = {path.stem.replace("-", "_") for path in (ROOT / "book").rglob("*.ipynb")}
    assert notebooks <= checks & questions, "a chapter without checks or questions"


def test_the_toc_and_the_files_are_the_same():
    files = {
        path.relative_to(ROOT).with_suffix("").as_posix()
        for path in (ROOT / "book").rglob("*")
        if path.suffix in {".md", ".ipynb"} and ".ipynb_checkpoints" not in path.parts
    }
    assert files == set(PAGES)
    assert len(PAGES) == len(set(PAGES))


def test_every_extension_is_in_use():
    used = {
        name for name in CONFIG["sphinx"]["config"]["extensions"] if name.startswith("sphinxext.")
    }
    assert used == {f"sphinxext.{name}" for name in public("sphinxext") - PARTS.keys()}


def test_the_map_of_the_readme_is_true():
    rows = re.findall(r"^\| \[[^\]]+\]\((?P<page>book/[^)]+)\) \|(?P<rest>.*)\|$", README, re.M)
    chapters = {path.relative_to(ROOT).as_posix() for path in (ROOT / "book").rglob("*.ipynb")}
    assert {page for page, _ in rows} == chapters
    for _, rest in rows:
        for path in re.findall(r"`([\w/.-]+)`", rest):
            assert (ROOT / path).exists(), f"the README's map names {path}, which is not there"


def test_paths_and_targets_named_in_the_guides_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for guide in (README, (ROOT / "CONTRIBUTING.md").read_text("utf-8")):
        assert set(re.findall(r"`make ([a-z]+)", guide)) <= targets
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", guide):
            assert (ROOT / link).exists(), f"a guide links to {link}, which is not there"


def test_widgets_shown_by_notebooks_exist():
    import lecturelib.widgets as widgets

    for path in (ROOT / "book").rglob("*.ipynb"):
        code = "\n".join(c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code")
        for names in re.findall(r"from lecturelib\.widgets import ([\w, ]+)", code):
            assert all(hasattr(widgets, name) for name in names.split(", "))
