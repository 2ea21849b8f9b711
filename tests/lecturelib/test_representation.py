"""Layer outputs, the linear probe and principal components: by hand, by property, by PyTorch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.representation import layer_outputs, linear_probe, principal_components
from lecturelib.training import accuracy

seeds = st.integers(0, 10_000)


def network(sizes=(3, 5, 4, 2), activation="relu"):
    return FFNN(sizes, activation, rng=np.random.default_rng(0))


# Layer outputs


@pytest.mark.parametrize("activation", ["relu", "tanh", "maxout"])
def test_layer_outputs_are_those_of_each_step(activation):
    model, X = network(activation=activation), np.random.default_rng(1).normal(size=(6, 3))
    X_, h1, h2, z = layer_outputs(model, X)
    np.testing.assert_array_equal(X_, X)
    layers = model.layers
    np.testing.assert_array_equal(h1, layers[1].forward(layers[0].forward(X)))
    np.testing.assert_array_equal(h2, layers[3].forward(layers[2].forward(h1)))
    np.testing.assert_array_equal(z, model.predict(X))
    assert [h.shape for h in (h1, h2, z)] == [(6, 5), (6, 4), (6, 2)]


def test_without_hidden_layers_there_are_inputs_and_logits():
    model = network([3, 2])
    X, z = layer_outputs(model, [[1, 2, 3]])
    assert X.dtype == float
    np.testing.assert_array_equal(z, model.predict(X))


def test_looking_does_not_disturb_a_backward_to_come():
    rng = np.random.default_rng(2)
    model, loss = network(), CrossEntropy()
    X, y = rng.normal(size=(7, 3)), rng.integers(0, 2, 7)

    def gradients(look):
        model.zero_grad()
        loss.forward(model.forward(X), y)
        if look:
            layer_outputs(model, X[:2] + 1)
        model.backward(loss.backward())
        return {name: g.copy() for name, g in model.gradients.items()}

    undisturbed = gradients(look=False)
    for name, g in gradients(look=True).items():
        np.testing.assert_array_equal(g, undisturbed[name])


def test_layer_outputs_refuse_what_the_network_refuses():
    with pytest.raises(ValueError, match=r"expected shape \(N, 3\)"):
        layer_outputs(network(), np.zeros((4, 2)))


# The probe


def test_a_probe_by_hand():
    # h = −1, −1, 1, 1 has mean 0 and deviation 1; with ridge 1 the slope ½ is halved to ¼.
    probe = linear_probe([[-1.0], [-1], [1], [1]], [0, 0, 1, 1], ridge=1)
    np.testing.assert_allclose(probe.V, [[-0.25], [0.25]])
    np.testing.assert_allclose(probe.c, [0.5, 0.5])
    np.testing.assert_allclose(probe.predict([[2.0]]), [[0, 1]])


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 6), st.integers(2, 4), st.floats(1e-4, 10))
def test_the_gradient_vanishes_at_the_probe(seed, D, C, ridge):
    rng = np.random.default_rng(seed)
    H, y = rng.normal(3, 5, (40, D)), np.arange(40) % C
    probe = linear_probe(H, y, ridge=ridge)
    a = (H - H.mean(axis=0)) / H.std(axis=0)
    rest = probe.predict(H) - np.eye(C)[y]
    np.testing.assert_allclose(rest.T @ a / 40 + ridge * probe.V, 0, atol=1e-10)
    np.testing.assert_allclose(rest.mean(axis=0), 0, atol=1e-10)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_units_and_offsets_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    H, y = rng.normal(size=(30, 3)), rng.permutation(np.arange(30) % 3)
    scaled = H * [1, 1000, 0.01] + [0, 50, -3]
    z = linear_probe(H, y).predict(H)
    np.testing.assert_allclose(linear_probe(scaled, y).predict(scaled), z, atol=1e-7)


def test_a_dead_unit_changes_nothing():
    rng = np.random.default_rng(3)
    H, y = rng.normal(size=(50, 2)), np.arange(50) % 2
    for constant in (0.0, 0.1, 1e6):
        dead = np.column_stack([H, np.full(50, constant)])
        np.testing.assert_allclose(
            linear_probe(dead, y).predict(dead), linear_probe(H, y).predict(H), atol=1e-12
        )


def test_it_finds_a_line_and_cannot_find_xor():
    rng = np.random.default_rng(4)
    H = rng.normal(size=(200, 2))
    line, xor = (H @ [1, -2] > 0).astype(int), (H[:, 0] * H[:, 1] > 0).astype(int)
    assert accuracy(linear_probe(H, line).predict(H), line) > 0.95
    assert accuracy(linear_probe(H, xor).predict(H), xor) < 0.65


H4, Y4 = np.eye(4), np.array([0, 0, 1, 1])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: linear_probe(H4, [0, 1]), r"y: expected whole labels of shape \(4,\)"),
        (lambda: linear_probe(H4, Y4 / 2), "dtype float64"),
        (lambda: linear_probe(H4, [0, 0, 0, 0]), "two different ones"),
        (lambda: linear_probe(H4, [-1, 0, 0, 0]), "labels from 0"),
        (lambda: linear_probe(H4[0], Y4), "one row an example"),
        (lambda: linear_probe(H4 * np.nan, Y4), "finite"),
        (lambda: linear_probe(H4, Y4, ridge=0), "ridge: expected a number above 0"),
        (lambda: linear_probe(H4, Y4).predict(H4[:, :3]), r"H: expected shape \(N, 4\)"),
        (lambda: principal_components(H4, 5), "k: expected at most 4"),
        (lambda: principal_components(H4, 0), "k: expected a whole number"),
        (lambda: principal_components(np.ones((3, 2)), 1), "rows that differ"),
        (lambda: principal_components(np.full((7, 2), 0.1), 1), "rows that differ"),
        (lambda: principal_components(H4[0], 1), r"X: expected shape \(N, D\)"),
        (lambda: principal_components(H4, 2).decode(H4), r"code: expected shape \(N, 2\)"),
        (lambda: principal_components(H4, 2).encode(H4[:, :1]), r"X: expected shape \(N, 4\)"),
    ],
)
def test_errors_say_what_was_expected(call, says):
    with pytest.raises(ValueError, match=says):
        call()


# Principal components


def test_components_by_hand():
    found = principal_components([[1.0, 2], [3, 4], [5, 6], [3, 4]], 1)
    np.testing.assert_allclose(found.mean, [3, 4])
    np.testing.assert_allclose(found.directions, [[0.5**0.5, 0.5**0.5]])
    np.testing.assert_allclose(found.shares, [1])
    np.testing.assert_allclose(found.encode([[4.0, 5]]), [[2**0.5]])
    np.testing.assert_allclose(found.decode([[2**0.5]]), [[4, 5]])


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 4))
def test_no_other_plane_keeps_more(seed, k):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, 5)) @ rng.normal(size=(5, 5)) + 7
    found = principal_components(X, k)
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(k), atol=1e-12)
    lost = ((X - found.decode(found.encode(X))) ** 2).sum() / ((X - X.mean(axis=0)) ** 2).sum()
    assert found.shares.sum() == pytest.approx(1 - lost)
    assert (np.diff(found.shares) <= 0).all()
    other = np.linalg.qr(rng.normal(size=(5, k)))[0]
    centred = X - X.mean(axis=0)
    assert ((centred - centred @ other @ other.T) ** 2).sum() >= lost * (centred**2).sum()


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_the_sign_is_fixed(seed):
    X = np.random.default_rng(seed).normal(size=(12, 4))
    U = principal_components(X, 3).directions
    assert (U[range(3), np.abs(U).argmax(axis=1)] > 0).all()
    mirrored = principal_components(2 * X.mean(axis=0) - X, 3)
    np.testing.assert_allclose(mirrored.directions, U, atol=1e-9)
