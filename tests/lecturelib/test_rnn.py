"""The recurrent network: the lecture's example, BPTT against differences and PyTorch, truncated."""

import math

import numpy as np
import pytest
import torch
from contracts.models import ModelContract
from hypothesis import given, settings
from hypothesis import strategies as st

from lecturelib.activations import softmax
from lecturelib.rnn import (
    RNN,
    clip_gradients,
    gradient_norms_by_lag,
    matrix_of_radius,
    spectral_radius,
    step,
)

T, N, D, H, C = 6, 2, 3, 5, 4  # all different, so that a transposed array shows
both = pytest.mark.parametrize("bias", [False, True])
outputs = pytest.mark.parametrize("last_only", [False, True])


def build(bias=True, seed=0, T=T, N=N, D=D, H=H, C=C, dtype=np.float64):
    """A network with no parameter at a special value, x, s0, and dz for all steps."""
    rng = np.random.default_rng(seed)
    model = RNN(D, H, C, rng=rng, bias=bias, dtype=dtype)
    for p in model.parameters.values():
        p[...] = rng.normal(scale=0.6, size=p.shape)
    x, s0, dz = (rng.normal(size=shape) for shape in ((T, N, D), (N, H), (T, N, C)))
    return model, x.astype(dtype), np.tanh(s0).astype(dtype), dz.astype(dtype)


def all_gradients(model, x, s0, dz, truncate=None, last_only=False):
    """name -> gradient, with x and s0, from a fresh forward and backward pass."""
    model.zero_grad()
    model.forward(x, s0, last_only=last_only)
    dx, ds0 = model.backward(dz[-1] if last_only else dz, truncate)
    return {name: g.copy() for name, g in model.gradients.items()} | {"x": dx, "s0": ds0}


def torch_gradients(model, x, s0, dz, k=None, last_only=False):
    """The same from autograd, step by step; with k each loss gets a graph of k steps of its own."""
    leaves = model.parameters | {"x": x, "s0": s0}
    leaves = {name: torch.tensor(a, requires_grad=True) for name, a in leaves.items()}
    U, W, V = (leaves[name] for name in "UWV")
    b, c = leaves.get("b", 0), leaves.get("c", 0)
    steps, loss = len(x), 0
    states = [torch.tensor(s) for s in model.states]
    for t in range(steps - 1 if last_only else 0, steps):
        first = 0 if k is None else max(0, t + 1 - k)
        # A state that was computed before the window starts is a number, not a node.
        s = leaves["s0"] if first == 0 else states[first].detach()
        for i in range(first, t + 1):
            s = torch.tanh(leaves["x"][i] @ U.T + s @ W.T + b)
        loss = loss + ((s @ V.T + c) * torch.tensor(dz[t])).sum()
    loss.backward()
    zeros = {name: torch.zeros_like(leaf) for name, leaf in leaves.items()}
    return {
        name: (zeros[name] if leaf.grad is None else leaf.grad).numpy()
        for name, leaf in leaves.items()
    }


class TestRNN(ModelContract):
    batch = 1

    @pytest.fixture(autouse=True, params=[False, True], ids=["lecture", "bias"])
    def kind(self, request):
        self.bias = request.param
        self.names = tuple("UWVbc" if self.bias else "UWV")

    def make(self, rng, dtype):
        return RNN(D, H, C, rng=rng, bias=self.bias, dtype=dtype)

    def inputs(self, rng):
        return rng.normal(size=(T, N, D)), np.tanh(rng.normal(size=(N, H)))

    def backward(self, model, dh):
        return model.backward(dh)

    def torch_twin(self, model):
        rnn, linear = model.to_torch()
        leaves = {"U": rnn.weight_ih_l0, "W": rnn.weight_hh_l0, "V": linear.weight}
        if self.bias:
            leaves |= {"b": rnn.bias_ih_l0, "c": linear.bias}
        return lambda x, s0: linear(rnn(x, s0[None])[0]), leaves


def assert_equal(expected, actual, rtol=1e-10, atol=1e-12):
    assert expected.keys() == actual.keys()
    for name, g in expected.items():
        np.testing.assert_allclose(actual[name], g, rtol=rtol, atol=atol, err_msg=name)


# The lecture's example

