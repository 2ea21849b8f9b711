"""Optimisers: the formulas by hand, PyTorch's steps to twelve digits, and what they refuse."""

import copy
import inspect
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecturelib.ffnn import FFNN
from lecturelib.layers import Linear, Sequential, Tanh
from lecturelib.normalization import LayerNorm
from lecturelib.optim import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Muon,
    Optimiser,
    RMSProp,
    clip_gradients,
    is_weight,
    orthogonalise,
)

RECIPES = [
    (SGD, {"lr": 0.1}),
    (SGD, {"lr": 0.05, "momentum": 0.9}),
    (SGD, {"lr": 0.05, "momentum": 0.7, "nesterov": True}),
    (SGD, {"lr": 0.05, "momentum": 0.7, "weight_decay": 0.3}),
    (AdaGrad, {}),
    (AdaGrad, {"lr": 0.5, "eps": 1e-2, "weight_decay": 0.3}),
    (RMSProp, {}),
    (RMSProp, {"lr": 0.03, "alpha": 0.7, "eps": 1e-3, "weight_decay": 0.3}),
    (Adam, {}),
    (Adam, {"lr": 0.03, "betas": (0.8, 0.95), "eps": 1e-3}),
    (Adam, {"lr": 0.03, "betas": (0.0, 0.0)}),
    (Adam, {"lr": 0.03, "betas": (0.8, 0.95), "weight_decay": 0.3}),
    (AdamW, {}),
    (AdamW, {"lr": 0.03, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.3}),
]
TORCHS = {AdaGrad: "Adagrad", RMSProp: "RMSprop"}
EACH = pytest.mark.parametrize(("kind", "settings"), RECIPES)


def single(w=1.0, dtype=np.float64):
    """One number and its gradient as the pair of dicts that an optimiser takes."""
    return {"w": np.array([w], dtype)}, {"w": np.zeros(1, dtype)}


def twin(kind):
    """PyTorch's class of an optimiser."""
    return getattr(pytest.importorskip("torch").optim, TORCHS.get(kind, kind.__name__))


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
        (lambda m: SGD(m, 0.1, weight_decay=0.5), [0.75, 0.8125]),  # 2 + 0.5, then −1 + 0.375
        (lambda m: AdaGrad(m, 0.1), [0.9, 0.9 + 0.1 / 5**0.5]),  # v = 4, then 5
        (lambda m: RMSProp(m, 0.1, alpha=0.5), [1 - 0.1 * 2**0.5, 1 - 0.1 * (2**0.5 - 1.5**-0.5)]),
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
    reference = twin(kind)(theirs.values(), **settings)
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
            np.testing.assert_allclose(parameters[name], p.detach(), rtol=1e-12, atol=1e-12)


def test_the_defaults_are_torchs():
    ours = {"model", "decay", "decays", "adam_lr", "matrices"}
    for kind in (SGD, AdaGrad, RMSProp, Adam, AdamW, Muon):
        theirs = inspect.signature(twin(kind)).parameters
        for name, parameter in inspect.signature(kind).parameters.items():
            if name not in ours and (kind, name) != (SGD, "lr"):
                other = "ns_steps" if name == "steps" else name
                assert parameter.default == theirs[other].default, (kind, name)
        assert inspect.signature(Optimiser).parameters["weight_decay"].default == 0


@settings(max_examples=30, deadline=None)
@given(st.floats(-100, 100).filter(lambda g: abs(g) > 1e-3))
def test_adams_first_step_is_the_learning_rate_whatever_the_gradient(g):
    model = single(0.0)
    assert walk(Adam(model, 0.01), model, [g])[0] == pytest.approx(-0.01 * np.sign(g), rel=1e-4)


@EACH
def test_a_bowl_is_descended(kind, settings):
    model = single(1.0)
    # AdaGrad's steps shrink like 1 / √t, so it needs longer ones.
    optimiser = kind(model, **{**settings, "lr": 0.5 if kind is AdaGrad else 0.02})
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


