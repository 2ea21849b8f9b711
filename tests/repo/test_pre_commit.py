"""The commit hooks do what `make lint` and `make format` do, with the same versions."""

import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / ".pre-commit-config.yaml"
REPOS = yaml.safe_load(CONFIG.read_text("utf-8"))["repos"]
HOOKS = {hook["id"]: hook for repo in REPOS for hook in repo["hooks"]}
PINS = (ROOT / "requirements-test.txt").read_text("utf-8").splitlines()


def run_hook(name, path):
    """Run the hook's own command on one file with the environment's own program."""
    program, *options = shlex.split(HOOKS[name]["entry"])
    program = shutil.which(program, path=sysconfig.get_path("scripts"))
    return subprocess.run(
        [program, *options, path], check=False, capture_output=True, text=True, cwd=ROOT
    )


def test_the_configuration_is_valid():
    command = [sys.executable, "-m", "pre_commit", "validate-config", CONFIG]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_hooks_install_the_pinned_versions():
    assert HOOKS.keys() == {"ruff-check", "ruff-format", "nbstripout"}
    for hook in HOOKS.values():
        assert hook["language"] == "python"
        for requirement in hook["additional_dependencies"]:
            assert requirement in PINS, (
                f"{hook['id']} wants {requirement}; see requirements-test.txt"
            )


def test_notebooks_are_stripped_as_make_strips_them():
    strip = re.search(r"^STRIP := \$\(BIN\)/(.+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert shlex.split(strip[1]) == shlex.split(HOOKS["nbstripout"]["entry"])


@pytest.mark.parametrize(
    "path", sorted((ROOT / "book").rglob("*.ipynb")), ids=lambda path: path.stem
)
def test_the_hook_leaves_committed_notebooks_as_they_are(tmp_path, path):
    copy = Path(shutil.copy(path, tmp_path))
    assert run_hook("nbstripout", copy).returncode == 0
    assert copy.read_bytes() == path.read_bytes()


def test_the_hook_takes_outputs_and_editors_traces_away(tmp_path):
    def result():
        return nbformat.v4.new_output("stream", text="3\n")

    plain = nbformat.v4.new_code_cell("print(3)", id="plain", outputs=[result()])
    kept = nbformat.v4.new_code_cell("print(3)", id="kept", outputs=[result()])
    kept.metadata["tags"] = ["nbval-check-output", "keep_output"]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    metadata |= {"language_info": {"name": "python"}, "jupytext": {"formats": "md"}}
    path = tmp_path / "worked-on.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[plain, kept], metadata=metadata), path)
    run_hook("nbstripout", path)
    stripped = nbformat.read(path, 4)
    assert stripped.metadata.keys() == {"kernelspec"}
    assert [cell.id for cell in stripped.cells] == ["plain", "kept"]
    assert [len(cell.outputs) for cell in stripped.cells] == [0, 1]


def test_ruff_mends_what_it_can_and_reports_the_rest(tmp_path):
    path = tmp_path / "worked_on.py"
    path.write_text('"""Say."""\n\nimport os\n\nprint( undefined )\n')
    checked = run_hook("ruff-check", path)
    assert checked.returncode == 1
    assert "F821" in checked.stdout
    assert run_hook("ruff-format", path).returncode == 0
    assert path.read_text() == '"""Say."""\n\nprint(undefined)\n'
