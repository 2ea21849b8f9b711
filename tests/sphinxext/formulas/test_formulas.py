"""Formulas are HTML when the page arrives, wherever they stand; a broken one is a warning."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat import v4

from tools.server import serve

LONG = " + ".join(rf"\frac{{\partial L_{{{t}}}}}{{\partial W}}" for t in range(1, 20))


@pytest.fixture
def book(build):
    """``book(text, **config)``: the page of one Markdown text."""

    def run(text, **config):
        return build("sphinxext.formulas", files={"index.md": f"# Page\n\n{text}\n"}, **config)

    return run


def sources(soup):
    """The TeX that each formula hands to screen readers."""
    return [found.text for found in soup.select("math annotation")]


def stylesheets(page):
    return [link["href"] for link in page.select('link[rel="stylesheet"]')]


def display(data):
    return v4.new_output("display_data", data=data)


# What KaTeX gets and gives


# On the page


def test_inline_and_block(book):
    page = book("Text $a^2$ text.\n\n$$\nb^2\n$$").page()
    assert sources(page.select_one("span.math")) == ["a^2"]
    assert sources(page.select_one("div.math > .formula")) == ["b^2"]


def test_block_in_a_paragraph_does_not_end_it(book):
    made = book("Before\n$$\na\n$$\nand $$ b $$ after.", myst_dmath_double_inline=True)
    [paragraph] = made.page().select("p")
    assert len(paragraph.select(".math-block > .formula")) == 2
    assert not paragraph.select("div")


def test_macros_come_from_the_configuration(book):
    macros = {"R": r"\mathbb{R}", "norm": r"\lVert #1 \rVert"}
    made = book(r"$x \in \R$, $\norm{y}$", katex_macros=macros)
    first, second = made.page().select("math")
    assert first.find("mi", mathvariant="double-struck").text == "R"
    assert second.mrow.text == "∥y∥"
    assert not made.warnings


@pytest.mark.parametrize("macros", [{r"\R": "x"}, {"R2": "x"}, {"R": 2}])
def test_macro_that_no_formula_could_use_is_refused(book, macros):
    with pytest.raises(Exception, match="expected a name of letters without its backslash"):
        book("$x$", katex_macros=macros)


def test_labels_numbers_and_references(book):
    text = r"""
$$ E = mc^2 $$ (energy)

```{math}
:label: steps
s_t &= \tanh(U x_t) \\
o_t &= V s_t
```

