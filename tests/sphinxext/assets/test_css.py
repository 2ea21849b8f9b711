"""The joined stylesheet keeps what a page can need, and loses what nobody refers to."""

import pytest

from sphinxext.assets import css as stylesheet


def purge(css, *names):
    return stylesheet.purge(stylesheet._parse(css), set(names))


@pytest.mark.parametrize(
    ("css", "names", "left"),
    [
        (".a{color:red}.b{color:blue}", "a", ".a{color:red}"),
        ("#a{x:1}p{y:2}", "p", "p{y:2}"),
        (".a .b{x:1}.a>.c{y:2}", "a b", ".a .b{x:1}"),
        (".a,.b,.c{x:1}", "a c", ".a,.c{x:1}"),
        ("a:hover{x:1}a::before{y:2}b:hover{z:3}", "a", "a:hover{x:1}a::before{y:2}"),
        ("P{x:1}", "p", "P{x:1}"),
        (".a:not(.gone){x:1}", "a", ".a:not(.gone){x:1}"),
        (".a:is(.b,.c) .d{x:1}", "a", ""),
        ("[data-theme] .a{x:1}", "a", "[data-theme] .a{x:1}"),
        ("@media print{.a{x:1}.b{y:2}}", "b", "@media print{.b{y:2}}"),
        ("@media print{.a{x:1}}", "", ""),
        ("@media screen{@supports (x:y){.a{x:1}}}", "a", None),
        ('@charset "utf-8";.a{x:1}', "a", ".a{x:1}"),
        ("/* why */.a{/* so */x:1 !important;}", "a", ".a{x:1!important}"),
        (".a{}", "a", ""),
        ("@page{margin:1cm}", "", "@page{margin:1cm}"),
    ],
)
def test_a_rule_stays_if_its_names_are_in_use(css, names, left):
    assert purge(css, *names.split()) == (css if left is None else left)


def test_a_name_that_a_script_completes_is_in_use():
    css = ".s-1{x:1}.s-2 b{x:1}.t-1{x:1}"
    left = stylesheet.purge(stylesheet._parse(css), {"b"}, {"s-"})
    assert left == ".s-1{x:1}.s-2 b{x:1}"


def test_a_property_stays_while_something_mentions_it():
    css = ":root{--a:1;--b:var(--c);--c:2;--d:3}.x{width:var(--b)}"
    left = stylesheet.purge(stylesheet._parse(css), {"x", "--d"})
    assert ":root{--b:var(--c);--c:2;--d:3}" in left
    assert "--a" not in left
    # Without its only reader the whole chain goes, round by round.
    assert purge(css) == ""


def test_a_font_stays_while_a_rule_names_its_family():
    font = '@font-face{font-family:"My Font";src:url(f.woff2)}'
    assert purge(font + ".a{font-family:x,My Font}", "a").startswith("@font-face")
    assert purge(font + ":root{--f:12px 'My Font'}.a{font:var(--f)}", "a").startswith("@font-face")
    assert purge(font + ".a{font-family:x}", "a") == ".a{font-family:x}"


def test_keyframes_stay_while_an_animation_names_them():
    frames = "@keyframes turn{from{x:1}to{x:2}}"
    assert "@keyframes turn{" in purge(frames + ".a{animation:turn 1s}", "a")
    assert purge(frames + ".a{x:1}", "a") == ".a{x:1}"


def test_files_are_joined_and_their_addresses_moved(tmp_path):
    (tmp_path / "theme/deep").mkdir(parents=True)
    (tmp_path / "theme/deep/base.css").write_text(".a{background:url(../i.png)}")
    (tmp_path / "theme/main.css").write_text(
        '@import "deep/base.css";.b{background:url("x.svg")}'
        ".c{background:url(data:image/png;base64,AA)}"
    )
    css = stylesheet.purge(stylesheet.load(tmp_path / "theme/main.css", tmp_path), {"a", "b", "c"})
    assert '.a{background:url(theme/i.png)}.b{background:url("theme/x.svg")}' in css
    assert stylesheet.addresses(css) == {"theme/i.png", "theme/x.svg", "data:image/png;base64,AA"}


@pytest.mark.parametrize(
    ("css", "words"),
    [
        ('@import "x.css" print;', "cannot join @import"),
        (".a{x:1;.b{y:2}}", "inside a rule"),
        (".a{x:1}}", "line 1"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, css, words):
    (tmp_path / "m.css").write_text(css)
    with pytest.raises(ValueError, match=words):
        stylesheet.purge(stylesheet.load(tmp_path / "m.css", tmp_path), {"a"})


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("a/b.css", True),
        ("../x.js?v=1", True),
        ("#id", False),
        ("", False),
        ("/root.css", False),
        ("https://x.org/y", False),
        ("data:,x", False),
    ],
)
def test_what_counts_as_a_file(address, local):
    assert stylesheet.is_local(address) is local
