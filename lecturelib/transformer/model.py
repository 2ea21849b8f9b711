"""Tokens in, logits for every token out: an encoder, or with a causal mask a decoder alone."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import whole
from lecturelib.attention import KVCache
from lecturelib.layers import Layer
from lecturelib.normalization import LayerNorm
from lecturelib.transformer.block import Block
from lecturelib.transformer.tokens import Embedding, TokenLinear

__all__ = ["Transformer"]


class Transformer(Layer):
    """z = W norm(blocks(embedding(tokens))) + b;  tokens (N, T) -> logits (N, T, vocabulary).

    Every token sees every other one, as in BERT; with ``causal`` itself and those before it, as in
    GPT. ``positions`` as in ``Embedding``, or "rotary" in every block. ``heads``, ``scaled``,
    ``norm``, ``residual``, ``dropout`` as in ``Block``. Errors as for the layers. Source: Vaswani
    et al. (2017).
    """

    arguments = (
        "vocabulary",
        "length",
        "n",
        "heads",
        "depth",
        "causal",
        "positions",
        "n_kv_heads",
        "scaled",
        "norm",
        "residual",
        "dropout",
    )

    def __init__(
        self,
        vocabulary: int,
        length: int,
        n: int,
        heads: int,
        depth: int,
        *,
        rng,
        causal: bool = False,
        positions: str = "learned",
        n_kv_heads: int = 0,
        scaled: bool = True,
        norm: str = "layer",
        residual: bool = True,
        dropout: float = 0.0,
        dtype=np.float64,
    ) -> None:
        self.vocabulary, self.length, self.n = vocabulary, length, n
        self.heads, self.depth, self.causal = heads, whole(depth, "depth"), bool(causal)
        self.positions, self.n_kv_heads, self.scaled = positions, n_kv_heads, bool(scaled)
        self.norm, self.residual, self.dropout = norm, bool(residual), float(dropout)
        made = {"rng": rng, "dtype": dtype}
        rotary = positions == "rotary"
        added = "none" if rotary else positions
        self.embedding = Embedding(vocabulary, length, n, positions=added, **made)
        kinds = {"causal": causal, "n_kv_heads": n_kv_heads, "rotary": rotary, "scaled": scaled}
        kinds |= {"norm": norm, "residual": residual, "dropout": dropout}
        self.blocks = [Block(n, heads, **kinds, **made) for _ in range(depth)]
        self.last_norm = None if norm == "none" else LayerNorm(n, dtype=dtype)
        self.head = TokenLinear(n, vocabulary, init="xavier", **made)

    def forward(self, tokens, *, mask=None, caches=None):
        """The logits at every token;  (N, T) -> (N, T, vocabulary).

        ``mask`` as in ``MultiHeadAttention.forward``; ``caches``, one a block as ``new_caches``
        makes them, hold the tokens before these.
        """
        start = caches[0].length if caches else 0
        h = self.embedding.forward(tokens, start)
        for block, cache in zip(self.blocks, caches or [None] * self.depth, strict=True):
            h = block.forward(h, mask=mask, cache=cache)
        h = h if self.last_norm is None else self.last_norm.forward(h)
        return self._keep(None, self.head.forward(h))

    def backward(self, dz) -> None:
        """All gradients are added up; numbers have none;  dz (N, T, vocabulary) -> None."""
        dz, _ = self._recall(dz)
        dh = self.head.backward(dz)
        dh = dh if self.last_norm is None else self.last_norm.backward(dh)
        for block in reversed(self.blocks):
            dh = block.backward(dh)
        self.embedding.backward(dh)

    @property
    def weights(self) -> list:
        """The attention weights (N, heads, T, S) of the last pass, one array a block."""
        return [block.attention.weights for block in self.blocks]

    def new_caches(self) -> list[KVCache]:
        """An empty ``KVCache`` of ``length`` tokens for each block."""
        return [KVCache(self.length) for _ in self.blocks]

    def write(self, tokens, steps: int) -> np.ndarray:
        """The tokens and ``steps`` more, the likeliest one each time;  (N, T) -> (N, T + steps).

        Keys and values of earlier tokens come from caches. ValueError unless the model is causal
        and everything fits into ``length``.
        """
        if not self.causal:
            raise ValueError(
                "write: expected a causal model, got one whose tokens see those behind them; "
                "build it with causal=True and train it on the next token"
            )
        tokens = np.asarray(tokens)
        new, caches = tokens, self.new_caches()
        for _ in range(whole(steps, "steps")):
            z = self.predict(new, caches=caches)
            new = z[:, -1:].argmax(axis=-1)  # (N, 1)
            tokens = np.concatenate([tokens, new], axis=1)
        return tokens