See {eq}`energy` and [](#steps).
"""
    made = book(text)
    page = made.page()
    assert not made.warnings
    assert [number.contents[0] for number in page.select(".eqno")] == ["(1)", "(2)"]
    links = {link.text: link["href"] for link in page.select("p a.reference")}
    assert links == {"(1)": "#equation-energy", "(2)": "#equation-steps"}
    assert all(page.find(id=target[1:]) for target in links.values())
    assert sources(page)[1].startswith(r"\begin{aligned}s_t &=")


def test_numbers_follow_the_chapter_when_sphinx_says_so(book):
    made = book("$$ a $$ (one)\n\nSee {eq}`one`.", numfig=True, math_numfig=True)
    assert made.page().select_one(".eqno").contents[0] == "(1)"


def test_amsmath_environment_has_one_number_and_it_is_sphinxs(book):
    text = r"""
\begin{align}
a &= b \\
c &= d
\end{align}

\begin{gather*}
e \\ f
\end{gather*}

```{math}
:nowrap:

\begin{equation}
g = h
\end{equation}
```
"""
    made = book(text)
    page = made.page()
    assert not made.warnings
    assert [number.contents[0] for number in page.select(".eqno")] == ["(1)"]
    # KaTeX would number by the stylesheet's counters, one number for each line.
    assert not page.select(".eqn-num")
    assert len(page.select("div.math")) == 3


def test_broken_formula_is_a_warning_with_its_place(book):
    made = book("Fine $x$.\n\nBroken $\\foo < 1$.\n\n$$\n\\frac{a}\n$$")
    inline, block = made.warnings.strip().splitlines()
    assert re.search(r"index\.md:5: WARNING: formula '\\\\foo < 1': .*\\foo", inline)
    assert re.search(r"index\.md:7: WARNING: formula '\\\\frac\{a\}': ", block)
    assert [code.text for code in made.page().select(".math code")] == [r"\foo < 1", r"\frac{a}"]


PLACES = r"""
## Section $h$

| symbol | $c$ |
|---|---|
| $t$ | cell |

:::{figure} x.png
:alt: a picture

Caption $k$
:::

:::{note}
Text $n$

$$
N
$$
:::

:::{admonition} Solution $s$
:class: dropdown

$$
\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}
$$
:::
"""


def test_formulas_work_in_every_place(build):
    made = build(
        "sphinxext.formulas", files={"index.md": f"# Page{PLACES}", "x.png": "not looked into"}
    )
    page = made.page()
    assert not made.warnings
    for place, formulas in {
        "h2": ["h"],
        "th": ["c"],
        "td": ["t"],
        "figcaption": ["k"],
        ".note": ["n", "N"],
        ".dropdown .admonition-title": ["s"],
    }.items():
        assert [tex for found in page.select(place) for tex in sources(found)] == formulas
    assert "pmatrix" in sources(page.select_one(".dropdown"))[-1]


def test_notebook_outputs(build, notebook):
    outputs = [
        display({"text/latex": r"$\displaystyle x^2$", "text/plain": "x**2"}),
        display({"text/markdown": "so $z = 3$\n\n$$\nq\n$$", "text/plain": "Markdown"}),
    ]
    nb = notebook("# Page", ("show()", outputs, {}))
    made = build("sphinxext.formulas", files={"index.ipynb": nb})
    page = made.page()
    assert not made.warnings
    assert sources(page.select_one(".cell_output")) == [r"\displaystyle x^2", "z = 3", "q"]
    assert any("katex" in href for href in stylesheets(page))


def test_stylesheet_is_linked_where_a_formula_is(build, notebook):
    unseen = display({"text/html": "<b>1</b>", "text/latex": "$x$"})
    files = {
        "index.md": "# Start\n\n```{toctree}\nplain\npart/formula\nunseen\n```\n",
        "plain.md": "# Plain\n\nNo formula, `$x$`.\n",
        "part/formula.md": "# With\n\n$x$\n",
        "unseen.ipynb": notebook("# Unseen", ("1", [unseen], {})),
    }
    made = build("sphinxext.formulas", files=files)
    linked = {
        name: [href for href in stylesheets(made.page(name)) if "katex" in href]
        for name in ("index", "plain", "part/formula", "unseen", "search")
    }
    assert linked.pop("part/formula")[0].startswith("../_static/katex/katex.css?v=")
    assert not any(linked.values())


def test_title_with_a_formula_is_styled_in_every_menu_and_plain_in_the_tab(build):
    files = {
        "index.md": "# Start\n\n```{toctree}\nsigma\n```\n",
        "sigma.md": "# The $\\sigma$ & tanh\n\nText.\n",
    }
    made = build("sphinxext.formulas", files=files)
    assert made.page("sigma").title.text.startswith("The σ & tanh")
    for name in ("index", "sigma", "search"):
        assert any("katex" in href for href in stylesheets(made.page(name)))


def test_stylesheet_names_only_files_that_are_there(book):
    folder = book("$x$").out / "_static" / "katex"
    css = (folder / "katex.css").read_text("utf-8")
    urls = set(re.findall(r"url\(([^)]+)\)", css))
    assert len(urls) == 20
    assert all((folder / url).is_file() for url in urls)
    assert ".math-block > .formula" in css
    assert (folder / "LICENSE").is_file()


def test_mathjax_is_on_no_page(build):
    files = {"index.md": "# Start\n\n$x$\n\n```{toctree}\nplain\n```\n", "plain.md": "# Plain\n"}
    made = build("sphinxext.formulas", files=files, html_math_renderer="mathjax")
    for path in made.out.rglob("*.html"):
        assert not re.search(r"<script[^>]*mathjax|cdn\.", path.read_text("utf-8"), re.IGNORECASE)


def test_other_builders_are_left_alone(book):
    made = book("$$ a^2 $$ (one)", builder="latex")
    tex = next(made.out.glob("*.tex")).read_text("utf-8")
    assert r"\label{equation:index:one}" in tex
    assert "katex" not in tex


def test_extension_may_run_in_parallel():
    from sphinxext import formulas

    class Recorder:
        def __getattr__(self, name):
            return lambda *args, **options: None

    said = formulas.setup(Recorder())
    assert said == {"parallel_read_safe": True, "parallel_write_safe": True}


# In a browser

PHONE = rf"""
$$
a = b
$$

$$
{LONG}
$$ (long)

