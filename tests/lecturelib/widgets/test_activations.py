"""The activation functions in JavaScript against the library."""

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib import activations
from lecturelib.widgets import Activations


class TestActivations(WidgetContract):
    widget = Activations
    state = {"shown": ["tanh", "maxout"], "a": -2, "slope": 0.2}
    other = {"shown": ["sigmoid", "elu"], "a": 3, "alpha": 0.5, "pieces": [0.5, 1, -1, 0]}
    controls = "range number checkbox handle"
    sentences = """
    {"shown": []} No function is shown: tick one.
    {} At a = 1.0: sigmoid 0.73, slope 0.20; ReLU 1.00, slope 1.00.
    {"shown": ["sigmoid", "tanh", "relu", "leaky_relu"], "a": -5} At a = −5.0: sigmoid 0.01,
      slope 0.01 (saturated); tanh −1.00, slope 0.00 (saturated); ReLU 0.00, slope 0.00 (dead
      here); Leaky ReLU −0.50, slope 0.10.
    {"shown": ["elu", "maxout"], "a": -4, "alpha": 0.5} At a = −4.0: ELU −0.49, slope 0.01
      (saturated); Maxout 4.00, slope −1.00.
    """

    def test_functions_are_ticked_and_what_they_need_appears(self, desk):
        desk.set({"shown": []})
        needs = {"Leaky ReLU": ["Leaky slope"], "ELU": ["ELU α"]}
        needs["Maxout"] = [f"Maxout {name}" for name in ("w₁", "b₁", "w₂", "b₂")]
        for label in ("sigmoid", "tanh", "ReLU", "Leaky ReLU", "ELU", "Maxout"):
            box = desk.page.get_by_role("checkbox", name=label, exact=True)
            sliders = [desk.page.get_by_label(name, exact=True) for name in needs.get(label, [])]
            assert not any(slider.is_visible() for slider in sliders)
            box.press("Space")
            assert all(slider.is_visible() for slider in sliders)
            assert f"{label} " in desk.words()
        assert len(desk.all(".dl-table tbody tr:visible")) == 6
        desk.page.locator("label", has_text="tanh").click()
        assert desk.state()["shown"] == ["sigmoid", "relu", "leaky_relu", "elu", "maxout"]
        assert len(desk.all(".dl-table tbody tr:visible")) == 5


NAMES = ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "maxout"]
EDGES = [0, -0.0, 1e-12, -1e-12, 1, -1, 5, -5, 20, -20, 40, -40, 710, -710, 1e4, -1e4]
LECTURE = {"slope": 0.1, "alpha": 1.0, "pieces": [-1.0, 0.0, 1.0, 0.0]}


def settings(count=40, seed=3):
    rng = np.random.default_rng(seed)
    yield LECTURE
    yield {"slope": 0, "alpha": 0.1, "pieces": [0.5, 1, 0.5, 1]}
    yield {"slope": 0.9, "alpha": 2, "pieces": [-1.5, 1.5, 1.5, -1.5]}
    for _ in range(count):
        pieces = rng.uniform(-1.5, 1.5, 4).tolist()
        yield {"slope": rng.uniform(0, 0.9), "alpha": rng.uniform(0.1, 2), "pieces": pieces}


SETTINGS = list(settings())
POINTS = [*EDGES, *np.random.default_rng(4).uniform(-6, 6, 60).tolist()]


def library(name, a, case):
    """f(a) and f′(a) of the library, arrays in, arrays out."""
    f, grad = (getattr(activations, name + end) for end in ("", "_grad"))
    if name == "maxout":
        w, b = np.array(case["pieces"][::2]), np.array(case["pieces"][1::2])
        pieces = a[:, None] * w + b
        return f(pieces), grad(pieces) @ w
    more = {"leaky_relu": ["slope"], "elu": ["alpha"]}.get(name, [])
    return f(a, *(case[n] for n in more)), grad(a, *(case[n] for n in more))


