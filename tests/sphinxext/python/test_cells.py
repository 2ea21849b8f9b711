"""What a page knows of a notebook's code cells."""

from sphinxext.python.cells import elsewhere, imports


def test_imports_are_found_with_their_dots():
    found = imports("import a.b\nfrom c import d as e\nif 1:\n    import f\n    %pip install g")
    assert found == {"a.b", "c", "c.d", "f"}
    assert imports("no python at all") == set()


def test_a_function_of_a_module_may_be_what_is_missing():
    cells = [{"source": "from lecturelib.data import mnist1d, split"}]
    assert elsewhere(cells, {"lecturelib.data.mnist1d": "mnist1d", "torch": "PyTorch"}) == [
        "mnist1d"
    ]
