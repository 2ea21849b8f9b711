"""The library as a wheel for the page: the same sources, the same bytes; large data beside it."""

import base64
import csv
import hashlib
import io
import os
import re
import zipfile
from pathlib import Path

import pytest

from sphinxext.python.pyodide import build_wheel
from sphinxext.python.pyodide import wheel as wheel_module

ROOT = Path(__file__).parents[4]

NAME = re.compile(r"lecturelib-0\.1\.0-0[0-9a-f]{12}-py3-none-any\.whl")
LARGE = bytes(range(256)) * 400
PROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "lecturelib"
version = "0.1.0"
readme = "README.md"
license = "MIT"
license-files = ["LICENSE"]

[tool.setuptools.packages.find]
include = ["lecturelib*"]

[tool.setuptools.package-data]
lecturelib = ["**/*.js", "**/*.gz", "**/*.npz"]
"""


def tree(root, **changes):
    """A small library below ``root``; ``changes`` replaces files, ``__init__`` among them."""
    files = {
        "lecturelib/__init__.py": changes.get("code", "answer = 42\n"),
        "lecturelib/data/__init__.py": "",
        "lecturelib/widgets/__init__.py": "",
        "lecturelib/data/digits.csv.gz": LARGE,
        "lecturelib/data/small.npz": LARGE[:99_000],
        "lecturelib/widgets/kit.js": LARGE,  # large, but no data
        "pyproject.toml": PROJECT + changes.get("project", ""),
        "README.md": "# The library\n",
        "LICENSE": "As you like it.\n",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    return build_wheel(tree(folder / "tree"), folder / "cache")


@pytest.fixture(scope="module")
def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_sources_give_the_same_bytes(wheel, tmp_path):
    again = tree(tmp_path / "elsewhere")
    for path in again.rglob("*"):
        os.utime(path, (1_600_000_000, 1_600_000_000))
    other = build_wheel(again, tmp_path / "cache")
    assert NAME.fullmatch(other.name)
    assert (other.name, other.read_bytes()) == (wheel.name, wheel.read_bytes())


def test_other_sources_have_another_name(wheel, tmp_path):
    other = build_wheel(tree(tmp_path / "tree", code="answer = 43\n"), tmp_path / "cache")
    assert NAME.fullmatch(other.name)
    assert other.name != wheel.name


def test_sources_that_change_nothing_in_the_wheel_leave_its_name(wheel, tmp_path):
    changed = tree(tmp_path / "tree", project="# a remark\n")
    assert build_wheel(changed, tmp_path / "cache").name == wheel.name


def test_the_same_sources_are_not_built_again(wheel, monkeypatch):
    root, cache = wheel.parents[2] / "tree", wheel.parents[1]
    (root / "lecturelib" / "__pycache__").mkdir()
    (root / "lecturelib" / "__pycache__" / "a.pyc").write_bytes(b"compiled")
    monkeypatch.setattr(wheel_module, "_pip_wheel", lambda root, files: pytest.fail("built again"))
    assert build_wheel(root, cache) == wheel


def test_the_tree_stays_clean(wheel):
    root = wheel.parents[2] / "tree"
    assert {path.name for path in root.iterdir()} == set(wheel_module.SOURCES)
    assert {path.name for path in wheel.parent.iterdir()} == {wheel.name, "data"}


def test_large_data_lie_beside_the_wheel_under_a_name_with_their_digest(wheel, contents):
    beside = f"data/digits-{hashlib.sha256(LARGE).hexdigest()[:12]}.csv.gz"
    assert wheel_module.lazy(wheel.read_bytes()) == {"lecturelib/data/digits.csv.gz": beside}
    assert (wheel.parent / beside).read_bytes() == LARGE
    assert "lecturelib/data/digits.csv.gz" not in contents
    assert contents["lecturelib/data/small.npz"] == LARGE[:99_000]
    assert contents["lecturelib/widgets/kit.js"] == LARGE


def test_the_record_is_of_what_is_in_the_wheel(contents):
    (record,) = (name for name in contents if name.endswith("/RECORD"))
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(contents[record].decode()))}
    assert rows.keys() == contents.keys()
    assert rows.pop(record) == ["", ""]
    for name, (digest, size) in rows.items():
        sha256 = base64.urlsafe_b64encode(hashlib.sha256(contents[name]).digest())
        assert digest == f"sha256={sha256.decode().rstrip('=')}"
        assert int(size) == len(contents[name])


def test_the_wheel_states_its_build_tag(wheel, contents):
    (about,) = (contents[name].decode() for name in contents if name.endswith("/WHEEL"))
    assert f"Build: {wheel.name.split('-')[2]}" in about.splitlines()
    assert "" not in about.splitlines()  # a blank line would end the fields


def test_builds_long_unused_are_dropped(wheel, tmp_path):
    cache = tmp_path / "cache"
    for i in range(4):
        (cache / f"{i:012x}").mkdir(parents=True)
        os.utime(cache / f"{i:012x}", (i + 1, i + 1))
    build_wheel(wheel.parents[2] / "tree", cache)
    assert len(list(cache.iterdir())) == 3
    assert not (cache / f"{0:012x}").exists()


def test_the_loops_for_numpy_are_a_wheel_too(tmp_path):
    sources = wheel_module.FAST_NUMPY
    wheel = build_wheel(ROOT / "fast_numpy", tmp_path / "cache", sources)
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = {name.rsplit("/", 1)[1] for name in archive.namelist() if "/licenses/" in name}
    package = ROOT / "fast_numpy" / "src" / "fast_numpy"
    files = {f"fast_numpy/{path.name}" for path in package.iterdir() if path.is_file()}
    assert names == files
    assert licences == {"LICENSE", "LICENSE-Cephes"}


def test_what_pip_says_is_repeated(tmp_path):
    broken = tree(tmp_path / "tree", project="[tool.setuptools]\npackages = 3\n")
    with pytest.raises(RuntimeError, match=r"(?s)pip could not build.*Install the build system"):
        build_wheel(broken, tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.whl"))


def test_a_tree_without_the_library_says_so(tmp_path):
    with pytest.raises(ValueError, match=r"has no lecturelib; expected the root"):
        build_wheel(tmp_path, tmp_path / "cache")
