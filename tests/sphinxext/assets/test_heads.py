"""The heads of pages: what stays in them, and what is noted of the rest."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from sphinxext.assets.heads import Heads, treatment
from sphinxext.shared import keep

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
    made = SimpleNamespace(builder=builder, outdir=str(tmp_path))
    keep(made, "_static/widgets")
    return made


def head_of(app, page="part/chapter", body=""):
    heads = Heads(Path(app.outdir) / "store.json")
    return heads, BeautifulSoup(heads.take_assets(app, page, body, HEAD), "html.parser")


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
        ("_static/documentation_options.js", "a", "", "inline"),
        ("_static/copybutton.js", "a", "", "joined"),
    ],
)
def test_what_becomes_of_a_script(path, page, body, expected):
    assert treatment(path, page, body) == expected


def test_a_head_keeps_what_is_the_pages_own(app):
    heads, soup = head_of(app)
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
    _, soup = head_of(app, page="search", body='<div class="sd-tab-set">')
    tags = soup.find_all("script", src=True)
    assert len(tags) == 4
    assert all(tag.has_attr("defer") for tag in tags)


def test_a_build_of_some_pages_remembers_the_others(app, tmp_path):
    heads, _ = head_of(app)
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
