"""The chapters' facts, and the tables of the pages that are made from them."""

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat import v4

import lecturelib.widgets
from tools import tables
from tools.chapters import Chapter, chapters, deck

ROOT = Path(__file__).parents[2]
CHAPTERS = chapters()
each = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)


def chapter_of(folder, *cells, name="optimization", **facts):
    """A chapter of these cells: a str is Markdown, a tuple (source, tags…) is code."""
    made = [
        v4.new_markdown_cell(cell)
        if isinstance(cell, str)
        else v4.new_code_cell(cell[0], metadata={"tags": [*cell[1:]]})
        for cell in cells
    ]
    path = folder / f"book/topics/{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(v4.new_notebook(cells=made, metadata={"book": facts}), path)
    return Chapter(folder, f"book/topics/{name}", "Topics of the course")


# The book's chapters


def test_nothing_made_from_the_facts_is_stale():
    command = [sys.executable, "-m", "tools.tables", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}{done.stderr}\nrun: make map"


@each
def test_a_chapter_states_its_facts(chapter):
    assert re.fullmatch(r"[^\n]{20,120}\?", chapter.question)
    assert set(chapter.topics) <= {*range(1, len(deck()["topics"]) + 1)}
    assert len(deck()["names"]) == len(deck()["topics"])
    numbers = {slide.split(" ")[0] for part in deck()["parts"] for slide in part["slides"]}
    assert set(chapter.slides) <= numbers
    assert {label for labels in chapter.slides.values() for label in labels} <= set(
        chapter.sections
    )
    assert chapter.slides or chapter.topics, "neither a slide nor a topic of the course"


@each
def test_a_chapter_s_modules_and_widgets_exist_and_are_shown(chapter):
    shown = set().union(*chapter.sections.values())
    for name in [*chapter.modules, *(f"widgets/{widget}" for widget in chapter.widgets)]:
        assert (
            list((ROOT / "lecturelib").glob(f"{name}.py")) or (ROOT / "lecturelib" / name).is_dir()
        )
    assert {*chapter.modules, *(f"widgets.{widget}" for widget in chapter.widgets)} <= shown


@each
def test_a_chapter_has_a_drawing_in_the_palette_s_colours(chapter):
    path = ROOT / f"book/cards/{chapter.name}.svg"
    assert path.stat().st_size <= 2000
    drawing = ET.parse(path).getroot()
    assert (drawing.get("viewBox"), drawing.get("aria-hidden")) == ("0 0 96 72", "true")
    rules = (ROOT / "book/_static/book.css").read_text("utf-8")
    for part in drawing.iter():
        assert not {"style", "fill", "stroke", "id"} & set(part.attrib)
        for name in part.get("class", "").split():
            assert f".{name}" in rules, f"no rule of book.css colours the class {name}"


def test_every_slide_of_the_deck_is_treated():
    treated = {number for chapter in CHAPTERS for number in chapter.slides} | {*deck()["sections"]}
    slides = [slide.split(" ")[0] for part in deck()["parts"] for slide in part["slides"]]
    assert [number for number in slides if number not in treated] == []


def test_the_api_pages_have_every_module_once_and_every_figure():
    text = tables.api() + "\n" + tables.api_of_topics()
    for path in (ROOT / "lecturelib").iterdir():
        if path.stem[0] not in "_." and (path.suffix == ".py" or (path / "__init__.py").exists()):
            assert text.count(f"\n.. automodule:: lecturelib.{path.stem}\n") == 1
    for name in lecturelib.widgets.__all__:
        assert re.search(rf"^\.\. autoclass:: lecturelib\.widgets\.{name}\(|{name}$", text, re.M)


def test_a_record_is_shown_without_its_fields_and_a_constant_not_at_all():
    text = tables.api().partition("lecturelib.learning_curve\n")[2].partition("```")[0]
    assert "   :exclude-members: Crossing, MODELS, Measurement\n" in text
    assert "   .. autoclass:: Crossing\n      :members: low, high\n" in text
    assert text.rstrip().endswith("   .. autoclass:: Measurement")


# A chapter to come


