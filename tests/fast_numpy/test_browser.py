"""The loops in a browser's worker, under a content security policy as strict as Pyodide allows."""

import json
import shutil
from pathlib import Path

import pytest

from tools.browser import open_page
from tools.server import serve

REPO = Path(__file__).parents[2]
PYODIDE = REPO / ".cache" / "pyodide"
PACKAGE = REPO / "fast_numpy" / "src" / "fast_numpy"
POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'"
RUN = """(source) => new Promise((resolve, reject) => {
    window.worker ??= new Worker("worker.js");
    worker.onmessage = ({ data: { error, value } }) => {
        if (error) reject(new Error(error)); else resolve(value);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ source });
})"""
SIZES = [(0, 3, 5), (1, 600, 7), (5, 9, 2), (9, 513, 8), (16, 17, 33)]
EVERY_LOOP = f"""
import inside
count = 0
for code in "fd":
    for sizes in {SIZES}:
        for special in (False, True):
            count += inside.products("loops-fma", code, *sizes, 7, special)
    for name, types in inside.LOOPS.items():
        if name in ("matmul", "vecdot"):
            continue
        for layout in inside.ENTRIES:
            for out in ("new", "gaps", "first", "after", "before"):
                layouts = [layout] * (len(types.format(code)) - 1)
                assert inside.entries(name, code, 67, layouts, out, 3) <= 3, (name, layout, out)
                count += 1
    assert inside.not_a_number(code)[0]
count
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A site with Pyodide, NumPy, the package and the module inside, and an empty page."""
    site = tmp_path_factory.mktemp("site")
    (site / "pyodide").mkdir()
    for pattern in ("pyodide*", "python_stdlib.zip", "numpy-*.whl"):
        for path in PYODIDE.glob(pattern):
            shutil.copy(path, site / "pyodide")
    shutil.copytree(PACKAGE, site / "fast_numpy", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("inside.py", "worker.js"):
        shutil.copy(Path(__file__).parent / name, site)
    files = [path.relative_to(site).as_posix() for path in (site / "fast_numpy").iterdir()]
    (site / "files.json").write_text(json.dumps([*files, "inside.py"]), "utf-8")
    (site / "index.html").write_text("<!doctype html><title>Loops</title>", "utf-8")
    return site


@pytest.fixture
def run(browser, folder):
    """``run(source)`` in Pyodide in a worker."""
    with serve(folder, "/", {"Content-Security-Policy": POLICY}) as url:
        page, log = open_page(browser, url + "index.html")
        page.set_default_timeout(120_000)
        yield lambda source: page.evaluate(RUN, source)
        assert [text for text in log.console if "Content Security" in text] == []
        page.context.close()


def test_every_loop_agrees_with_numpys_own_and_installs(run):
    assert run(EVERY_LOOP) == 2 * (10 * 180 + 19 * 25)
    assert (
        run("import fast_numpy\nbefore = inside.addresses()\nundo = fast_numpy.install()\n1") == 1
    )
    assert run("import numpy as np\nfloat((np.ones((9, 70)) @ np.ones((70, 9))).sum())") == 5670
    assert run("set(before).isdisjoint(inside.addresses())") is True
    assert run("undo()\nbefore == inside.addresses()") is True
