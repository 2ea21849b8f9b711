"""As on Colab: an environment that has never seen this folder installs the wheel and runs the book.

Every environment is made in a temporary folder outside the repository and removed afterwards. The
installations need a package index or pip's cache; without either the tests fail, for then they have
shown nothing.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest

from sphinxext.python.cells import imports

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(
    path for path in (ROOT / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
# They need torch or TensorFlow, which Colab has and this environment has not.
FRAMEWORKS = [path for path in NOTEBOOKS if path.parent.name == "frameworks"]
ALONE = [path for path in NOTEBOOKS if path not in FRAMEWORKS]
# One that no page can run, one with widgets and the shortest; the others run in their pages
# (tests/site/test_python.py), where nothing but the wheel, NumPy and matplotlib is installed.
WHOLE = [path for path in ALONE if path.stem in {"performance-and-data", "neuron", "history"}]
PINS = ROOT / "requirements.txt"
NEEDS_EXTRAS = ("lecturelib.plots", "lecturelib.widgets")

EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient

source, target = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
where = nbformat.v4.new_code_cell("import lecturelib\\nprint(lecturelib.__file__)")
notebook.cells.append(where)
NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
nbformat.write(notebook, target)
"""

IMPORT = """
import importlib, pkgutil, sys
import lecturelib
assert set(sys.modules) & {"numpy", "matplotlib", "anywidget"} == set(), "lecturelib imports more"
extras = tuple(sys.argv[1:])
for module in pkgutil.walk_packages(lecturelib.__path__, "lecturelib."):
    if not module.name.startswith(extras):
        importlib.import_module(module.name)
        print(module.name)
from lecturelib import activations, data
from lecturelib.checks import neuron, questions
assert data.digits().X.shape == (1797, 64)
assert data.purchases().size
assert activations.sigmoid(0.0) == 0.5
assert not neuron.slope(0.5)
assert questions("neuron", "recall")
"""


def run(*command, **options):
    """Run a command; fail with the end of what it said."""
    command = [str(word) for word in command]
    done = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    if done.returncode:
        said = "\n".join(done.stdout.splitlines()[-25:])
        pytest.fail(f"{' '.join(command)[:200]} …\n{said}", pytrace=False)
    return done.stdout


@pytest.fixture(scope="module")
def folder():
    """A folder of our own: pytest would keep its temporary folders for three runs."""
    with tempfile.TemporaryDirectory(prefix="bare-") as name:
        assert not Path(name).resolve().is_relative_to(ROOT)
        yield Path(name).resolve()


@pytest.fixture(scope="module")
def wheel(folder):
    """The wheel, built from a copy of the sources: an old build/ would be packed as well."""
    source = folder / "source"
    ignore = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(ROOT / "lecturelib", source / "lecturelib", ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source)
    (built,) = folder.glob("*.whl")
    return built


def environment(folder, *requirements):
    """A new environment with these requirements, all of them wheels; its interpreter."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    options = ["--quiet", "--no-compile", "--only-binary", ":all:", "--constraint", PINS]
    run(*pip, "install", *options, *requirements)
    return python


def bare(folder):
    """Environment variables of a machine where nothing of ours is set."""
    kept = {"PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"}
    env = {name: value for name, value in os.environ.items() if name in kept}
    return env | {"HOME": str(folder), "USERPROFILE": str(folder), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def colab(folder, wheel):
    """The interpreter of an environment with what the install cell installs, and a kernel."""
    return environment(folder / "colab", f"{wheel}[book]", "nbclient", "ipykernel")


@pytest.fixture(scope="module")
def numpy_only(folder, wheel):
    """The interpreter of an environment with the wheel and what it cannot do without."""
    return environment(folder / "numpy-only", wheel)


def installed(python):
    script = "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    return set(run(python, "-I", "-c", script).split())


def test_the_wheel_holds_every_file_of_the_library_and_nothing_else(wheel):
    library = (path for path in (ROOT / "lecturelib").rglob("*") if path.is_file())
    paths = [path.relative_to(ROOT) for path in library if path.name[0] != "."]
    files = {path.as_posix() for path in paths if "__pycache__" not in path.parts}
    assert {".py", ".js", ".css", ".toml"} <= {Path(name).suffix for name in files}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == files


def test_numpy_alone_carries_the_core(folder, numpy_only):
    assert installed(numpy_only) == {"lecturelib", "numpy"}
    imported = run(numpy_only, "-I", "-c", IMPORT, *NEEDS_EXTRAS, cwd=folder, env=bare(folder))
    core = {"activations", "gradcheck", "data", "checks", "checks.neuron"}
    assert {f"lecturelib.{name}" for name in core} <= set(imported.split())


def test_the_library_of_the_environment_is_this_version(colab):
    script = "import lecturelib; print(lecturelib.__version__)"
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert run(colab, "-I", "-c", script).strip() == version
    assert not {"torch", "jupyter-book", "sphinx"} & installed(colab)


@pytest.mark.parametrize("path", FRAMEWORKS, ids=lambda path: path.stem)
def test_a_notebook_says_which_framework_it_needs(folder, colab, path):
    source = nbformat.read(path, 4)
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    (asks,) = (place for place, cell in enumerate(code) if "need(" in cell.source)
    assert asks <= 2, "the reader learns too late what is missing"
    (work := folder / f"need-{path.stem}").mkdir()
    nbformat.write(
        nbformat.v4.new_notebook(cells=code[: asks + 1], metadata=source.metadata), work / "n"
    )
    command = [colab, "-I", "-c", EXECUTE, "n", "executed.ipynb"]
    options = {"cwd": work, "env": bare(folder), "capture_output": True, "text": True}
    done = subprocess.run(command, check=False, **options)
    assert done.returncode
    assert re.search(r"(torch|keras|tensorflow): not installed for", done.stderr)
    assert "python -m pip install" in done.stderr
    assert re.search(r"lecturelib\[(torch|keras|torch,keras)\]", done.stderr)


def test_what_the_notebooks_import_is_there(folder, colab):
    cells = [cell for path in ALONE for cell in nbformat.read(path, 4).cells]
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    # "The same in PyTorch" opens with a cell of its own, which says by failing what it needs.
    code = [source for source in code if source.strip() != "import torch"]
    names = {name.split(".")[0] for source in code for name in imports(source)}
    assert {"lecturelib", "matplotlib", "numpy"} <= names
    script = (
        "import sys, importlib.util as u; print(*(n for n in sys.argv[1:] if not u.find_spec(n)))"
    )
    assert run(colab, "-I", "-c", script, *sorted(names), cwd=folder).split() == []


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_a_notebook_runs_with_nothing_but_the_wheel(folder, colab, path):
    work = folder / f"run-{path.stem}"
    work.mkdir()
    shutil.copy(path, work)
    run(colab, "-I", "-c", EXECUTE, path.name, "executed.ipynb", cwd=work, env=bare(folder))
    cells = json.loads((work / "executed.ipynb").read_text("utf-8"))["cells"]
    install, *others, where = [cell for cell in cells if cell["cell_type"] == "code"]
    assert "%pip install" in "".join(install["source"])
    assert install["outputs"] == [], "the install cell did something although the library is there"
    outputs = [output for cell in others for output in cell["outputs"]]
    assert outputs
    assert not [
        out for out in outputs if out["output_type"] == "error" or out.get("name") == "stderr"
    ]
    assert "".join(where["outputs"][0]["text"]).startswith(str(colab.parents[1]))