LECTURE_W = [[0.1, 0.5, 0.1], [0.5, 0.9, 0.3], [0.3, 0.2, 0.1]]
LECTURE_U = [[0.6, 0.8, 0.4, 0.8], [0.2, 0.2, 0.8, 0.7], [0.9, 0.8, 0.1, 0.2]]
LECTURE_V = [[0.9, 0.8, 0.3], [0.2, 0.3, 0.4], [0.6, 0.9, 0.1], [0.5, 0.0, 0.3]]


def printed(values):
    return [f"{value:.2f}" for value in np.ravel(values)]


def test_the_example_of_the_slide_to_the_printed_digits():
    a, h = step([[1, 0, 0, 0]], np.zeros((1, 3)), LECTURE_U, LECTURE_W)
    np.testing.assert_allclose(a, [[0.6, 0.2, 0.9]], rtol=1e-15)
    assert printed(h) == ["0.54", "0.20", "0.72"]
    assert printed(softmax(h @ np.transpose(LECTURE_V))) == ["0.32", "0.21", "0.24", "0.22"]
    # The slide goes on with the rounded h; the printed y is the same.
    rounded = np.array([0.54, 0.20, 0.72]) @ np.transpose(LECTURE_V)
    assert printed(softmax(rounded)) == ["0.32", "0.21", "0.24", "0.22"]


def test_the_network_computes_the_example_of_the_slide_and_goes_on():
    model = RNN(4, 3, 4, rng=np.random.default_rng(0))
    model.U, model.W, model.V = LECTURE_U, LECTURE_W, LECTURE_V
    z = model.forward(np.eye(4)[[0, 1, 2]][:, None])
    assert printed(model.states[1]) == ["0.54", "0.20", "0.72"]
    assert printed(softmax(z[0])) == ["0.32", "0.21", "0.24", "0.22"]
    # By hand: a_2 = U e_2 + W h_1, with h_1 = tanh(0.6), tanh(0.2), tanh(0.9).
    h = [math.tanh(0.6), math.tanh(0.2), math.tanh(0.9)]
    first = math.tanh(0.8 + 0.1 * h[0] + 0.5 * h[1] + 0.1 * h[2])
    second = math.tanh(0.2 + 0.5 * h[0] + 0.9 * h[1] + 0.3 * h[2])
    third = math.tanh(0.8 + 0.3 * h[0] + 0.2 * h[1] + 0.1 * h[2])
    np.testing.assert_allclose(model.states[2], [[first, second, third]], rtol=1e-14)


# Forward


@both
def test_the_sequence_is_the_step_again_and_again(bias):
    model, x, s0, _ = build(bias)
    z, s = model.forward(x, s0), s0
    np.testing.assert_array_equal(model.states[0], s0)
    for t in range(T):
        _, s = step(x[t], s, model.U, model.W, model.b)
        np.testing.assert_allclose(model.states[t + 1], s, rtol=1e-13)
        expected = s @ model.V.T + (model.c if bias else 0)
        np.testing.assert_allclose(z[t], expected, rtol=1e-12, atol=1e-14)


@both
def test_many_to_one_is_the_last_step_of_many_to_many(bias):
    model, x, s0, _ = build(bias)
    z, last = model.forward(x, s0), model.forward(x, s0, last_only=True)
    assert last.shape == (N, C)
    np.testing.assert_allclose(last, z[-1], rtol=1e-13)


def test_a_sequence_in_two_pieces_is_one_sequence():
    model, x, s0, _ = build()
    whole = model.forward(x, s0)
    first = model.forward(x[:4], s0)
    second = model.forward(x[4:], model.states[-1])
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-13)


def test_without_a_state_it_starts_from_zero():
    model, x, _, _ = build()
    np.testing.assert_array_equal(model.forward(x), model.forward(x, np.zeros((N, H))))


def test_the_states_can_be_read_but_not_written():
    model, x, _, _ = build()
    assert model.states is None
    model.forward(x)
    assert model.states.shape == (T + 1, N, H)
    with pytest.raises(ValueError, match="read-only"):
        model.states[0] = 1


