"""What KaTeX gets and gives."""

import re
from pathlib import Path

import pytest

from sphinxext.formulas import katex
from sphinxext.formulas.katex import block_source, render, to_unicode

LONG = " + ".join(rf"\frac{{\partial L_{{{t}}}}}{{\partial W}}" for t in range(1, 20))


def test_formula_has_markup_for_eyes_and_mathml_for_screen_readers():
    html = render(r"\frac{a}{b}").html
    assert '<span class="katex-html" aria-hidden="true">' in html
    assert "<mfrac><mi>a</mi><mi>b</mi></mfrac>" in html
    assert r'<annotation encoding="application/x-tex">\frac{a}{b}</annotation>' in html


def test_an_operator_alone_in_an_index_is_applied_to_nothing():
    assert "<msub><mi>λ</mi><mi>max</mi></msub>" in render(r"\lambda_{\max}").html
    assert "<mi>max</mi><mo>\N{FUNCTION APPLICATION}</mo>" in render(r"\max x_i").html


def test_a_table_has_no_empty_lengths():
    assert '=""' not in render(r"\begin{aligned} a &= b \end{aligned}", True).html


def test_display_style_is_for_blocks_only():
    assert 'display="block"' in render("x", True).html
    assert "katex-display" not in render("x", False).html


def test_formula_is_rendered_once():
    render("once + 1")
    hits = render.cache_info().hits
    render("once + 1")
    assert render.cache_info().hits == hits + 1


def test_macro_defined_in_a_formula_stays_there():
    assert render(r"\newcommand{\own}{q}\own")
    with pytest.raises(ValueError, match=r"Undefined control sequence: \\own"):
        render(r"\own")


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        (r"\frac{a}", "Unexpected end of input"),
        ("ŷ", "LaTeX-incompatible input"),
        (r"\href{https://example.org}{x}", r"\\href is not allowed in a formula"),
    ],
)
def test_formula_that_would_mislead_is_refused(tex, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        render(tex)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("tex", "nowrap", "wanted"),
    [
        ("a = b", False, "a = b"),
        (r"a &= b \\ c &= d", False, r"\begin{aligned}a &= b \\ c &= d\end{aligned}"),
        ("a\n\nb\n \nc", False, "\\begin{aligned}a \\\\\nb \\\\\nc\\end{aligned}"),
        (r"\begin{align}a\\b\end{align}", True, r"\begin{align*}a\\b\end{align*}"),
        (r"\begin{align}a\\b\end{align}", False, r"\begin{align*}a\\b\end{align*}"),
        (r"\begin{gather*}a\\b\end{gather*}", True, r"\begin{gather*}a\\b\end{gather*}"),
        (r"\begin{multline}a\\b\end{multline}", True, r"\begin{gather*}a\\b\end{gather*}"),
        (r"\begin{flalign*}a&=b\end{flalign*}", True, r"\begin{align*}a&=b\end{align*}"),
    ],
)
def test_block_source(tex, nowrap, wanted):
    assert block_source(tex, nowrap) == wanted
    assert render(wanted, True)


@pytest.mark.parametrize(
    ("tex", "low", "high"),
    [
        ("x", 0.4, 0.7),
        ("a + b = c", 3.5, 4.5),
        (r"\frac{a + b + c}{d}", 3, 5),
        (r"\begin{aligned}a &= b \\ c &= d\end{aligned}", 2, 4),
        (r"\text{a sentence of some length}", 12, 18),
        (LONG, 30, 60),
    ],
)
def test_width_is_the_width_on_the_page(tex, low, high):
    assert low < render(tex, True).width < high


def test_to_unicode_shows_the_symbols_once():
    assert to_unicode(r"\sigma_t < \two", r'{"\\two": "2"}') == "σt<2"
    assert to_unicode(r"\broken") == r"\broken"


def test_every_font_of_the_vendored_stylesheet_is_vendored():
    css = (katex.VENDOR / "katex.min.css").read_text("utf-8")
    wanted = set(re.findall(r"fonts/[\w-]+\.woff2", css))
    assert wanted == {f"fonts/{path.name}" for path in Path(katex.VENDOR, "fonts").iterdir()}
