"""Transformers: gradients against torch, caches, padding, files, and a task learned in seconds."""

import warnings

import numpy as np
import pytest
import torch
from contracts.attention import Twin
from contracts.models import ModelContract
from torch.nn import functional

from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.transformer import (
    MLP,
    Block,
    DecoderBlock,
    Embedding,
    EncoderDecoder,
    SigmoidGELU,
    TokenCrossEntropy,
    TokenLinear,
    Transformer,
    ViT,
    patches,
)

N, T, S, n, H, V, L = 2, 5, 7, 6, 3, 11, 9
CLOSE = {"rtol": 1e-10, "atol": 1e-10}


def rng(seed=0):
    return np.random.default_rng(seed)


def shaken(model, seed=1, scale=0.4):
    """No parameter at a special value."""
    random = rng(seed)
    for p in model.parameters.values():
        p[...] = random.normal(scale=scale, size=p.shape)
    return model


# Twins in torch, by the parameters' names


def gelu(x):
    return x * torch.sigmoid(1.702 * x)


class Leaves(dict):
    """Copies of a model's parameters as tensors, and the layers that are made of them."""

    def __init__(self, model):
        pairs = model.parameters.items()
        super().__init__({k: torch.tensor(p.copy(), requires_grad=True) for k, p in pairs})

    def linear(self, x, name):
        return functional.linear(x, self[f"{name}W"], self[f"{name}b"])

    def norm(self, x, name):
        if f"{name}gamma" not in self:
            return x
        if f"{name}beta" not in self:
            return functional.rms_norm(x, x.shape[-1:], self[f"{name}gamma"], 1e-5)
        return functional.layer_norm(x, x.shape[-1:], self[f"{name}gamma"], self[f"{name}beta"])

    def mlp(self, x, name=""):
        return self.linear(gelu(self.linear(x, f"{name}up.")), f"{name}down.")

    def attention(self, layer, name):
        return Twin(layer, name, self)

    def block(self, x, block, name=""):
        attend = self.attention(block.attention, f"{name}attend.f.")
        skip = 1.0 if block.residual else 0.0
        x = skip * x + attend(self.norm(x, f"{name}attend.norm."))
        return skip * x + self.mlp(self.norm(x, f"{name}think.norm."), f"{name}think.f.")

    def decoder_block(self, x, memory, block, name="", mask=None):
        own = self.attention(block.attend.f, f"{name}attend.f.")
        cross = self.attention(block.cross.f, f"{name}cross.f.")
        x = x + own(self.norm(x, f"{name}attend.norm."))
        x = x + cross(self.norm(x, f"{name}cross.norm."), memory, mask)
        return x + self.mlp(self.norm(x, f"{name}think.norm."), f"{name}think.f.")


class TestTokenLinear(ModelContract):
    names = ("W", "b")
    in_torch = True

    def make(self, rng, dtype):
        return TokenLinear(n, 4, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(size=(N, T, n)),)

    def refuse(self, model, inputs, match):
        if inputs[0].shape[-1:] != (n,) or not inputs[0].size:  # fewer axes are fine
            super().refuse(model, inputs, match)


class TestSigmoidGELU(ModelContract):
    refuses_shapes = False

    def make(self, rng, dtype):
        return SigmoidGELU()

    def inputs(self, rng):
        return (3 * rng.normal(size=(N, T, n)),)

    def torch_twin(self, model):
        return gelu, {}

    def test_it_goes_to_a_file_and_comes_back(self):
        pass  # there are no arrays to save


class TestMLP(ModelContract):
    names = ("up.W", "up.b", "down.W", "down.b")

    def make(self, rng, dtype):
        return MLP(n, 8, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(size=(N, T, n)),)

    def refuse(self, model, inputs, match):
        if inputs[0].shape[-1:] != (n,) or not inputs[0].size:
            super().refuse(model, inputs, match)

    def torch_twin(self, model):
        leaves = Leaves(model)
        return leaves.mlp, leaves


