"""Every figure follows the theme, keeps its place while it loads, and says what is to be seen."""

import base64
import io

import matplotlib.pyplot as plt
import pytest
from nbformat import v4

from lecturelib.palette import DARK, LIGHT

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100">'
    f'<rect width="300" height="100" fill="{LIGHT["paper"]}"/>'
    f'<circle cx="50" cy="50" r="30" fill="{LIGHT["forward"]}"/></svg>'
)
PLAIN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path stroke="red"/></svg>'
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


@pytest.fixture(scope="module")
def drawn():
    """What matplotlib writes for a figure of 6 by 3 inches in the book's colours."""
    with plt.rc_context({"svg.hashsalt": "test", "figure.facecolor": LIGHT["paper"]}):
        figure, axes = plt.subplots(figsize=(6, 3))
        axes.plot([0, 1], color=LIGHT["backward"])
        axes.axhline(0.5, color="#123456")
        text = io.StringIO()
        figure.savefig(text, format="svg")
        plt.close(figure)
    return text.getvalue().strip()


def picture(data, mime="image/svg+xml"):
    return v4.new_output("display_data", data={mime: data, "text/plain": "<Figure size 1x1>"})


def image_options(**options):
    return {"mystnb": {"image": options}}


@pytest.fixture
def book(build, notebook):
    """``book(*cells, files=…)``: the book of one notebook and perhaps more files."""

    def run(*cells, files=None, **config):
        pages = {"index.ipynb": notebook("# Page", *cells)} if cells else {}
        return build("sphinxext.figures", files=pages | (files or {}), **config)

    return run


# On the page


def test_figure_of_a_notebook_comes_in_two_colourings(book, drawn):
    made = book(("plot()", [picture(drawn)], image_options(alt="A rising line")))
    assert not made.warnings
    light, dark = made.page().select(".cell_output .dl-figure-pair > img")
    assert light["class"] == ["dl-figure", "only-light"]
    assert dark["class"] == ["dl-figure", "only-dark"]
    for image in (light, dark):
        assert (image["width"], image["height"]) == ("576", "288")
        assert (image["loading"], image["decoding"]) == ("lazy", "async")
        assert image["alt"] == "A rising line"
        assert image["src"].startswith("_images/")
    light_text, dark_text = (
        (made.out / image["src"]).read_text("utf-8") for image in (light, dark)
    )
    assert light_text == drawn
    assert dark_text == drawn.replace(LIGHT["backward"], DARK["backward"]).replace(
        LIGHT["paper"], DARK["paper"]
    )
    assert "#123456" in dark_text


def test_options_of_the_cell_hold_for_both(book):
    options = {"alt": "A circle", "width": "50%", "classes": "wide", "align": "center"}
    page = book(("plot()", [picture(DRAWING)], image_options(**options))).page()
    for image in page.select("img"):
        assert image["style"] == "width: 50%"
        assert (image["width"], image["height"]) == ("300", "100")
        assert {"wide", "align-center"} <= set(image["class"])
        # No link of Sphinx's own to the file, which would be empty around the hidden one.
        assert image.parent["class"] == ["dl-figure-pair"]


@pytest.mark.parametrize(
    ("options", "attributes"),
    [
        ({"scale": "50"}, {"width": "150", "height": "50"}),
        ({"height": "40"}, {"style": "height: 40px; width: auto"}),
    ],
)
def test_scale_and_height(book, options, attributes):
    page = book(("plot()", [picture(DRAWING)], image_options(alt="A circle", **options))).page()
    assert all(image.attrs.items() >= attributes.items() for image in page.select("img"))


def test_name_of_a_drawing_is_on_the_page_once(book):
    text = "# Page\n\n```{image} a.svg\n:alt: A circle\n:name: circle\n```\n"
    page = book(files={"index.md": text, "a.svg": DRAWING}).page()
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert page.find(id="circle")["class"] == ["dl-figure-pair"]


def test_drawings_of_the_book_are_treated_alike(book):
    text = """# Page

![Two neurons](drawings/neuron.svg)

```{figure} /_static/neuron.svg
:alt: One neuron
:name: one

Caption.
```
"""
    files = {
        "part/index.md": text,
        "index.md": "# Start\n\n```{toctree}\npart/index\n```\n",
        "part/drawings/neuron.svg": DRAWING,
        "_static/neuron.svg": DRAWING.replace("300", "200"),
    }
    made = book(files=files)
    assert not made.warnings
    images = made.page("part/index").select("img")
    assert [image["width"] for image in images] == ["300", "300", "200", "200"]
    assert [image["alt"] for image in images] == ["Two neurons"] * 2 + ["One neuron"] * 2
    assert len({image["src"] for image in images}) == 4
    assert all((made.out / "part" / image["src"]).is_file() for image in images)


def test_drawing_without_a_colour_of_the_palette_stays_one(book):
    files = {"index.md": "# Page\n\n![a line](plain.svg)\n", "plain.svg": PLAIN}
    [image] = book(files=files).page().select("img")
    assert image["class"] == ["dl-figure"]
    assert (image["width"], image["height"]) == ("40", "20")


def test_what_the_author_themed_stays(book):
    text = (
        "# Page\n\n```{image} a.svg\n:class: only-dark\n```\n\n![far](https://example.org/b.svg)\n"
    )
    page = book(files={"index.md": text, "a.svg": DRAWING}).page()
    assert [image["src"] for image in page.select("img")] == [
        "_images/a.svg",
        "https://example.org/b.svg",
    ]


def test_file_that_is_no_svg_is_a_warning(book):
    made = book(files={"index.md": "# Page\n\n![a](a.svg)\n", "a.svg": "<svg"})
    assert "index.md:3: WARNING: a.svg: this is no SVG file" in made.warnings


