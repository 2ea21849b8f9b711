"""Checks for the chapter "Transformers"."""

from __future__ import annotations

import numpy as np

from lecturelib.activations import softmax
from lecturelib.checks import code, number

weight = number("transformer", "by_hand", "weight")
output = number("transformer", "by_hand", "output")
causal = number("transformer", "by_hand", "causal")
offset_one = number("transformer", "rotary", "offset_one")
offset_two = number("transformer", "rotary", "offset_two")
grouped = number("transformer", "memory", "grouped")
denominator = number("transformer", "online", "denominator")
block_size = number("transformer", "counting", "block_size")
scores = number("transformer", "counting", "scores")
gate = number("transformer", "numbers", "gate")

_rng = np.random.default_rng(0)


def _looked(q, k, v, *, scale=None, see=0, fill=-np.inf, late=False, axis=-1, of=None):
    """Causal attention, or with one mistake: another scale, another mask, another axis."""
    T, d = q.shape[-2:]
    e = q @ np.swapaxes(k, -1, -2) * (d**-0.5 if scale is None else scale)
    there = np.tri(T, k=see, dtype=bool)
    if not late:
        e = np.where(there, e, fill)
    p = softmax.bare(e, axis=axis)
    return (p * there if late else p) @ (v if of is None else of)


@code(
    tuple(_rng.normal(size=(2, 5, 4)) for _ in range(3)),
    otherwise="Look at the weights: row t adds up to 1 over the keys 0 … t, and the rest is 0.",
    says="The first token sees itself alone: its output is its own value.",
)
def causal_attention(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> tuple:
    """A function (q, k, v) of arrays (N, T, d): the outputs of causal attention, (N, T, d)."""
    T, d = q.shape[-2:]
    wrong = {
        "The scores are not divided by √d.": _looked(q, k, v, scale=1),
        "You divided by d; it is its root.": _looked(q, k, v, scale=1 / d),
        "The root is of the number of tokens; it has to be of the length of a key.": _looked(
            q, k, v, scale=T**-0.5
        ),
        "The mask is missing: a token sees those behind it.": _looked(q, k, v, see=T),
        "Masked too late: the weights of a row no longer add up to 1.": _looked(q, k, v, late=True),
        "A masked score of 0 still counts, e⁰ is 1.": _looked(q, k, v, fill=0),
        "The mask is one place too wide: token t sees token t + 1.": _looked(q, k, v, see=1),
        "The softmax runs over the queries, down the columns; it belongs to a row.": _looked(
            q, k, v, late=True, axis=-2
        ),
        "The weights are applied to the keys; the values are what is averaged.": _looked(
            q, k, v, of=k
        ),
    }
    return _looked(q, k, v), wrong


@code(
    (_rng.normal(size=(2, 3, 8)), 4),
    otherwise="Cut the last axis into heads first, then bring the axis of the heads before time.",
    says="Every head has its own part of each token.",
)
def into_heads(x: np.ndarray, heads: int) -> tuple:
    """A function (x, heads): (N, T, D) as (N, heads, T, D / heads)."""
    N, T, D = x.shape
    cut = x.reshape(N, T, heads, D // heads)
    wrong = {
        "The shape is right, but time and heads are mixed: reshape alone does not move an axis.": (
            x.reshape(N, heads, T, D // heads)
        ),
        "Time still stands before the heads.": cut,
        "Each head gets every fourth number; it should get neighbours.": np.moveaxis(
            x.reshape(N, T, D // heads, heads), -1, 1
        ),
    }
    return cut.transpose(0, 2, 1, 3), wrong
