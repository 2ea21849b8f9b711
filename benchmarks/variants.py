"""One page built three times: its widgets through the book's host, through html-manager, and none.

Everything lies in ``_build/bench``: the npm packages by version, the pages under a digest of what
they are made of, so that an unchanged book builds nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import anywidget

from benchmarks.report import NotMeasuredError
from sphinxext.execution.library_cache import library_digest
from sphinxext.shared import prune

ROOT = Path(__file__).parent.parent
BENCH = ROOT / "_build" / "bench"
SOURCES = ["lecturelib", "sphinxext", "requirements.txt", "benchmarks/variants.py"]
# The versions that myst-nb asks for by default; a test compares them.
HTML_MANAGER, REQUIREJS = "1.0.6", "2.3.4"
# What a page has when its widgets are there: our host says when every one is drawn; of the standard
# route the first one has to do.
READY = {"none": "h1", "host": 'html[data-widgets="ready"]', "html-manager": ".dl-widget"}

PAGE = """---
file_format: mystnb
kernelspec: {name: python3}
language_info: {name: python, pygments_lexer: ipython3}
---
# Two interactive figures

```{code-cell}
from lecturelib.widgets import Neuron
Neuron(weights=[1, 1], bias=-1.5, task="AND")
```

```{code-cell}
from lecturelib.widgets import Activations
Activations(shown=["sigmoid", "relu"])
```
"""
CONFIG = {
    "extensions": ["myst_nb", "sphinx_book_theme"],
    "html_theme": "sphinx_book_theme",
    "nb_execution_mode": "force",
    "nb_execution_raise_on_error": True,
}


def page(variant: str) -> str:
    """The address of the variant's page below `build`'s folder.

    Raises NotMeasuredError, with the reason, for a variant that this machine cannot build.
    """
    folder = BENCH / _digest() / variant
    if not folder.exists():
        _sphinx(folder, CONFIG | _settings(variant))
        prune(BENCH, keep=1)
    return folder.relative_to(BENCH).as_posix() + "/index.html"


@cache
def _digest() -> str:
    """Taken once: an edit in the middle of a run must not part the variants from each other."""
    return library_digest(ROOT, SOURCES)


def _settings(variant: str) -> dict:
    if variant == "none":
        return {"nb_execution_mode": "off"}
    if variant == "host":
        return {"extensions": [*CONFIG["extensions"], "sphinxext.widgets.host"]}
    manager = {"data-jupyter-widgets-cdn": "_static/npm/"}
    return {
        "html_static_path": [str(_standard_scripts())],
        "nb_ipywidgets_js": {"npm/require.min.js": {}, "npm/html-manager/embed-amd.js": manager},
    }


def _sphinx(folder: Path, config: dict) -> None:
    """Build in a process of its own: a browser's event loop and a kernel's do not mix."""
    source, unfinished = BENCH / "source" / folder.name, BENCH / "unfinished"
    for old in (source, unfinished):
        shutil.rmtree(old, ignore_errors=True)
    source.mkdir(parents=True)
    (source / "index.md").write_text(PAGE, "utf-8")
    lines = [f"{name} = {value!r}\n" for name, value in config.items()]
    (source / "conf.py").write_text("".join(lines), "utf-8")
    _run(sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", source, unfinished)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished.rename(folder)  # a build that was interrupted never looks like a finished one


def _run(*command: str | Path, cwd: Path = ROOT) -> None:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotMeasuredError(f"{Path(command[0]).name}: {error}") from error
    if done.returncode:
        print(done.stdout, done.stderr, sep="", file=sys.stderr)
        called = " ".join(map(str, command[:3]))
        raise NotMeasuredError(f"{called} … failed, with the messages above the table")


def _standard_scripts() -> Path:
    """A folder for ``html_static_path`` with what the standard route fetches from two servers."""
    semver = anywidget.AnyWidget.class_traits()["_model_module_version"].default_value
    packages = {
        "@jupyter-widgets/html-manager": (HTML_MANAGER, "html-manager"),
        "requirejs": (REQUIREJS, "requirejs"),
        "anywidget": (version("anywidget"), f"anywidget@{semver}"),
    }
    unpacked = BENCH / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    for name, (number, folder) in packages.items():
        with tarfile.open(_package(name, number)) as archive:
            archive.extractall(unpacked / folder, filter="data")
    return _arrange(unpacked, f"anywidget@{semver}")


def _package(name: str, number: str) -> Path:
    packed = BENCH / "npm" / f"{name.removeprefix('@').replace('/', '-')}-{number}.tgz"
    if not packed.exists():
        if not (npm := shutil.which("npm")):
            raise NotMeasuredError("npm is not installed")
        packed.parent.mkdir(parents=True, exist_ok=True)
        _run(npm, "pack", "--silent", f"{name}@{number}", cwd=packed.parent)
    return packed


def _arrange(unpacked: Path, anywidget_folder: str) -> Path:
    """The files under the addresses that html-manager makes up from module names."""
    static = BENCH / "static"
    shutil.rmtree(static, ignore_errors=True)
    npm = static / "npm"
    manager = unpacked / "html-manager" / "package" / "dist"
    shutil.copytree(manager, npm / "html-manager", ignore=shutil.ignore_patterns("*.map"))
    shutil.copytree(unpacked / anywidget_folder / "package", npm / anywidget_folder)
    # The CDN's file is minified, the package's is not: without this the route would look heavier.
    package = unpacked / "requirejs" / "package"
    options = f"baseUrl={package} paths.requireLib=require name=requireLib skipModuleInsertion=true"
    _run("node", package / "bin" / "r.js", "-o", *options.split(), f"out={npm / 'require.min.js'}")
    return static
