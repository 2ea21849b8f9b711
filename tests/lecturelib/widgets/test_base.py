"""Assembly of the widgets and their validated traits."""

import re

import numpy as np
import pytest
import traitlets

from lecturelib import palette
from lecturelib.widgets import Activations, Neuron
from lecturelib.widgets.base import Choice, Choices, Flag, Number, Text, stylesheet

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


def test_what_is_no_choice_text_or_flag_is_refused():
    class Small(traitlets.HasTraits):
        shown, kind = Choices(["a"], ["a", "b"]), Choice(3, range(5))
        on, text, count = Flag(False), Text("", 4), Number(2, 0, 7, whole=True)

    small = Small(kind=np.int64(4), count=np.float32(7), shown=np.array(["b", "a"]))
    assert (small.kind, small.count, small.shown) == (4, 7, ["b", "a"])
    assert type(small.count) is int
    for name, wrong, says in [
        ("kind", 5, r"one of \[0, 1, 2, 3, 4\], got 5"),
        ("kind", True, "one of"),
        ("shown", "a", "a list"),
        ("shown", ["a", "c"], "got 'c'"),
        ("on", 1, "True or False"),
        ("text", "hello", "at most 4 characters, got 5"),
        ("text", None, "a text"),
        ("count", 2.5, "a whole number from 0 to 7, got 2.5"),
        ("count", 8, "from 0 to 7"),
    ]:
        with pytest.raises(traitlets.TraitError, match=f"^{name}: expected .*{says}"):
            setattr(small, name, wrong)


# Style


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
