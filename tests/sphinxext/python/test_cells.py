"""What a page knows of a notebook's code cells."""

import nbformat

from sphinxext.python.cells import elsewhere, imports, numbers


def test_imports_are_found_with_their_dots():
    found = imports("import a.b\nfrom c import d as e\nif 1:\n    import f\n    %pip install g")
    assert found == {"a.b", "c", "c.d", "f"}
    assert imports("no python at all") == set()


def test_a_cell_knows_how_many_of_code_stand_before_it(tmp_path, notebook):
    code = ("x = 1", [], {})
    (tmp_path / "page.ipynb").write_text(nbformat.writes(notebook("# Title", code, "Words", code)))
    assert numbers(tmp_path / "page.ipynb")[:4] == [0, 0, 1, 1]


def cell(*missing, hidden=False):
    return {"needs": [*missing], "hidden": hidden}


def test_most_of_the_cells_that_are_shown_decide_for_the_page():
    half = [cell("PyTorch"), cell("Keras", "PyTorch"), cell(), cell()]
    assert elsewhere(half) == []
    assert elsewhere([*half, cell("PyTorch", hidden=True)]) == []
    assert elsewhere([*half, cell("PyTorch")]) == ["Keras", "PyTorch"]
    assert elsewhere([]) == []
