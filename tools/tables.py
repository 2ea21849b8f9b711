"""The tables of the pages, made from the chapters' facts: no row is written by hand.

A page has two marks of cog, the first with a call of ``put`` and the name of one of these
functions; ``make map`` writes what it returns between the marks. In the README they are HTML
comments, in the book's pages lines that begin with ``%``, which the site leaves out.
"""

from __future__ import annotations

import dataclasses
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import lecturelib
from tools.chapters import ROOT, Chapter, chapters, deck

PAGES = [
    "README.md",
    "book/index.md",
    "book/start/course.md",
    "book/reference/deck-map.md",
    "book/reference/lecturelib.md",
    "book/reference/lecturelib-topics.md",
]
NONE = "–"
NO_CHAPTER = "no chapter yet"


def put(table: str) -> None:
    """Print the table of that name with an empty line on both sides, for cog."""
    print(f"\n{globals()[table]()}\n")


def readme(root: Path = ROOT) -> str:
    """A row a chapter: its files in the repository."""
    head = ["chapter", "module", "checks and questions", "widgets", "tests"]
    rows = ([f"[{c.title}]({c.page}.ipynb)", *_files(c)] for c in chapters(root))
    return _table(head, rows)


def _files(chapter: Chapter) -> list[str]:
    """Modules, checks, widgets and tests of a chapter, those that there are."""
    key = chapter.name.replace("-", "_")
    widgets = [f"widgets/{name}" for name in chapter.widgets]
    tested = [*chapter.modules, f"checks/{key}", *widgets]
    columns = (
        [f"lecturelib/{m}{end}" for m in chapter.modules for end in (".py", "/")]
        + [f"experiments/{m}.py" for m in chapter.modules],
        [f"lecturelib/checks/{key}{end}" for end in (".py", ".toml")],
        [f"lecturelib/{widget}{end}" for widget in widgets for end in (".py", ".toml")],
        [f"tests/lecturelib/{_test(path)}" for path in tested]
        + [f"tests/experiments/{_test(m)}" for m in chapter.modules],
    )
    return [
        _list((f"`{path}`" for path in paths if (chapter.root / path).exists()), " ")
        for paths in columns
    ]


def _test(path: str) -> str:
    """``widgets/neuron`` -> ``widgets/test_neuron.py``."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/test_{name}.py".lstrip("/")


def cards(root: Path = ROOT) -> str:
    """Every part of the book with a card for each chapter: drawing, question, what to touch."""
    grid = ":::::{grid} 1 1 2 2\n:gutter: 3\n:class-container: chapter-cards\n"
    return "\n\n".join(
        "\n".join([f"### {part}\n", grid, *map(_card, found), ":::::"])
        for part, found in _parts(root).items()
    )


def _parts(root: Path) -> dict[str, list[Chapter]]:
    parts: dict[str, list[Chapter]] = {}
    for chapter in chapters(root):
        parts.setdefault(chapter.part, []).append(chapter)
    return parts


def _card(chapter: Chapter) -> str:
    drawing = f"cards/{chapter.name}.svg"
    has_drawing = (chapter.root / "book" / drawing).exists()
    return "\n".join(
        [
            f"::::{{grid-item-card}} {chapter.title}\n:link: /{chapter.page}\n:link-type: doc\n",
            f"```{{raw}} html\n:file: {drawing}\n```\n" * has_drawing,
            f"{chapter.question}\n\n:::{{card-footer}}\n{_offer(chapter)}\n:::\n::::\n",
        ]
    )


def _offer(chapter: Chapter) -> str:
    """What there is to touch, and where its code runs if not in the page."""
    offer = (
        f"{_count(len(chapter.widgets), 'figure')} to move, {_count(chapter.exercises, 'exercise')}"
    )
    needs = " and ".join(chapter.elsewhere)
    return offer + f"; the code needs {needs}: Colab or Binder" * bool(needs)


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'s' * (number != 1)}"


def to_come(root: Path = ROOT) -> str:
    """The course's topics without a chapter, in one sentence, or nothing."""
    written = {topic for chapter in chapters(root) for topic in chapter.topics}
    missing = [name for n, name in enumerate(deck(root)["names"], 1) if n not in written]
    sentence = f"*To come,* topics of the course that have {NO_CHAPTER}: {', '.join(missing)}."
    return sentence * bool(missing)


def outline(root: Path = ROOT) -> str:
    """The parts of the lecture with their chapters; the parts of the book follow the same order."""
    found = [_links(part) for part in _parts(root).values()]
    rows = [
        [str(n), title, found[n - 1] if n <= len(found) else "the list below"]
        for n, title in enumerate(deck(root)["outline"], 1)
    ]
    return _table(["Part", "Contents", "Chapter of this book"], rows)


def topics(root: Path = ROOT) -> str:
    """The course's topics with their chapters."""
    found = chapters(root)
    rows = (
        [str(n), title, _links(c for c in found if n in c.topics) or NO_CHAPTER]
        for n, title in enumerate(deck(root)["topics"], 1)
    )
    return _table(["", "Topic", "Chapter of this book"], rows)


def _links(found: Iterable[Chapter]) -> str:
    return ", ".join(f"{{doc}}`/{chapter.page}`" for chapter in found)


def deck_map(root: Path = ROOT) -> str:
    """Every slide with its sections, the modules they show, and those modules' tests."""
    facts, found = deck(root), chapters(root)
    head, text = ["No.", "Slide", "Section", "Module", "Test"], []
    for part in facts["parts"]:
        slides = (slide.split(" ", 1) for slide in part["slides"])
        rows = [_slide(n, title, facts["sections"].get(n, []), found) for n, title in slides]
        text += [f"## {part['title']}", ":::{div} full-width", _table(head, rows), ":::"]
    return "\n\n".join(text)


