"""A changed library runs the notebooks again, an unchanged one does not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from myst_nb.core.config import NbParserConfig

from sphinxext.execution.library_cache import library_digest, use_cache_of_library

ROOT = Path(__file__).parents[3]


@pytest.fixture
def library(tmp_path):
    """A library of a module, a widget and data beside a list of requirements."""
    for name in ("lib/a.py", "lib/widgets/w.js", "lib/widgets/w.css", "lib/data/d.npz"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"ANSWER = {len(name)}\n", "utf-8")
    (tmp_path / "requirements.txt").write_text("numpy\n", "utf-8")
    return tmp_path


def digest(root):
    return library_digest(root, ["lib", "requirements.txt"])


# The digest


@pytest.mark.parametrize(
    "name",
    ["lib/a.py", "lib/widgets/w.js", "lib/widgets/w.css", "lib/data/d.npz", "requirements.txt"],
)
def test_digest_knows_every_file(library, name):
    before = digest(library)
    with (library / name).open("a") as file:
        file.write("# changed\n")
    assert digest(library) != before


def test_digest_knows_names(library):
    before = digest(library)
    (library / "lib" / "a.py").rename(library / "lib" / "b.py")
    assert digest(library) != before


def test_digest_tells_a_name_from_a_content(library):
    first, second = library / "lib" / "x", library / "lib" / "xy"
    first.write_text("y", "utf-8")
    before = digest(library)
    first.unlink()
    second.write_text("", "utf-8")
    assert digest(library) != before


@pytest.mark.parametrize("name", ["__pycache__/a.cpython-311.pyc", ".DS_Store", ".cache/a.py"])
def test_digest_ignores_what_is_compiled_or_hidden(library, name):
    before = digest(library)
    path = library / "lib" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"whatever")
    assert digest(library) == before


def test_digest_is_that_of_the_content_not_of_the_place(library, tmp_path_factory):
    copy = tmp_path_factory.mktemp("elsewhere") / "copy"
    shutil.copytree(library, copy)
    assert digest(copy) == digest(library)
    assert len(digest(copy)) == 12


def test_source_that_does_not_exist_is_refused(library):
    with pytest.raises(ValueError, match=r"names .*nowhere.*Create it or take it off the list"):
        library_digest(library, ["lib", "nowhere"])


# The folders


def test_cache_that_a_build_uses_is_not_the_oldest(library):
    folder = library / "caches"
    names = [digest(library), "a" * 12, "b" * 12, "c" * 12]
    for age, name in enumerate(reversed(names)):
        (folder / name).mkdir(parents=True)
        os.utime(folder / name, (1000 - age, 1000 - age))
    app = SimpleNamespace(
        srcdir=library,
        config=SimpleNamespace(library_cache_sources=["lib", "requirements.txt"]),
        env=SimpleNamespace(mystnb_config=NbParserConfig(execution_cache_path=str(folder))),
    )
    use_cache_of_library(app)
    assert Path(app.env.mystnb_config.execution_cache_path) == folder / names[0]
    assert {path.name for path in folder.iterdir()} == {names[0], "b" * 12, "c" * 12}


# The build

CONFIG = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
extensions = ["myst_nb", "sphinxext.execution.library_cache"]
library_cache_sources = ["lib", "requirements.txt"]
exclude_patterns = ["_build"]
html_theme = "basic"
nb_execution_mode = "cache"
nb_execution_raise_on_error = True

def setup(app):
    app.connect("source-read", lambda app, name, text: open("read.txt", "a").write(name + " "))
"""
CELL = """
from pathlib import Path
from lib.a import ANSWER
with Path("runs.txt").open("a") as file:
    file.write("run ")
print("answer", ANSWER)
"""


@pytest.fixture
def book(library, notebook):
    """``book()`` builds and returns (documents read, runs, page) of this build."""
    (library / "conf.py").write_text(CONFIG, "utf-8")
    toctree = "# Start\n\nProse.\n\n```{toctree}\npage\n```\n"
    (library / "index.md").write_text(toctree, "utf-8")
    (library / "page.ipynb").write_text(
        nbformat.writes(notebook("# Page", (CELL, [], {}))), "utf-8"
    )

    def build():
        for name in ("read.txt", "runs.txt"):
            (library / name).write_text("", "utf-8")
        # A process of its own: the kernel's event loop and the browser's do not share one.
        command = [sys.executable, "-m", "sphinx", "-q", "-W", ".", "_build/html"]
        subprocess.run(command, cwd=library, check=True)
        read, runs = ((library / name).read_text("utf-8") for name in ("read.txt", "runs.txt"))
        return (
            read.split(),
            len(runs.split()),
            (library / "_build/html/page.html").read_text("utf-8"),
        )

    return build


def caches(root):
    return [path.name for path in (root / "_build" / ".jupyter_cache").iterdir()]


def test_changed_library_runs_notebooks_again(library, book):
    module = library / "lib" / "a.py"
    first = digest(library)
    read, runs, page = book()
    assert (sorted(read), runs) == (["index", "page"], 1)
    assert "answer 8" in page
    assert caches(library) == [first]

    assert book()[:2] == ([], 0)

    module.write_text("ANSWER = 42\n", "utf-8")
    read, runs, page = book()
    assert (read, runs) == (["page"], 1)
    assert "answer 42" in page
    assert len(caches(library)) == 2

    module.write_text("ANSWER = 8\n", "utf-8")
    assert digest(library) == first
    read, runs, page = book()
    assert (read, runs) == (["page"], 0)
    assert "answer 8" in page


def test_missing_source_stops_the_build(library, book):
    (library / "requirements.txt").unlink()
    with pytest.raises(subprocess.CalledProcessError):
        book()
