"""The workflows are valid, safe and thin: they call the Makefile, and what they add to it works."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in FILES}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINNED = re.compile(r"uses: ([\w.-]+/[\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+")


def jobs(workflow):
    return WORKFLOWS[workflow]["jobs"]


def steps(workflow, job):
    return jobs(workflow)[job].get("steps", [])


def scripts():
    """What every step of every workflow gives to a shell."""
    everything = [step for name in WORKFLOWS for job in jobs(name) for step in steps(name, job)]
    return [step["run"] for step in everything if "run" in step]


def script(workflow, job):
    """The last script of a job."""
    return [step["run"] for step in steps(workflow, job) if "run" in step][-1]


def called(text):
    """Targets that a script hands to make."""
    lines = re.findall(r"^\s*make\b(.*)$", text, re.M)
    return {word for line in lines for word in line.split() if "=" not in word and word[0] != "-"}


def run(*command, **options):
    return subprocess.run(command, check=False, capture_output=True, text=True, **options)


def run_as_runner(text, folder, **env):
    """Run a script as GitHub runs it: bash, which ends at the first error."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), **env}
    return run("bash", "--noprofile", "--norc", "-e", "-c", text, cwd=folder, env=env)


@pytest.mark.parametrize(
    "schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"]
)
def test_workflows_follow_the_schema(schema):
    done = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *FILES)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing():
    zizmor = shutil.which("zizmor", path=sysconfig.get_path("scripts"))
    done = run(zizmor, "--offline", "--quiet", FOLDER, ROOT / ".pre-commit-config.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_action_is_pinned_to_one_commit_with_its_version_beside_it():
    commits = {}
    for path in FILES:
        for line in re.findall(r"uses: .*", path.read_text("utf-8")):
            if not line.startswith("uses: $/"):
                pinned = PINNED.fullmatch(line)
                assert pinned, f"{path.name}: {line}"
                commits.setdefault(pinned[1], set()).add(line)
    assert {"actions/checkout", "actions/deploy-pages"} <= commits.keys()
    assert all(len(lines) == 1 for lines in commits.values()), commits


def test_workflows_call_targets_of_the_makefile_and_install_nothing():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    rules = re.findall(r"^([a-z][\w -]*):(?!=)", makefile, re.M)
    targets = {target for rule in rules for target in rule.split()}
    asked = {target for text in scripts() for target in called(text)}
    assert asked == {"test", "zip", "notebooks", "fresh", "sphinx"}
    assert asked <= targets, f"not in the Makefile: {asked - targets}"
    assert not [text for text in scripts() if re.search(r"\b(pip|uv|apt-get) install\b", text)]


def test_the_matrix_is_what_the_package_requires():
    wanted = SpecifierSet(PROJECT["requires-python"])
    versions = [f"3.{minor}" for minor in range(99) if f"3.{minor}" in wanted]
    assert jobs("test")["test"]["strategy"]["matrix"]["python-version"] == versions


def test_only_the_jobs_that_must_may_write():
    writers = {
        (name, job): {what for what, access in rights.items() if access == "write"}
        for name in WORKFLOWS
        for job, rights in ((job, settings["permissions"]) for job, settings in jobs(name).items())
        if "write" in rights.values()
    }
    assert all(workflow["permissions"] == {} for workflow in WORKFLOWS.values())
    assert writers == {
        ("publish", "deploy"): {"pages", "id-token"},
        ("publish", "notebooks"): {"contents"},
        ("freshness", "report"): {"issues"},
    }
    for name, job in writers:
        assert not any(called(step.get("run", "")) for step in steps(name, job))


def test_every_week_each_chapter_runs_in_its_page():
    assert "make fresh ALL=1" in [step.get("run") for step in steps("freshness", "fresh")]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "$(if $(ALL),--all-chapters)" in makefile


def test_every_week_todays_sphinx_builds_the_book_and_a_failure_is_reported():
    assert "make sphinx" in [step.get("run") for step in steps("freshness", "sphinx")]
    report = jobs("freshness")["report"]
    assert set(report["needs"]) == jobs("freshness").keys() - {"report"}
    assert all(f"needs.{job}.result != 'success'" in report["if"] for job in report["needs"])


def test_no_checkout_leaves_its_credentials_behind():
    checkouts = [
        step
        for name in WORKFLOWS
        for job in jobs(name)
        for step in steps(name, job)
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert len(checkouts) == 4
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_main_is_published_only_after_the_tests():
    assert jobs("publish")["test"]["uses"] == "$/.github/workflows/test.yml"
    needs = {job: settings.get("needs") for job, settings in jobs("publish").items()}
    assert needs == {"test": None, "build": "test", "deploy": "build", "notebooks": "deploy"}
    on = WORKFLOWS["test"][True]  # YAML reads the word "on" so
    assert "workflow_call" in on
    assert on["push"]["branches-ignore"] == ["main", "notebooks"]


def test_the_published_book_knows_its_address():
    env = jobs("publish")["build"]["env"]
    assert env["BOOK_REPOSITORY"] == "https://github.com/${{ github.repository }}"
    assert env["BOOK_REVISION"] == "${{ github.sha }}"
    assert env["BOOK_STRICT"] == "1"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    uploaded = [
        step["with"]["path"] for step in steps("publish", "build") if "path" in step.get("with", {})
    ]
    for path in uploaded:
        assert path in makefile, f"publish.yml uploads {path}, which no target makes"


def git(*arguments, folder):
    done = run("git", *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_branch_notebooks_holds_the_notebooks_and_nothing_else(tmp_path):
    git("init", "--bare", "--quiet", "owner/book", folder=tmp_path)
    for revision in ("first", "second"):
        work = tmp_path / revision
        notebook = work / "book" / "part" / f"{revision}.ipynb"
        notebook.parent.mkdir(parents=True)
        notebook.write_text("{}")
        place = {"GITHUB_SERVER_URL": tmp_path.as_uri(), "GITHUB_REPOSITORY": "owner/book"}
        done = run_as_runner(script("publish", "notebooks"), work, GITHUB_SHA=revision, **place)
        assert done.returncode == 0, done.stderr
    remote = tmp_path / "owner" / "book"
    assert (
        git("ls-tree", "-r", "--name-only", "notebooks", folder=remote) == "book/part/second.ipynb"
    )
    assert git("log", "--format=%s", "notebooks", folder=remote) == "Notebooks of second"


@pytest.mark.parametrize(("number", "action"), [("", "issue create"), ("7", "issue comment 7")])
def test_a_failed_week_is_reported_once(tmp_path, number, action):
    gh = tmp_path / "gh"
    gh.write_text(f'#!/bin/sh\necho "$*" >>calls\n[ "$2" != list ] || echo "{number}"\n')
    gh.chmod(0o755)
    done = run_as_runner(
        script("freshness", "report"),
        tmp_path,
        PATH=f"{tmp_path}:{os.environ['PATH']}",
        GITHUB_SERVER_URL="https://server",
        GITHUB_REPOSITORY="owner/book",
        GITHUB_RUN_ID="42",
    )
    assert done.returncode == 0, done.stderr
    label, asked, *rest = (tmp_path / "calls").read_text().splitlines()
    assert label.startswith("label create freshness --force")
    assert asked.startswith("issue list --label freshness --state open")
    assert len(rest) == 1
    assert rest[0].startswith(action)
    assert "https://server/owner/book/actions/runs/42" in rest[0]