@pytest.fixture
def repository(tmp_path):
    """A repository with one chapter, of which nothing but the notebook and _toc.yml speaks."""
    chapter_of(
        tmp_path,
        "# Optimisation",
        ("from lecturelib.optim import SGD\nfrom lecturelib.widgets import OptimizerRace, Quiz",),
        "(optimization-idea)=\n## The idea",
        "```python\n# no heading\n```\n\n(optimization-code)=\n### The code",
        ("SGD()",),
        "(optimization-race)=\n## The race",
        ("OptimizerRace()",),
        "### Exercise 1\n\n### Exercise 2",
        question="Which step?",
        topics=[2],
        slides={"15": ["optimization-idea"]},
        modules=["optim"],
    )
    files = ["lecturelib/optim.py", "lecturelib/checks/optimization.py", "experiments/optim.py"]
    files += ["tests/lecturelib/test_optim.py", "lecturelib/widgets/optimizer_race.py"]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / "book/deck.toml", tmp_path / "book")
    config = {"sphinx": {"config": {"python_elsewhere": {"torch": "PyTorch"}}}}
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(config))
    (tmp_path / "_toc.yml").write_text(
        "parts:\n- caption: Topics of the course\n  chapters:\n"
        "  - file: book/topics/about\n  - file: book/topics/optimization\n"
    )
    return tmp_path


def test_a_new_chapter_is_in_every_table(repository):
    assert tables.readme(repository).splitlines()[2:] == [
        "| [Optimisation](book/topics/optimization.ipynb) "
        "| `lecturelib/optim.py` `experiments/optim.py` | `lecturelib/checks/optimization.py` "
        "| `lecturelib/widgets/optimizer_race.py` | `tests/lecturelib/test_optim.py` |"
    ]
    assert "| 2 | Learning: optimization methods | {doc}`/book/topics/optimization` |" in (
        tables.topics(repository)
    )
    assert "| 3 | Regularization methods | no chapter yet |" in tables.topics(repository)
    assert "| 1 | Deep Learning & Machine Learning | {doc}`/book/topics/optimization` |" in (
        tables.outline(repository)
    )
    assert "optimisation" not in tables.to_come(repository)
    assert "yet: feed-forward and recurrent networks, regularisation," in tables.to_come(repository)
    assert (
        "| 15 | Topics in this course | {ref}`course-topics`, {ref}`optimization-idea` "
        "| [`lecturelib.optim`](#api-optim) | `tests/lecturelib/test_optim.py` |"
    ) in tables.deck_map(repository)
    assert re.search(
        r"^\| \[`lecturelib.optim`\].*\{doc\}`/book/topics/optimization` \|$",
        tables.modules(repository),
        re.M,
    )


def test_its_card_has_question_and_counts_and_the_drawing_if_there_is_one(repository):
    text = tables.cards(repository)
    assert "### Topics of the course\n" in text
    assert "} Optimisation\n:link: /book/topics/optimization\n:link-type: doc\n" in text
    assert "\nWhich step?\n" in text
    assert "\n1 figure to move, 2 exercises\n" in text
    assert "cards/" not in text
    (repository / "book/cards").mkdir()
    (repository / "book/cards/optimization.svg").touch()
    assert "```{raw} html\n:file: cards/optimization.svg\n```" in tables.cards(repository)


def test_a_chapter_most_of_whose_cells_need_more_says_where_they_run(repository):
    name = "optimization"
    chapter_of(repository, "# Torch", ("import torch",), ("torch.e",), ("1 + 1",), name=name)
    assert "no figures to move, no exercises; the code needs PyTorch: Colab or Binder\n" in (
        tables.cards(repository)
    )


def test_a_section_shows_what_its_cells_and_those_of_its_subsections_use(repository):
    (chapter,) = chapters(repository)
    assert {label: uses for label, uses in chapter.sections.items() if label} == {
        "optimization-idea": {"optim"},
        "optimization-code": {"optim"},
        "optimization-race": {"widgets.optimizer_race"},
    }


# How long a chapter takes


@pytest.mark.parametrize(
    ("words", "lines", "exercises", "minutes"),
    [
        (900, 0, 0, 5),
        (901, 0, 0, 10),
        (0, 100, 0, 5),
        (0, 101, 0, 10),
        (360, 0, 1, 5),
        (8, 0, 4, 15),
        (10, 0, 5, 20),
        (180, 20, 1, 5),
        (181, 20, 1, 10),
    ],
)
def test_the_minutes_are_rounded_up_to_five(tmp_path, words, lines, exercises, minutes):
    headings = "\n\n".join("#### Exercise 1" for _ in range(exercises))
    counted = words - 2 * exercises  # a heading's words count too
    cells = [headings, "word " * counted, ("x = 1\n\n" * lines,)]
    assert chapter_of(tmp_path, *cells).minutes == minutes


def test_what_a_reader_does_not_pass_takes_no_time(tmp_path):
    cells = [
        "word " * 900,
        ":::{dropdown} Solution\n" + "more " * 500 + "\n:::\n\n```python\n" + "x\n" * 200 + "```",
        *[("x = 1\n" * 500, tag) for tag in ("hide-input", "remove-input", "remove-cell")],
    ]
    assert chapter_of(tmp_path, *cells).minutes == 5
