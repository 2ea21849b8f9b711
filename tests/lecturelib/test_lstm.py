"""LSTM, GRU, both directions, sequence to sequence: by hand, by differences, against torch."""

import math

import numpy as np
import pytest
import torch
from contracts.models import ModelContract
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lecturelib.gradcheck import check_gradients
from lecturelib.lstm import (
    GRU,
    LSTM,
    Bidirectional,
    Seq2Seq,
    attend,
    attend_backward,
    gru_step,
    lstm_step,
    lstm_step_backward,
)

T, N, D, H, C, S = 6, 2, 3, 5, 4, 7  # all different, so that a transposed array shows
LENGTHS = np.array([6, 2])
KINDS = {"lstm": LSTM, "gru": GRU}
both = pytest.mark.parametrize("kind", [LSTM, GRU])
CLOSE = {"rtol": 1e-10, "atol": 1e-10}


def rng(seed=0):
    return np.random.default_rng(seed)


def build(kind, seed=0, n_out=C, D=D, H=H, **options):
    """A network with no parameter at a special value."""
    model = kind(D, H, n_out, rng=rng(seed), **options)
    random = rng(seed + 1)
    for p in model.parameters.values():
        p[...] = random.normal(scale=0.6, size=p.shape)
    return model


def start(kind, random, N=N, H=H):
    """Initial states, (s0, c0) or (s0,)."""
    return [np.tanh(random.normal(size=(N, H))) for _ in range(2 if kind is LSTM else 1)]


