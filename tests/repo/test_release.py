"""A release has one version and one date, and its citation can be read by machines."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_version_and_date_are_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)$", changelog, re.M)
    assert newest, "CHANGELOG.md has no entry of the form: ## 1.2.3 - 2026-01-31"
    assert newest[1] == project["version"] == citation["version"]
    assert newest[2] == str(citation["date-released"])


def test_the_citation_follows_the_schema():
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    command = [*check, "vendor.citation-file-format", ROOT / "CITATION.cff"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
