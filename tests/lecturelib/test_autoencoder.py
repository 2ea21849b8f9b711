"""Autoencoders: by hand, by differences, against torch; their losses and measures."""

import copy
import math

import numpy as np
import pytest
import torch
from contracts.models import CLOSE, ModelContract, copies
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from torch.nn import functional

from lecturelib.autoencoder import (
    VAE,
    Autoencoder,
    Corruption,
    KLPenalty,
    L1Penalty,
    SummedCrossEntropy,
    SummedSquaredError,
    decibels,
    gaussian_kl,
    hidden_features,
    nearest,
    neighbour_accuracy,
    pairs,
    pretrain,
    recovered,
    reparametrise,
    roc_area,
    trained,
    unit_columns,
)
from lecturelib.data import autoencoder_runs, digits
from lecturelib.gradcheck import check_gradients
from lecturelib.losses import MeanSquaredError
from lecturelib.optim import SGD, Adam
from lecturelib.representation import principal_components
from lecturelib.training import DivergenceError, fit

N, D, H, K = 5, 7, 4, 3  # all different, so that a transposed array shows


def rng(seed=0):
    return np.random.default_rng(seed)


def build(kind=Autoencoder, sizes=(D, H, K), seed=0, **options):
    """A model with no parameter at a special value."""
    model = kind(list(sizes), "tanh", rng=rng(seed), **options)
    for p in model.parameters.values():
        p[...] = rng(seed + 1).normal(scale=0.6, size=p.shape)
    return model


# By hand


def by_hand(encoder=(1.0, 0.0), decoder=(1.0, 1.0)):
    model = Autoencoder([2, 1], rng=rng())
    model.encoder.layers[0].W, model.decoder.layers[0].W = [encoder], np.reshape(decoder, (2, 1))
    return model


def test_the_hand_example():
    model, loss, x = by_hand(), MeanSquaredError(), np.array([[3.0, 1.0]])
    out = model.forward(x)
    assert model.encode(x) == 3
    assert out.tolist() == [[3, 3]]
    assert loss.forward(out, x) == 2  # the mean of two squares is half their sum
    assert loss.backward().tolist() == [[0, 2]]
    model.backward(loss.backward())
    assert model.decoder.layers[0].dW.ravel().tolist() == [0, 6]
    assert model.decoder.backward(loss.backward()).tolist() == [[2]]  # dz
    assert model.encoder.layers[0].dW.tolist() == [[6, 2]]


@pytest.mark.parametrize(("rate", "after"), [(0.05, 0.58), (0.1, 2.18)])
def test_a_step_by_hand_and_one_that_overshoots(rate, after):
    x = np.array([[3.0, 1.0]])
    encoder, decoder = (1 - rate * 6, -rate * 2), (1, 1 - rate * 6)
    model = by_hand(encoder, decoder)
    assert MeanSquaredError().forward(model.forward(x), x) == pytest.approx(after)
    if rate == 0.05:
        assert model.encode(x).item() == pytest.approx(2)
        np.testing.assert_allclose(model.predict(x), [[2, 1.4]])


def test_principal_components_by_hand():
    X = np.array([[3.0, 1], [1, 3], [-3, -1], [-1, -3]])
    np.testing.assert_allclose(X.T @ X / 4, [[5, 3], [3, 5]])
    np.testing.assert_allclose(np.linalg.eigvalsh(X.T @ X / 4), [2, 8])
    plane = principal_components(X, 1)
    assert plane.encode(X[:1]).item() == pytest.approx(2 * math.sqrt(2))
    rebuilt = plane.decode(plane.encode(X[:1]))
    np.testing.assert_allclose(rebuilt, [[2, 2]])
    assert np.square(rebuilt - X[:1]).sum() == pytest.approx(2)


def test_the_size_of_the_mirrored_network():
    assert Autoencoder([64, 48, 32, 16], rng=rng()).count == 10_480


def test_the_divergences_and_the_draw_by_hand():
    assert gaussian_kl([1.0], [1.0]) == 0.5
    assert gaussian_kl([0.0], [2.0]) == pytest.approx(0.807, abs=5e-4)
    assert reparametrise([1.0], [2.0], [-0.5]) == 0


