"""The page of licences has a row for all that the site ships, in the version that is shipped."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import sphinx_copybutton

ROOT = Path(__file__).parents[2]
# Whose work lies in the tree, and where.
VENDORED = {
    "KaTeX": ROOT / "sphinxext/formulas/vendor",
    "prism-code-editor": ROOT / "sphinxext/python/vendor/prism-code-editor",
    "Pyodide": ROOT / "sphinxext/python/pyodide/vendor",
}
PAGE = (ROOT / "book" / "reference" / "licences.md").read_text("utf-8")
ROWS = dict(
    re.findall(
        r"^\| \[(?P<name>[^\]]+)\]\(https://[^)]+\)[^|]*\| (?P<version>[^|]+) \|", PAGE, re.M
    )
)
PINS = tomllib.loads((ROOT / "sphinxext/python/pyodide/pins.toml").read_text("utf-8"))
IN_THE_PAGE = PINS["packages"] | {part["name"]: part["version"] for part in PINS["built_in"]}
THEMES = (
    "pydata-sphinx-theme",
    "sphinx-book-theme",
    "sphinx-design",
    "sphinx-copybutton",
    "Sphinx",
)
# What carries its version in a file, and where.
INSIDE = {
    "KaTeX": ("sphinxext/formulas/vendor/katex.min.js", r'version:"([\d.]+)"'),
    "prism-code-editor": (
        "sphinxext/python/vendor/prism-code-editor/editor.js",
        r"editor ([\d.]+)",
    ),
    "Cephes": ("fast_numpy/LICENSE-Cephes", r"release ([\d.]+),"),
    "Bootstrap": (
        "pydata_sphinx_theme/**/scripts/bootstrap.js.LICENSE.txt",
        r"Bootstrap v([\d.]+)",
    ),
    "Font Awesome Free": (
        "pydata_sphinx_theme/**/scripts/fontawesome.js.LICENSE.txt",
        r"Free ([\d.]+)",
    ),
    "clipboard.js": ("sphinx_copybutton/_static/clipboard.min.js", r"clipboard\.js v([\d.]+)"),
}


def inside(pattern, version_in):
    """The version that a file of the tree, or of an installed package, states."""
    packages = Path(sphinx_copybutton.__file__).parents[1]
    path = next((found for folder in (ROOT, packages) for found in folder.glob(pattern)), None)
    assert path, f"{pattern} is not there"
    return re.search(version_in, path.read_text("utf-8", "ignore"))[1]


@pytest.mark.parametrize("name", IN_THE_PAGE)
def test_what_runs_in_the_page_has_its_row(name):
    assert ROWS.get(name) == IN_THE_PAGE[name]


@pytest.mark.parametrize("name", THEMES)
def test_what_the_pages_are_made_with_has_its_row(name):
    assert ROWS.get(name) == version(name)


@pytest.mark.parametrize("name", INSIDE)
def test_what_is_copied_has_its_row(name):
    assert ROWS.get(name) == inside(*INSIDE[name])


def test_no_row_is_of_something_else():
    assert ROWS.keys() == {*IN_THE_PAGE, *THEMES, *INSIDE}


def test_all_that_is_vendored_brings_its_licence_and_is_named():
    for name, folder in VENDORED.items():
        assert list(folder.glob("LICENSE*")), f"{folder} has no licence"
        assert name in ROWS
    vendored = [path for path in (ROOT / "sphinxext").rglob("vendor/**/*") if path.is_file()]
    for path in vendored:
        assert set(path.parents) & set(VENDORED.values()), f"nobody says whose work {path} is"
    assert len(vendored) > 20


def test_the_versions_of_pyodide_agree():
    assert ROWS["Pyodide"] == PINS["version"]
    assert f'_static/python/pyodide-{PINS["version"]}/LICENSES.txt"' in PAGE
    assert {"numpy", "matplotlib", "traitlets"} <= PINS["packages"].keys()
    assert not set(PINS["leave_out"]) & PINS["packages"].keys()


def test_our_own_licences_are_as_the_files_say():
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License")
    assert "Attribution 4.0 International" in (ROOT / "LICENSE-text").read_text("utf-8")
    assert "CC BY 4.0" in PAGE
    assert "MIT licence" in PAGE
    assert (ROOT / "lecturelib" / "data" / "README.md").exists()