ATTENTION = tuple(f"attend.f.{name}" for name in ("W_qkv", "b_qkv", "W_out", "b_out"))
THINK = tuple(f"think.f.{name}" for name in TestMLP.names)
BLOCKS = {
    "plain": ({}, ("gamma", "beta")),
    "causal, grouped, rotary": (
        {"causal": True, "rotary": True, "n_kv_heads": 1},
        ("gamma", "beta"),
    ),
    "RMSNorm": ({"norm": "rms", "hidden": 5}, ("gamma",)),
    "neither norm nor residual": ({"norm": "none", "residual": False}, ()),
}


class TestBlock(ModelContract):
    @pytest.fixture(autouse=True, params=BLOCKS)
    def kind(self, request):
        self.options, norm = BLOCKS[request.param]
        attend, think = (
            tuple(f"{part}.norm.{name}" for name in norm) for part in ("attend", "think")
        )
        self.names = (*attend, *ATTENTION, *think, *THINK)

    def make(self, rng, dtype):
        return Block(n, H, **self.options, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(size=(N, T, n)),)

    def torch_twin(self, model):
        leaves = Leaves(model)
        return (lambda x: leaves.block(x, model)), leaves


class TestDecoderBlock(ModelContract):
    names = tuple(
        f"{part}.{name}"
        for part, inner in (("attend", ATTENTION), ("cross", ATTENTION), ("think", THINK))
        for name in ("norm.gamma", "norm.beta", *(k.split(".", 1)[1] for k in inner))
    )

    def make(self, rng, dtype):
        return DecoderBlock(n, H, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return rng.normal(size=(N, T, n)), rng.normal(size=(N, S, n))

    def backward(self, model, dh):
        return model.backward(dh)

    def torch_twin(self, model):
        leaves = Leaves(model)
        return (lambda x, memory: leaves.decoder_block(x, memory, model)), leaves


class TestViT(ModelContract):
    @pytest.fixture(autouse=True)
    def kind(self):
        norms = ("norm.gamma", "norm.beta")
        inner = [f"attend.{k}" for k in norms] + list(ATTENTION)
        inner += [f"think.{k}" for k in norms] + list(THINK)
        blocks = [f"blocks.0.{name}" for name in inner]
        ends = ["norm.gamma", "norm.beta", "head.W", "head.b"]
        self.names = ("P", "embed.W", "embed.b", *blocks, *ends)

    def make(self, rng, dtype):
        return ViT(6, 3, n, H, 1, 4, channels=2, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(size=(N, 2, 6, 6)),)

    def torch_twin(self, model):
        leaves = Leaves(model)

        def twin(x):
            cut = functional.unfold(x, 3, stride=3).transpose(
                1, 2
            )  # torch's own way to cut patches
            h = leaves.linear(cut, "embed.") + leaves["P"]
            h = leaves.norm(leaves.block(h, model.blocks[0], "blocks.0."), "norm.")
            return leaves.linear(h.mean(dim=1), "head.")

        return twin, leaves


def same_gradients(model, leaves):
    assert leaves.keys() == model.gradients.keys()
    for name, g in model.gradients.items():
        assert g.any(), name
        np.testing.assert_allclose(g, leaves[name].grad, **CLOSE, err_msg=name)


@pytest.mark.parametrize(
    "options",
    [{}, {"causal": True, "positions": "rotary"}, {"positions": "sinusoidal", "norm": "rms"}],
    ids=str,
)
def test_a_whole_transformer_has_torchs_gradients(options):
    model = shaken(Transformer(V, L, n, H, 2, rng=rng(), **options))
    tokens, y = rng(2).integers(0, V, (2, N, T))
    y[0, :2] = -1
    leaves, loss = Leaves(model), TokenCrossEntropy()
    h = leaves["embedding.E"][tokens]
    if "embedding.P" in leaves:
        h = h + leaves["embedding.P"][:T]
    elif options["positions"] == "sinusoidal":
        h = h + torch.tensor(model.embedding._table[:T])
    for i, block in enumerate(model.blocks):
        h = leaves.block(h, block, f"blocks.{i}.")
    z = leaves.linear(leaves.norm(h, "last_norm."), "head.")
    expected = functional.cross_entropy(z.flatten(0, 1), torch.tensor(y).flatten(), ignore_index=-1)
    expected.backward()
    assert loss.forward(model.forward(tokens), y) == pytest.approx(expected.item(), rel=1e-12)
    model.backward(loss.backward())
    same_gradients(model, leaves)


def test_an_encoder_decoder_has_torchs_gradients_with_padding():
    model = shaken(EncoderDecoder(V, 8, L, n, H, 2, rng=rng()))
    source, target = rng(2).integers(0, V, (N, S)), rng(3).integers(0, 8, (N, T))
    lengths = np.array([4, S])
    leaves, dz = Leaves(model), rng(4).normal(size=(N, T, 8))
    mask = torch.tensor(np.arange(S) < lengths[:, None])[:, None, None]
    memory = leaves["source.E"][source] + leaves["source.P"][:S]
    for i, block in enumerate(model.readers):
        name = f"readers.{i}."
        attend = leaves.attention(block.attention, f"{name}attend.f.")
        memory = memory + attend(leaves.norm(memory, f"{name}attend.norm."), mask=mask)
        memory = memory + leaves.mlp(leaves.norm(memory, f"{name}think.norm."), f"{name}think.f.")
    memory = leaves.norm(memory, "read_norm.")
    h = leaves["target.E"][target] + leaves["target.P"][:T]
    for i, block in enumerate(model.writers):
        h = leaves.decoder_block(h, memory, block, f"writers.{i}.", mask)
    z = leaves.linear(leaves.norm(h, "write_norm."), "head.")
    z.backward(torch.tensor(dz))
    np.testing.assert_allclose(model.forward(source, target, lengths=lengths), z.detach(), **CLOSE)
    model.backward(dz)
    same_gradients(model, leaves)
    assert model.weights[0].shape == (N, H, T, S)
    assert (model.weights[1][0, :, :, 4:] == 0).all()


def test_what_stands_in_the_padding_changes_nothing():
    model = shaken(EncoderDecoder(V, 8, L, n, H, 2, rng=rng()))
    source, target = rng(2).integers(0, V, (N, S)), rng(3).integers(0, 8, (N, T))
    other = source.copy()
    other[0, 4:] = (other[0, 4:] + 1) % V
    a, b = (model.forward(s, target, lengths=np.array([4, S])) for s in (source, other))
    np.testing.assert_allclose(a, b, **CLOSE)


def test_a_causal_model_does_not_see_what_follows():
    model = shaken(Transformer(V, L, n, H, 2, causal=True, rng=rng()))
    tokens = rng(2).integers(0, V, (N, T))
    other = tokens.copy()
    other[:, 3] = (other[:, 3] + 1) % V
    a, b = model.forward(tokens), model.forward(other)
    np.testing.assert_array_equal(a[:, :3], b[:, :3])
    assert (abs(a[:, 3:] - b[:, 3:]) > 1e-6).any(axis=(1, 2)).all()


# Generating


@pytest.mark.parametrize("positions", ["learned", "rotary", "sinusoidal"])
def test_writing_with_caches_equals_writing_without(positions):
    model = shaken(Transformer(V, L, n, H, 2, causal=True, positions=positions, rng=rng()))
    start = tokens = rng(2).integers(0, V, (N, 3))
    caches = model.new_caches()
    for step in range(4):
        new = tokens if step == 0 else tokens[:, -1:]
        z = model.predict(new, caches=caches)[:, -1]
        expected = model.predict(tokens)[:, -1]
        np.testing.assert_allclose(z, expected, **CLOSE)
        tokens = np.concatenate([tokens, expected.argmax(axis=-1)[:, None]], axis=1)
    np.testing.assert_array_equal(model.write(start, 4), tokens)


def test_an_encoder_decoder_writes_what_it_says_step_by_step():
    model = shaken(EncoderDecoder(V, 8, L, n, H, 2, rng=rng()))
    source, lengths = rng(2).integers(0, V, (N, S)), np.array([4, S])
    written = np.full((N, 1), 3)
    for _ in range(4):
        z = model.predict(source, written, lengths=lengths)
        written = np.concatenate([written, z[:, -1:].argmax(axis=-1)], axis=1)
    np.testing.assert_array_equal(model.write(source, 3, 4, lengths=lengths), written[:, 1:])


# Parts


def test_the_embedding_adds_up_what_each_token_gets():
    layer = Embedding(4, 3, 2, rng=rng())
    h = layer.forward(np.array([[1, 1, 3]]))
    np.testing.assert_array_equal(h[0], layer.E[[1, 1, 3]] + layer.P)
    assert layer.backward(np.array([[[1.0, 2], [3, 4], [5, 6]]])) is None
    np.testing.assert_array_equal(layer.dE, [[0, 0], [4, 6], [0, 0], [5, 6]])
    np.testing.assert_array_equal(layer.dP, [[1, 2], [3, 4], [5, 6]])
    layer.forward(np.array([[0]]), start=2)
    layer.backward(np.ones((1, 1, 2)))
    np.testing.assert_array_equal(layer.dP[2], [6, 7])


def test_patches_by_hand():
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    np.testing.assert_array_equal(
        patches(x, 2)[0], [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
    )


def test_how_far_the_sigmoid_form_is_from_gelu():
    x = np.linspace(-8, 8, 4001)
    exact = functional.gelu(torch.tensor(x)).numpy()
    assert 0.02 < abs(SigmoidGELU().forward(x) - exact).max() < 0.021


def test_huge_inputs_do_not_overflow():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        h = SigmoidGELU().forward(np.array([-1e4, 0, 1e4], np.float32))
    np.testing.assert_array_equal(h, [0, 0, 1e4])


def test_a_loss_over_some_places_is_the_cross_entropy_of_these():
    z, y = rng().normal(size=(N, T, V)), rng(1).integers(0, V, (N, T))
    loss = TokenCrossEntropy()
    flat = CrossEntropy()
    assert loss.forward(z, y) == flat.forward(z.reshape(-1, V), y.ravel())
    np.testing.assert_array_equal(loss.backward().reshape(-1, V), flat.backward())
    y[:, :3] = -1
    assert loss.forward(z, y) == flat.forward(z[:, 3:].reshape(-1, V), y[:, 3:].ravel())
    dz = loss.backward()
    assert (dz[:, :3] == 0).all()
    np.testing.assert_array_equal(dz[:, 3:].reshape(-1, V), flat.backward())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_stays_in_a_whole_model(dtype):
    model = Transformer(V, L, n, H, 2, causal=True, dropout=0.3, rng=rng(), dtype=dtype)
    tokens = rng(2).integers(0, V, (N, T))
    loss, z = TokenCrossEntropy(), model.forward(tokens)
    loss.forward(z, tokens)
    model.backward(loss.backward())
    arrays = [z, *model.parameters.values(), *model.gradients.values(), *model.weights]
    assert {a.dtype for a in arrays} == {np.dtype(dtype)}


def test_dropout_works_in_training_alone():
    model = Block(n, H, dropout=0.5, rng=rng())
    x = rng(1).normal(size=(N, T, n))
    assert (model.forward(x) != model.forward(x)).any()
    np.testing.assert_array_equal(model.predict(x), Block(n, H, rng=rng()).forward(x))


@pytest.mark.parametrize(
    "model",
    [
        Transformer(V, L, n, H, 2, causal=True, positions="sinusoidal", dropout=0.1, rng=rng()),
        Transformer(V, L, n, H, 1, positions="rotary", n_kv_heads=1, norm="rms", rng=rng()),
    ],
    ids=repr,
)
def test_models_of_tokens_go_to_a_file_and_come_back(tmp_path, model):
    model.save(tmp_path / "model")
    other = Transformer.load(tmp_path / "model")
    tokens = rng(2).integers(0, V, (N, T))
    np.testing.assert_array_equal(other.predict(tokens), model.predict(tokens))
    assert repr(other) == repr(model)


# Learning


def test_reversal_is_learned_and_not_without_positions():
    shares = {}
    for positions in ("learned", "none"):
        random = rng(0)
        model = Transformer(5, 6, 16, 2, 1, positions=positions, rng=random, dtype=np.float32)
        optimiser, loss = Adam(model, 1e-2), TokenCrossEntropy()
        for _ in range(120):
            x = random.integers(0, 5, (32, 6))
            loss.forward(model.forward(x), x[:, ::-1])
            model.zero_grad()
            model.backward(loss.backward())
            optimiser.step()
        x = random.integers(0, 5, (200, 6))
        right = model.predict(x).argmax(axis=-1) == x[:, ::-1]
        shares[positions] = right.all(axis=1).mean()
    assert shares["learned"] > 0.95
    assert shares["none"] < 0.05


# Refusals

tokens = np.zeros((N, T), int)
BAD = [
    (lambda: Embedding(V, L, n, rng=rng()).forward(np.zeros((N, T))), r"tokens: expected whole"),
    (lambda: Embedding(V, L, n, rng=rng()).forward(np.zeros(T, int)), r"one sequence is tokens\["),
    (lambda: Embedding(V, L, n, rng=rng()).forward(np.zeros((N, 0), int)), r"with N, T ≥ 1"),
    (lambda: Embedding(V, L, n, rng=rng()).forward(tokens + V), r"from 0 to 10, .* got 11 to 11"),
    (lambda: Embedding(V, L, n, rng=rng()).forward(tokens - 1), r"got -1 to -1"),
    (lambda: Embedding(V, 4, n, rng=rng()).forward(tokens), r"expected at most 4 positions"),
    (lambda: Embedding(V, L, n, rng=rng()).forward(tokens, 6), r"got 5 behind 6"),
    (lambda: Embedding(V, L, n, positions="x", rng=rng()), r"positions: expected one of"),
    (lambda: Embedding(V, L, 5, positions="sinusoidal", rng=rng()), r"expected an even number"),
    (lambda: Block(n, H, norm="batch", rng=rng()), r"norm: expected one of \['layer', 'rms'"),
    (lambda: Block(n, 4, rng=rng()), r"heads: expected a divisor of n = 6"),
    (lambda: Transformer(V, L, n, H, 0, rng=rng()), r"depth: expected a whole number"),
    (lambda: Transformer(V, L, n, H, 1, rng=rng()).write(tokens, 1), r"expected a causal model"),
    (lambda: ViT(8, 3, n, H, 1, 4, rng=rng()), r"patch: expected a divisor of side = 8, got 3"),
    (lambda: patches(np.ones((2, 8, 8)), 2), r"grey pictures have one channel"),
    (lambda: patches(np.ones((2, 1, 8, 8)), 3), r"multiples of 3"),
    (lambda: TokenCrossEntropy().forward(np.ones((2, 3)), [0, 1]), r"z, y: expected shapes"),
    (lambda: TokenCrossEntropy().forward(np.ones((1, 2, 3)), [[-1, -1]]), r"at least one place"),
]


@pytest.mark.parametrize(("call", "match"), BAD)
def test_what_does_not_fit_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_writing_beyond_the_length_is_refused():
    model = Transformer(V, L, n, H, 1, causal=True, rng=rng())
    with pytest.raises(ValueError, match=r"expected at most 9 positions"):
        model.write(tokens, 6)
    assert model.write(tokens, 5).shape == (N, 10)  # the last token written is not read
