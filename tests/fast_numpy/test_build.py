"""The libraries that are committed are what their sources give, byte for byte."""

import json
from pathlib import Path

import pytest

from fast_numpy import build

ROOM = Path(build.__file__).parent


def test_the_sources_give_the_committed_libraries(commands):
    made = build.build(*commands)
    there = {path.name: path.read_bytes() for path in build.PACKAGE.glob("*.wasm")}
    assert made == there, (
        "fast_numpy/loops and the libraries in fast_numpy/src/fast_numpy differ: run python "
        "fast_numpy/build.py and look at what changes"
    )


def test_the_compiler_is_pinned_by_version_and_integrity():
    lock = json.loads((ROOM / "package-lock.json").read_text("utf-8"))["packages"]
    asked = json.loads((ROOM / "package.json").read_text("utf-8"))["devDependencies"]
    assert all(lock[f"node_modules/{name}"]["version"] == asked[name] for name in asked)
    assert all(entry["integrity"].startswith("sha512-") for name, entry in lock.items() if name)


def test_the_loader_is_told_what_to_reserve():
    module = b"\0asm\1\0\0\0" + bytes([1, 2, 0, 0])
    made = build.side_module(module)
    section = b"\x08dylink.0" + b"\x01\x06" + b"\x80\x81\x01" + b"\x04\x00\x00"
    assert made == module[:8] + bytes([0, len(section)]) + section + module[8:]
    assert build.RESERVED == 0b1_0000001_0000000  # the three bytes before the alignment
    constants = (ROOM / "loops" / "products.ts").read_text("utf-8")
    assert "const WIDTH: isize = 32;" in constants
    assert "const DEPTH: isize = 512;" in constants


def test_data_of_its_own_is_refused():
    with pytest.raises(ValueError, match="the module brings data"):
        build.side_module(b"\0asm\1\0\0\0" + bytes([1, 128, 1]) + bytes(128) + bytes([11, 1, 0]))


def test_a_compiler_that_fails_says_what(tmp_path, commands):
    script = tmp_path / "fails.js"
    script.write_text("console.error('no such thing'); process.exit(2)", "utf-8")
    _, node = commands
    with pytest.raises(RuntimeError, match="no such thing"):
        build.build(*[[*node, str(script)]] * 2)
