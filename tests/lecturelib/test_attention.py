"""Attention: by hand, by differences, against torch; masks, positions, caches, block by block."""

import math

import numpy as np
import pytest
import torch
from contracts.attention import Twin
from contracts.models import ModelContract
from hypothesis import given, settings
from hypothesis import strategies as st

from lecturelib.attention import (
    KVCache,
    MultiHeadAttention,
    attention,
    attention_backward,
    attention_by_blocks,
    cache_bytes,
    causal_mask,
    masked_softmax,
    online_softmax,
    padding_mask,
    rotary_angles,
    rotate,
    sinusoidal,
)

N, T, S, n, H = 2, 5, 7, 12, 3  # all different, so that a transposed array shows
Q = np.array([[1.0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1]])
K = np.array([[1.0, -1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1]])
V = np.array([[10.0, 0], [0, 10], [10, 10]])
CLOSE = {"rtol": 1e-10, "atol": 1e-10}


def rng(seed=0):
    return np.random.default_rng(seed)


# The chapter's example by hand


def test_the_weights_of_the_third_query():
    h, p = attention(Q, K, V)
    np.testing.assert_allclose((Q @ K.T)[2], [0, 2, 4])
    np.testing.assert_allclose(p[2], [0.090, 0.245, 0.665], atol=5e-4)
    np.testing.assert_allclose(h[2], [7.55, 9.10], atol=5e-3)
    e = np.exp([0.0, 1.0, 2.0])
    np.testing.assert_allclose(p[2], e / e.sum(), rtol=1e-14)


def test_the_causal_rows():
    h, p = attention(Q, K, V, causal_mask(3))
    np.testing.assert_allclose(p[1], [0.269, 0.731, 0], atol=5e-4)
    np.testing.assert_allclose(h[1], [2.69, 7.31], atol=5e-3)
    np.testing.assert_array_equal(p[0], [1, 0, 0])
    np.testing.assert_array_equal(h[0], [10, 0])


def test_what_unscaled_and_masked_too_late_give():
    np.testing.assert_allclose(attention(Q, K, V, scale=1)[1][2], [0.016, 0.117, 0.867], atol=5e-4)
    late = attention(Q, K, V)[1] * causal_mask(3)
    np.testing.assert_allclose(late.sum(axis=1), [0.33, 0.58, 1], atol=5e-3)
    np.testing.assert_allclose(attention(Q, K, V, causal_mask(3))[1].sum(axis=1), 1, rtol=1e-15)


# Masks


def test_a_causal_mask_by_hand():
    np.testing.assert_array_equal(causal_mask(3), [[1, 0, 0], [1, 1, 0], [1, 1, 1]])
    np.testing.assert_array_equal(causal_mask(2, 3), [[1, 1, 0], [1, 1, 1]])
    assert causal_mask(2).dtype == bool