# The autoencoder


class TestAutoencoder(ModelContract):
    refuses_nan = True
    names = tuple(
        f"{part}.layers.{i}.{p}" for part in ("encoder", "decoder") for i in (0, 2) for p in "Wb"
    )

    def make(self, rng, dtype):
        return Autoencoder([D, H, K], "tanh", output="sigmoid", rng=rng, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(size=(N, D)),)


class TestTied(ModelContract):
    refuses_nan = True
    names = (
        *(f"encoder.layers.{i}.{p}" for i in (0, 2) for p in "Wb"),
        *(f"decoder.layers.{i}.c" for i in (0, 2)),
    )

    def make(self, rng, dtype):
        return Autoencoder([D, H, K], "tanh", tied=True, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(size=(N, D)),)

    def torch_twin(self, model):
        leaf = {n: torch.tensor(p, requires_grad=True) for n, p in model.parameters.items()}
        W0, b0, W1, b1, c0, c1 = leaf.values()

        def twin(x):
            z = functional.linear(torch.tanh(functional.linear(x, W0, b0)), W1, b1)
            return functional.linear(torch.tanh(functional.linear(z, W1.T, c0)), W0.T, c1)

        return twin, leaf


def test_tied_weights_have_no_twin_module():
    with pytest.raises(ValueError, match=r"^to_torch: expected a layer that PyTorch has"):
        build(tied=True).to_torch()


def test_code_and_decoder_are_the_two_halves():
    model, x = build(), rng(2).normal(size=(N, D))
    assert model.encode(x).shape == (N, K)
    np.testing.assert_array_equal(model.decode(model.encode(x)), model.predict(x))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda m: m.encode(np.ones((2, 8, 8))),
            r"^x: expected shape \(N, 7\).* lay pictures flat",
        ),
        (
            lambda m: m.decode(np.ones((2, K + 1))),
            r"^z: expected codes of shape \(N, 3\).* \(2, 4\)",
        ),
        (lambda m: m.decode(np.full((2, K), np.nan)), "^z: expected finite"),
        (lambda m: Autoencoder([5], rng=rng()), "^sizes: expected at least 2"),
        (lambda m: Autoencoder([5, 0], rng=rng()), "^sizes: expected a whole number"),
        (lambda m: Autoencoder([5, 2], "softmax", rng=rng()), "^activation: expected one of"),
        (lambda m: Autoencoder([5, 2], code="maxout", rng=rng()), "^code: expected one of"),
        (lambda m: Autoencoder([5, 2], rng=rng(), penalty=KLPenalty(1)), "^penalty: expected code"),
        (lambda m: Autoencoder([5, 2], rng=0), "^rng: expected a NumPy Generator"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(build())


# Penalties on the code

PENALTIES = [L1Penalty(0.7), KLPenalty(0.9, 0.2)]


@pytest.mark.parametrize("penalty", PENALTIES, ids=["L1", "KL"])
@pytest.mark.parametrize("tied", [False, True])
def test_the_penalty_is_in_the_gradients(penalty, tied):
    model = build(code="sigmoid", tied=tied, penalty=penalty)
    x, y, loss = rng(2).normal(size=(N, D)), rng(3).normal(size=(N, D)), SummedSquaredError()

    def value(x, **arrays):
        probe = copy.deepcopy(model)
        for name, array in arrays.items():
            probe.parameters[name][...] = array
        return SummedSquaredError().forward(probe.forward(x), y) + penalty.value(probe.encode(x))

    loss.forward(model.forward(x), y)
    dx = model.backward(loss.backward())
    check_gradients(value, {"x": x} | model.parameters, {"x": dx} | model.gradients)


def test_the_penalties_by_torch():
    z = rng().uniform(0.1, 0.9, size=(N, K))
    leaf = torch.tensor(z, requires_grad=True)
    r, p = leaf.mean(0), 0.2
    kl = p * torch.log(p / r) + (1 - p) * torch.log((1 - p) / (1 - r))
    expected = {L1Penalty(0.7): 0.7 * leaf.abs().sum() / N, KLPenalty(0.9, 0.2): 0.9 * kl.sum()}
    for penalty, value in expected.items():
        assert penalty.value(z) == pytest.approx(value.item(), rel=1e-12)
        (gradient,) = torch.autograd.grad(value, leaf, retain_graph=True)
        np.testing.assert_allclose(penalty.gradient(z), gradient, **CLOSE)


def test_a_unit_that_is_never_on_costs_a_finite_sum():
    z = np.zeros((4, 2))
    assert math.isfinite(KLPenalty(1, 0.1).value(z))
    assert np.isfinite(KLPenalty(1, 0.1).gradient(z)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: L1Penalty(-1), "^strength: expected a number of at least 0"),
        (lambda: KLPenalty(1, 1), r"^target: expected a share in \(0, 1\)"),
        (lambda: KLPenalty(1).value([[1.5]]), "^z: expected outputs of sigmoids"),
        (lambda: L1Penalty(1).value([[np.nan]]), "^z: expected finite"),
    ],
)
def test_a_penalty_that_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Corruption