class GatedContract(ModelContract):
    batch = 1
    kind = LSTM

    @pytest.fixture(autouse=True, params=[0, C], ids=["states", "output"])
    def width(self, request):
        self.n_out = request.param
        inner = ("U", "W", "b", "b_s") if self.kind is GRU else ("U", "W", "b")
        self.names = inner + (("V", "b_out") if self.n_out else ())

    def make(self, rng, dtype):
        return self.kind(D, H, self.n_out, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return rng.normal(size=(T, N, D)), *start(self.kind, rng)

    def backward(self, model, dh):
        return model.backward(dh)

    def torch_twin(self, model):
        modules = model.to_torch() if self.n_out else (model.to_torch(), None)
        module, linear = modules
        leaves = {"U": module.weight_ih_l0, "W": module.weight_hh_l0, "b": module.bias_ih_l0}
        if self.kind is GRU:
            leaves["b_s"] = LastBlock(module.bias_hh_l0)
        if linear is not None:
            leaves |= {"V": linear.weight, "b_out": linear.bias}

        def twin(x, *state):
            state = tuple(part[None] for part in state)
            out = module(x, state if len(state) == 2 else state[0])[0]
            return out if linear is None else linear(out)

        return twin, leaves


class LastBlock:
    """The part of bias_hh_l0 that the library calls b_s, with its gradient."""

    def __init__(self, tensor):
        self.tensor = tensor

    @property
    def grad(self):
        return self.tensor.grad[2 * H :]


class TestLSTM(GatedContract):
    kind = LSTM


class TestGRU(GatedContract):
    kind = GRU


class TestBidirectional(ModelContract):
    batch = 1

    @pytest.fixture(autouse=True, params=KINDS)
    def which(self, request):
        self.kind = request.param
        inner = ("U", "W", "b") + (("b_s",) if self.kind == "gru" else ())
        self.names = tuple(f"{way}.{n}" for way in ("ahead", "behind") for n in inner)

    def make(self, rng, dtype):
        return Bidirectional(self.kind, D, H, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(size=(T, N, D)),)

    def torch_twin(self, model):
        module, leaves = model.to_torch(), {}
        for way, suffix in (("ahead", "l0"), ("behind", "l0_reverse")):
            leaves[f"{way}.U"] = getattr(module, f"weight_ih_{suffix}")
            leaves[f"{way}.W"] = getattr(module, f"weight_hh_{suffix}")
            leaves[f"{way}.b"] = getattr(module, f"bias_ih_{suffix}")
            if self.kind == "gru":
                leaves[f"{way}.b_s"] = LastBlock(getattr(module, f"bias_hh_{suffix}"))
        return (lambda x: module(x)[0]), leaves


class TestSeq2Seq(ModelContract):
    batch = 1
    in_torch = False

    @pytest.fixture(autouse=True, params=[True, False], ids=["attention", "one state"])
    def kind(self, request):
        self.attention = request.param
        inner = [f"{part}.{name}" for part in ("reader", "writer") for name in "UWb"]
        self.names = ("V", "b_out", *inner)

    def make(self, rng, dtype):
        return Seq2Seq(D, C, H, rng=rng, attention=self.attention, dtype=dtype)

    def inputs(self, rng):
        return rng.normal(size=(T, N, D)), rng.normal(size=(S, N, C))

    def backward(self, model, dh):
        return model.backward(dh)


# By hand


def test_the_cell_of_the_chapter_forward_and_back():
    # Pre-activations ln 3 for i and f, ln 2 for g, 0 for o: gates 3/4, 3/4, 1/2, candidate 3/5.
    ln2, ln3 = math.log(2), math.log(3)
    b = [ln3, ln3, ln2, 0.0]
    zero = np.zeros((4, 1))
    s, c, gates = lstm_step([[0.0]], [[0.0]], [[1.0]], zero, zero, b)
    assert np.ravel(gates) == pytest.approx([0.75, 0.75, 0.6, 0.5], rel=1e-14)
    assert c.item() == pytest.approx(0.75 * 1 + 0.75 * 0.6, rel=1e-14)
    assert s.item() == pytest.approx(0.5 * math.tanh(1.2), rel=1e-14)
    assert f"{s.item():.3f}" == "0.417"


def test_three_cells_in_a_row_by_hand():
    steps = [(0.5, 1, -0.5, 1), (1, 0, 0.9, 0), (0.5, 0.5, 1, 0.5)]  # f, i, g, o
    cells = [np.array([[2.0]])]
    for f, i, g, _ in steps:
        cells.append(f * cells[-1] + i * g)
    assert np.ravel(cells[1:]) == pytest.approx([0.5, 0.5, 0.75])
    dc, found = np.array([[1.0]]), []
    for (f, i, g, o), c_prev, c in reversed(list(zip(steps, cells[:-1], cells[1:], strict=True))):
        gates = [np.array([[float(value)]]) for value in (i, f, g, o)]
        da, dc = lstm_step_backward(np.zeros((1, 1)), dc, c_prev, c, gates)
        found.append((da[0, 1], dc.item()))
    # The last step: df = c_2 = ½, times the slope ¼; the one before is saturated.
    assert found == [pytest.approx((1 / 8, 1 / 2)), (0, 1 / 2), pytest.approx((1 / 4, 1 / 4))]


def test_a_gru_in_both_conventions_by_hand():
    # z = σ(−ln 3) = ¼ and g = tanh(ln 2) = .6, from s = .2.
    b = [0.0, -math.log(3), math.log(2)]
    zero = np.zeros((3, 1))
    for z_keeps, expected in ((True, 0.5), (False, 0.3)):
        s, (_, z, g) = gru_step([[0.0]], [[0.2]], zero, zero, b, [0.0], z_keeps)
        assert (z.item(), g.item()) == pytest.approx((0.25, 0.6))
        assert s.item() == pytest.approx(expected)


def test_the_reset_gate_acts_behind_the_product():
    zero, ln3 = np.zeros((3, 1)), math.log(3)
    W, b_s = [[0.0], [0.0], [2.0]], [0.5]
    s, (r, _, g) = gru_step([[0.0]], [[0.25]], zero, W, [ln3, 0.0, 0.1], b_s)
    assert r.item() == pytest.approx(0.75)
    assert g.item() == pytest.approx(math.tanh(0.1 + 0.75 * (2 * 0.25 + 0.5)))
    assert s.item() == pytest.approx(0.5 * 0.25 + 0.5 * g.item())


@pytest.mark.parametrize(
    ("model", "expected", "in_torch"),
    [(LSTM(3, 4, rng=rng()), 128, 144), (GRU(3, 4, rng=rng()), 96 + 4, 108)],
)
def test_how_many_parameters(model, expected, in_torch):
    assert model.count == expected
    assert sum(p.numel() for p in model.to_torch().parameters()) == in_torch


# A step and the sequence


@pytest.mark.parametrize("T", [1, T])
@pytest.mark.parametrize("N", [1, N])
def test_the_sequence_is_the_step_again_and_again(T, N):
    model, random = build(LSTM), rng(5)
    x, (s, c) = random.normal(size=(T, N, D)), start(LSTM, random, N)
    z = model.forward(x, s, c)
    for t in range(T):
        s, c, _ = lstm_step(x[t], s, c, model.U, model.W, model.b)
        np.testing.assert_allclose(model.states[t + 1], s, **CLOSE)
        np.testing.assert_allclose(model.cells[t + 1], c, **CLOSE)
        np.testing.assert_allclose(z[t], s @ model.V.T + model.b_out, **CLOSE)


@pytest.mark.parametrize("z_keeps", [True, False])
def test_the_gru_is_its_step_again_and_again(z_keeps):
    model, random = build(GRU, z_keeps=z_keeps), rng(5)
    x, (s,) = random.normal(size=(T, N, D)), start(GRU, random)
    model.forward(x, s)
    for t in range(T):
        s, _ = gru_step(x[t], s, model.U, model.W, model.b, model.b_s, z_keeps)
        np.testing.assert_allclose(model.states[t + 1], s, **CLOSE)


def test_the_step_back_is_the_sequence_of_one_step_back():
    model, random = build(LSTM, n_out=0), rng(5)
    x, (s, c) = random.normal(size=(1, N, D)), start(LSTM, random)
    model.forward(x, s, c)
    ds, dc = random.normal(size=(2, N, H))
    dx, ds0, dc0 = model.backward(ds[None], dc=dc)
    _, c1, gates = lstm_step(x[0], s, c, model.U, model.W, model.b)
    da, dc_prev = lstm_step_backward(ds, dc, c, c1, gates)
    np.testing.assert_allclose(dc0, dc_prev, **CLOSE)
    np.testing.assert_allclose(ds0, da @ model.W, **CLOSE)
    np.testing.assert_allclose(dx[0], da @ model.U, **CLOSE)
    np.testing.assert_allclose(model.dW, da.T @ s, **CLOSE)
    np.testing.assert_allclose(model.db, da.sum(axis=0), **CLOSE)


@both
def test_a_sequence_in_two_pieces_is_one_sequence(kind):
    model, random = build(kind), rng(5)
    x = random.normal(size=(T, N, D))
    whole = model.forward(x)
    first = model.forward(x[:4])
    second = model.forward(x[4:], *model.state)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, **CLOSE)


