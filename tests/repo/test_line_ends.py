"""A clone with core.autocrlf=true, as on Windows, has the lines that shells and digests expect."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ["tools/environment.sh", ".ci/run"]
OTHERS = ["Makefile", "pyproject.toml", "requirements.txt", "book/index.md"]
KEPT = next(ROOT.glob("sphinxext/**/vendor/prism-code-editor/LICENSE"))  # it has CR LF of its own


def git(*arguments, cwd):
    subprocess.run(
        ["git", "-c", "user.name=T", "-c", "user.email=t@t", *arguments], cwd=cwd, check=True
    )


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """What a reader on Windows gets of some files, from a repository with our attributes."""
    made = tmp_path_factory.mktemp("made")
    for name in [".gitattributes", *SCRIPTS, *OTHERS, KEPT.relative_to(ROOT)]:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, made / name)
    git("init", "--quiet", cwd=made)
    git("add", ".", cwd=made)
    git("commit", "--quiet", "--message", "All", cwd=made)
    git(
        "clone",
        "--quiet",
        "--config",
        "core.autocrlf=true",
        made.as_uri(),
        "clone",
        cwd=made.parent,
    )
    yield made.parent / "clone"
    shutil.rmtree(made.parent / "clone")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_shell_reads_the_scripts(clone, name):
    subprocess.run(["bash" if name == ".ci/run" else "sh", "-n", name], cwd=clone, check=True)


@pytest.mark.parametrize("name", [*SCRIPTS, *OTHERS])
def test_every_line_ends_as_it_was_written(clone, name):
    assert b"\r" not in (clone / name).read_bytes()


def test_what_is_vendored_stays_byte_by_byte(clone):
    assert (clone / KEPT.relative_to(ROOT)).read_bytes() == KEPT.read_bytes()