@pytest.mark.parametrize("kind", ["gaussian", "mask"])
def test_what_is_learned_is_the_clean_image(kind):
    X = digits().X[:200].astype(np.float32)
    model = Autoencoder(
        [64, 96],
        "relu",
        code="relu",
        rng=rng(),
        dtype=np.float32,
        corruption=Corruption(kind, 0.4, rng=rng(1)),
    )
    fit(model, MeanSquaredError(), Adam(model, 3e-3), X, X, epochs=30, batch_size=20, rng=rng())
    spoilt = Corruption(kind, 0.4, rng=rng(2)).corrupt(X)
    assert decibels(model.predict(spoilt), X) > decibels(spoilt, X) + 4
    assert decibels(model.predict(spoilt), X) > decibels(model.predict(spoilt), spoilt)


def test_noise_has_its_size_and_a_mask_its_share():
    x = np.full((400, 500), 2.0)
    noise = Corruption("gaussian", 0.3, rng=rng()).corrupt(x) - x
    assert abs(noise.mean()) < 0.003
    assert noise.std() == pytest.approx(0.3, rel=0.01)
    masked = Corruption("mask", 0.3, rng=rng()).corrupt(x)
    assert set(np.unique(masked)) == {0, 2}  # what is left is not enlarged
    assert (masked == 0).mean() == pytest.approx(0.3, abs=0.005)


@pytest.mark.parametrize("kind", ["gaussian", "mask"])
def test_corruption_is_for_training_and_its_gradient_passes_what_it_let_through(kind):
    layer, x = Corruption(kind, 0.5, rng=rng()), rng(1).normal(size=(N, D))
    h, dh = layer.forward(x), rng(2).normal(size=(N, D))
    dx = layer.backward(dh)
    np.testing.assert_array_equal(dx, dh * (h != 0))
    assert not np.array_equal(layer.forward(x), h)
    np.testing.assert_array_equal(layer.predict(x), x)
    np.testing.assert_array_equal(layer.eval().forward(x), x)
    np.testing.assert_array_equal(layer.backward(dh), dh)
    half = layer.train().forward(x.astype(np.float32))
    assert half.dtype == np.float32


def test_backward_goes_through_the_corruption_of_its_forward_pass():
    model = build(corruption=Corruption("mask", 0.5, rng=rng(4)))
    x, dh = rng(2).normal(size=(N, D)), rng(3).normal(size=(N, D))
    model.forward(x)
    kept = model.corruption._kept[0]
    plain = build()
    plain.forward(x * kept)
    np.testing.assert_array_equal(model.backward(dh), plain.backward(dh) * kept)
    assert model.backward(dh, input_gradient=False) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("salt", 0.1), "^kind: expected one of"),
        (("gaussian", -1), "^amount: expected a number of at least 0"),
        (("mask", 1), r"^amount: expected a number in \[0, 1\)"),
    ],
)
def test_corruption_that_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Corruption(*arguments, rng=rng())


# Losses: the reduction is part of the name