@both
def test_what_comes_into_the_last_state_makes_pieces_one_sequence_backward_too(kind):
    model, random = build(kind), rng(5)
    x, dz = random.normal(size=(T, N, D)), random.normal(size=(T, N, C))
    model.forward(x)
    dx = model.backward(dz)[0]
    full = {name: g.copy() for name, g in model.gradients.items()}
    model.zero_grad()
    model.forward(x[:4])
    state = model.state
    model.forward(x[4:], *state)
    late, *through = model.backward(dz[4:])
    model.forward(x[:4])
    early = model.backward(dz[:4], *through)[0]
    np.testing.assert_allclose(np.concatenate([early, late]), dx, **CLOSE)
    for name, g in model.gradients.items():
        np.testing.assert_allclose(g, full[name], err_msg=name, **CLOSE)


@both
def test_a_state_that_is_handed_on_is_taken_as_given(kind):
    """Truncated BPTT: the gradient of a piece is that of torch with the state detached."""
    model, random = build(kind, n_out=0), rng(5)
    x, dz = random.normal(size=(T, N, D)), random.normal(size=(T - 4, N, H))
    model.forward(x[:4])
    model.forward(x[4:], *model.state)
    model.backward(dz)
    module = model.to_torch()
    _, state = module(torch.tensor(x[:4]))
    state = tuple(part.detach() for part in state) if kind is LSTM else state.detach()
    module(torch.tensor(x[4:]), state)[0].backward(torch.tensor(dz))
    np.testing.assert_allclose(model.dW, module.weight_hh_l0.grad, **CLOSE)


@both
def test_states_can_be_read_but_not_written(kind):
    model = build(kind)
    assert model.states is None
    assert model.state == ()
    model.forward(np.ones((T, N, D)))
    assert model.states.shape == (T + 1, N, H)
    assert all(part.shape == (N, H) for part in model.state)
    with pytest.raises(ValueError, match="read-only"):
        model.state[-1][0] = 1


# Every shape, padding, both outputs, against torch