def test_link_around_a_drawing_holds_both(book):
    files = {"index.md": "# Page\n\n[![a circle](a.svg)](https://example.org)\n", "a.svg": DRAWING}
    [link] = book(files=files).page().select('a[href="https://example.org"]')
    assert len(link.select("img")) == 2


def test_stylesheet_is_linked_where_a_figure_is(book):
    files = {
        "index.md": "# Start\n\n```{toctree}\npart/a\n```\n",
        "part/a.md": "# A\n\n![a](a.svg)\n",
        "part/a.svg": DRAWING,
    }
    made = book(files=files)
    assert not made.page().select('link[href*="figures.css"]')
    [link] = made.page("part/a").select('link[href*="figures.css"]')
    assert link["href"].startswith("../_static/figures.css?v=")


def test_page_written_again_keeps_its_figures(build):
    files = {
        "index.md": "# Start\n\n![a](a.svg)\n\n```{toctree}\nother\n```\n",
        "other.md": "# Other\n\n![b](b.svg)\n",
        "a.svg": DRAWING,
        "b.svg": DRAWING.replace("300", "200"),
    }
    build("sphinxext.figures", files=files)
    changed = {"other.md": "# Other\n\nAgain.\n\n![b](b.svg)\n", "b.svg": DRAWING}
    made = build("sphinxext.figures", files=changed)
    assert made.read == ["other"]
    for name in ("index", "other"):
        assert all((made.out / image["src"]).is_file() for image in made.page(name).select("img"))
    assert made.page("other").select_one("img")["width"] == "300"


# What is to be seen


@pytest.mark.parametrize(
    "alt", [None, "", "  ", "figure-1.svg", "<Figure size 640x480 with 1 Axes>"]
)
def test_output_without_a_description_is_a_warning_with_its_place(book, alt):
    described = ("plot()", [picture(DRAWING)], image_options(alt="A circle"))
    outputs = [picture(DRAWING), picture(PLAIN)]
    options = image_options(alt=alt) if alt is not None else {}
    made = book(described, "Text.", ("plot()", outputs, options))
    first, second = made.warnings.strip().splitlines()
    assert "index.ipynb: WARNING: the picture in cell 4, picture 1 has no description" in first
    assert "cell 4, picture 2" in second
    assert all("_images" not in image["alt"] for image in made.page().select("img"))


def test_caption_describes_a_figure_that_has_no_alt(book):
    figure = {"mystnb": {"figure": {"caption": "Two *circles*."}}}
    made = book(("plot()", [picture(DRAWING)], figure))
    assert not made.warnings
    assert {image["alt"] for image in made.page().select("img")} == {"Two circles."}


def test_png_is_left_but_needs_a_description(book):
    png = picture(PIXEL, "image/png")
    made = book(("plot()", [png], {}), ("plot()", [png], image_options(alt="A dot")))
    assert made.warnings.count("WARNING") == 1
    assert "cell 2, picture 1" in made.warnings
    _, described = made.page().select("img")
    assert described["alt"] == "A dot"
    assert not described.get("class")


def test_decoration_in_the_text_may_be_silent(book):
    made = book(files={"index.md": "# Page\n\n![](a.svg)\n", "a.svg": DRAWING})
    assert not made.warnings
    assert [image["alt"] for image in made.page().select("img")] == ["", ""]


# Elsewhere


@pytest.mark.parametrize("builder", ["epub", "pseudoxml"])
def test_other_builders_are_left_alone(book, builder):
    files = {"index.md": "# Page\n\n![a](a.svg)\n", "a.svg": DRAWING}
    made = book(files=files, builder=builder, epub_show_urls="no", version="1")
    text = next(path for path in made.out.rglob("index.*")).read_text("utf-8")
    assert text.count("a.svg") >= 1
    assert "only-dark" not in text
    assert not list(made.out.rglob("*-dark-*"))


# In a browser


@pytest.fixture(scope="module")
def captioned(build_once, notebook):
    """The address of a page with a figure that has a caption, in the book's theme."""
    options = {"mystnb": {"image": {"alt": "A circle"}, "figure": {"caption": "The caption."}}}
    page = notebook("# Page", ("plot()", [picture(DRAWING)], options))
    theme = {"html_theme": "sphinx_book_theme", "html_context": {"default_mode": "auto"}}
    made = build_once("sphinxext.figures", files={"index.ipynb": page}, **theme)
    return (made.out / "index.html").as_uri()


@pytest.fixture
def shown(captioned, open_page):
    """``shown(colour_scheme, width)``: that page, opened."""

    def run(scheme, width=1000):
        viewport = {"width": width, "height": 700}
        return open_page(captioned, color_scheme=scheme, viewport=viewport)

    return run


def visible(page, *names):
    return {name for name in names if page.locator(name).is_visible()}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_shows_one_of_the_pair_and_the_caption(shown, theme):
    page, log = shown(theme)
    seen = visible(page, "img.only-light", "img.only-dark", "figcaption")
    assert seen == {f"img.only-{theme}", "figcaption"}
    style = f"getComputedStyle(document.querySelector('img.only-{theme}'))"
    assert page.evaluate(f"{style}.filter") == "none"
    assert page.evaluate(f"{style}.backgroundColor") == "rgba(0, 0, 0, 0)"
    assert not log.problems()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_print_shows_the_light_one(shown, theme):
    page, _ = shown(theme)
    page.emulate_media(media="print")
    assert visible(page, "img.only-light", "img.only-dark") == {"img.only-light"}


def test_figure_scales_with_the_column(shown):
    page, _ = shown("light", width=260)
    box = page.locator("img.only-light").bounding_box()
    assert box["width"] < 250
    assert box["height"] == pytest.approx(box["width"] / 3, abs=1)