def test_the_lectures_network_has_no_biases():
    model = RNN(D, H, C, rng=np.random.default_rng(0))
    assert list(model.parameters) == list(model.gradients) == ["U", "W", "V"]
    assert (model.b, model.c) == (None, None)
    with_bias = RNN(D, H, C, rng=np.random.default_rng(0), bias=True)
    assert list(with_bias.parameters) == ["U", "W", "V", "b", "c"]
    shapes = [p.shape for p in with_bias.parameters.values()]
    assert shapes == [(H, D), (H, H), (C, H), (H,), (C,)]
    assert [g.shape for g in with_bias.gradients.values()] == shapes
    assert (repr(model), repr(with_bias)) == ("RNN(3, 5, 4)", "RNN(3, 5, 4, bias=True)")


def test_the_start_depends_on_the_generator_alone():
    first, again, other = (RNN(D, H, C, rng=np.random.default_rng(i)) for i in (0, 0, 1))
    for name, p in first.parameters.items():
        np.testing.assert_array_equal(p, again.parameters[name])
        assert (p != other.parameters[name]).all()
    np.testing.assert_allclose(first.W @ first.W.T, np.eye(H), atol=1e-12)
    wide = RNN(300, 500, 100, rng=np.random.default_rng(0))
    assert wide.U.std() == pytest.approx(math.sqrt(2 / 800), rel=0.02)
    assert wide.V.std() == pytest.approx(math.sqrt(2 / 600), rel=0.02)


# Backward


@both
@outputs
def test_all_gradients_against_autograd(bias, last_only):
    model, x, s0, dz = build(bias)
    gradients = all_gradients(model, x, s0, dz, last_only=last_only)
    assert_equal(torch_gradients(model, x, s0, dz, last_only=last_only), gradients)


@settings(max_examples=40, deadline=None)
@given(*[st.integers(1, 5)] * 5, st.booleans(), st.booleans(), st.integers(0, 99))
def test_all_gradients_in_every_shape(T, N, D, H, C, bias, last_only, seed):
    model, x, s0, dz = build(bias, seed, T, N, D, H, C)
    gradients = all_gradients(model, x, s0, dz, last_only=last_only)
    expected = torch_gradients(model, x, s0, dz, last_only=last_only)
    assert_equal(expected, gradients)
    assert all(gradients[name].shape == g.shape for name, g in expected.items())


# Truncated


@both
@outputs
@pytest.mark.parametrize("k", [T, T + 1, 10 * T])
def test_truncating_after_the_whole_sequence_changes_nothing(bias, last_only, k):
    model, x, s0, dz = build(bias)
    full = all_gradients(model, x, s0, dz, last_only=last_only)
    assert_equal(full, all_gradients(model, x, s0, dz, k, last_only))


@settings(max_examples=40, deadline=None)
@given(*[st.integers(1, 5)] * 5, st.integers(1, 7), st.booleans(), st.booleans())
def test_truncated_gradients_are_those_of_a_graph_cut_by_detach(T, N, D, H, C, k, bias, last_only):
    model, x, s0, dz = build(bias, 0, T, N, D, H, C)
    gradients = all_gradients(model, x, s0, dz, k, last_only)
    assert_equal(torch_gradients(model, x, s0, dz, k, last_only), gradients)


@both
@pytest.mark.parametrize("k", range(1, T + 1))
def test_the_first_state_hears_of_the_first_k_losses(bias, k):
    model, x, s0, dz = build(bias)
    gradients = all_gradients(model, x, s0, dz, k)
    assert_equal(torch_gradients(model, x, s0, dz, k), gradients)
    # One loss at a time: those of the steps 1 … k reach s_0, each adds its own, no other does.
    alone = [
        all_gradients(model, x, s0, dz * (np.arange(T) == t)[:, None, None], k) for t in range(T)
    ]
    assert [bool(g["s0"].any()) for g in alone] == [t < k for t in range(T)]
    np.testing.assert_allclose(sum(g["s0"] for g in alone), gradients["s0"], rtol=1e-10)