def torch_gradients(model, x, state, dz, ds, lengths=None, last_only=False):
    """Output and gradients from autograd, with packed sequences where there are lengths."""
    modules = model.to_torch() if model.n_out else (model.to_torch(), torch.nn.Identity())
    module, linear = modules
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, *state)]
    first = tuple(part[None] for part in leaves[1:])
    data, steps = leaves[0], len(x)
    if lengths is not None:
        data = pack_padded_sequence(data, torch.tensor(lengths), enforce_sorted=False)
    out, last = module(data, first if isinstance(model, LSTM) else first[0])
    if lengths is not None:
        out = pad_packed_sequence(out, total_length=steps)[0]
    last = last if isinstance(last, tuple) else (last,)
    z = linear(last[0][0] if last_only else out)
    total = (z * torch.tensor(dz)).sum()
    total = total + sum((a[0] * torch.tensor(b)).sum() for a, b in zip(last, ds, strict=True))
    total.backward()
    found = {"U": module.weight_ih_l0, "W": module.weight_hh_l0, "b": module.bias_ih_l0}
    found = {name: p.grad.numpy() for name, p in found.items()}
    if isinstance(model, GRU):
        found["b_s"] = module.bias_hh_l0.grad.numpy()[2 * model.n_hidden :]
        if not model.z_keeps:
            H = model.n_hidden
            for name in "UWb":
                found[name][H : 2 * H] *= -1
    if model.n_out:
        found |= {"V": linear.weight.grad.numpy(), "b_out": linear.bias.grad.numpy()}
    return z.detach().numpy(), found, [leaf.grad.numpy() for leaf in leaves]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["lstm", "gru", "gru, z renews"]),
    *[st.integers(1, 4)] * 5,
    st.booleans(),
    st.booleans(),
    st.integers(0, 99),
)
def test_all_gradients_in_every_shape(name, T, N, D, H, C, padded, last_only, seed):
    kind = LSTM if name == "lstm" else GRU
    options = {"z_keeps": False} if "renews" in name else {}
    model, random = build(kind, seed, C - 1, D, H, **options), rng(seed)
    x, state = random.normal(size=(T, N, D)), start(kind, random, N, H)
    lengths = random.integers(1, T + 1, N) if padded else None
    how = {"lengths": lengths, "last_only": last_only}
    dz = random.normal(size=model.predict(x, *state, **how).shape)
    ds = [random.normal(size=part.shape) for part in state]
    z, gradients, into = torch_gradients(model, x, state, dz, ds, **how)
    np.testing.assert_allclose(model.forward(x, *state, **how), z, **CLOSE)
    for ours, theirs in zip(model.backward(dz, *ds), into, strict=True):
        np.testing.assert_allclose(ours, theirs, **CLOSE)
    for key, g in model.gradients.items():
        np.testing.assert_allclose(g, gradients[key], err_msg=key, **CLOSE)


@both
@pytest.mark.parametrize("last_only", [False, True])
def test_padded_gradients_are_the_central_differences(kind, last_only):
    model, random = build(kind), rng(3)
    x, state = random.normal(size=(T, N, D)), start(kind, random)
    how = {"lengths": LENGTHS, "last_only": last_only}
    dz = random.normal(size=model.predict(x, *state, **how).shape)
    model.forward(x, *state, **how)
    names = ("x", "s0", "c0")[: 1 + len(state)]
    back = dict(zip(names, model.backward(dz), strict=True))
    assert not back["x"][2:, 1].any()  # padding moves nothing

    def value(**arguments):
        given = [arguments.pop(name) for name in names]
        for name, p in arguments.items():
            probe.parameters[name] = p
        return (dz * probe.forward(*given, **how)).sum()

    probe = build(kind)
    given = dict(zip(names, (x, *state), strict=True)) | model.parameters
    check_gradients(value, given, back | model.gradients)


