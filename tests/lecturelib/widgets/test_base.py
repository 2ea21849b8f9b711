"""Assembly of the widgets and their validated traits."""

import re

import numpy as np
import pytest
import traitlets

from lecturelib import palette, widgets
from lecturelib.widgets import Activations, Neuron
from lecturelib.widgets.base import Number, bundle, stylesheet

# Traits


@pytest.mark.parametrize(
    "value", [-4, 4, 0.5, np.float32(0.5), np.int64(-3), np.float64(1e-300), np.array(0.5)]
)
def test_a_number_takes_what_is_one_number(value):
    bias = Neuron(bias=value).bias
    assert bias == value
    assert type(bias) is float


@pytest.mark.parametrize(
    "value",
    [[1, 2], (0.5, -4), np.array([4, -4]), np.zeros(2, np.float32), [np.int8(1), np.float32(0.5)]],
)
def test_numbers_take_lists_and_arrays(value):
    weights = Neuron(weights=value).weights
    assert weights == list(value)
    assert [type(w) for w in weights] == [float, float]


NO_NUMBER = [float("nan"), float("inf"), -np.inf, np.float64("nan"), True, np.True_, "1", None, 1j]
OUT_OF_RANGE = [4.0001, -5, np.float64(1e300), 10**400]  # the last is no float at all


@pytest.mark.parametrize(
    "value",
    [*NO_NUMBER, *OUT_OF_RANGE, [1.0], np.array([1.0, 2.0]), {}],
    ids=lambda v: repr(v)[:20],
)
def test_a_number_refuses_the_rest(value):
    widget = Neuron()
    with pytest.raises(traitlets.TraitError, match=r"^bias: expected a number"):
        widget.bias = value
    assert widget.bias == -1.5


@pytest.mark.parametrize(
    "value",
    [
        *([1.0, entry] for entry in [*NO_NUMBER, *OUT_OF_RANGE, [1.0]]),
        *([1.0], [1.0, 2.0, 3.0], [], 1.0, "12", None),
        *(np.zeros((1, 2)), np.zeros(3), {1: 1, 2: 2}),
    ],
    ids=lambda v: repr(v)[:30],
)
def test_numbers_refuse_the_rest(value):
    widget = Neuron()
    with pytest.raises(traitlets.TraitError, match=r"^weights: expected"):
        widget.weights = value
    assert widget.weights == [1.0, 1.0]


def test_a_default_out_of_range_is_refused():
    with pytest.raises(traitlets.TraitError, match="from 0 to 1, got 2"):
        Number(2, 0, 1)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Neuron(activation="softmax"), "activation"),
        (lambda: Neuron(task="and"), "task"),
        (lambda: Activations(shown=["sigmoid", "step"]), "shown"),
        (lambda: Activations(alpha=0), "alpha"),
        (lambda: Activations(slope=1), "slope"),
        (lambda: Activations(pieces=[0, 0]), "pieces"),
    ],
)
def test_the_error_names_the_trait(make, name):
    with pytest.raises(traitlets.TraitError, match=name):
        make()


def test_an_unknown_keyword_is_named():
    with pytest.raises(TypeError, match=r"^Neuron has no wieghts; it has activation, bias, inputs"):
        Neuron(wieghts=[1, 1])


def test_traits_are_set_read_and_observed():
    widget, seen = Neuron(), []
    widget.observe(lambda change: seen.append((change.name, change.new)), ["weights", "bias"])
    widget.weights = np.array([2, -1])
    widget.bias = 1
    assert seen == [("weights", [2.0, -1.0]), ("bias", 1.0)]
    assert widget.get_state(["weights", "bias"]) == {"weights": [2.0, -1.0], "bias": 1.0}


def test_widgets_share_no_list():
    Neuron().weights.append(7)
    assert Neuron().weights == [1.0, 1.0]


def test_the_text_of_a_widget_builds_it_again():
    widget = Activations(shown=["elu"], alpha=0.5)
    again = eval(repr(widget), {"Activations": Activations})
    assert again.state() == widget.state()


# Modules and style