:::{{note}}
- in a list in a note

  $$
  z = w_1 x_1 + w_2 x_2 + w_3 x_3 + b
  $$
:::

Inline ${LONG}$ wraps.
"""


def test_long_formula_scrolls_in_its_own_box(book, open_page):
    made = book(PHONE, html_theme="sphinx_book_theme", html_context={"default_mode": "auto"})
    page, log = open_page(
        (made.out / "index.html").as_uri(), viewport={"width": 320, "height": 640}
    )
    boxes = page.evaluate(
        "[...document.querySelectorAll('.formula')]"
        ".map(box => [box.scrollWidth > box.clientWidth, box.tabIndex])"
    )
    assert boxes[0] == [False, -1]
    assert boxes[1] == [True, 0]
    assert all(stop == 0 for scrolls, stop in boxes if scrolls)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    long = page.locator(".math-block[id] > .formula")
    assert long.evaluate("box => { box.scrollLeft = 50; return box.scrollLeft; }") == 50
    box, number = long.bounding_box(), page.locator(".eqno").bounding_box()
    assert number["x"] >= box["x"] + box["width"]
    assert not log.problems()
    found = Axe().run(page, context=".bd-article", options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert not found.response["violations"]


def test_fonts_arrive_under_a_path_of_the_site(build, open_page):
    files = {"index.md": "# S\n\n```{toctree}\npart/a\n```\n", "part/a.md": "# A\n\n$x = \\R$\n"}
    made = build("sphinxext.formulas", files=files, katex_macros={"R": r"\mathbb{R}"})
    with serve(made.out, "/some/where") as address:
        page, log = open_page(f"{address}part/a.html")
        page.evaluate("document.fonts.ready")
        loaded = page.evaluate(
            "[...document.fonts].filter(font => font.status === 'loaded').map(font => font.family)"
        )
        assert {"KaTeX_Main", "KaTeX_Math", "KaTeX_AMS"} <= set(loaded)
        assert not log.problems()


COPIED = r"""
First $a^2$ and **bold** $b < c$.

$$
x &= 1 \\ y &= 2
$$ (numbered)

Second, without one.
"""
SELECT = """([first, last]) => {
    const [start, end] = [first, last].map((selector) => document.querySelector(selector));
    const inner = document.createTreeWalker(start, NodeFilter.SHOW_TEXT).nextNode();
    getSelection().setBaseAndExtent(inner, 0, end, end.childNodes.length);
}"""
READ = """async () => {
    const [item] = await navigator.clipboard.read(), html = await item.getType("text/html");
    return [await navigator.clipboard.readText(), await html.text()];
}"""


@pytest.fixture
def copied(book, open_page):
    """``copied(first, last)``: text and HTML of what lies between, after the keys for copying."""
    with serve(book(COPIED).out) as address:
        page, _ = open_page(address, permissions=["clipboard-read", "clipboard-write"])

        def copy(first, last):
            page.evaluate(SELECT, [first, last])
            page.keyboard.press("Control+c")
            return page.evaluate(READ)

        yield copy


def test_a_copied_formula_is_its_tex_once(copied):
    text, markup = copied("section > p:nth-of-type(1)", "section > p:nth-of-type(2)")
    aligned = r"\begin{aligned}x &= 1 \\ y &= 2\end{aligned}"
    lines = [line for line in text.splitlines() if line.strip()]
    assert lines[0] == "First $a^2$ and bold $b < c$."
    assert lines[-1] == "Second, without one."
    assert text.count("aligned") == 2
    assert f"$${aligned}$$" in text
    assert "<strong>bold</strong>" in markup
    assert "katex" not in markup
    assert "$b &lt; c$" in markup


@pytest.mark.parametrize("half", [".katex-html .mord", ".katex-html .vlist", "math mi"])
def test_half_of_a_formula_is_copied_as_the_whole(copied, half):
    text, _ = copied(f"p {half}", "section > p:nth-of-type(1)")
    assert text.strip() == "$a^2$ and bold $b < c$."


def test_what_has_no_formula_is_copied_as_ever(copied):
    assert copied("strong", "strong")[0] == "bold"


def test_the_script_is_linked_with_the_stylesheet(book):
    scripts = [tag["src"].partition("?")[0] for tag in book("$x$").page().select("script[src]")]
    assert "_static/katex/copy.js" in scripts
    assert "katex/copy.js" not in str(book("none").page())
