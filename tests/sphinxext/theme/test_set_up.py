"""The set-up of a chapter: one folded bar below its first picture."""

import pytest
from nbformat import v4

SET_UP = {"tags": ["hide-input", "set-up"]}
PICTURE = v4.new_output("display_data", {"image/svg+xml": "<svg/>", "text/plain": "Figure"})
PRINTED = v4.new_output("stream", name="stdout", text="x is 1")
DRAWN = v4.new_output("display_data", {"text/html": "<b>drawn</b>", "text/plain": "drawn"})


@pytest.fixture(scope="module")
def book(build_once, notebook):
    rest = ("Then **text**.", ("print('after')", [], {}))
    files = {
        "index.md": "# Book\n\n```{toctree}\npicture\ndiagram\nimports\nnone\n```\n",
        "picture.ipynb": notebook(
            "# Picture",
            ("import numpy", [], SET_UP),
            ("x = 1\nprint('x is', x)", [PRINTED], SET_UP),
            ("draw(x)", [PICTURE], SET_UP),
            *rest,
        ),
        "diagram.ipynb": notebook(
            "# Diagram",
            ("import numpy", [], SET_UP),
            ("diagram()", [DRAWN], {"tags": ["remove-input", "set-up"]}),
            *rest,
        ),
        "imports.ipynb": notebook("# Imports", ("import numpy", [], SET_UP), *rest),
        "none.ipynb": notebook("# None", ("import numpy", [], {"tags": ["hide-input"]}), *rest),
        "conf.py": "",
    }
    return build_once("sphinxext.theme.set_up", files=files)


def bars(page):
    return page.select("details.hide")


def test_one_bar_below_the_picture_holds_all_of_its_code(book):
    page = book.page("picture")
    assert book.warnings == ""
    (bar,) = bars(page)
    assert bar.summary.get_text(" ", strip=True).startswith(
        "Set-up: imports, settings and this picture's code"
    )
    code = [pre.text.strip() for pre in bar.select(".cell_input pre")]
    assert code == ["import numpy", "x = 1\nprint('x is', x)", "draw(x)"]
    assert [pre.text.strip() for pre in bar.select(".cell_output pre")] == ["x is 1"]
    shown = bar.find_previous_sibling(class_="cell_output")
    assert shown.find("img")


def test_below_a_drawing_whose_code_is_not_shown(book):
    (bar,) = bars(book.page("diagram"))
    assert bar.summary.get_text(" ", strip=True).startswith("Set-up: imports and settings")
    assert [pre.text.strip() for pre in bar.select("pre")] == ["import numpy"]
    assert bar.find_previous_sibling(class_="cell_output").b.text == "drawn"


def test_a_cell_alone_gets_the_label_in_its_place(book):
    page = book.page("imports")
    (bar,) = bars(page)
    assert bar.summary.get_text(" ", strip=True).startswith("Set-up: imports and settings")
    assert bar.find_next("strong").text == "text"


def test_other_cells_are_left_alone(book):
    (bar,) = bars(book.page("none"))
    assert "Set-up" not in bar.text
