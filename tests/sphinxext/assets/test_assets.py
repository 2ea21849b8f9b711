"""The parts of the step that makes pages light; ``tests/site/test_light.py`` looks at its work."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from sphinxext import assets
from sphinxext.assets import scripts
from sphinxext.assets.fonts import subset_font
from sphinxext.assets.heads import Heads, fate
from sphinxext.assets.markup import Markup
from sphinxext.formulas.katex import VENDOR

HEAD = """
<script>let first = 1;</script>
<link href="../_static/styles/theme.css?digest=1" rel="stylesheet" />
<link rel="preload" as="script" href="../_static/scripts/bootstrap.js" />
<link rel="icon" href="../_static/favicon.svg"/>
<link rel="next" href="other.html"/>
<script src="../_static/documentation_options.js?v=1"></script>
<script src="../_static/doctools.js?v=1"></script>
<script defer src="../_static/scripts/fontawesome.js"></script>
<script defer src="../_static/scripts/bootstrap.js"></script>
<script src="../_static/searchtools.js"></script>
<script src="../searchindex.js"></script>
<script data-sd-tabs-storage-prefix="x" src="../_static/design-tabs.js"></script>
<script defer src="../_static/widgets/neuron.js"></script>
<script type="application/json">{"a": "<b>"}</script>
"""


@pytest.fixture
def app(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static/documentation_options.js").write_text("const OPTIONS = {};")
    builder = SimpleNamespace(get_target_uri=lambda page: f"{page}.html")
    return SimpleNamespace(builder=builder, outdir=str(tmp_path))


def lightened(app, page="part/chapter", body=""):
    heads = Heads(Path(app.outdir) / "store.json")
    return heads, BeautifulSoup(heads.lighten(app, page, body, HEAD), "html.parser")


@pytest.mark.parametrize(
    ("path", "page", "body", "expected"),
    [
        ("_static/scripts/fontawesome.js", "a", "", "dropped"),
        ("_static/scripts/bootstrap.js", "a", "", "lazy"),
        ("_static/searchtools.js", "a", "", "dropped"),
        ("_static/searchtools.js", "search", "", "own"),
        ("searchindex.js", "search", "", "own"),
        ("_static/design-tabs.js", "a", "", "dropped"),
        ("_static/design-tabs.js", "a", '<div class="sd-tab-set">', "own"),
        ("_static/anywidget-host.js", "a", "", "own"),
        ("_static/widgets/neuron.js", "a", "", "own"),
        ("_static/documentation_options.js", "a", "", "inline"),
        ("_static/copybutton.js", "a", "", "joined"),
    ],
)
def test_what_becomes_of_a_script(path, page, body, expected):
    assert fate(path, page, body) == expected


def test_a_head_keeps_what_is_the_pages_own(app):
    heads, soup = lightened(app)
    assert [tag["src"] for tag in soup.find_all("script", src=True)] == [
        "../_static/widgets/neuron.js"
    ]
    inline = [tag.string for tag in soup.find_all("script", src=False)]
    assert inline == ["let first = 1;", "const OPTIONS = {};", '{"a": "<b>"}']
    assert [tag["rel"] for tag in soup.find_all("link")] == [["icon"], ["next"]]
    assert heads.all("joined style") == ["_static/styles/theme.css"]
    assert heads.all("joined") == ["_static/doctools.js"]
    assert heads.all("lazy") == ["_static/scripts/bootstrap.js"]
    assert {"fontawesome.js", "searchindex.js"} <= heads.seen()


def test_own_scripts_wait_for_the_page(app):
    _, soup = lightened(app, page="search", body='<div class="sd-tab-set">')
    tags = soup.find_all("script", src=True)
    assert len(tags) == 4
    assert all(tag.has_attr("defer") for tag in tags)


def test_a_build_of_some_pages_remembers_the_others(app, tmp_path):
    heads, _ = lightened(app)
    heads.pages["gone"] = {"joined style": ["_static/gone.css"]}
    (tmp_path / "part").mkdir()
    (tmp_path / "part/chapter.html").touch()
    heads.save(tmp_path)
    assert json.loads(heads.store.read_text()).keys() == {"part/chapter"}
    assert Heads(heads.store).all("joined style") == ["_static/styles/theme.css"]


def test_the_order_is_that_of_the_fullest_head():
    heads = Heads(Path("nowhere.json"))
    heads.pages = {"a": {"k": ["1", "3"]}, "b": {"k": ["1", "2", "3"]}, "c": {"k": ["4"]}}
    assert heads.all("k") == ["1", "2", "3", "4"]


def read(tmp_path, html):
    page = tmp_path / "page.html"
    page.write_text(html)
    markup = Markup()
    markup.read(page)
    return markup


def test_names_and_references_of_a_page(tmp_path):
    markup = read(
        tmp_path,
        '<main id="m" class="a b" style="--x: 1"><img src="i.png" data-src="j.png">'
        "<style>.q { color: var(--dl-ink) }</style></main>",
    )
    assert {"main", "img", "m", "a", "b", "--x", "q", "--dl-ink"} <= markup.names
    assert markup.references == {(tmp_path, "i.png"), (tmp_path, "j.png")}


def test_characters_of_formulas_by_their_classes(tmp_path):
    markup = read(
        tmp_path,
        '<p>text</p><span class="katex-html"><span class="mord mathnormal">x</span>'
        '<span class="vlist"><br/><span class="mathbf">w</span></span>+</span><b>after</b>',
    )
    by = {frozenset(k) & {"mathnormal", "mathbf"}: v for k, v in markup.formulas.items()}
    assert by == {
        frozenset({"mathnormal"}): {"x"},
        frozenset({"mathbf"}): {"w"},
        frozenset(): {"+"},
    }


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


def test_a_font_is_cut_down_to_its_characters():
    path = VENDOR / "fonts/KaTeX_Main-Regular.woff2"
    small = subset_font(path, "x+☃")
    assert set(TTFont(io.BytesIO(small)).getBestCmap()) == {ord("x"), ord("+")}
    assert len(small) < len(path.read_bytes()) / 5
    assert small == subset_font(path, "+x"), "the same characters, another file"


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
    css, digests = assets._with_fonts(tmp_path, style, characters)
    assert "url(data:font/woff2;base64," in css
    assert ".ttf" not in css
    assert "url(fonts/KaTeX_Main-Regular.woff2?v=site-)" in css
    small, whole = (
        tmp_path / f"{folder}fonts/KaTeX_Main-Regular.woff2" for folder in ("", "katex/")
    )
    assert small.stat().st_size < whole.stat().st_size
    assert len(set(digests)) == 2


def test_the_digest_is_exchanged_wherever_it_stands():
    dated = assets._dated('a.css?v=site-" b.js?v=site-0123abc" c.js?v=1', "ffff")
    assert dated == 'a.css?v=site-ffff" b.js?v=site-ffff" c.js?v=1'


# Scripts


def test_scripts_are_joined_without_what_measures_every_box(tmp_path, monkeypatch):
    warnings = []
    monkeypatch.setattr(scripts.logger, "warning", warnings.append)
    end = ',"complete"===document.readyState?I():window.addEventListener("load",I)})();'
    (tmp_path / "a.js").write_text("let a = 1\n//# sourceMappingURL=a.js.map\n")
    (tmp_path / "theme.js").write_text(f"(()=>{{e(b){end}")
    joined = scripts.join([tmp_path / "a.js", tmp_path / "theme.js"])
    assert joined.startswith("let a = 1;\n(()=>{e(b)})();")
    assert joined.endswith(scripts.OWN.read_text("utf-8"))
    assert warnings == []
    (tmp_path / "theme.js").write_text("(()=>{window.onload=I})();")
    scripts.join([tmp_path / "theme.js"])
    assert len(warnings) == 1
