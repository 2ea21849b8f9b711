"""Which cells need what no browser runs, by imports and by names."""

import pytest

from sphinxext.python.needs import needs

UNAVAILABLE = {
    "torch": "PyTorch",
    "keras": "Keras",
    "lecturelib.data.mnist1d": "mnist1d",
    ".to_torch": "PyTorch",
}
TORCH = "import torch"


@pytest.mark.parametrize(
    "source",
    [
        "import torch",
        "import torch.nn as nn",
        "from torch.utils import data",
        "if True:\n    def late():\n        import torch",
        'need("torch")',
        "twin = net.to_torch()",
    ],
)
def test_a_cell_that_asks_for_it_needs_it(source):
    assert needs([source, "1 + 1"], UNAVAILABLE) == [["PyTorch"], []]


@pytest.mark.parametrize(
    "source",
    ["import torchvision", "from lecturelib import torch_like", "'import torch'", "%%bash"],
)
def test_what_only_looks_like_it_does_not(source):
    assert needs([source], UNAVAILABLE) == [[]]


@pytest.mark.parametrize(
    "source",
    [
        "torch.zeros(2)",
        "y = [torch.zeros(n) for n in (1, 2)]",
        "def f():\n    return torch.zeros(2)",
        "class Net(torch.nn.Module):\n    pass",
        "x = 1 if torch else 2",
        "torch = torch.nn",
        "print(f'{torch}')",
    ],
)
def test_a_cell_that_uses_such_a_name_needs_it(source):
    assert needs([TORCH, source], UNAVAILABLE)[1] == ["PyTorch"]


@pytest.mark.parametrize(
    "source",
    [
        "def f(torch):\n    return torch",
        "[torch for torch in range(3)]",
        "for torch in range(3):\n    print(torch)",
        "torch = 3\nprint(torch)",
        "x.torch",
    ],
)
def test_another_thing_of_that_name_is_free(source):
    assert needs([TORCH, source], UNAVAILABLE)[1] == []


def test_the_need_goes_from_name_to_name_until_one_is_made_anew():
    cells = [TORCH, "net = torch.nn", "out = net(1)", "net = 3", "net + 1", "out"]
    found = needs(cells, UNAVAILABLE)
    assert found == [["PyTorch"]] * 3 + [[], [], ["PyTorch"]]


def test_everything_that_such_a_cell_imports_is_missing():
    assert needs(["import torch, math", "math.pi"], UNAVAILABLE)[1] == ["PyTorch"]
    assert needs(["import torch", "import math", "math.pi"], UNAVAILABLE)[1:] == [[], []]


def test_what_such_a_cell_changes_is_not_what_it_should_be():
    cells = [TORCH, "scores = {}\nimport os", 'scores["net"] = os.x = torch.e', "scores", "os.name"]
    assert needs(cells, UNAVAILABLE)[3:] == [["PyTorch"], []]


def test_a_function_may_be_imported_where_it_cannot_be_called():
    cells = [
        "from lecturelib.data import mnist1d as load, split",
        "split",
        "data = load(9)",
        "data",
    ]
    assert needs(cells, UNAVAILABLE) == [[], [], ["mnist1d"], ["mnist1d"]]
    assert needs(["\n".join(cells)], UNAVAILABLE) == [["mnist1d"]]


def test_several_needs_add_up():
    cells = [TORCH, "import keras", "pair = torch, keras", "pair"]
    assert needs(cells, UNAVAILABLE)[3] == ["Keras", "PyTorch"]