def test_truncated_to_one_step_nothing_flows_through_time():
    model, x, s0, dz = build()
    gradients = all_gradients(model, x, s0, dz, 1)
    s = model.states
    # By hand: da_t is Vᵀ dz_t (1 − s_t²) and nothing else.
    da = np.einsum("tnc,ch->tnh", dz, model.V) * (1 - s[1:] ** 2)
    expected = {
        "U": np.einsum("tnh,tnd->hd", da, x),
        "W": np.einsum("tnh,tng->hg", da, s[:-1]),
        "V": np.einsum("tnc,tnh->ch", dz, s[1:]),
        "b": da.sum(axis=(0, 1)),
        "c": dz.sum(axis=(0, 1)),
        "x": np.einsum("tnh,hd->tnd", da, model.U),
        "s0": da[0] @ model.W,  # the first step's loss is one step away from s_0
    }
    assert_equal(expected, gradients)


def test_one_number_through_two_steps_by_hand():
    # H = N = D = C = 1: s_1 = tanh(u x_1), s_2 = tanh(u x_2 + w s_1), z_2 = v s_2, L = z_2.
    u, w, v, x = 0.5, 0.7, 2.0, [0.3, -0.4]
    model = RNN(1, 1, 1, rng=np.random.default_rng(0))
    model.U, model.W, model.V = [[u]], [[w]], [[v]]
    s1 = math.tanh(u * x[0])
    s2 = math.tanh(u * x[1] + w * s1)
    assert model.forward(np.reshape(x, (2, 1, 1)), last_only=True) == pytest.approx(v * s2)
    da2 = v * (1 - s2**2)
    da1 = da2 * w * (1 - s1**2)
    for k, far in ((1, 0), (2, 1)):  # far: does the loss reach step 1?
        model.zero_grad()
        dx, ds0 = model.backward([[1.0]], truncate=k)
        assert model.dW.item() == pytest.approx(da2 * s1, rel=1e-14)  # s_0 = 0 adds nothing
        assert model.dU.item() == pytest.approx(da2 * x[1] + far * da1 * x[0], rel=1e-14)
        assert model.dV.item() == pytest.approx(s2, rel=1e-14)
        assert dx.ravel() == pytest.approx([far * da1 * u, da2 * u], rel=1e-14)
        assert ds0.item() == pytest.approx(far * da1 * w, rel=1e-14)


# To and from PyTorch


@both
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_same_network_from_pytorch(bias, dtype):
    torch.manual_seed(0)
    rnn = torch.nn.RNN(D, H, bias=bias, dtype=dtype)
    linear = torch.nn.Linear(H, C, bias=bias, dtype=dtype)
    model = RNN.from_torch(rnn, linear)
    x = torch.randn(T, N, D, dtype=dtype)
    assert str(model.dtype) == str(dtype).removeprefix("torch.")
    atol = 1e-12 if dtype == torch.float64 else 1e-5
    z = linear(rnn(x)[0]).detach().numpy()
    np.testing.assert_allclose(model.forward(x.numpy()), z, rtol=1e-10, atol=atol)
    # Both biases of PyTorch are drawn at random, so this holds only if they were added up.
    assert not bias or rnn.bias_hh_l0.abs().max() > 0.01
    again = RNN.from_torch(*model.to_torch())
    for name, p in model.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], p)


# Clipping


def test_clipping_as_in_pytorch():
    model, x, s0, dz = build()
    all_gradients(model, x, s0, 100 * dz)
    tensors = [torch.nn.Parameter(torch.tensor(p)) for p in model.parameters.values()]
    for tensor, g in zip(tensors, model.gradients.values(), strict=True):
        tensor.grad = torch.tensor(g)
    norm = torch.nn.utils.clip_grad_norm_(tensors, 2.0)
    assert clip_gradients(model.gradients, 2.0) == pytest.approx(norm.item(), rel=1e-12)
    for tensor, g in zip(tensors, model.gradients.values(), strict=True):
        np.testing.assert_allclose(g, tensor.grad.numpy(), rtol=1e-5)  # it adds 1e-6 to the norm


def weights(rnn, linear):
    return [p.detach().clone() for p in (*rnn.parameters(), *linear.parameters())]


def test_the_two_networks_share_no_memory():
    model = build()[0]
    rnn, linear = model.to_torch()
    back = RNN.from_torch(rnn, linear)
    before = weights(rnn, linear)
    for p in (*model.parameters.values(), *back.parameters.values()):
        p += 1
    assert all(map(torch.equal, before, weights(rnn, linear)))


# Gradients by lag, spectral radius


