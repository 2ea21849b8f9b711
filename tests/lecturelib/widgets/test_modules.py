"""How the modules of a widget are joined, and what they get from its traits."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from lecturelib import widgets
from lecturelib.widgets import FeatureMaps, Neuron, modules

FIGURES = sorted(path.stem for path in Path(widgets.__file__).parent.glob("*.js"))
DECLARED = re.compile(r"^(?:export )?(?:const|let|function) (\w+)", re.MULTILINE)


def test_each_part_of_a_bundle_stands_in_it_once():
    for export in ("export function h(", "export const FUNCTIONS", "export function frame("):
        assert modules.bundle("neuron").count(export) == 1


def test_a_part_comes_only_where_it_is_imported():
    assert list(modules.parts("quiz")) == ["kit", "typed", "quiz"]
    assert "layerNorm" in FeatureMaps._esm
    assert "layerNorm" not in Neuron._esm


def test_remarks_go_and_addresses_stay():
    source = modules.source("kit")
    assert "http://www.w3.org/2000/svg" in source
    assert not re.search(r"^[ \t]|^//|/\*\*", source, re.MULTILINE)
    assert "little-endian" in modules.read("record.js")
    assert "little-endian" not in modules.source("record")


def test_the_traits_are_what_the_module_imports():
    (line,) = re.findall(r"^const SPEC = (.*);$", Neuron._esm, re.MULTILINE)
    assert json.loads(re.sub(r"(\w+):", r'"\1":', line)) == Neuron.spec()
    assert Neuron.spec()["bias"] == {"start": -1.5, "low": -4, "high": 4}


@pytest.mark.parametrize("name", FIGURES)
def test_joined_modules_declare_no_name_twice(name):
    texts = [modules.read(f"{part}.js") for part in modules.parts(name)]
    declared = Counter(found for text in texts for found in DECLARED.findall(text))
    assert [found for found, times in declared.items() if times > 1] == []


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"expected a file nothing\.js in lecturelib/widgets"):
        modules.source("nothing")


def test_a_class_is_found_by_its_file():
    assert set(widgets.__all__) <= set(dir(widgets))
    assert widgets.Neuron is Neuron
    assert len(widgets.__all__) >= 15
    with pytest.raises(AttributeError, match="Kit"):
        _ = widgets.Kit