def test_a_padding_mask_by_hand():
    expected = [[[1, 0, 0]], [[1, 1, 1]], [[0, 0, 0]]]
    np.testing.assert_array_equal(padding_mask([1, 3, 0], 3), expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_the_weights_are_means_over_what_is_allowed(seed, share):
    random = rng(seed)
    q, k, v = (random.normal(scale=20, size=shape) for shape in ((4, 3), (5, 3), (5, 2)))
    mask = random.random((4, 5)) < share
    h, p = attention(q, k, v, mask)
    assert (p[~mask] == 0).all()
    np.testing.assert_allclose(p.sum(axis=1), mask.any(axis=1), rtol=1e-12)
    assert np.isfinite(h).all()
    assert (h[~mask.any(axis=1)] == 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_without_anything_to_look_at_are_zero_and_pass_nothing_back(dtype):
    random = rng(1)
    q, k, v, dh = (random.normal(size=(T, 4)).astype(dtype) for _ in range(4))
    mask = np.ones((T, T), bool)
    mask[2] = False
    h, p = attention(q, k, v, mask)
    assert (h[2] == 0).all()
    assert (p[2] == 0).all()
    back = attention_backward(dh, q, k, v, p)
    assert all(np.isfinite(g).all() and g.dtype == dtype for g in (h, p, *back))
    assert (back[0][2] == 0).all()
    np.testing.assert_array_equal(masked_softmax(q, np.zeros((T, 4), bool)), 0)


def test_huge_scores_do_not_overflow():
    p = masked_softmax(np.array([[1e4, 0, -1e4]]), np.array([[False, True, True]]))
    np.testing.assert_array_equal(p, [[0, 1, 0]])


# Positions


def test_ninety_degrees_by_hand():
    # Key 1 before the query, 2 before it: only the difference of the positions counts.
    q, k = np.array([[2.0, 1.0]]), np.array([[1.0, 3.0]])
    for offset, expected in ((0, 5), (1, 5), (2, -5)):
        for m in (2, 3, 7):
            turned = [rotate(a, [[t * math.pi / 2]]) for a, t in ((q, m), (k, m - offset))]
            assert (turned[0] @ turned[1].T).item() == pytest.approx(expected)


def test_rotations_keep_lengths_and_go_back():
    x, angles = rng().normal(size=(2, T, 6)), rotary_angles(np.arange(T), 6)
    np.testing.assert_allclose(
        np.linalg.norm(rotate(x, angles), axis=-1), np.linalg.norm(x, axis=-1)
    )
    np.testing.assert_allclose(rotate(rotate(x, angles), -angles), x)
    np.testing.assert_allclose(rotate(x, angles)[:, 0], x[:, 0])  # position 0 stands still
    assert rotate(x.astype(np.float32), angles).dtype == np.float32


def test_neighbours_are_the_pairs():
    x = np.array([[1.0, 0, 0, 0]])
    np.testing.assert_allclose(rotate(x, [[math.pi / 2, 0]]), [[0, 1, 0, 0]], atol=1e-15)


def test_the_waves_by_hand():
    P = sinusoidal(3, 4)
    np.testing.assert_allclose(P[0], [0, 1, 0, 1])
    np.testing.assert_allclose(P[2], [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)])
    # One step further is one rotation, the same from everywhere.
    np.testing.assert_allclose((P[1:] * P[:-1]).sum(axis=1), math.cos(1) + math.cos(0.01))


# Block by block


def test_the_online_denominator_by_hand():
    history = online_softmax([[1.0, 2.0], [3.0]])
    assert [m for m, _ in history] == [2, 3]
    assert [total for _, total in history] == pytest.approx([1.368, 1.503], abs=5e-4)
    assert history[-1][1] == pytest.approx(np.exp(np.array([1, 2, 3.0]) - 3).sum(), rel=1e-14)


@pytest.mark.parametrize("size", [1, 2, 3, S, 100])
def test_block_by_block_is_the_same_attention(size):
    random = rng(2)
    q, k, v = (random.normal(scale=4, size=(N, r, d)) for r, d in ((T, 6), (S, 6), (S, 3)))
    h = attention_by_blocks(q, k, v, size)
    np.testing.assert_allclose(h, attention(q, k, v)[0], rtol=1e-12)


# The layer


KINDS = {
    "plain": {},
    "causal": {"causal": True},
    "one key head": {"n_kv_heads": 1, "causal": True},
    "grouped": {"n_kv_heads": 3, "heads": 6},
    "rotary": {"rotary": True, "causal": True},
    "unscaled": {"scaled": False},
}


class TestMultiHeadAttention(ModelContract):
    names = ("W_qkv", "b_qkv", "W_out", "b_out")

    @pytest.fixture(autouse=True, params=KINDS)
    def kind(self, request):
        self.options = {"heads": H} | KINDS[request.param]

    def make(self, rng, dtype):
        return MultiHeadAttention(n, **self.options, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(size=(N, T, n)),)

    def torch_twin(self, model):
        twin = Twin(model)
        return twin, twin.leaves


class TestCrossAttention(ModelContract):
    names = ("W_qkv", "b_qkv", "W_out", "b_out")

    def make(self, rng, dtype):
        return MultiHeadAttention(n, H, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return rng.normal(size=(N, T, n)), rng.normal(size=(N, S, n))

    def backward(self, model, dh):
        return model.backward(dh)

    def torch_twin(self, model):
        twin = Twin(model)
        return twin, twin.leaves


def build(**options):
    layer, random = MultiHeadAttention(n, H, rng=rng(), **options), rng(1)
    for p in layer.parameters.values():
        p[...] = random.normal(scale=0.5, size=p.shape)
    return layer, random.normal(size=(N, T, n))


def test_it_is_pytorchs_multihead_attention():
    layer, x = build()
    theirs = torch.nn.MultiheadAttention(n, H, batch_first=True, dtype=torch.float64)
    pairs = (theirs.in_proj_weight, layer.W_qkv), (theirs.in_proj_bias, layer.b_qkv)
    pairs += (theirs.out_proj.weight, layer.W_out), (theirs.out_proj.bias, layer.b_out)
    with torch.no_grad():
        for tensor, array in pairs:
            tensor.copy_(torch.from_numpy(array))
    x_t = torch.tensor(x)
    h, p = theirs(x_t, x_t, x_t, average_attn_weights=False)
    np.testing.assert_allclose(layer.forward(x), h.detach(), **CLOSE)
    np.testing.assert_allclose(layer.weights, p.detach(), **CLOSE)


def test_a_given_mask_is_pytorchs_and_joins_the_causal_one():
    lengths = np.array([3, 5])
    layer, x = build()
    expected = Twin(layer)(torch.tensor(x), mask=torch.tensor(padding_mask(lengths, T)[:, None]))
    np.testing.assert_allclose(
        layer.forward(x, mask=padding_mask(lengths, T)), expected.detach(), **CLOSE
    )
    causal, _ = build(causal=True)
    causal.forward(x, mask=padding_mask(lengths, T))
    assert (causal.weights[0, :, :, 3:] == 0).all()
    assert (causal.weights[:, :, ~causal_mask(T)] == 0).all()
    np.testing.assert_allclose(causal.weights.sum(axis=-1), 1)


def test_a_sequence_of_padding_gives_the_bias_and_finite_gradients():
    layer, x = build()
    h = layer.forward(x, mask=padding_mask([0, T], T))
    np.testing.assert_array_equal(h[0], np.broadcast_to(layer.b_out, (T, n)))
    dx = layer.backward(np.ones_like(h))
    assert all(np.isfinite(g).all() for g in (dx, *layer.gradients.values()))
    assert (dx[0] == 0).all()


def test_without_positions_a_permutation_of_tokens_permutes_the_output():
    layer, x = build()
    order = rng(3).permutation(T)
    np.testing.assert_allclose(layer.forward(x[:, order]), layer.forward(x)[:, order], **CLOSE)
    turned, _ = build(rotary=True)
    assert abs(turned.forward(x[:, order]) - turned.forward(x)[:, order]).max() > 0.1


def test_only_the_distance_counts_with_rotary_positions():
    layer, x = build(rotary=True)
    alone = layer.forward(x)
    cache = KVCache(2 * T)
    cache.length = 4  # positions go on from 4
    cache._arrays = tuple(np.zeros((N, H, 1, 2 * T, n // H)) for _ in range(2))
    mask = np.arange(4 + T) >= 4
    shifted = layer.forward(x, mask=np.broadcast_to(mask, (T, 4 + T)), cache=cache)
    np.testing.assert_allclose(shifted, alone, **CLOSE)


@pytest.mark.parametrize("options", [{}, {"rotary": True}, {"n_kv_heads": 1}], ids=str)
@pytest.mark.parametrize("pieces", [[1] * T, [2, 3], [T]], ids=str)
def test_with_a_cache_it_is_the_same(options, pieces):
    layer, x = build(causal=True, **options)
    expected, weights = layer.forward(x), layer.weights.copy()
    cache, found, start = KVCache(T), [], 0
    for size in pieces:
        found.append(layer.predict(x[:, start : start + size], cache=cache))
        start += size
        assert cache.length == start
    np.testing.assert_allclose(np.concatenate(found, axis=1), expected, **CLOSE)
    layer.forward(x[:, -1:], cache=_shortened(layer, x))
    np.testing.assert_allclose(layer.weights[:, :, 0], weights[:, :, -1], **CLOSE)


def _shortened(layer, x):
    """A cache with all tokens but the last."""
    cache = KVCache(T)
    layer.predict(x[:, :-1], cache=cache)
    return cache


def test_bytes_of_a_cache():
    sizes = {"layers": 32, "d": 128, "tokens": 32768}
    assert f"{cache_bytes(kv_heads=8, **sizes) / 1e9:.2f}" == "4.29"
    assert f"{cache_bytes(kv_heads=32, **sizes) / 1e9:.2f}" == "17.18"
    layer, x = build(causal=True, n_kv_heads=1)
    cache = KVCache(100)
    assert cache.nbytes == 0
    layer.predict(x, cache=cache)
    expected = N * cache_bytes(layers=1, kv_heads=1, d=n // H, tokens=T, number=8)
    assert cache.nbytes == expected
    assert repr(cache) == "KVCache(100) with 5 tokens"


def test_the_weights_cannot_be_changed():
    layer, x = build()
    assert layer.weights is None
    layer.forward(x)
    with pytest.raises(ValueError, match="read-only"):
        layer.weights[:] = 0


# Refusals

BAD = [
    (lambda: attention(Q, K[:, :3], V), r"q, k, v: expected shapes"),
    (lambda: attention(Q, K, V[:2]), r"every key has its value"),
    (lambda: attention(Q[0], K, V), r"a single vector is a row"),
    (
        lambda: attention(np.ones((2, 3, 4)), np.ones((3, 3, 4)), np.ones((3, 3, 4))),
        r"the same axes before the last two",
    ),
    (lambda: attention(Q * np.nan, K, V), r"q: expected finite numbers"),
    (lambda: attention(Q, K, V, np.tri(3)), r"mask: expected booleans.*float64"),
    (lambda: attention(Q, K, V, np.ones((2, 3), bool)), r"mask: expected a shape that can be"),
    (lambda: masked_softmax(Q, np.ones((4, 3, 4), bool)), r"mask: expected a shape"),
    (lambda: causal_mask(0), r"T: expected a whole number"),
    (lambda: causal_mask(3, 2), r"S: expected a whole number of at least 3"),
    (lambda: padding_mask([4], 3), r"lengths: expected one whole number from 0 to S = 3"),
    (lambda: padding_mask([1.0], 3), r"lengths: expected"),
    (lambda: sinusoidal(4, 5), r"d: expected an even number"),
    (lambda: rotate(Q, np.zeros((3, 1))), r"x, angles: expected shapes"),
    (lambda: online_softmax([[1.0], []]), r"blocks\[1\]: expected at least one number"),
    (lambda: attention_by_blocks(Q, K, V, 0), r"size: expected a whole number"),
    (lambda: MultiHeadAttention(12, 5, rng=rng()), r"heads: expected a divisor of n = 12, got 5"),
    (lambda: MultiHeadAttention(12, 4, n_kv_heads=3, rng=rng()), r"divisor of heads = 4, got 3"),
    (lambda: MultiHeadAttention(9, 3, rotary=True, rng=rng()), r"expected an even number"),
    (lambda: MultiHeadAttention(12, 4, rng=0), r"rng: expected a NumPy Generator"),
    (lambda: KVCache(0), r"capacity: expected a whole number"),
    (lambda: cache_bytes(layers=1, kv_heads=0, d=1, tokens=1), r"kv_heads: expected"),
]


@pytest.mark.parametrize(("call", "match"), BAD)
def test_what_does_not_fit_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_masks_memories_and_caches_that_do_not_fit_are_refused():
    layer, x = build(causal=True)
    with pytest.raises(ValueError, match=r"mask: expected a shape .* \(2, 5, 5\), got \(5, 4\)"):
        layer.forward(x, mask=np.ones((T, 4), bool))
    with pytest.raises(ValueError, match=r"memory: expected one sequence for each"):
        layer.forward(x, x)
    plain, _ = build()
    with pytest.raises(ValueError, match=r"memory: expected .* got 1 for 2"):
        plain.forward(x, x[:1])
    with pytest.raises(ValueError, match=r"with a cache"):
        plain.forward(x, x, cache=KVCache(9))
    cache = KVCache(T + 1)
    layer.forward(x, cache=cache)
    with pytest.raises(ValueError, match=r"forward pass without a cache"):
        layer.backward(x)
    with pytest.raises(ValueError, match=r"cache: expected at most 6 tokens, got 5 and 2 more"):
        layer.forward(x[:, :2], cache=cache)
    with pytest.raises(ValueError, match=r"cache: expected what belongs to arrays"):
        layer.forward(x[:1, :1], cache=cache)
    assert cache.length == T