@pytest.mark.parametrize(
    ("loss", "twin"),
    [
        (SummedSquaredError, functional.mse_loss),
        (SummedCrossEntropy, functional.binary_cross_entropy_with_logits),
    ],
)
def test_losses_are_summed_over_pixels_and_means_over_images(loss, twin):
    z, y = rng().normal(scale=3, size=(N, D)), rng(1).uniform(size=(N, D))
    leaf = torch.tensor(z, requires_grad=True)
    expected = twin(leaf, torch.tensor(y), reduction="sum") / N
    ours = loss()
    assert ours.forward(z, y) == pytest.approx(expected.item(), rel=1e-12)
    (gradient,) = torch.autograd.grad(expected, leaf)
    np.testing.assert_allclose(ours.backward(), gradient, **CLOSE)
    check_gradients(lambda z: loss().forward(z, y), {"z": z}, {"z": ours.backward()})
    ours.forward(z.astype(np.float32), y)
    assert ours.backward().dtype == np.float32


def test_a_summed_loss_is_that_of_a_pixel_times_the_pixels():
    z, y = rng().normal(size=(N, D)), rng(1).normal(size=(N, D))
    summed = SummedSquaredError().forward(z, y)
    assert summed == pytest.approx(D * MeanSquaredError().forward(z, y))


def test_cross_entropy_survives_any_logit():
    z = np.array([[-1e4, 1e4, 0.0]])
    loss = SummedCrossEntropy()
    assert loss.forward(z, [[0, 1, 0.5]]) == pytest.approx(math.log(2))
    np.testing.assert_allclose(loss.backward(), [[0, 0, 0]], atol=1e-12)


@pytest.mark.parametrize("y", [16 * digits().X[:2], -digits().X[:2]])
def test_grey_values_outside_0_to_1_are_refused(y):
    with pytest.raises(ValueError, match=r"^y: expected values from 0 to 1.* divide grey values"):
        SummedCrossEntropy().forward(np.zeros((2, 64)), y)


# Stacked


def test_a_linear_autoencoder_with_tied_weights_finds_the_principal_plane():
    X = digits().X[:400]
    X = X - X.mean(axis=0)
    plane = principal_components(X, 3)
    model, loss = Autoencoder([64, 3], tied=True, rng=rng()), SummedSquaredError()
    optimiser = SGD(model, 0.02, momentum=0.95)
    for _ in range(600):
        loss.forward(model.forward(X), X)
        optimiser.zero_grad()
        model.backward(loss.backward(), input_gradient=False)
        optimiser.step()
    assert np.abs(model.predict(X) - plane.decode(plane.encode(X))).max() < 1e-6
    W = model.encoder.layers[0].W
    np.testing.assert_allclose(W.T @ W, plane.directions.T @ plane.directions, atol=1e-6)


@pytest.mark.parametrize("tied", [False, True])
def test_pairs_are_the_models_own_layers(tied):
    model = Autoencoder([6, 5, 4, 3], "tanh", code="sigmoid", tied=tied, rng=rng())
    kinds = [[type(f).__name__ for f in pair.layers] for pair in pairs(model)]
    back = "Transposed" if tied else "Linear"
    assert kinds == [
        ["Linear", "Tanh", back],
        ["Linear", "Tanh", back, "Tanh"],
        ["Linear", "Sigmoid", back, "Tanh"],
    ]
    held = {id(p) for pair in pairs(model) for p in pair.parameters.values()}
    assert held == {id(p) for p in model.parameters.values()}


@pytest.mark.parametrize("tied", [False, True])
def test_layer_by_layer_each_pair_learns_on_the_codes_below(tied):
    X = digits().X[:300]
    model = Autoencoder([64, 32, 16], "tanh", tied=tied, rng=rng())
    before = np.square(model.predict(X) - X).mean()
    first, second = pretrain(model, X, epochs=8, batch_size=20, rng=rng())
    assert len(first.train_loss) == len(second.train_loss) == 8
    assert first.train_loss[-1] < first.train_loss[0]
    assert second.train_loss[-1] < second.train_loss[0]
    assert np.square(model.predict(X) - X).mean() < 0.5 * before
    # The second pair rebuilds the first one's codes, not the images.
    one, two = pairs(model)
    h = one.layers[1].predict(one.layers[0].predict(X))
    left = np.square(two.predict(h) - h).mean()
    assert left == pytest.approx(second.train_loss[-1], rel=0.2)


