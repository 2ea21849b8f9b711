"""The live server builds what ``make book`` builds."""

import re
from pathlib import Path

from tools import serve


def test_what_the_pages_are_made_of_is_watched_and_nothing_else():
    options = serve.command(Path("build"), ["--port", "0"])
    ignored = re.compile(options[options.index("--re-ignore") + 1])
    for name in serve.WATCHED:
        assert (serve.ROOT / name).exists()
        assert not ignored.search(str(serve.ROOT / name))
    assert not ignored.search(str(serve.ROOT / "book/start/course.md"))
    for name in ("_build/html/index.html", "README.md", ".git/index", "booklet.md"):
        assert ignored.search(str(serve.ROOT / name)), name
    assert ignored.search(str(serve.ROOT / "lecturelib/__pycache__/palette.cpython-311.pyc"))
    assert options[-2:] == ["--port", "0"]