def test_norms_by_lag_are_those_of_autograd():
    model, x, s0, dz = build()
    model.forward(x, s0)
    norms = gradient_norms_by_lag(model.W, model.states, dz[-1] @ model.V)
    assert norms.shape == (T + 1, N)
    states = [torch.tensor(s0, requires_grad=True)]
    U, W, V, b, _ = (torch.tensor(p) for p in model.parameters.values())
    for x_t in torch.tensor(x):
        states.append(torch.tanh(x_t @ U.T + states[-1] @ W.T + b))
    loss = (states[-1] @ V.T * torch.tensor(dz[-1])).sum()
    gradients = torch.autograd.grad(loss, states[::-1])  # lag 0 first
    expected = [g.norm(dim=1).numpy() for g in gradients]
    np.testing.assert_allclose(norms, expected, rtol=1e-10)


@pytest.mark.parametrize("radius", [0.5, 1.0, 1.5])
def test_without_saturation_the_norm_is_a_power_of_the_radius(radius):
    rng = np.random.default_rng(0)
    W = matrix_of_radius(H, radius, rng=rng)
    norms = gradient_norms_by_lag(W, np.zeros((21, N, H)), rng.normal(size=(N, H)))
    np.testing.assert_allclose(norms / norms[0], radius ** np.arange(21.0)[:, None] * [1, 1])


@pytest.mark.parametrize(
    ("W", "radius"),
    [
        ([[2.0]], 2),
        ([[-3, 0], [0, 1]], 3),
        ([[0, 100], [0, 0]], 0),  # nilpotent: a large norm, and yet W² = 0
        ([[0, -2], [2, 0]], 2),  # a turn: eigenvalues ±2i
        ([[1, 2], [3, 2]], 4),
    ],
)
def test_spectral_radius_of_matrices_known_by_heart(W, radius):
    assert spectral_radius(W) == pytest.approx(radius, abs=1e-12)


# Types and errors


def test_float32_stays_float32():
    model, x, s0, dz = build(dtype=np.float32)
    for last_only in (False, True):
        assert model.forward(x, s0, last_only=last_only).dtype == np.float32
        for k in (None, 2):
            dx, ds0 = model.backward(dz[-1] if last_only else dz, truncate=k)
            assert (dx.dtype, ds0.dtype) == (np.float32, np.float32)
    assert {g.dtype.name for g in model.gradients.values()} == {"float32"}
    assert model.states.dtype == np.float32
    a, s = step(x[0], s0, model.U, model.W, model.b)
    assert (a.dtype, s.dtype) == (np.float32, np.float32)
    norms = gradient_norms_by_lag(model.W, model.states, ds0)
    assert norms.dtype == np.float32
    # Inputs of another type are brought to the network's.
    assert model.forward(x.astype(float), s0.astype(float)).dtype == np.float32
    assert model.forward(np.ones((T, N, D), int)).dtype == np.float32


def with_nan(shape):
    a = np.zeros(shape)
    a.flat[-1] = np.nan
    return a


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.forward(np.zeros((T, D))), r"^x: expected shape \(T, N, 3\).*got \(6, 3\)"),
        (lambda m: m.forward(np.zeros((T, N, 4))), r"^x: .*got \(6, 2, 4\).*transpose"),
        (lambda m: m.forward(np.zeros((0, N, D))), r"^x: .*empty array of shape \(0, 2, 3\)"),
        (lambda m: m.forward(np.zeros((T, 0, D))), r"^x: .*empty array"),
        (lambda m: m.forward(with_nan((T, N, D))), r"^x: .*finite.*nan at index \(5, 1, 2\)"),
        (lambda m: m.forward(np.full((T, N, D), np.inf)), r"^x: .*finite.*inf at"),
        (lambda m: m.forward(np.zeros((T, N, D)), np.zeros(H)), r"^s0: .*\(2, 5\).*got \(5,\)"),
        (lambda m: m.forward(np.zeros((T, N, D)), with_nan((N, H))), r"^s0: .*finite"),
        (lambda m: m.backward(np.zeros((T, N, C))), r"^RNN\(3, 5, 4.*forward pass before it"),
        (lambda m: after(m).backward(np.zeros((T, N, H))), r"^dz: .*\(6, 2, 4\).*got \(6, 2, 5\)"),
        (lambda m: after(m).backward(np.zeros((N, C))), r"^dz: .*\(6, 2, 4\).*got \(2, 4\)"),
        (lambda m: after(m, True).backward(np.zeros((T, N, C))), r"^dz: .*\(2, 4\).*last_only"),
        (lambda m: after(m).backward(with_nan((T, N, C))), r"^dz: .*finite"),
        (lambda m: after(m).backward(np.zeros((T, N, C)), 0), r"^truncate: .*at least 1, got 0"),
        (lambda m: after(m).backward(np.zeros((T, N, C)), -1), r"^truncate: .*got -1"),
        (lambda m: after(m).backward(np.zeros((T, N, C)), 2.5), r"^truncate: .*whole.*2.5"),
        (lambda m: after(m).backward(np.zeros((T, N, C)), "all"), r"^truncate: .*got 'all'"),
        (lambda m: setattr(m, "W", np.zeros((H, D))), r"^W: expected shape \(5, 5\)"),
    ],
)
def test_wrong_arguments_of_the_network_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(build()[0])


