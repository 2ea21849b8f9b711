"""What is known of each chapter, each fact from its one home.

A notebook's ``metadata.book`` holds what only its author can say:

- ``question``: what the chapter answers, in one line that ends in a question mark;
- ``topics``: the numbers of its topics in the course's list;
- ``slides``: the number of a slide -> the sections that treat it;
- ``modules``: the modules of lecturelib that the chapter explains.

The rest is read off: the title from the first cell, the widgets from the imports, the modules that
a section shows from the names its cells use, where the code runs from what the cells need, checks
and tests from their files' names. The slides' own words stand in ``book/deck.toml``, the order in
``_toc.yml``.

``tools.tables`` makes the tables of the pages from this. ``python -m tools.chapters minutes``
prints how long each chapter takes.
"""

from __future__ import annotations

import ast
import math
import re
import sys
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
import yaml

from sphinxext.page_kernel.magics import plain
from sphinxext.python.cells import elsewhere, read_cells

ROOT = Path(__file__).resolve().parents[1]
FOLDED = {"remove-cell", "remove-input", "hide-input", "hide-cell"}
FENCE = re.compile(r"^(?P<fence>`{3,}).*?^(?P=fence)$", re.MULTILINE | re.DOTALL)
SOLUTION = re.compile(
    r"^(?P<fence>:{3,}|`{3,})\{dropdown\}.*?^(?P=fence)$", re.MULTILINE | re.DOTALL
)
HEADING = re.compile(r"^(?:\((?P<label>[\w-]+)\)=\n+)?(?P<level>#+) (?P<title>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Chapter:
    """One notebook below ``root``; ``page`` is its name in ``_toc.yml``, ``part`` the caption."""

    root: Path
    page: str
    part: str

    @cached_property
    def _notebook(self) -> nbformat.NotebookNode:
        return nbformat.read(self.root / f"{self.page}.ipynb", as_version=4)

    @cached_property
    def _facts(self) -> dict:
        return self._notebook.metadata.get("book", {})

    @property
    def name(self) -> str:
        """The notebook's name, which the checks, the tests and the drawing share."""
        return Path(self.page).name

    @property
    def title(self) -> str:
        """The heading of the first cell."""
        return self._notebook.cells[0].source.removeprefix("# ").strip()

    @property
    def question(self) -> str:
        """What the chapter answers, in one line."""
        return self._facts.get("question", "")

    @property
    def topics(self) -> list[int]:
        """Its numbers in the course's list of topics."""
        return self._facts.get("topics", [])

    @property
    def slides(self) -> dict[str, list[str]]:
        """The sections that treat a slide, by the slide's number."""
        return self._facts.get("slides", {})

    @property
    def modules(self) -> list[str]:
        """The modules of lecturelib that it explains, such as ``rnn``."""
        return self._facts.get("modules", [])

    @cached_property
    def _imports(self) -> dict[str, str]:
        """Name in the notebook -> module of lecturelib that it is from, as ``widgets.neuron``."""
        cells = (cell.source for cell in self._notebook.cells if cell.cell_type == "code")
        return {name: module for source in cells for name, module in _imported(source).items()}

    @cached_property
    def widgets(self) -> list[str]:
        """The modules of its interactive figures; the quiz is every chapter's."""
        found = dict.fromkeys(self._imports.values())
        return [m.partition(".")[2] for m in found if m.startswith("widgets.") and "quiz" not in m]

    @cached_property
    def sections(self) -> dict[str, set[str]]:
        """Label -> the modules and widgets of the chapter whose names its cells use."""
        own = {*self.modules, *(f"widgets.{name}" for name in self.widgets)}
        found, opened = {}, []
        for cell in self._notebook.cells:
            if cell.cell_type == "markdown":
                for heading in HEADING.finditer(FENCE.sub("", cell.source)):
                    level = len(heading["level"])
                    opened = [part for part in opened if part[0] < level]
                    opened.append((level, found.setdefault(heading["label"], set())))
            elif cell.cell_type == "code":
                used = {self._imports.get(name) for name in _names(cell.source)} & own
                for _, uses in opened:
                    uses |= used
        return found

    @cached_property
    def elsewhere(self) -> list[str]:
        """What most of its cells need and no browser runs, as ``["PyTorch"]``, or nothing."""
        config = yaml.safe_load((self.root / "_config.yml").read_text("utf-8"))
        unavailable = config["sphinx"]["config"]["python_elsewhere"]
        return elsewhere(read_cells(self.root / f"{self.page}.ipynb", unavailable))

    @cached_property
    def exercises(self) -> int:
        """How many exercises it has."""
        text = "\n".join(c.source for c in self._notebook.cells if c.cell_type == "markdown")
        return sum(h["title"].startswith("Exercise ") for h in HEADING.finditer(text))

    @cached_property
    def minutes(self) -> int:
        """words / 180 + code lines / 20 + 3 · exercises, rounded up to 5.

        Words and lines are those that a reader passes: solutions, which are folded away and belong
        to the three minutes, and cells whose code is folded or left out do not count.
        """
        cells = self._notebook.cells
        texts = (FENCE.sub("", SOLUTION.sub("", c.source)) for c in cells if c.cell_type != "code")
        words = sum(len(re.findall(r"\S*\w\S*", text)) for text in texts)
        shown = (c for c in cells if c.cell_type == "code" and not FOLDED & _tags(c))
        lines = sum(bool(line.strip()) for cell in shown for line in cell.source.splitlines())
        seconds = words / 3 + 3 * lines + 180 * self.exercises
        return 5 * math.ceil(seconds / 300)


def chapters(root: Path = ROOT) -> list[Chapter]:
    """The chapters in the order of ``_toc.yml``: its pages that are notebooks."""
    parts = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))["parts"]
    return [
        Chapter(root, page["file"], part["caption"])
        for part in parts
        for page in part["chapters"]
        if (root / f"{page['file']}.ipynb").exists()
    ]


def deck(root: Path = ROOT) -> dict:
    """What the slides say: ``outline``, ``topics``, ``parts`` and ``sections``."""
    return tomllib.loads((root / "book/deck.toml").read_text("utf-8"))


def _tags(cell: nbformat.NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", ()))


def _imported(source: str) -> dict[str, str]:
    """Name -> module below lecturelib, as ``{"RNN": "rnn", "Neuron": "widgets.neuron"}``."""
    found = {}
    for node in ast.walk(ast.parse(plain(source))):
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "lecturelib":
            for alias in node.names:
                module = _module(*node.module.split(".")[1:], alias.name)
                found[alias.asname or alias.name] = module
    return found


def _module(first: str, *rest: str) -> str:
    """The module of a dotted name below lecturelib; a widget's is its class in snake case."""
    if first != "widgets" or not rest:
        return first
    return "widgets." + re.sub(r"(?<=.)(?=[A-Z])", "_", rest[0]).lower()


def _names(source: str) -> set[str]:
    return {n.id for n in ast.walk(ast.parse(plain(source))) if isinstance(n, ast.Name)}


def main(what: str = "") -> str:
    """What ``python -m tools.chapters minutes`` prints."""
    if what != "minutes":
        return "usage: python -m tools.chapters minutes"
    return "\n".join(f"{chapter.minutes:4} {chapter.page}" for chapter in chapters())


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
