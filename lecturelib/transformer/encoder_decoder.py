"""From one sequence to another: an encoder reads, a decoder writes."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import whole
from lecturelib.attention import KVCache, padding_mask
from lecturelib.layers import Layer
from lecturelib.normalization import LayerNorm
from lecturelib.transformer.block import Block, DecoderBlock
from lecturelib.transformer.tokens import Embedding, TokenLinear

__all__ = ["EncoderDecoder"]


class EncoderDecoder(Layer):
    """Source (N, S) and what is written so far (N, T) -> logits of the next token (N, T, n_target).

    ``depth`` blocks read the source, each token seeing all; as many ``DecoderBlock`` write, looking
    at what they wrote and at the source. Errors as for the layers. Source: Vaswani et al. (2017).
    """

    arguments = "n_source", "n_target", "length", "n", "heads", "depth", "dropout"

    def __init__(
        self,
        n_source: int,
        n_target: int,
        length: int,
        n: int,
        heads: int,
        depth: int,
        *,
        rng,
        dropout: float = 0.0,
        dtype=np.float64,
    ) -> None:
        self.n_source, self.n_target, self.length = n_source, n_target, length
        self.n, self.heads, self.depth = n, heads, whole(depth, "depth")
        self.dropout = float(dropout)
        made = {"rng": rng, "dtype": dtype}
        kinds = made | {"dropout": dropout}
        self.source = Embedding(n_source, length, n, **made)
        self.readers = [Block(n, heads, **kinds) for _ in range(depth)]
        self.read_norm = LayerNorm(n, dtype=dtype)
        self.target = Embedding(n_target, length, n, **made)
        self.writers = [DecoderBlock(n, heads, **kinds) for _ in range(depth)]
        self.write_norm = LayerNorm(n, dtype=dtype)
        self.head = TokenLinear(n, n_target, init="xavier", **made)

    def forward(self, source, target, *, lengths=None):
        """The logits at every token of ``target``, which begins with a token for "start".

        ``lengths`` (N,): how many tokens of each source are no padding.
        """
        mask = None if lengths is None else padding_mask(lengths, np.shape(source)[1])
        memory = self._read(source, mask)
        return self._keep(None, self._written(target, memory, mask))

    def _read(self, source, mask):
        h = self.source.forward(source)
        for block in self.readers:
            h = block.forward(h, mask=mask)
        return self.read_norm.forward(h)

    def _written(self, target, memory, mask, caches=None):
        h = self.target.forward(target, caches[0].length if caches else 0)
        for block, cache in zip(self.writers, caches or [None] * self.depth, strict=True):
            h = block.forward(h, memory, mask=mask, cache=cache)
        return self.head.forward(self.write_norm.forward(h))

    def backward(self, dz) -> None:
        """All gradients are added up, and numbers have none;  dz (N, T, n_target) -> None."""
        dz, _ = self._recall(dz)
        dh, d_memory = self.write_norm.backward(self.head.backward(dz)), 0
        for block in reversed(self.writers):
            dh, into = block.backward(dh)
            d_memory = d_memory + into  # every block looked at the same memory
        self.target.backward(dh)
        dh = self.read_norm.backward(d_memory)
        for block in reversed(self.readers):
            dh = block.backward(dh)
        self.source.backward(dh)

    @property
    def weights(self) -> list:
        """How much what is written looks at the source, (N, heads, T, S), one array a block."""
        return [block.cross.f.weights for block in self.writers]

    def write(self, source, start: int, steps: int, *, lengths=None) -> np.ndarray:
        """``steps`` tokens for each source, the likeliest one each time;  -> (N, steps).

        ``start`` is the token that begins every writing. The source is read once.
        """
        twin = self._sharing_copy()
        mask = None if lengths is None else padding_mask(lengths, np.shape(source)[1])
        memory = twin._read(source, mask)
        new, written = np.full((len(memory), 1), start), []
        caches = [KVCache(self.length) for _ in self.writers]
        for _ in range(whole(steps, "steps")):
            new = twin._written(new, memory, mask, caches)[:, -1:].argmax(axis=-1)
            written.append(new)
        return np.concatenate(written, axis=1)