@pytest.mark.parametrize("name", NAMES)
def test_value_and_slope(javascript, name):
    body = """({activations}, [name, points, settings]) =>
      settings.map((s) => points.map((a) => activations.compute(name, a, s)))"""
    a = np.array(POINTS)
    for case, found in zip(SETTINGS, javascript(body, [name, POINTS, SETTINGS]), strict=True):
        f, df = library(name, a, case)
        np.testing.assert_allclose([one["f"] for one in found], f, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose([one["df"] for one in found], df, rtol=1e-9, atol=1e-9)


def test_small_slopes_keep_their_digits(javascript):
    body = "({activations}, [name, all]) => all.map((a) => activations.FUNCTIONS[name].df(a, {}))"
    a = np.array([-300.0, -40.0, -20.0, 20.0, 40.0, 300.0])
    for name in ("sigmoid", "tanh"):
        expected = getattr(activations, f"{name}_grad")(a)
        np.testing.assert_allclose(javascript(body, [name, a.tolist()]), expected, rtol=1e-9)


def test_step_and_identity(javascript):
    body = """({neuron: { FUNCTIONS: { step, identity } }}, all) =>
      all.map((a) => [step.f(a), step.df(a), identity.f(a), identity.df(a)])"""
    a = np.array(POINTS)
    expected = np.transpose([a > 0, 0 * a, a, 0 * a + 1])
    np.testing.assert_array_equal(javascript(body, POINTS), expected)


def test_settings_of_the_lecture_are_the_defaults_of_the_library(javascript):
    assert javascript("({neuron}) => neuron.LECTURE") == LECTURE
    widget = Activations()
    assert {name: getattr(widget, name) for name in LECTURE} == LECTURE
    assert activations.leaky_relu(-1.0) == -LECTURE["slope"]
    assert activations.elu_grad(0.0) == LECTURE["alpha"]


@pytest.mark.parametrize("name", NAMES)
def test_tangent_touches_with_the_slope(javascript, name):
    body = """({activations}, [name, points, s]) =>
      points.map((a) => activations.tangent(name, a, s))"""
    points = np.random.default_rng(5).uniform(-5, 5, 50)
    f, df = library(name, points, SETTINGS[3])
    found = np.array(javascript(body, [name, points.tolist(), SETTINGS[3]]))
    assert found.shape == (50, 2, 2)
    np.testing.assert_allclose(found[..., 0].mean(axis=1), points, atol=1e-9)
    np.testing.assert_allclose(found[..., 1].mean(axis=1), f, atol=1e-9)
    rise, run = np.diff(found, axis=1)[:, 0, ::-1].T
    assert (run > 1).all()
    np.testing.assert_allclose(rise / run, df, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_remark_follows_the_slope(javascript, name):
    body = "({activations}, [name, all, s]) => all.map((a) => activations.remark(name, a, s))"
    a = np.linspace(-5, 5, 201)
    for case in SETTINGS[:6]:
        _, df = library(name, a, case)
        steepest = {"sigmoid": 0.25, "tanh": 1.0, "elu": max(1.0, case["alpha"])}.get(name)
        expected = np.full(a.shape, "", dtype="<U9")
        if steepest:
            expected[df < 0.05 * steepest] = "saturated"
        if name == "relu":
            expected[df == 0] = "dead here"
        assert javascript(body, [name, a.tolist(), case]) == expected.tolist()
    if name in ("sigmoid", "tanh", "elu", "relu"):
        assert set(expected) == {"", "dead here" if name == "relu" else "saturated"}


def test_samples_cover_the_axis_and_break_at_a_jump(javascript):
    body = """({activations: { samples }}) =>
      [samples((x) => 2 * x, 0.4), samples((x) => (x > 0 ? 1 : 0), 0.4)]"""
    line, step = javascript(body)
    x, y = np.array(line).T
    assert (x[0], x[-1], len(x)) == (-5, 5, 401)
    np.testing.assert_allclose(y, 2 * x, atol=1e-12)
    gaps = [x for x, y in step if np.isnan(y)]
    assert gaps == pytest.approx([0.025])