@both
def test_what_stands_in_the_padding_does_not_matter(kind):
    model, random = build(kind), rng(3)
    x, other = random.normal(size=(2, T, N, D))
    other[:2], other[:, 0] = x[:2], x[:, 0]
    for last_only in (False, True):
        how = {"lengths": LENGTHS, "last_only": last_only}
        np.testing.assert_array_equal(model.predict(x, **how), model.predict(other, **how))
    alone = model.predict(x[:2, 1:], last_only=True)
    np.testing.assert_allclose(model.predict(x, **how)[1:], alone, **CLOSE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("last_only", [False, True])
def test_both_directions_of_a_padded_batch_are_those_of_torch(kind, last_only):
    random = rng(3)
    model = Bidirectional(kind, D, H, rng=random)
    x = random.normal(size=(T, N, D))
    h = model.forward(x, lengths=LENGTHS, last_only=last_only)
    module, leaf = model.to_torch(), torch.tensor(x, requires_grad=True)
    packed = pack_padded_sequence(leaf, torch.tensor(LENGTHS), enforce_sorted=False)
    out, last = module(packed)
    last = last[0] if kind == "lstm" else last
    expected = torch.cat([*last], dim=1) if last_only else pad_packed_sequence(out)[0]
    np.testing.assert_allclose(h, expected.detach(), **CLOSE)
    dh = random.normal(size=h.shape)
    expected.backward(torch.tensor(dh))
    np.testing.assert_allclose(model.backward(dh), leaf.grad, **CLOSE)
    np.testing.assert_allclose(model.behind.dW, module.weight_hh_l0_reverse.grad, **CLOSE)


# The start


def test_the_forget_gate_starts_open_and_nothing_else_does():
    model = LSTM(D, H, C, rng=rng(), forget_bias=3)
    np.testing.assert_array_equal(model.b.reshape(4, H), np.outer([0, 3, 0, 0], np.ones(H)))
    assert LSTM(D, H, rng=rng()).b.sum() == H
    for block in np.split(model.W, 4):
        np.testing.assert_allclose(block @ block.T, np.eye(H), atol=1e-12)
    assert repr(model) == "LSTM(3, 5, n_out=4, forget_bias=3)"
    assert repr(GRU(D, H, C, rng=rng(), z_keeps=False)) == "GRU(3, 5, n_out=4, z_keeps=False)"
    wide = LSTM(300, 500, rng=rng())
    assert wide.U.std() == pytest.approx(math.sqrt(2 / 800), rel=0.02)


def test_the_gradient_of_the_cell_is_the_product_of_the_forget_gates():
    model = LSTM(D, H, rng=rng(), forget_bias=2)
    model.U, model.W = 0 * model.U, 0 * model.W  # gates that hear of nothing
    model.forward(np.zeros((20, N, D)))
    _, _, dc0 = model.backward(np.zeros((20, N, H)), dc=np.ones((N, H)))
    np.testing.assert_allclose(dc0, (1 / (1 + math.exp(-2))) ** 20, rtol=1e-12)


# To and from PyTorch


@both
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("bias", [True, False])
def test_the_same_network_from_pytorch(kind, dtype, bias):
    torch.manual_seed(0)
    module = getattr(torch.nn, kind.__name__)(D, H, bias=bias, dtype=dtype)
    linear = torch.nn.Linear(H, C, bias=bias, dtype=dtype)
    x = torch.randn(T, N, D, dtype=dtype)
    tolerance = CLOSE if dtype == torch.float64 else {"rtol": 1e-5, "atol": 1e-6}
    model = kind.from_torch(module, linear)
    assert str(model.dtype) == str(dtype).removeprefix("torch.")
    expected = linear(module(x)[0]).detach()
    np.testing.assert_allclose(model.forward(x.numpy()), expected, **tolerance)
    # Both biases of PyTorch are drawn at random, so this holds only if both were counted.
    assert not bias or module.bias_hh_l0.abs().max() > 0.01
    np.testing.assert_allclose(
        kind.from_torch(module).forward(x.numpy()), module(x)[0].detach(), **tolerance
    )
    again = kind.from_torch(*model.to_torch())
    for name, p in model.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], p)


def test_only_an_open_forget_gate_keeps_the_cell_and_the_blocks_are_pytorchs():
    for block, kept in enumerate([0, 1, 0, 0]):  # i, f, g, o
        model = LSTM(D, H, rng=rng())
        model.U, model.W, model.b = 0 * model.U, 0 * model.W, np.repeat([-40.0, -40, 0, -40], H)
        model.b[H * block : H * (block + 1)] = 40
        module, one = model.to_torch(), np.ones((N, H))
        model.forward(np.zeros((1, N, D)), 0 * one, one)
        state = torch.tensor(np.stack([0 * one, one]))[:, None]
        _, (_, c) = module(torch.zeros(1, N, D, dtype=float), tuple(state))
        np.testing.assert_allclose(model.cells[1], c[0].detach(), **CLOSE)
        np.testing.assert_allclose(model.cells[1], kept, atol=1e-10)


