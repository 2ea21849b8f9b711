"""Optimisers: the formulas by hand, PyTorch's steps to ten digits, and what they refuse."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecturelib.ffnn import FFNN
from lecturelib.layers import Linear
from lecturelib.optim import SGD, Adam, Optimiser, clip_gradients

RECIPES = [
    (SGD, {"lr": 0.1}),
    (SGD, {"lr": 0.05, "momentum": 0.9}),
    (SGD, {"lr": 0.05, "momentum": 0.7, "nesterov": True}),
    (Adam, {}),
    (Adam, {"lr": 0.03, "betas": (0.8, 0.95), "eps": 1e-3}),
    (Adam, {"lr": 0.03, "betas": (0.0, 0.0)}),
]
EACH = pytest.mark.parametrize(("kind", "settings"), RECIPES)


def single(w=1.0, dtype=np.float64):
    """One number and its gradient as the pair of dicts that an optimiser takes."""
    return {"w": np.array([w], dtype)}, {"w": np.zeros(1, dtype)}


def walk(optimiser, model, gradients):
    """The values of w after each gradient."""
    values = []
    for g in gradients:
        model[1]["w"][:] = g
        optimiser.step()
        values.append(float(model[0]["w"][0]))
    return values


def test_two_steps_by_hand():
    gradients, root = [2.0, -1.0], (0.004996 / 0.001999) ** 0.5
    for make, expected in [
        (lambda m: SGD(m, 0.1), [0.8, 0.9]),
        (lambda m: SGD(m, 0.1, momentum=0.5), [0.8, 0.8]),  # m = 2, then 1 − 1
        (lambda m: SGD(m, 0.1, momentum=0.5, nesterov=True), [0.7, 0.8]),  # 2 + 1, then −1 + 0
        # m̂ / √v̂ is the sign of the first gradient; then m̂ = 0.08 / 0.19, v̂ = 0.004996 / 0.001999
        (lambda m: Adam(m, 0.1, eps=1e-30), [0.9, 0.9 - 0.1 * (0.08 / 0.19) / root]),
    ]:
        model = single()
        assert walk(make(model), model, gradients) == pytest.approx(expected, rel=1e-8)


@EACH
def test_fifty_steps_equal_torchs(kind, settings):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    shapes = {"W": (3, 4), "b": (3,), "V": (2, 1, 5)}
    parameters = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    gradients = {name: np.zeros(shape) for name, shape in shapes.items()}
    theirs = {name: torch.tensor(p, requires_grad=True) for name, p in parameters.items()}
    reference = getattr(torch.optim, kind.__name__)(theirs.values(), **settings)
    optimiser = kind((parameters, gradients), **settings)
    for _ in range(50):
        optimiser.zero_grad()
        for name, p in theirs.items():
            g = rng.normal(size=shapes[name]) * rng.choice([1e-4, 1, 100])
            gradients[name] += g
            p.grad = torch.tensor(g)
        optimiser.step()
        reference.step()
        for name, p in theirs.items():
            np.testing.assert_allclose(parameters[name], p.detach(), rtol=1e-10, atol=1e-10)


def test_the_defaults_are_torchs():
    torch = pytest.importorskip("torch")
    for kind in (SGD, Adam):
        theirs = inspect.signature(getattr(torch.optim, kind.__name__)).parameters
        for name, parameter in inspect.signature(kind).parameters.items():
            if name not in ("model", "lr"):
                assert parameter.default == theirs[name].default
    assert inspect.signature(Adam).parameters["lr"].default == 1e-3


@settings(max_examples=30, deadline=None)
@given(st.floats(-100, 100).filter(lambda g: abs(g) > 1e-3))
def test_adams_first_step_is_the_learning_rate_whatever_the_gradient(g):
    model = single(0.0)
    assert walk(Adam(model, 0.01), model, [g])[0] == pytest.approx(-0.01 * np.sign(g), rel=1e-4)


@EACH
def test_a_bowl_is_descended(kind, settings):
    model = single(1.0)
    optimiser = kind(model, **{**settings, "lr": 0.02})
    for _ in range(400):
        model[1]["w"][:] = 2 * model[0]["w"]
        optimiser.step()
    assert abs(model[0]["w"][0]) < 0.05


@EACH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arrays_change_in_place_and_keep_their_type(kind, settings, dtype):
    model = FFNN([3, 4, 2], rng=np.random.default_rng(1), dtype=dtype)
    before = dict(model.parameters)
    values = {name: p.copy() for name, p in before.items()}
    optimiser = kind(model, **{"lr": 0.1, **settings})
    for g in model.gradients.values():
        g.fill(1)
    optimiser.step()
    for name, p in model.parameters.items():
        assert p is before[name]
        assert p.dtype == dtype
        assert (p != values[name]).all()
        np.testing.assert_array_equal(model.gradients[name], np.ones_like(p))  # left alone
    optimiser.zero_grad()
    assert not any(g.any() for g in model.gradients.values())


def test_the_learning_rate_may_change_between_steps():
    model = single(0.0)
    optimiser = SGD(model, 1.0)
    assert walk(optimiser, model, [1.0]) == [-1]
    optimiser.lr = 0.5
    assert walk(optimiser, model, [1.0]) == [-1.5]


def test_a_layer_alone_can_be_updated_and_exchanged_arrays_are_seen():
    layer = Linear(2, 1, rng=np.random.default_rng(0))
    optimiser = SGD(layer, 1.0)
    layer.parameters["W"] = np.zeros((1, 2))
    layer.dW[:] = [[1, 2]]
    optimiser.step()
    np.testing.assert_array_equal(layer.W, [[-1, -2]])


def test_updates_tells_whose_arrays_change():
    first, second = (FFNN([2, 3, 1], rng=np.random.default_rng(0)) for _ in range(2))
    assert SGD(first, 0.1).updates(first)
    assert SGD(first.layers[-1], 0.1).updates(first)  # one layer of it, as in fine-tuning
    assert not SGD(first, 0.1).updates(second)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda m: SGD(m, 0), r"^lr: expected a number above 0, got 0.0; choose a positive one"),
        (lambda m: Adam(m, -1e-3), r"^lr: expected a number above 0, got -0.001"),
        (lambda m: Adam(m, np.nan), r"^lr: expected one finite real number"),
        (lambda m: SGD(m, 0.1, momentum=1.0), r"^momentum: expected a number in \[0, 1\), got 1"),
        (lambda m: SGD(m, 0.1, nesterov=True), r"^momentum: expected one above 0 with nesterov"),
        (lambda m: Adam(m, betas=(1, 0.9)), r"^betas\[0\]: expected a number in \[0, 1\)"),
        (lambda m: Adam(m, betas=(0.9, -0.1)), r"^betas\[1\]: expected a number in \[0, 1\)"),
        (lambda m: Adam(m, betas=0.9), r"^betas: expected two numbers in \[0, 1\), got 0.9"),
        (lambda m: Adam(m, eps=0), r"^eps: expected a number above 0"),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make(single())


@pytest.mark.parametrize(
    ("parameters", "gradients", "message"),
    [
        ({}, {}, r"^model: expected one gradient for each parameter, got parameters \[\]"),
        ({"w": np.ones(2)}, {"v": np.ones(2)}, r"got parameters \['w'\] and gradients \['v'\]"),
        ({"w": np.ones(2)}, {"w": np.ones(3)}, r"'w' to have one shape .* \(2,\) and float64 \(3,"),
        ({"w": np.ones(2)}, {"w": np.ones(2, "f")}, r"float64 \(2,\) and float32 \(2,\)"),
        ({"w": np.ones(2, int)}, {"w": np.ones(2, int)}, r"^dtype: expected float32 or float64"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(parameters, gradients, message):
    with pytest.raises(ValueError, match=message):
        SGD((parameters, gradients), 0.1)


def test_the_base_has_no_formula():
    with pytest.raises(NotImplementedError):
        Optimiser(single(), 0.1).step()


# Clipping


def test_clipping_scales_all_gradients_together_and_returns_the_old_norm():
    gradients = {"W": np.array([[3.0, 0.0], [0.0, 4.0]]), "b": np.array([12.0])}
    held = dict(gradients)
    assert clip_gradients(gradients, 6.5) == 13  # 3² + 4² + 12² = 13²
    np.testing.assert_allclose(held["W"], [[1.5, 0], [0, 2]], rtol=1e-15)
    np.testing.assert_allclose(held["b"], [6], rtol=1e-15)
    assert gradients["W"] is held["W"]


@pytest.mark.parametrize("max_norm", [13, 14.0, 1e9])
def test_gradients_that_are_short_enough_stay_as_they_are(max_norm):
    gradients = {"W": np.array([3.0, 4.0]), "b": np.array([12.0])}
    assert clip_gradients(gradients, max_norm) == 13
    assert gradients["W"].tolist() == [3, 4]


def test_zero_gradients_have_norm_zero():
    gradients = {"W": np.zeros(3)}
    assert clip_gradients(gradients, 1.0) == 0
    assert not gradients["W"].any()


@pytest.mark.parametrize(("dtype", "size"), [(np.float32, 1e30), (np.float64, 1e250)])
def test_squares_of_exploded_gradients_do_not_overflow(dtype, size):
    gradients = {"W": np.array([3 * size, 4 * size], dtype)}
    assert clip_gradients(gradients, 1.0) == pytest.approx(5 * size)
    assert gradients["W"].dtype == dtype
    np.testing.assert_allclose(gradients["W"], [0.6, 0.8], rtol=1e-6)


@pytest.mark.parametrize("near", [1 - 1e-9, 1.0, 1 + 1e-9])
def test_clipping_begins_right_at_the_norm(near):
    gradients = {"W": np.array([3.0, 4.0]), "b": np.array([12.0])}
    clip_gradients(gradients, 13 * near)
    expected = min(1, near) * np.array([3, 4, 12])
    np.testing.assert_allclose([*gradients["W"], *gradients["b"]], expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("gradients", "max_norm", "message"),
    [
        ({}, 1, r"^gradients: expected at least one"),
        ({"W": np.ones(2)}, 0, r"^max_norm: .*above 0"),
        ({"W": np.array([0, np.nan])}, 1, r"^gradients\['W'\]: .*finite"),
        ({"W": np.arange(2)}, 1, r"^gradients\['W'\]: .*in place"),
        ({"W": [1.0]}, 1, r"^gradients\['W'\]: .*in place.*\[1.0\]"),
    ],
)
def test_clipping_names_what_is_wrong(gradients, max_norm, message):
    with pytest.raises(ValueError, match=message):
        clip_gradients(gradients, max_norm)
