"""GPT: a Transformer that predicts the next token, and writes with what it predicts."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import generator, whole
from lecturelib.attention import KVCache
from lecturelib.gpt.sampling import draw, next_probabilities
from lecturelib.gpt.windows import in_order
from lecturelib.layers import Layer
from lecturelib.normalization import LayerNorm
from lecturelib.transformer import Block, Embedding, TokenCrossEntropy, TokenLinear

__all__ = ["GPT"]


class GPT(Layer):
    """z = W norm(blocks(E[ids] + P)) + b: behind each token the logits of the next.

    ids (N, T) -> z (N, T, V). ids are whole numbers below ``vocabulary`` = V, with T ≤ ``context``.
    E (V, D) and P (context, D), D = ``width``, are learned; ``blocks`` times a causal ``Block``
    with ``heads`` heads, the norm before each part and GELU in its sigmoid form; a last LayerNorm;
    a head W (V, D) of its own, not shared with E. ``dropout`` is on what each part adds.

    E and P start with standard deviation 0.1, the matrices that add to the residual path divided by
    √(2 · blocks), since so many are added, and the head at half of Xavier's initialisation.
    ValueError for sizes below 1 and heads that do not divide the width.
    Source: Radford et al. (2018, 2019).
    """

    arguments = "vocabulary", "context", "width", "blocks", "heads", "dropout"

    def __init__(
        self,
        vocabulary: int,
        context: int,
        width: int,
        blocks: int,
        heads: int,
        dropout: float = 0.0,
        *,
        rng,
        dtype=np.float32,
    ) -> None:
        self.vocabulary, self.context = whole(vocabulary, "vocabulary"), whole(context, "context")
        self.width, self.blocks = whole(width, "width"), whole(blocks, "blocks")
        self.heads, self.dropout = whole(heads, "heads"), float(dropout)
        made = {"rng": generator(rng), "dtype": dtype}
        self.embedding = Embedding(vocabulary, context, width, std=0.1, **made)
        kind = {"causal": True, "dropout": dropout}
        self.stack = [Block(width, heads, **kind, **made) for _ in range(blocks)]
        self.norm = LayerNorm(width, dtype=dtype)
        self.head = TokenLinear(width, vocabulary, init="xavier", **made)
        for block in self.stack:
            for W in (block.attention.W_out, block.mlp.down.W):
                W *= (2 * blocks) ** -0.5
        self.head.W *= 0.5

    def forward(self, ids, caches=None):
        """The logits behind every token;  (N, T) -> (N, T, V).

        ``caches``, one a block as ``new_caches`` makes them, hold the tokens before these. Row
        [n, t] depends on ids[n, :t + 1] alone. ValueError for a T above the context, with those in
        the caches, and for ids that are no whole numbers below V.
        """
        return self._keep(None, self.head.forward(self.features(ids, caches)))

    def features(self, ids, caches=None):
        """What the head reads: the normalised vector of every token;  (N, T) -> (N, T, D)."""
        h = self.embedding.forward(ids, caches[0].length if caches else 0)
        for block, cache in zip(self.stack, caches or [None] * self.blocks, strict=True):
            h = block.forward(h, cache=cache)
        return self.norm.forward(h)

    def backward(self, dz) -> None:
        """All gradients are added up; ids have none;  dz (N, T, V) -> None."""
        dz, _ = self._recall(dz)
        self.backward_features(self.head.backward(dz))

    def backward_features(self, dh) -> None:
        """The way back from ``features``: all gradients but the head's;  dh (N, T, D) -> None."""
        dh = self.norm.backward(dh)
        for block in reversed(self.stack):
            dh = block.backward(dh)
        self.embedding.backward(dh)

    @property
    def weights(self) -> list:
        """The attention weights (N, heads, T, S) of the last pass, one array a block."""
        return [block.attention.weights for block in self.stack]

    def new_caches(self) -> list[KVCache]:
        """An empty ``KVCache`` for ``context`` tokens for each block."""
        return [KVCache(self.context) for _ in range(self.blocks)]

    def loss(self, ids, batch_size: int = 64) -> float:
        """Nats a token of a text, cut into pieces of ``context`` tokens side by side;  (n,) -> L.

        In ``eval`` mode. A piece knows nothing of the one before it; up to context − 1 tokens at
        the end are left out. ValueError for a text of ``context`` tokens or fewer.
        """
        (x, y), total = in_order(ids, self.context), 0.0
        for start in range(0, len(x), whole(batch_size, "batch_size")):
            rows = slice(start, start + batch_size)
            total += TokenCrossEntropy().forward(self.predict(x[rows]), y[rows]) * len(x[rows])
        return total / len(x)

    def generate(self, prompt, n: int, *, rng, cache: bool = True, **knobs):
        """The prompt and ``n`` more ids, each drawn from ``next_probabilities(logits, **knobs)``.

        prompt (T,) or (N, T), all of one length -> (T + n,) or (N, T + n). The model sees the last
        ``context`` ids: what stands before, in a longer prompt too, is forgotten. With ``cache``
        keys and values are kept until the context is full; from then on every id moves by one
        position at each step, and all is computed anew. The result is the same. ValueError for an
        empty prompt, other ids, n < 0, no Generator, and knobs as in ``next_probabilities``.
        """
        ids, rng, model = self._prompt(prompt), generator(rng), self._sharing_copy()
        caches = model.new_caches()
        for _ in range(whole(n, "n", least=0)):
            if cache and ids.shape[1] <= self.context:
                h = model.features(ids[:, caches[0].length :], caches)
            else:
                h = model.features(ids[:, -self.context :])
            p = next_probabilities(model.head.forward(h[:, -1:])[:, 0], **knobs)
            ids = np.concatenate([ids, draw(p, rng)[:, None]], axis=1)
        return ids if np.ndim(prompt) == 2 else ids[0]

    def _prompt(self, prompt):
        """The prompt as (N, T) ids, or ValueError."""
        ids = np.asarray(prompt)
        if ids.ndim not in (1, 2) or not ids.size or ids.dtype.kind not in "iu":
            raise ValueError(
                "prompt: expected at least one id, (T,) or (N, T), got dtype "
                f"{ids.dtype} with shape {ids.shape}; begin with any token, such as a line's end"
            )
        return np.atleast_2d(ids).astype(np.int64)
