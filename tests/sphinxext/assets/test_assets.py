"""The parts of the step that makes pages light; ``tests/site/test_light.py`` looks at its work."""

from types import SimpleNamespace

import pytest

from sphinxext import assets
from sphinxext.assets.heads import Heads
from sphinxext.assets.markup import Markup
from sphinxext.assets.memory import Memory
from sphinxext.formulas.katex import VENDOR
from sphinxext.shared import keep

FORMULAS = {
    frozenset({"katex-html", "mathnormal"}): {"x"},
    frozenset({"katex-html", "mathbf"}): {"w"},
    frozenset({"katex-html"}): {"+", "1"},
}


@pytest.mark.parametrize(
    ("font", "characters"),
    [
        ("KaTeX_Math-Italic", "x"),
        ("KaTeX_Main-Bold", "w"),
        ("KaTeX_Main-Regular", "+1"),
        ("KaTeX_Size1-Regular", "x+w1"),
    ],
)
def test_a_font_shows_what_its_classes_show(font, characters):
    assert assets._characters(font, FORMULAS) == set(characters)


def test_icons_move_into_the_stylesheet_and_fonts_of_formulas_stay_files(tmp_path):
    for name in ("katex/fonts/KaTeX_Main-Regular.woff2", "fontawesome/fa-solid-900.woff2"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((VENDOR / "fonts/KaTeX_Main-Regular.woff2").read_bytes())
    style = (
        '@font-face{font-family:F;src:url(fontawesome/fa-solid-900.woff2) format("woff2"),'
        'url(fontawesome/fa-solid-900.ttf) format("truetype")}'
        "@font-face{font-family:K;src:url(katex/fonts/KaTeX_Main-Regular.woff2)}"
    )
    characters = {frozenset(): {chr(code) for code in range(33, 127)}}
    css, digests = assets._with_fonts(Memory(tmp_path / "memory"), tmp_path, style, characters)
    assert "url(data:font/woff2;base64," in css
    assert ".ttf" not in css
    assert "url(fonts/KaTeX_Main-Regular.woff2?v=site-)" in css
    small, whole = (
        tmp_path / f"{folder}fonts/KaTeX_Main-Regular.woff2" for folder in ("", "katex/")
    )
    assert small.stat().st_size < whole.stat().st_size
    assert len(set(digests)) == 2


def test_the_digest_is_exchanged_wherever_it_stands():
    dated = assets._with_version('a.css?v=site-" b.js?v=site-0123abc" c.js?v=1', "ffff")
    assert dated == 'a.css?v=site-ffff" b.js?v=site-ffff" c.js?v=1'


def test_what_no_page_names_goes_but_for_what_a_room_keeps(tmp_path):
    names = ("fonts/f.woff2", "theme.css", "kept/a.js", "kept/a.css", "x/LICENSE", "x/y/gone.js")
    for name in names:
        (tmp_path / "_static" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "_static" / name).touch()
    heads = Heads(tmp_path / "heads.json")
    heads.pages = {"index": {"joined style": ["_static/theme.css", "_static/kept/a.css"]}}
    app = SimpleNamespace(outdir=str(tmp_path), page_heads=heads)
    keep(app, "_static/kept")
    assets._remove_unused(app, Markup(), "@font-face{src:url(fonts/f.woff2)}")
    left = {path.relative_to(tmp_path / "_static").as_posix() for path in tmp_path.rglob("*")}
    assert left & {*names, "x/y"} == {"fonts/f.woff2", "kept/a.js", "x/LICENSE"}


def test_a_change_of_a_stylesheet_alone_is_taken_by_the_next_build(build):
    pages = {"index.md": "# Page\n"}
    times = []
    for rule in ("a {}", "a {}", "b {}"):
        files = pages | {"_static/book.css": rule}
        options = {"html_static_path": ["_static"], "bundle_assets": False}  # extensions add to it
        book = build("sphinxext.assets", files=files, **options)
        times.append((book.out / "index.html").stat().st_mtime_ns)
        assert (book.out / "_static/book.css").read_text("utf-8") == rule
        pages = {}  # written once, so that a change of its time is none
    assert times[0] == times[1] < times[2]
    assert book.read == []  # the page is written anew, and neither read nor run


@pytest.mark.parametrize("change", ["content", "a new file"])
def test_the_digest_is_of_every_stylesheet_and_script(tmp_path, change):
    (tmp_path / "own" / "deep").mkdir(parents=True)
    (tmp_path / "book.css").write_text("a {}")
    config = SimpleNamespace(html_static_path=["own", "book.css", "none"])

    def found():
        assets.look(SimpleNamespace(srcdir=str(tmp_path)), config)
        return config.bundle_digest

    before = found()
    assert found() == before
    changed = tmp_path / ("book.css" if change == "content" else "own/deep/new.js")
    changed.write_text("b {}")
    assert found() != before
