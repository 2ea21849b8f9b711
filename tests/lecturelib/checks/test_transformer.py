"""The checks of the chapter on Transformers."""

import math

import numpy as np
from contracts.checks import CheckContract

from lecturelib.attention import (
    attention,
    cache_bytes,
    causal_mask,
    online_softmax,
    rotary_angles,
    rotate,
)
from lecturelib.checks import transformer
from lecturelib.transformer import Block


def looked(q, k, v, scale=0.5, mask=None, late=False, axis=-1):
    T = q.shape[1]
    mask = np.tri(T) if mask is None else mask
    e = np.exp(np.einsum("ntd,nsd->nts", q, k) * scale)
    e = e if late else e * mask
    p = e / e.sum(axis=axis, keepdims=True)
    return np.einsum("nts,nsd->ntd", p * mask if late else p, v)


def with_zeros(q, k, v):
    e = np.einsum("ntd,nsd->nts", q, k) / 2 * np.tri(q.shape[1])
    return np.exp(e) / np.exp(e).sum(-1, keepdims=True) @ v


def cut(x, heads):
    return np.stack(np.split(x, heads, axis=-1), axis=1)


class TestTransformer(CheckContract):
    check = transformer
    NUMBERS = {
        "weight": [0.506, 0.665, 0.419, 0.5, 1.5, 0.307],
        "output": [6.93, 4.94, 6.67, 5.06, 7.55],
        "causal": [0.622, 0.506, 0.547, 0.378, 0.731, 1],
        "offset_one": [5, -5, -1, 7],
        "offset_two": [-5, 5, 0],
        "grouped": [4.29, 17.18, 2.147, 0.134, 4.0],
        "denominator": [1.503, 2.368, 4.086, 4.718, 0.503],
        "block_size": [28272, 27648, 25920, 28080, 27840],
        "scores": [9, 3, 27],
        "gate": [0.731, 0.644, 0.667, 0.269],
    }
    CHOICES = {
        "scale": "So that longer keys",
        "order": "Each token keeps",
        "target": "Whether the target",
        "cross": "Queries from what is written; keys and values",
        "explain": "That head takes",
    }
    RIGHT = {
        "causal_attention": [
            looked,
            lambda q, k, v: attention(q, k, v, causal_mask(q.shape[1]))[0],
        ],
        "into_heads": [cut, lambda x, h: x.reshape(*x.shape[:2], h, -1).transpose(0, 2, 1, 3)],
    }
    WRONG = {
        "causal_attention": [
            (lambda *a: looked(*a, scale=1), "not divided by √d"),
            (lambda *a: looked(*a, scale=1 / 4), "divided by d"),
            (lambda *a: looked(*a, scale=5**-0.5), "number of tokens"),
            (lambda *a: looked(*a, mask=1), "mask is missing"),
            (lambda *a: looked(*a, late=True), "too late"),
            (with_zeros, "e⁰ is 1"),
            (lambda *a: looked(*a, mask=np.tri(5, k=1)), "one place too wide"),
            (lambda *a: looked(*a, late=True, axis=-2), "down the columns"),
            (lambda q, k, v: looked(q, k, k), "applied to the keys"),
            (lambda q, k, v: v, "row t adds up to 1"),
        ],
        "into_heads": [
            (lambda x, h: x.reshape(x.shape[0], h, x.shape[1], -1), "time and heads are mixed"),
            (lambda x, h: x.reshape(*x.shape[:2], h, -1), "Time still stands"),
            (lambda x, h: np.stack([x[..., i::h] for i in range(h)], 1), "every fourth"),
            (lambda x, h: cut(x, h)[:, ::-1], "Cut the last axis"),
        ],
    }

    def test_the_numbers_are_the_librarys(self):
        q = np.array([[1.0, 1, 1, 0]])
        k = np.array([[1.0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]])
        v = np.array([[10.0, 0], [0, 10], [10, 10]])
        h, p = attention(q, k, v)
        assert transformer.weight(p[0, 0])
        assert transformer.output(h[0, 0])
        assert transformer.causal(attention(q, k[:2], v[:2])[1][0, 0])
        assert transformer.grouped(cache_bytes(layers=32, kv_heads=8, d=128, tokens=32768) / 1e9)
        assert transformer.denominator(online_softmax([[1.0, 2.0], [3.0]])[-1][1])
        assert transformer.block_size(Block(48, 4, rng=np.random.default_rng(0)).count)

    def test_the_rotations_are_the_librarys(self):
        quarter = math.pi / 2 / rotary_angles([1], 2)
        key = rotate(np.array([[1.0, 3.0]]), 0 * quarter)
        for check, offset in ((transformer.offset_one, 1), (transformer.offset_two, 2)):
            query = rotate(np.array([[2.0, 1.0]]), rotary_angles([offset], 2) * quarter)
            assert check((query @ key.T).item())