def test_a_bundle_is_one_small_module(kind):
    source = getattr(widgets, kind)._esm
    assert not re.search(r"^\s*import\b|\bimport\s*\(|\bfrom\s+[\"']", source, re.MULTILINE)
    assert len(re.findall(r"^export default", source, re.MULTILINE)) == 1
    assert len(source.encode()) <= 25 * 1024


def test_each_part_of_a_bundle_stands_in_it_once():
    assert bundle("neuron").count("export function clean") == 0
    for export in ("export function h(", "export const FUNCTIONS", "export function frame("):
        assert bundle("neuron").count(export) == 1


PURE = {
    "Neuron": "clean compute corners positiveSide line describe format fromLink toLink",
    "Activations": "clean compute tangent remark describe samples FUNCTIONS LECTURE",
    "Adversarial": "clean decode forward gradient coins nudged describe",
    "BackpropSteps": "clean compute difference updated mistakes mark describe PLACES RULES STEPS",
    "ForwardPass": "clean compute softmax terms mistakes mark next describe calculation",
    "DecisionBoundary": "clean decode points network output score field above describe",
    "Quiz": "readings mark kept recalled",
    "BpttFlow": "clean matrix slopes flow brief mark describe",
    "Representation": "clean decode points network forward probe seen mesh half ends rule describe",
    "RnnUnroll": "clean letters compute mistakes mark next describe calculation softmax",
    "MlVsDlFlow": "clean decode picture features holes softmax flow describe",
    "LearningCurve": "clean interpolate read above crossing ranking overtaking describe place",
    "Descent": "clean describe descend contour mark format",
    "Timeline": "clean filter rows next describe",
    "TrainingStep": "clean code pass keeps train stored turn describe calculation NAMES STAGES",
}


def test_pure_functions_can_be_reached(kind, key, javascript):
    names = javascript("(m, kind) => Object.keys(m[kind])", key)
    assert set(PURE[kind].split()) <= set(names)


def test_names_and_defaults_are_those_of_the_module(figure, key, javascript):
    widget = getattr(widgets, figure)()
    assert widget.state() == javascript("(m, name) => m[name].clean({})", key)


def test_the_module_takes_every_value_that_python_takes(javascript):
    choices = Neuron.class_traits()
    for name in ("activation", "task"):
        values = choices[name].values
        body = "({neuron}, [name, all]) => all.map((value) => neuron.clean({[name]: value})[name])"
        assert javascript(body, [name, values]) == values
    names = Activations.class_traits()["shown"]._trait.values
    assert javascript("({activations}, shown) => activations.clean({shown}).shown", names) == names


@pytest.mark.parametrize("end", ["low", "high"])
def test_ranges_are_those_of_the_module(figure, key, end, javascript):
    cls = getattr(widgets, figure)
    ranged = {n: t for n, t in cls.class_traits().items() if hasattr(t, "low")}
    far = {"low": -1e9, "high": 1e9}[end]
    raw = {n: [far] * t.length if hasattr(t, "length") else far for n, t in ranged.items()}
    cleaned = javascript("(m, [name, raw]) => m[name].clean(raw)", [key, raw])
    for name, trait in ranged.items():
        limit = getattr(trait, end)
        assert cleaned[name] == ([limit] * trait.length if hasattr(trait, "length") else limit)
        setattr(cls(), name, cleaned[name])


def test_the_colours_are_the_palette():
    light, dark, paper = re.findall(r"\{ (--dl-ink[^}]*) \}", stylesheet())
    for text, colours in ((light, palette.LIGHT), (dark, palette.DARK), (paper, palette.LIGHT)):
        found = dict(re.findall(r"--dl-([\w-]+): (#[0-9a-f]{6});", text))
        assert found == colours


def test_every_colour_that_is_used_is_defined():
    used = set(re.findall(r"var\(--dl-([\w-]+)\)", stylesheet()))
    assert used
    assert used <= set(palette.LIGHT)


def test_no_rule_has_a_colour_of_its_own():
    rules = stylesheet().split(".dl-widget", 1)[1]
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules)