@pytest.mark.parametrize(("output", "top"), [("sigmoid", 1), ("tanh", 1)])
def test_values_that_the_output_cannot_reach_are_refused(output, top):
    model = Autoencoder([64, 8], output=output, rng=rng())
    with pytest.raises(ValueError, match=rf"^X: expected values from .* to {top}, .* got 0 to 16"):
        pretrain(model, 16 * digits().X[:20], epochs=1, batch_size=5, rng=rng())


def test_a_training_that_diverges_says_so_and_has_its_history():
    model, X = Autoencoder([64, 16], rng=rng()), digits().X[:100]
    with pytest.raises(DivergenceError, match=r"the loss became .* learning rate") as caught:
        fit(model, SummedSquaredError(), SGD(model, 10), X, X, epochs=50, batch_size=20, rng=rng())
    assert caught.value.epoch == len(caught.value.history.train_loss) + 1


# Variational


class TestVAE:
    def make(self, beta=0.8, dtype=np.float64):
        return build(VAE, beta=beta, dtype=dtype)

    def case(self):
        return rng(2).uniform(size=(N, D)), rng(3).normal(size=(N, K))

    def by_torch(self, model, x, eps):
        """Loss and KL, with β, of tensors that need gradients: the input and all parameters."""
        leaf = {n: torch.tensor(p, requires_grad=True) for n, p in model.parameters.items()}
        x = torch.tensor(x, requires_grad=True)
        f = lambda name, h: functional.linear(h, leaf[f"{name}.W"], leaf[f"{name}.b"])  # noqa: E731
        h = torch.tanh(f("encoder.layers.0", x))
        normal = torch.distributions.Normal(f("mean", h), torch.exp(f("log_variance", h) / 2))
        z = normal.loc + normal.scale * torch.tensor(eps)
        a = f("decoder.layers.2", torch.tanh(f("decoder.layers.0", z)))
        kl = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0))
        lost = functional.binary_cross_entropy_with_logits(a, x.detach(), reduction="sum")
        return a, (lost + model.beta * kl.sum()) / len(x), kl.sum() / len(x), {"x": x} | leaf

    def test_it_is_torchs(self):
        model, (x, eps), loss = self.make(), self.case(), SummedCrossEntropy()
        a, total, kl, leaf = self.by_torch(model, x, eps)
        ours = model.forward(x, eps)
        np.testing.assert_allclose(ours, a.detach(), **CLOSE)
        value = loss.forward(ours, x) + model.beta * model.kl(x)
        assert value == pytest.approx(total.item(), rel=1e-12)
        assert model.kl(x) == pytest.approx(kl.item(), rel=1e-12)
        dx = model.backward(loss.backward())
        total.backward()
        for name, g in ({"x": dx} | model.gradients).items():
            assert g.any()
            np.testing.assert_allclose(g, leaf[name].grad, **CLOSE, err_msg=name)

    def test_gradients_are_the_central_differences(self):
        model, (x, eps), loss = self.make(beta=1.3), self.case(), SummedCrossEntropy()
        y = rng(4).uniform(size=(N, D))

        def value(x, **arrays):
            probe = copy.deepcopy(model)
            for name, array in arrays.items():
                probe.parameters[name][...] = array
            return SummedCrossEntropy().forward(probe.forward(x, eps), y) + 1.3 * probe.kl(x)

        loss.forward(model.forward(x, eps), y)
        dx = model.backward(loss.backward())
        check_gradients(value, {"x": x} | model.parameters, {"x": dx} | model.gradients)
        assert model.backward(loss.backward(), input_gradient=False) is None

    def test_noise_is_drawn_while_it_learns_and_never_after(self):
        model, (x, _) = self.make(), self.case()
        assert not np.array_equal(model.forward(x), model.forward(x))
        np.testing.assert_array_equal(model.predict(x), model.predict(x))
        mu, sigma = model.encode(x)
        assert (sigma > 0).all()
        p = 1 / (1 + np.exp(-model.predict(x)))
        np.testing.assert_allclose(model.decode(mu), p, rtol=1e-12)

    def test_its_noise_has_the_spread_that_encode_says(self):
        model, x = self.make(), np.tile(self.case()[0][:1], (20_000, 1))
        kept = []
        model.decoder.forward = None  # only the code is looked at
        model._keep = lambda values, h: kept.append(values)
        mu, sigma = model.encode(x[:1])
        model.decoder = build(sizes=(K, D)).encoder
        model.forward(x)
        m, s, eps = kept[0]
        z = m + s * eps
        np.testing.assert_allclose(z.mean(axis=0), mu[0], atol=0.05)
        np.testing.assert_allclose(z.std(axis=0), sigma[0], rtol=0.03)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_types_files_and_copies(self, dtype, tmp_path):
        model, (x, eps) = self.make(dtype=dtype), self.case()
        a = model.forward(x, eps)
        assert {a.dtype, model.backward(a).dtype, model.forward(x).dtype} == {np.dtype(dtype)}
        model.save(tmp_path / "vae")
        other = VAE.load(tmp_path / "vae")
        assert repr(other) == repr(model)
        for twin in (other, *copies(model)):
            np.testing.assert_array_equal(twin.predict(x), model.predict(x))

    def test_samples_are_decoded_draws(self):
        model = self.make()
        drawn = model.sample(6, rng=rng(5))
        z = rng(5).standard_normal((6, K))
        np.testing.assert_array_equal(drawn, model.decode(z))
        assert ((drawn > 0) & (drawn < 1)).all()

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda m, x: VAE([5, 2], rng=rng()), "^sizes: expected at least 3"),
            (
                lambda m, x: VAE([5, 3, 2], "linear", rng=rng()),
                "^activation: expected one that bends",
            ),
            (
                lambda m, x: VAE([5, 3, 2], beta=-1, rng=rng()),
                "^beta: expected a number of at least",
            ),
            (lambda m, x: m.forward(x[:, 1:]), r"^x: expected shape \(N, 7\)"),
            (lambda m, x: m.forward(x * np.nan), "^x: expected finite"),
            (lambda m, x: m.forward(x, np.zeros((N, 1))), r"^eps: expected shape \(5, 3\)"),
            (lambda m, x: m.decode(x), r"^z: expected codes of shape \(N, 3\)"),
            (lambda m, x: m.encode(x[0]), r"^x: expected shape \(N, 7\)"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, call, message):
        with pytest.raises(ValueError, match=message):
            call(self.make(), self.case()[0])


