"""The live server builds what ``make book`` builds."""

import re
import runpy
from pathlib import Path

import yaml

from tools import serve


def test_sphinx_reads_the_settings_of_jupyter_book(tmp_path):
    serve.write_configuration(tmp_path)
    written = runpy.run_path(str(tmp_path / "conf.py"))
    settings = yaml.safe_load((serve.ROOT / "_config.yml").read_text("utf-8"))
    assert set(settings["sphinx"]["config"]["extensions"]) <= set(written["extensions"])
    assert written["html_title"] == settings["title"]
    assert written["external_toc_path"] == str(serve.ROOT / "_toc.yml")


def test_everything_is_found_from_the_root(tmp_path):
    serve.write_configuration(tmp_path)
    written = runpy.run_path(str(tmp_path / "conf.py"))
    paths = [*written["html_static_path"], *written["bibtex_bibfiles"], written["html_logo"]]
    for path in (*paths, written["html_favicon"]):
        assert Path(path).is_absolute()
        assert Path(path).exists()
    assert written["bundle_assets"] is False


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
