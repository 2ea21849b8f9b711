"""What the first cell of a notebook installs on Colab leaves Colab's own packages as they are."""

import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# The list of its packages that googlecolab/backend-info held in June 2026.
COLAB = {
    "anywidget": "0.9.21",
    "ipywidgets": "7.7.1",
    "keras": "3.13.2",
    "matplotlib": "3.10.0",
    "numpy": "2.0.2",
    "scikit-learn": "1.6.1",
    "torch": "2.11.0",
    "tqdm": "4.67.3",
}


def bounds():
    """Name and requirement of each bound that the library, or anywidget for it, sets."""
    extras = PROJECT["optional-dependencies"].values()
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in extra)]
    asked = [Requirement(text) for text in [*texts, *requires("anywidget")]]
    return [bound for bound in asked if bound.name in COLAB]


@pytest.mark.parametrize("bound", bounds(), ids=str)
def test_colab_has_what_the_library_asks_for(bound):
    assert COLAB[bound.name] in bound.specifier, f"the cell would replace Colab's {bound.name}"


def test_every_package_of_the_list_is_asked_for():
    assert {bound.name for bound in bounds()} == COLAB.keys()


@pytest.mark.parametrize("python", ["3.12", "3.13"])
def test_its_python_is_one_of_the_librarys(python):
    assert python in SpecifierSet(PROJECT["requires-python"])