def test_the_divergence_is_torchs_and_summed_over_the_units_of_a_code():
    mu, sigma = rng().normal(size=(N, K)), rng(1).uniform(0.1, 3, size=(N, K))
    ours = torch.distributions.Normal(torch.tensor(mu), torch.tensor(sigma))
    one = torch.distributions.kl_divergence(ours, torch.distributions.Normal(0.0, 1.0))
    np.testing.assert_allclose(gaussian_kl(mu, sigma), one.sum(1), rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaussian_kl([0.0], [0.0]), "^sigma: expected standard deviations above 0"),
        (lambda: gaussian_kl([0.0], [1.0, 1.0]), "^mu, sigma: expected one shape"),
        (lambda: reparametrise([0.0], [1.0], [np.inf]), "^eps: expected finite"),
        (lambda: reparametrise([0.0], [1.0], [[1.0]]), "^mu, sigma, eps: expected one shape"),
    ],
)
def test_a_gaussian_that_is_none_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Measures


def test_decibels():
    x = np.zeros((2, 5))
    assert decibels(x, x + 0.1) == pytest.approx(20)
    assert decibels(x, x + 1.6, peak=16) == pytest.approx(20)
    assert decibels(x, x) == math.inf


def test_neighbours_are_scikit_learns():
    H, y = rng().normal(size=(90, 2)), rng(1).integers(4, size=90)
    other, labels = rng(2).normal(size=(40, 2)), rng(3).integers(4, size=40)
    for k in (1, 5, 10):
        twin = KNeighborsClassifier(k).fit(H, y)
        assert neighbour_accuracy(H, y, other, labels, k) == twin.score(other, labels)
    rows, far = nearest(H, other, 3)
    distances, expected = twin.kneighbors(other, 3)
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_allclose(far, distances, rtol=1e-9)