def _slide(number: str, title: str, others: list[str], found: list[Chapter]) -> list[str]:
    sections, modules = list(others), []
    for chapter in found:
        own = chapter.slides.get(number, [])
        shown = {module for label in own for module in chapter.sections.get(label, ())}
        sections += own
        modules += sorted(shown - {*modules}, key=lambda m: ("." in m, m))
    tests = (f"tests/lecturelib/{_test(module.replace('.', '/'))}" for module in modules)
    return [
        number,
        title,
        _list(f"{{ref}}`{label}`" for label in sections),
        _list(f"[`lecturelib.{module}`](#{_label(module)})" for module in modules),
        _list(f"`{path}`" for path in tests if (found[0].root / path).exists()),
    ]


def _label(module: str) -> str:
    return "api-" + module.partition(".")[0].replace("_", "-")


def modules(root: Path = ROOT) -> str:
    """The public modules: what each is and which chapters explain it."""
    found = chapters(root)
    rows = (
        [
            f"[`{module.__name__}`](#{_label(name)})",
            re.sub(r":\w+:`", "`", module.__doc__.partition("\n")[0].rstrip(".")),
            _links(c for c in found if name in c.modules) or NONE,
        ]
        for name, module in _public(root)
    )
    return _table(["Module", "What it is", "Chapter"], rows)


def _public(root: Path) -> list[tuple[str, Any]]:
    """Modules of lecturelib, first those that chapters explain, in the chapters' order."""
    known = dict.fromkeys(module for chapter in chapters(root) for module in chapter.modules)
    names = [m.name for m in pkgutil.iter_modules(lecturelib.__path__) if m.name[0] != "_"]
    ordered = [*(name for name in known if name in names), *(n for n in names if n not in known)]
    return [(name, import_module(f"lecturelib.{name}")) for name in ordered]


def api(root: Path = ROOT) -> str:
    """A section for autodoc for each module but those of ``api_of_topics``."""
    topics = _of_topics(root)
    return _sections(((n, m) for n, m in _public(root) if n not in topics), root)


def api_of_topics(root: Path = ROOT) -> str:
    """A section for each module that only chapters on topics of the course explain."""
    topics = _of_topics(root)
    return _sections(((n, m) for n, m in _public(root) if n in topics), root)


def _of_topics(root: Path) -> set[str]:
    explained = [(chapter.page.startswith("book/topics"), chapter) for chapter in chapters(root)]
    before = {module for topic, chapter in explained if not topic for module in chapter.modules}
    return {module for topic, chapter in explained if topic for module in chapter.modules} - before


def _sections(named: Iterable[tuple[str, Any]], root: Path) -> str:
    sections = []
    for name, module in named:
        body = _widgets(module, root) if name == "widgets" else _automodule(module)
        heading = f"({_label(name)})=\n\n## `{module.__name__}`\n\n"
        sections.append(f"{heading}```{{eval-rst}}\n{body}\n```")
    return "\n\n".join(sections)


def _automodule(module: Any) -> str:
    """A record is shown by its docstring, its methods and properties; a constant not at all."""
    public = {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    records = [name for name, value in public.items() if _is_record(value)]
    constants = [name for name, value in public.items() if not callable(value)]
    lines = [f".. automodule:: {module.__name__}", "   :members:"]
    if records or constants:
        lines.append(f"   :exclude-members: {', '.join(sorted(records + constants))}")
    for name in records:
        lines += ["", f"   .. autoclass:: {name}", *_members(public[name], "      ")]
    return "\n".join(lines)


def _is_record(value: Any) -> bool:
    return isinstance(value, type) and (
        dataclasses.is_dataclass(value) or (issubclass(value, tuple) and hasattr(value, "_fields"))
    )


def _members(cls: type, indent: str) -> list[str]:
    """The option that lists a class's own methods and properties."""
    kinds = (property, classmethod, staticmethod, type(_members))
    own = [n for n, v in vars(cls).items() if isinstance(v, kinds) and n[0] != "_"]
    return [f"{indent}:members: {', '.join(own)}"] if own else []


def _widgets(package: Any, root: Path) -> str:
    """The figures in the chapters' order, and what all of them share."""
    base = import_module("lecturelib.widgets.base").BookWidget
    used = [module for chapter in chapters(root) for module in chapter.widgets]
    figures = [getattr(package, name) for name in package.__all__]
    order = {module: place for place, module in reversed([*enumerate(used)])}
    figures.sort(key=lambda f: order.get(f.__module__.rpartition(".")[2], len(order)))
    lines = [".. automodule:: lecturelib.widgets"]
    for cls in figures:
        signature = "" if "__init__" in vars(cls) else "(**state)"
        lines += ["", f".. autoclass:: lecturelib.widgets.{cls.__name__}{signature}"]
        lines += _members(cls, "   ")
    lines += ["", "All of them share two methods:", ""]
    lines += [f".. autoclass:: {base.__module__}.{base.__name__}(**state)"]
    return "\n".join([*lines, "   :members: state, state_names"])


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def _list(items: Iterable[str], between: str = ", ") -> str:
    return between.join(dict.fromkeys(items)) or NONE


def main(*options: str) -> int:
    """Write the tables, or with ``--check`` say which page's are stale; the exit status."""
    mode = ["--check", "--diff"] if "--check" in options else ["-r"]
    command = [sys.executable, "-m", "cogapp", *mode, "-P", *PAGES]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
