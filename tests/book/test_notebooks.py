"""Every notebook of the book: how it is stored, its install cell, its solutions, its contract."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import nbformat
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "book").rglob("*.ipynb"))
INSTALL = """\
# Where lecturelib is missing (Colab), install this page's version of it; elsewhere do nothing.
import importlib.util

if importlib.util.find_spec("lecturelib") is None:
    %pip install --quiet "lecturelib[book] @ git+{{repository}}@{{revision}}\""""
SOLUTION = re.compile(r"```python\n# solves (?P<names>[\w, ]+)\n(?P<code>.*?)```", re.DOTALL)

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == kind]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def test_it_is_stripped_but_for_the_outputs_that_are_checked(path):
    command = [
        Path(sys.executable).with_name("nbstripout"),
        "--keep-id",
        "--keep-count",
        "--verify",
    ]
    command += ["--extra-keys", "metadata.language_info metadata.jupytext", path]
    assert subprocess.run(command, check=False).returncode == 0, "run: make format"
    for cell in cells(path, "code"):
        checked = {"nbval-check-output", "keep_output"} & tags(cell)
        assert len(checked) in (0, 2), f"only one of the two tags in: {cell.source[:60]}"
        assert bool(cell.outputs) == bool(checked), f"run: make outputs, for: {cell.source[:60]}"
        assert all(out.output_type == "stream" or "text/plain" in out.data for out in cell.outputs)


def test_its_first_code_cell_installs_the_library_where_it_is_missing(path):
    first = cells(path, "code")[0]
    assert first.source == INSTALL
    assert "remove-cell" in tags(first)


def test_its_code_fits_the_page(path):
    for cell in cells(path, "code")[1:]:
        lines = cell.source.splitlines()
        assert len(lines) <= 18, f"{len(lines)} lines: {cell.source[:60]}"
        assert max(map(len, lines)) <= 78, max(lines, key=len)


def test_every_figure_has_alt_text(path):
    for cell in cells(path, "code"):
        if "plt.show()" in cell.source:
            settings = cell.metadata.get("mystnb", {})
            assert len(settings.get("image", {}).get("alt", "")) > 40, cell.source[:60]
            assert settings.get("figure", {}).get("caption"), cell.source[:60]


def test_every_solution_passes_the_check_of_its_exercise(path):
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    code = "\n".join(cell.source for cell in cells(path, "code"))
    checks = import_module(f"lecturelib.checks.{path.stem.replace('-', '_')}")
    solved = set()
    for match in SOLUTION.finditer(text):
        names = match["names"].split(", ")
        space = {"np": np}
        exec(match["code"], space)  # the book's own source
        for name in names:
            verdict = getattr(checks, name)(space[name])
            assert verdict, f"{name}: {verdict}"
        solved |= set(names)
    asked = set(re.findall(r"check\.(\w+)\(", code))
    assert asked <= solved, f"exercises without a tested solution: {asked - solved}"


def test_it_has_the_parts_of_a_chapter(path):
    headings = re.findall(r"^#+ (.+)$", "\n".join(c.source for c in cells(path, "markdown")), re.M)
    assert sum(heading.startswith("Exercise ") for heading in headings) >= 5
    for part in ("What goes wrong", "Exercises", "Summary", "Predict, then move"):
        assert part in headings
    assert any(heading.startswith("The experiment") for heading in headings)
