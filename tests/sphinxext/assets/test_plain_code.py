"""Code whose plain tokens stay text: the same characters and colours in fewer elements."""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.styles import get_style_by_name
from pygments.token import Keyword, Name, Punctuation, Text

from sphinxext.assets import plain_code

STYLES = [get_style_by_name(f"a11y-high-contrast-{mode}") for mode in ("light", "dark")]
CODE = """
import numpy as np


def step(x, s_prev, U, W):
    \"\"\"s_t < 1 & more\"\"\"
    return np.tanh(x @ U.T + s_prev[0] @ W.T)  # {shape}
"""


def colours(html, style):
    """Every character of the code that shows, with the colour that its element has."""
    rules = HtmlFormatter(style=style).class2style
    inks = {name: css for name, (css, *_) in rules.items()}
    soup = BeautifulSoup(html, "html.parser")
    return [
        (char, inks.get(" ".join(text.parent.get("class", [])), inks[""]))
        for text in soup.pre.find_all(string=True)
        for char in text
        if not char.isspace()
    ]


def test_what_looks_like_text_in_both_styles_is_plain():
    plain = plain_code.looks_plain(STYLES)
    assert {Text, Name, Punctuation} <= plain
    assert not plain & {Keyword, Name.Builtin, Name.Function}


def test_one_style_that_shows_a_difference_is_enough():
    default = get_style_by_name("default")
    assert Name.Namespace in plain_code.looks_plain(STYLES)
    assert Name.Namespace not in plain_code.looks_plain([*STYLES, default])


@pytest.mark.parametrize("style", STYLES)
def test_characters_and_colours_stay(style):
    formatter = plain_code.formatter(plain_code.looks_plain(STYLES))
    before = highlight(CODE, PythonLexer(stripnl=False), HtmlFormatter())
    after = highlight(CODE, PythonLexer(stripnl=False), formatter())
    texts = [BeautifulSoup(html, "html.parser").pre.get_text() for html in (before, after)]
    assert texts[0] == texts[1]
    assert colours(after, style) == colours(before, style)
    assert after.count("<span") < 0.6 * before.count("<span")


@pytest.mark.parametrize(
    ("builder", "light", "options", "changed"),
    [
        ("html", True, {}, True),
        ("html", False, {}, False),
        ("latex", True, {}, False),
        ("html", True, {"pygments_dark_style": None}, False),
    ],
)
def test_only_pages_of_a_theme_with_two_styles_change(builder, light, options, changed):
    names = {f"pygments_{m}_style": f"a11y-high-contrast-{m}" for m in ("light", "dark")}
    highlighter = SimpleNamespace(formatter=HtmlFormatter)
    theme = SimpleNamespace(get_options=lambda own: names | own)
    app = SimpleNamespace(
        builder=SimpleNamespace(format=builder, theme=theme, highlighter=highlighter),
        config=SimpleNamespace(bundle_assets=light, html_theme_options=options),
    )
    plain_code.use(app)
    assert (highlighter.formatter is not HtmlFormatter) == changed
