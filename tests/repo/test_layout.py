"""The house is in order: chapter, module, checks, widgets and tests come together or not at all."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
PAGES = [TOC["root"], *(page["file"] for part in TOC["parts"] for page in part["chapters"])]
README = (ROOT / "README.md").read_text("utf-8")


# The rooms of sphinxext; page_kernel is none, since it runs in the reader's browser.
ROOMS = {path.parent.name for path in (ROOT / "sphinxext").glob("*/__init__.py")}
ROOMS = sorted(ROOMS - {"page_kernel"} | {"repository"})
IN_THE_PAGE = "sphinxext.page_kernel"

# Modules without a test of their own name: what is made of them is tested there.
TESTED_THROUGH = {
    "lecturelib/autoencoder": "lecturelib/test_autoencoder.py",
    "lecturelib/attention": "lecturelib/test_attention.py",
    "lecturelib/conv": "lecturelib/test_conv.py",
    "lecturelib/deep_rl": "lecturelib/test_deep_rl.py",
    "lecturelib/exchange": "lecturelib/test_frameworks.py",
    "lecturelib/gan": "lecturelib/test_gan.py",
    "lecturelib/gpt": "lecturelib/test_gpt.py",
    "lecturelib/layers": "lecturelib/test_layers.py",
    "lecturelib/optim": "lecturelib/test_optim.py",
    "lecturelib/regularization": "lecturelib/test_regularization.py",
    "lecturelib/lstm": "lecturelib/test_lstm.py",
    "lecturelib/rbm": "lecturelib/test_rbm.py",
    "lecturelib/rl": "lecturelib/test_rl.py",
    "lecturelib/rnn": "lecturelib/test_rnn.py",
    "lecturelib/transformer": "lecturelib/test_transformer.py",
    "sphinxext/page_kernel": "sphinxext/test_page_kernel.py",
    "sphinxext/python/pyodide/compile/inside.py": "sphinxext/python/pyodide/compile",
    "sphinxext/python/pyodide/licences.py": "sphinxext/python/pyodide/test_pyodide.py",
    "sphinxext/python/pyodide/lock.py": "sphinxext/python/pyodide/test_pyodide.py",
    "sphinxext/python/pyodide/pins.py": "sphinxext/python/pyodide/test_pyodide.py",
    "sphinxext/python/pyodide/places.py": "sphinxext/python/pyodide/test_pyodide.py",
    "sphinxext/python/pyodide/sources.py": "sphinxext/python/pyodide/test_pyodide.py",
}


def public(folder):
    """Names of the modules of a folder that others may import."""
    return {path.stem for path in (ROOT / folder).glob("*.py") if not path.stem.startswith("_")}


def modules(place):
    """The modules of a package and of those within it, or the one module of this name."""
    found = [*(ROOT / place).rglob("*.py"), (ROOT / place).with_suffix(".py")]
    return sorted(path.relative_to(ROOT) for path in found if path.is_file())


def is_public(path):
    names = path.with_suffix("").parts
    return not any(name.startswith("_") and name != "__init__" for name in names)


def dotted(path):
    """The name by which the module is imported."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def parsed(path):
    return ast.parse((ROOT / path).read_text("utf-8"))


def defines(path):
    """The public functions and classes of a module."""
    made = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    names = {node.name for node in parsed(path).body if isinstance(node, made)}
    return {name for name in names if not name.startswith("_")}


def expected_tests(path):
    """Where the test of a module may be: a package's within its folder or beside it."""
    for place in (path, *path.parents):
        if place.as_posix() in TESTED_THROUGH:
            return [Path("tests", TESTED_THROUGH[place.as_posix()])]
    folder = Path("tests", *path.parent.parts)
    if path.stem != "__init__":
        return [folder / f"test_{path.stem}.py"]
    return [place / f"test_{path.parent.name}.py" for place in (folder, folder.parent)]


def imported(path):
    """The dotted names that a module imports, at its top or within a function."""
    package = path.parent.parts
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join([*start, *filter(None, [node.module])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def named(path):
    """The texts of a module that could be modules' names, as ``app.setup_extension`` takes them."""
    constants = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Constant))
    texts = (node.value for node in constants if isinstance(node.value, str))
    return [text for text in texts if re.fullmatch(r"sphinxext(\.\w+)+", text)]


def within(name, package):
    return f"{name}.".startswith(f"{package}.")


@pytest.mark.parametrize("package", ["lecturelib", "sphinxext"])
def test_every_module_has_its_test(package):
    for path in filter(is_public, modules(package)):
        if path.stem == "__init__" and not defines(path) - {"setup"}:
            continue  # it holds names of its parts, or their setup, which test_rooms.py looks at
        wanted = expected_tests(path)
        there = any((ROOT / test).exists() for test in wanted)
        assert there, f"{path} has no test; expected {' or '.join(map(str, wanted))}"


def test_what_is_tested_through_something_else_is_there():
    for path in TESTED_THROUGH:
        assert (ROOT / path).exists(), f"{path} is gone: take it off the list"


@pytest.mark.parametrize("room", [*ROOMS, "shared"])
def test_no_room_knows_another(room):
    paths = modules(f"sphinxext/{room}")
    assert paths
    for path in paths:
        for name in (*imported(path), *named(path)):
            others = {other for other in ROOMS if within(name, f"sphinxext.{other}")} - {room}
            assert not others, f"{path} names {name}; what both need belongs to sphinxext/shared.py"


def test_what_runs_in_the_page_needs_nothing_of_the_build():
    for path in modules("sphinxext/page_kernel"):
        for name in imported(path):
            assert within(name, IN_THE_PAGE) or name.partition(".")[0] not in {
                "sphinxext",
                "sphinx",
                "docutils",
            }, f"{path} imports {name}, which is not there in the page"


def test_the_modules_of_the_page_import_each_other_one_way():
    paths = {dotted(path): path for path in modules("sphinxext/page_kernel")}

    def module(name):
        return name if name in paths else name.rpartition(".")[0]  # what holds the name

    graph = {name: {module(other) for other in imported(path)} for name, path in paths.items()}
    graph = {name: others & paths.keys() for name, others in graph.items()}
    assert graph[f"{IN_THE_PAGE}.backend"], "imports are not found"
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"imports go in a circle: {', '.join(error.args[1])}")


def test_the_library_knows_nothing_of_what_uses_it():
    users = {"sphinxext", "tests", "tools", "benchmarks", "experiments"}
    for path in modules("lecturelib"):
        for name in imported(path):
            assert name.partition(".")[0] not in users, f"{path} imports {name}"


def test_every_widget_is_a_class_a_module_and_a_place_in_the_book():
    widgets = public("lecturelib/widgets") - {"base", "modules", "pad", "record"}
    scripts = {path.stem for path in (ROOT / "lecturelib/widgets").glob("*.js")}
    assert widgets == scripts, "a script that no widget owns, or a widget without one"
    kit = {path.stem for path in (ROOT / "lecturelib/widgets/kit").glob("*.js")}
    assert not widgets & kit, "imports know modules of the kit by their names alone"
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
    assert used == {f"sphinxext.{room}" for room in ROOMS}


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