def test_a_gru_of_the_other_convention_is_the_same_network_in_pytorch():
    model, x = build(GRU, n_out=0, z_keeps=False), rng(2).normal(size=(T, N, D))
    expected = model.forward(x)
    module = model.to_torch()
    np.testing.assert_allclose(module(torch.tensor(x))[0].detach(), expected, **CLOSE)
    np.testing.assert_allclose(GRU.from_torch(module).forward(x), expected, **CLOSE)
    differs = GRU(D, H, rng=rng())
    for name, p in model.parameters.items():
        differs.parameters[name] = p
    assert np.abs(differs.forward(x) - expected).max() > 0.1


def test_both_directions_from_pytorch():
    for kind, module in (("lstm", torch.nn.LSTM), ("gru", torch.nn.GRU)):
        torch.manual_seed(0)
        twin = module(D, H, bidirectional=True, dtype=torch.float64)
        model, x = Bidirectional.from_torch(twin), rng(2).normal(size=(T, N, D))
        assert model.kind == kind
        np.testing.assert_allclose(model.forward(x), twin(torch.tensor(x))[0].detach(), **CLOSE)


# Attention


def test_attention_is_that_of_torch_without_its_scale():
    random = rng(4)
    q, k, dm = (random.normal(size=(steps, N, H)) for steps in (S, T, S))
    m, a = attend(q, k)
    tensors = [torch.tensor(array.transpose(1, 0, 2), requires_grad=True) for array in (q, k)]
    expected = torch.nn.functional.scaled_dot_product_attention(*tensors, tensors[1], scale=1)
    np.testing.assert_allclose(m.transpose(1, 0, 2), expected.detach(), **CLOSE)
    assert a.shape == (N, S, T)
    np.testing.assert_allclose(a.sum(axis=2), 1)
    expected.backward(torch.tensor(dm.transpose(1, 0, 2)))
    for ours, tensor in zip(attend_backward(dm, q, k, a), tensors, strict=True):
        np.testing.assert_allclose(ours.transpose(1, 0, 2), tensor.grad, **CLOSE)


@pytest.mark.parametrize("attention", [True, False])
def test_sequence_to_sequence_is_that_of_torch(attention):
    model, random = Seq2Seq(D, C, H, rng=rng(), attention=attention), rng(1)
    x, y, dz = (random.normal(size=shape) for shape in ((T, N, D), (S, N, C), (S, N, C)))
    z = model.forward(x, y)
    reader, writer = model.reader.to_torch(), model.writer.to_torch()
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, y, model.V, model.b_out)]
    k, state = reader(leaves[0])
    h = writer(leaves[1], state)[0]
    if attention:
        q, kk = h.transpose(0, 1), k.transpose(0, 1)
        m = torch.softmax(q @ kk.transpose(1, 2), dim=2) @ kk
        h = torch.cat([h, m.transpose(0, 1)], dim=2)
    expected = h @ leaves[2].T + leaves[3]
    np.testing.assert_allclose(z, expected.detach(), **CLOSE)
    expected.backward(torch.tensor(dz))
    dx, dy = model.backward(dz)
    found = dx, dy, model.dV, model.db_out, model.reader.dW, model.writer.dW
    wanted = *leaves, reader.weight_hh_l0, writer.weight_hh_l0
    for ours, theirs in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours, theirs.grad, **CLOSE)


