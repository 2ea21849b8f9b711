"""A printed line that came in two parts is one line on the page, in whatever company."""

import pytest
from nbformat import v4

from sphinxext.execution.streams import merge_streams


def sent(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


SHOWN = v4.new_output("display_data", {"text/plain": "a figure"})


@pytest.mark.parametrize(
    ("outputs", "texts"),
    [
        ([sent("one "), sent("line"), sent("\n"), sent("two\n")], ["one line\ntwo\n"]),
        ([sent("a\n\n"), sent("\nb\n")], ["a\n\n\nb\n"]),
        ([sent("10%"), sent("\r20%"), sent("\r30%\n")], ["30%\n"]),
        ([sent("out"), sent("put\n"), sent("err", "stderr"), sent("or\n", "stderr")],
         ["output\n", "error\n"]),
        ([], []),
    ],
)  # fmt: skip
def test_parts_become_one_text(outputs, texts):
    assert [output.text for output in merge_streams(outputs)] == texts


def test_what_is_shown_between_parts_them_and_stays_in_its_place():
    merged = merge_streams([sent("be"), sent("fore\n"), SHOWN, sent("af"), sent("ter\n")])
    assert [o.get("text") for o in merged] == ["before\nafter\n", None]
    assert merged[1] == SHOWN


def test_the_notebook_keeps_its_own_outputs():
    outputs = [sent("a "), sent("line\n")]
    before = [output.copy() for output in outputs]
    merge_streams(outputs)
    assert outputs == before


def test_a_page_shows_the_line_unbroken(build):
    cell = v4.new_code_cell("print('one', 'line')", outputs=[sent("one"), sent(" line\n")])
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# A page"), cell])
    book = build(
        "sphinxext.execution.streams", files={"index.ipynb": notebook}, nb_merge_streams=True
    )
    assert book.page().select_one(".cell_output pre").get_text() == "one line\n"
