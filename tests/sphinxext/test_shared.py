"""What several rooms use."""

import os
from types import SimpleNamespace

import pytest

from sphinxext.shared import digest, is_kept, keep, minify, prune, write_whole


def test_prune_keeps_the_three_last_used_and_what_is_no_cache(tmp_path):
    names = [f"{number:012x}" for number in range(5)]
    for age, name in enumerate(reversed(names)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    (tmp_path / "notes").mkdir()
    os.utime(tmp_path / "notes", (0, 0))
    prune(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [*names[2:], "notes"]


def test_a_write_that_breaks_off_leaves_the_old_file(tmp_path, monkeypatch):
    def fail(*paths):
        raise OSError("no space left")

    write_whole(tmp_path / "file", b"old")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        write_whole(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_digest_is_the_sha256():
    assert digest(b"abc").startswith("ba7816bf8f01cfea")
    assert len(digest(b"")) == 64


def test_a_script_loses_comments_and_blanks_and_no_more():
    assert minify('// why\nlet a  =  "// not";\n') == 'let a="// not";'


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("_static/widgets/neuron.js", True),
        ("_static/widgets/deep/x.js", True),
        ("_static/host.js", True),
        ("_static/widgets-of-others.js", False),
        ("_static/other.js", False),
    ],
)
def test_a_room_keeps_a_folder_or_a_file(path, kept):
    app = SimpleNamespace()
    assert not is_kept(app, path)
    keep(app, "_static/widgets")
    keep(app, "_static/host.js")
    assert is_kept(app, path) is kept