def test_the_roc_area_is_scikit_learns_with_ties_too():
    scores, strange = np.round(rng().normal(size=200), 1), rng(1).random(200) < 0.2
    false, true, area = roc_area(scores, strange)
    assert area == pytest.approx(roc_auc_score(strange, scores), rel=1e-12)
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
    assert (np.diff(false) >= 0).all()
    assert (np.diff(true) >= 0).all()
    at = scores >= np.sort(scores)[-20]
    assert (at & strange).sum() / strange.sum() in true


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: decibels([1.0], [1.0, 2.0]), "^x, z: expected equal shapes"),
        (lambda: decibels([1.0], [2.0], peak=0), "^peak: expected a number above 0"),
        (lambda: nearest(np.ones((3, 2)), np.ones((2, 3))), r"^H_new: expected shape \(N, 2\)"),
        (lambda: nearest(np.ones((3, 2)), np.ones((2, 2)), 4), "^k: expected at most 3"),
        (
            lambda: neighbour_accuracy(np.eye(3), [0.0, 1, 2], np.eye(3), [0, 1, 2], 1),
            "^y: expected 3 whole labels",
        ),
        (lambda: roc_area([1.0, 2.0], [1, 0]), "^scores, strange: expected"),
        (lambda: roc_area([1.0, 2.0], np.array([True, True])), "^strange: expected rows of both"),
    ],
)
def test_measures_refuse_what_has_no_answer(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# More features than dimensions


def test_hidden_features_are_sums_of_a_few_directions():
    X, directions = hidden_features(4000, rng=rng())
    assert X.shape == (4000, 20)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, rtol=1e-6)
    # Of independent weights: variance of the sum along all axes together.
    share = 2.5 / 40
    expected = 40 * (share * (1 + 1 / 12) - share**2)
    assert X.var(axis=0).sum() == pytest.approx(expected, rel=0.1)
    alone, directions = hidden_features(50, features=3, active=3, rng=rng())
    weights = np.linalg.lstsq(directions.T, alone.T, rcond=None)[0]
    assert weights.min() > 0.49
    assert weights.max() < 1.51
    with pytest.raises(ValueError, match=r"^active: expected a mean number"):
        hidden_features(5, active=50, rng=rng())


def test_columns_of_length_one_leave_the_outputs_as_they_were():
    model = Autoencoder([6, 4], code="relu", rng=rng())
    model.encoder.layers[0].b = rng(1).normal(size=4)
    x = rng(2).normal(size=(N, 6))
    before = model.predict(x)
    unit_columns(model)
    np.testing.assert_allclose(model.predict(x), before, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(model.decoder.layers[0].W, axis=0), 1)
    assert recovered(model, model.decoder.layers[0].W.T[:2]) == pytest.approx([1, 1])
    with pytest.raises(ValueError, match=r"^directions: expected shape \(F, 6\)"):
        recovered(model, np.eye(4))


# What was measured and trained


def test_the_trained_networks_rebuild_digits():
    plain, vae = trained()
    X = digits().X[:200].astype(np.float32)
    baseline = np.square(X - X.mean(axis=0)).mean()
    for rebuilt in (plain.predict(X), vae.decode(vae.encode(X)[0])):
        assert np.square(rebuilt - X).mean() < 0.55 * baseline
    assert 1 < vae.kl(X) < 5


def test_a_line_of_the_record_is_measured_again():
    from experiments import autoencoder as script

    runs = autoencoder_runs()
    assert {len(v) for v in runs.values.values()} == {3}
    again = dict(script.noise("gaussian", 0))
    for name, value in again.items():
        assert runs.values["noise", "gaussian", name][0] == pytest.approx(value, abs=0.05), name