def after(model, last_only=False):
    model.forward(np.zeros((T, N, D)), last_only=last_only)
    return model


def rng():
    return np.random.default_rng(0)


def nn(**options):
    return torch.nn.RNN(D, H, **options), torch.nn.Linear(H, C)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: RNN(0, 5, 4, rng=rng()), r"^n_in: .*at least 1, got 0"),
        (lambda: RNN(3, 5.0, 4, rng=rng()), r"^n_hidden: .*got 5.0"),
        (lambda: RNN(3, 5, -1, rng=rng()), r"^n_out: .*got -1"),
        (lambda: RNN(3, 5, 4, rng=7), r"^rng: expected a NumPy Generator, got int"),
        (lambda: RNN(3, 5, 4, rng=rng(), dtype=int), r"^dtype: "),
        (lambda: step(np.ones(4), *[np.ones((1, 1))] * 3), r"^x: .*two axes.*\(4,\)"),
        (lambda: step([[1, 0]], [[0]], [[1]], [[1]]), r"^x: expected shape \(1, 1\)"),
        (lambda: step([[1]], [[0, 0]], [[1]], [[1]]), r"^s_prev: expected shape \(1, 1\)"),
        (lambda: step([[1]], [[0]], [[1]], [[1, 2]]), r"^W: expected shape \(1, 1\)"),
        (lambda: step([[1]], [[0]], [[1]], [[1]], [1, 2]), r"^b: expected shape \(1,\)"),
        (lambda: step([[np.nan]], [[0]], [[1]], [[1]]), r"^x: .*finite"),
        (lambda: spectral_radius(np.ones((2, 3))), r"^W: expected a square.*\(2, 3\)"),
        (lambda: spectral_radius(with_nan((2, 2))), r"^W: .*finite"),
        (
            lambda: gradient_norms_by_lag(np.eye(5), np.zeros((7, 2, 4)), np.zeros((2, 4))),
            r"^s, ds: expected shapes \(T \+ 1, N, 5\)",
        ),
        (
            lambda: gradient_norms_by_lag(np.eye(5), np.zeros((7, 2, 5)), np.zeros((3, 5))),
            r"^s, ds: .*got \(7, 2, 5\) and \(3, 5\)",
        ),
        (lambda: RNN.from_torch(*nn(num_layers=2)), r"^rnn: expected.*one layer"),
        (lambda: RNN.from_torch(*nn(bidirectional=True)), r"^rnn: .*one direction"),
        (lambda: RNN.from_torch(*nn(nonlinearity="relu")), r"^rnn: .*tanh"),
        (lambda: RNN.from_torch(*nn(batch_first=True)), r"^rnn: .*time first"),
        (lambda: RNN.from_torch(*nn(bias=False)), r"^linear: .*bias=False"),
        (lambda: RNN.from_torch(nn()[0], torch.nn.Linear(D, C)), r"^linear: .*5 inputs"),
        (lambda: RNN.from_torch(torch.nn.LSTM(D, H), nn()[1]), r"^rnn: .*LSTM"),
    ],
)
def test_wrong_arguments_of_the_functions_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