def test_all_from_one_start():
    # L = ½(w₁² + 4 w₂²) from (4, 1), two steps, as the chapter works them by hand.
    for make, first, second in [
        (lambda m: SGD(m, 0.25), (3, 0), (2.25, 0)),
        (lambda m: SGD(m, 0.5), (2, -1), (1, 1)),
        (lambda m: SGD(m, 0.25, momentum=0.5), (3, 0), (1.75, -0.5)),
        (lambda m: SGD(m, 0.25, momentum=0.5, nesterov=True), (2.5, -0.5), (1.3125, 0)),
        (lambda m: AdaGrad(m, 1.0), (3, 0), (2.4, 0)),
        (lambda m: Adam(m, 1.0, (0.5, 0.75)), (3, 0), (2.038, -0.509)),
        (lambda m: Adam(m, 1.0, (0.5, 0.75), weight_decay=0.1), (3, 0), (2.038, -0.509)),
        (lambda m: AdamW(m, 1.0, (0.5, 0.75), weight_decay=0.1), (2.6, -0.1), None),
    ]:
        model = {"w": np.array([4.0, 1.0])}, {"w": np.zeros(2)}
        optimiser = make(model)
        for expected in filter(None, (first, second)):
            model[1]["w"][:] = model[0]["w"] * [1, 4]
            optimiser.step()
            np.testing.assert_allclose(model[0]["w"], expected, atol=6e-4)


# Decay


def test_decay_spares_what_its_rule_spares():
    kept = 0.95  # 1 − 0.1 · 0.5; for SGD because the gradients are 0
    for kind in (AdamW, SGD, Muon):
        rng = np.random.default_rng(0)
        model = Sequential(Linear(3, 4, rng=rng), LayerNorm(4), Linear(4, 2, rng=rng))
        for p in model.parameters.values():
            p[:] = 1
        kind(model, 0.1, weight_decay=0.5, decays=is_weight).step()
        for name, p in model.parameters.items():
            np.testing.assert_allclose(p, kept if name[-1] == "W" else 1, rtol=1e-15)
        kind(model, 0.1, weight_decay=0.5, decays=lambda name, p: False).step()
        assert model.layers[0].W[0, 0] == pytest.approx(kept, rel=1e-15)


def test_decoupled_decay_is_the_same_for_large_and_small_gradients():
    kept = {}
    for kind in (Adam, AdamW):
        for size in (0.01, 100):
            model = {"w": np.ones(1)}, {"w": np.zeros(1)}
            optimiser = kind(model, 1e-3, weight_decay=0.5)
            for t in range(100):
                model[1]["w"][:] = size * (-1) ** t
                optimiser.step()
            kept[kind, size] = 1 - model[0]["w"][0]
    assert kept[AdamW, 100] == pytest.approx(kept[AdamW, 0.01], rel=1e-2)
    assert kept[Adam, 100] < kept[Adam, 0.01] / 10


# Muon


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6)])
def test_five_iterations_bring_singular_values_near_one(shape):
    rng = np.random.default_rng(0)
    for _ in range(20):
        G = rng.normal(size=shape)
        U, S, Vt = np.linalg.svd(G, full_matrices=False)
        near_one = orthogonalise(G)
        found = np.linalg.svd(near_one, compute_uv=False)
        near = S / np.linalg.norm(G) > 0.02
        assert (found < 1.25).all()
        assert np.sort(found)[-near.sum() :].min() > 0.65
        inner = U.T @ near_one @ Vt.T  # it keeps the singular vectors
        np.testing.assert_allclose(inner, np.diag(np.diag(inner)), atol=1e-12)
        np.testing.assert_allclose(orthogonalise(7 * G), near_one, rtol=1e-9)
    assert not orthogonalise(np.zeros(shape)).any()


def test_a_rotation_is_its_own_direction_up_to_size():
    found = orthogonalise(np.array([[3.0, 4.0], [4.0, -3.0]]))
    np.testing.assert_allclose(found / found[0, 0] * 0.6, [[0.6, 0.8], [0.8, -0.6]], rtol=1e-12)


