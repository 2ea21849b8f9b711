"""The palette reaches every page as a stylesheet."""

from types import SimpleNamespace

from lecturelib import palette
from sphinxext.theme import palette as theme


def test_the_palette_is_written_where_static_files_are_taken_from(tmp_path):
    app = SimpleNamespace(outdir=str(tmp_path / "html"))
    config = SimpleNamespace(html_static_path=["book/_static"])
    theme._write(app, config)
    assert config.html_static_path[0] == "book/_static"
    css = (tmp_path / "generated-static" / "palette.css").read_text("utf-8")
    assert css == palette.stylesheet('html[data-theme="dark"]')


def test_the_book_s_own_rules_come_after_the_palette():
    added = []
    app = SimpleNamespace(
        connect=lambda *args: None,
        add_css_file=lambda name, priority: added.append((priority, name)),
    )
    assert theme.setup(app)["parallel_read_safe"]
    assert [name for _, name in sorted(added)] == ["palette.css", "book.css"]
