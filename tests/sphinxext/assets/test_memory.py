"""What is kept between builds is what would come out anew."""

import pytest

from sphinxext.assets import memory
from sphinxext.assets.memory import Memory


def asked(store, *given, result="made"):
    """What a build gets, and whether it had to make it."""
    made = []
    build = Memory(store)
    got = build.recall(given, lambda: made.append(1) or result)
    build.save()
    return got, bool(made)


def test_the_next_build_remembers(tmp_path):
    store = tmp_path / "kept"
    assert asked(store, "page", "text") == ("made", True)
    assert asked(store, "page", "text", result="another") == ("made", False)


@pytest.mark.parametrize("given", [("page", "text2"), ("font", "text"), ("page", "te", "xt"), ()])
def test_what_depends_on_something_else_is_made(tmp_path, given):
    asked(tmp_path / "kept", "page", "text")
    assert asked(tmp_path / "kept", *given, result="another") == ("another", True)


def test_other_code_makes_it_anew(tmp_path, monkeypatch):
    asked(tmp_path / "kept", "page")
    monkeypatch.setattr(memory, "code", lambda: "other")
    assert asked(tmp_path / "kept", "page") == ("made", True)


def test_what_a_build_did_not_ask_for_is_forgotten(tmp_path):
    asked(tmp_path / "kept", "old")
    asked(tmp_path / "kept", "new")
    assert asked(tmp_path / "kept", "old") == ("made", True)


@pytest.mark.parametrize("left", [b"", b"no pickle", b"\x80\x05"])
def test_half_of_a_file_is_no_memory_and_no_error(tmp_path, left):
    (tmp_path / "kept").write_bytes(left)
    assert asked(tmp_path / "kept", "page") == ("made", True)
    assert asked(tmp_path / "kept", "page") == ("made", False)
