"""The book through Jupyter Book's own command is the book that ``make book`` builds.

Where a newer Sphinx has built the site (``make sphinx``, ``make fresh``), it is compared with what
the Jupyter Book of the environment ``.venv`` makes.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sphinx
import yaml

from tests.site.conftest import PAGES
from tests.site.looking import REPO
from tests.site.pages import contents, search_index

OWN = Path(sys.executable).with_name("jupyter-book")
COMMAND = OWN if OWN.exists() else REPO / ".venv/bin/jupyter-book"
# The search pages hold no article; the API's signatures are written by each Sphinx in its own way.
COMPARED = [name for name in PAGES if name.startswith("book/")]
API = "book/reference/lecturelib"
# Words are cut to their stems by another algorithm from Sphinx 8 on, and numbers left out.
SAME_SPHINX = sphinx.version_info < (8,)


@pytest.fixture(scope="module")
def front(tmp_path_factory, site):
    """The pages that Jupyter Book makes, of the notebooks as they ran for the site."""
    folder = tmp_path_factory.mktemp("front")
    settings = yaml.safe_load((REPO / "_config.yml").read_text("utf-8"))
    settings["execute"]["cache"] = str(site.parent / ".jupyter_cache")
    settings["sphinx"]["local_extensions"] = {"sphinxext.execution": str(REPO)}
    (folder / "_config.yml").write_text(yaml.safe_dump(settings), "utf-8")
    command = [COMMAND, "build", ".", "-W", "--keep-going", "--quiet", "--path-output", folder]
    done = subprocess.run(
        [*command, "--config", folder / "_config.yml"],
        check=False,
        cwd=REPO,
        env=os.environ | {"PYTHONPATH": str(REPO)},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return folder / "_build" / "html"


@pytest.mark.parametrize("name", COMPARED)
def test_a_page_holds_the_same_through_both_doors(site, front, name):
    if not SAME_SPHINX and name.startswith(API):
        pytest.skip("signatures are each Sphinx's own")
    ours, theirs = contents(site / name), contents(front / name)
    for kind, found in ours.items():
        assert found == theirs[kind], kind
    assert ours["text"]


def test_the_search_knows_the_same(site, front):
    ours, theirs = search_index(site), search_index(front)
    assert ours["titles"] == theirs["titles"]
    if SAME_SPHINX:
        assert ours == theirs