@pytest.mark.parametrize(
    "settings",
    [{}, {"lr": 0.02, "momentum": 0.8, "nesterov": False, "steps": 3, "weight_decay": 0.0}],
)
def test_fifty_steps_of_muon_equal_torchs(monkeypatch, settings):
    torch = pytest.importorskip("torch")
    # PyTorch orthogonalises in bfloat16, which has two or three digits; here in the type given.
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    rng = np.random.default_rng(0)
    model = Sequential(Linear(3, 5, rng=rng), Tanh(), Linear(5, 4, rng=rng))
    theirs = {name: torch.tensor(p, requires_grad=True) for name, p in model.parameters.items()}
    named = {("ns_steps" if name == "steps" else name): v for name, v in settings.items()}
    matrices = torch.optim.Muon([p for p in theirs.values() if p.ndim == 2], **named)
    rest = torch.optim.Adam([p for p in theirs.values() if p.ndim == 1], lr=0.03)
    optimiser = Muon(model, adam_lr=0.03, **settings)
    assert optimiser.updates(model)
    for _ in range(50):
        optimiser.zero_grad()
        for name, p in theirs.items():
            g = rng.normal(size=p.shape) * rng.choice([1e-4, 1, 100])
            model.gradients[name] += g
            p.grad = torch.tensor(g)
        optimiser.step()
        matrices.step(), rest.step()
        for name, p in theirs.items():
            np.testing.assert_allclose(model.parameters[name], p.detach(), rtol=1e-11, atol=1e-12)


def test_muon_chooses_by_its_rule_and_takes_kernels_as_matrices():
    rng = np.random.default_rng(0)
    shapes = {"first": (4, 3), "kernel": (2, 3, 2, 2), "bias": (4,)}
    parameters = {name: np.zeros(shape) for name, shape in shapes.items()}
    gradients = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    optimiser = Muon(
        (parameters, gradients), 0.1, adam_lr=0.01, matrices=lambda name, p: name == "kernel"
    )
    optimiser.step()
    flat = orthogonalise(gradients["kernel"].reshape(2, 12)).reshape(2, 3, 2, 2)
    np.testing.assert_allclose(parameters["kernel"], -0.1 * flat, rtol=1e-5)
    for name in ("first", "bias"):
        np.testing.assert_allclose(np.abs(parameters[name]), 0.01, rtol=1e-5)
    before = parameters["bias"].copy()
    optimiser.lr = 0.05  # half of it: Adam's part takes half steps too
    optimiser.step()
    np.testing.assert_allclose(np.abs(parameters["bias"] - before), 0.005, rtol=1e-5)


def test_muon_without_anything_for_adam():
    parameters, gradients = {"W": np.zeros((2, 2))}, {"W": np.eye(2)}
    Muon((parameters, gradients), 0.1).step()
    assert (np.diag(parameters["W"]) < 0).all()


@pytest.mark.parametrize("kind", [SGD, AdaGrad, RMSProp, Adam, AdamW, Muon])
def test_copies_go_on_by_themselves(kind):
    model = {"W": np.ones((2, 2))}, {"W": np.eye(2)}
    optimiser = kind(model, 0.1)
    optimiser.step()
    for other in (copy.deepcopy(optimiser), pickle.loads(pickle.dumps(optimiser))):
        before = model[0]["W"].copy()
        other.step()
        np.testing.assert_array_equal(model[0]["W"], before)
    optimiser.step()
    np.testing.assert_array_equal(model[0]["W"], other._model.parameters["W"])


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
        (lambda m: AdaGrad(m, eps=-1), r"^eps: expected a number above 0"),
        (lambda m: RMSProp(m, alpha=1), r"^alpha: expected a number in \[0, 1\)"),
        (lambda m: AdamW(m, weight_decay=-0.1), r"^weight_decay: expected .* at least 0, got -0.1"),
        (lambda m: SGD(m, 0.1, weight_decay=-1), r"^weight_decay: expected"),
        (lambda m: AdamW(m, decays=["W"]), r"^decays: expected a rule .* got \['W'\]; pass is_w"),
        (lambda m: Muon(m), r"^matrices: expected a rule that chooses at least one .* got \{\}"),
        (lambda m: Muon(m, matrices=lambda *_: True), r"^matrices: .* got \{'w': \(1,\)\}"),
        (lambda m: Muon(m, matrices=None), r"^matrices: expected a rule"),
        (lambda m: Muon(m, momentum=1), r"^momentum: expected a number in"),
        (lambda m: Muon(m, steps=0), r"^steps: expected a whole number"),
        (lambda m: Muon(m, adam_lr=0), r"^adam_lr: expected a number above 0"),
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