@pytest.mark.parametrize("attention", [True, False])
def test_writing_feeds_back_the_likeliest_symbol(attention):
    model, random = Seq2Seq(D, C, H, rng=rng(), attention=attention), rng(1)
    for p in model.parameters.values():
        p[...] = random.normal(size=p.shape)
    x, dz = random.normal(size=(T, N, D)), random.normal(size=(S, N, C))
    written, weights = model.write(x, 1, S)
    before = np.concatenate([np.full((1, N), 1), written[:-1]])
    z = model.forward(x, np.eye(C)[before])
    np.testing.assert_array_equal(written, z.argmax(axis=2))
    if attention:
        np.testing.assert_allclose(weights, model.weights, **CLOSE)
    else:
        assert weights is None
    expected = model.backward(dz)
    model.write(2 * x, 0, 3)  # keeps nothing
    for ours, theirs in zip(model.backward(dz), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


# Refusals


def with_nan(shape):
    array = np.zeros(shape)
    array.flat[-1] = np.nan
    return array


def after(model, **how):
    model.forward(np.zeros((T, N, D)), **how)
    return model


@both
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.forward(np.zeros((T, D))), r"^x: expected shape \(T, N, 3\), time first"),
        (lambda m: m.forward(with_nan((T, N, D))), r"^x: .*finite.*\(5, 1, 2\)"),
        (lambda m: m.forward(np.zeros((T, N, D)), np.zeros(H)), r"^s0: .*\(2, 5\).*got \(5,\)"),
        (lambda m: m.forward(np.zeros((T, N, D)), lengths=[6]), r"^lengths: .*2 sequences"),
        (lambda m: m.forward(np.zeros((T, N, D)), lengths=[6.0, 2.0]), r"^lengths: .*float64"),
        (lambda m: m.forward(np.zeros((T, N, D)), lengths=[2, 7]), r"T = 6, got 7 at index \(1,\)"),
        (lambda m: m.forward(np.zeros((T, N, D)), lengths=[0, 6]), r"1 to T = 6, got 0"),
        (lambda m: m.backward(np.zeros((T, N, C))), r"backward: expected a forward pass"),
        (lambda m: after(m).backward(np.zeros((N, C))), r"^dz: .*\(6, 2, 4\).*got \(2, 4\)"),
        (lambda m: after(m).backward(with_nan((T, N, C))), r"^dz: .*finite"),
        (lambda m: after(m).backward(np.zeros((T, N, C)), np.zeros((H, N))), r"^ds: .*\(2, 5\)"),
        (lambda m: type(m)(D, 0, rng=rng()), r"^n_hidden: .*at least 1"),
        (lambda m: type(m)(D, H, -1, rng=rng()), r"^n_out: .*at least 0"),
        (lambda m: type(m)(D, H, rng=7), r"^rng: expected a NumPy Generator"),
        (lambda m: type(m)(D, H, rng=rng(), dtype=int), r"^dtype: "),
        (lambda m: type(m).from_torch(torch.nn.RNN(D, H)), r"^module: expected a torch.nn.[LG]"),
        (lambda m: type(m).from_torch(torch_of(m, num_layers=2)), r"^module: .*one layer"),
        (lambda m: type(m).from_torch(torch_of(m, batch_first=True)), r"^module: .*time first"),
        (lambda m: type(m).from_torch(torch_of(m, bidirectional=True)), r"^module: .*False"),
        (lambda m: type(m).from_torch(torch_of(m), torch.nn.Linear(D, C)), r"^linear: .*5 inputs"),
        (lambda m: Bidirectional.from_torch(torch_of(m)), r"^module: .*bidirectional=True"),
    ],
)
def test_wrong_arguments_are_named(kind, call, message):
    with pytest.raises(ValueError, match=message):
        call(build(kind))


def torch_of(model, **options):
    return getattr(torch.nn, type(model).__name__)(D, H, **options)


ROW = np.zeros((1, 1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lstm_step([0.0], ROW, ROW, ROW, ROW, [0.0]), r"^x, s_prev, U: .*two axes"),
        (lambda: lstm_step(ROW, ROW, ROW, np.zeros((3, 1)), ROW, [0.0]), r"^U: .*\(4, 1\), 4 bl"),
        (lambda: gru_step(ROW, ROW, np.zeros((4, 1)), ROW, [0.0], [0.0]), r"^U: .*\(3, 1\), 3 bl"),
        (lambda: Bidirectional("rnn", D, H, rng=rng()), r"^kind: expected one of \['lstm', 'gru'"),
        (lambda: Bidirectional.from_torch(torch.nn.RNN(D, H)), r"^module: expected nn.LSTM or nn"),
        (lambda: LSTM(D, H, rng=rng(), forget_bias=math.inf), r"^forget_bias: .*finite"),
        (lambda: Seq2Seq(D, C, H, rng=rng()).write(np.zeros((T, N, D)), C, 1), r"^start: .*below"),
        (lambda: Seq2Seq(D, C, H, rng=rng()).write(np.zeros((T, N, D)), 0, 0), r"^steps: "),
    ],
)
def test_wrong_arguments_of_the_others_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
