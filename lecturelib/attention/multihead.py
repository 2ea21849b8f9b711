"""Several attentions side by side: the layer with its weights."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import generator, whole
from lecturelib.attention.core import attention, attention_backward
from lecturelib.attention.masks import as_mask, causal_mask
from lecturelib.attention.positions import even, rotary_angles, rotate
from lecturelib.initialisation import xavier
from lecturelib.layers import Layer, Parameter

__all__ = ["MultiHeadAttention"]


class MultiHeadAttention(Layer):
    """h = [head_1; …; head_H] W_outᵀ + b_out, each head an ``attention``;  x (N, T, n) -> the same.

    q, k and v are the blocks of x W_qkvᵀ + b_qkv, cut into heads of d = n / heads numbers, each
    with its own softmax of q kᵀ / √d. ``causal``: a token looks at itself and those before it.
    ``n_kv_heads`` < heads: so many heads of keys and values, each shared by heads / n_kv_heads
    neighbouring heads of queries (grouped-query attention, multi-query for 1); 0 means as many as
    heads. ``rotary``: q and k are turned by their positions. ``scaled`` = False leaves out 1/√d.

    W_qkv ((heads + 2 n_kv_heads) d, n) in the order q, k, v, as PyTorch's ``in_proj_weight``; W_out
    (n, n). ValueError for heads that do not divide n, n_kv_heads that do not divide heads, odd d
    with ``rotary``. Source: Vaswani et al. (2017); Shazeer (2019); Ainslie et al. (2023).
    """

    W_qkv, b_qkv = Parameter(), Parameter()
    W_out, b_out = Parameter(), Parameter()
    arguments = "n", "heads", "causal", "n_kv_heads", "rotary", "scaled"

    def __init__(
        self,
        n: int,
        heads: int,
        *,
        rng,
        causal: bool = False,
        n_kv_heads: int = 0,
        rotary: bool = False,
        scaled: bool = True,
        dtype=np.float64,
    ) -> None:
        self.n, self.heads = whole(n, "n"), _divisor(heads, n, "heads", "n")
        self.causal, self.rotary, self.scaled = bool(causal), bool(rotary), bool(scaled)
        self.n_kv_heads = whole(n_kv_heads, "n_kv_heads", least=0)
        self._groups = _divisor(n_kv_heads or heads, heads, "n_kv_heads", "heads")
        self._d = even(n // heads, "n / heads") if rotary else n // heads
        made = {"rng": generator(rng), "dtype": dtype}
        kv = self._groups * self._d
        # Each of the three is drawn as a matrix of its own: their outputs are not added.
        parts = [xavier((rows, n), **made) for rows in (n, kv, kv)]
        self.W_qkv = np.concatenate(parts)
        self.b_qkv = np.zeros(n + 2 * kv, dtype)
        self.W_out, self.b_out = xavier((n, n), **made), np.zeros(n, dtype)

    # Forward

    def forward(self, x, memory=None, *, mask=None, cache=None):
        """Queries from x (N, T, n), keys and values from x, or from ``memory`` (N, S, n).

        ``mask``: booleans, True where a query may look, (T, S), (N, T, S) or (N, 1, S), besides
        ``causal``; a row that is False throughout gives b_out. ``cache``: a ``KVCache`` with what
        came before x; it gets the keys and values of x too, S counts them all, and positions go on
        where it ends. ValueError for other shapes, masks that are not boolean, a cache that is full
        or together with ``memory``, and a causal layer with ``memory``.
        """
        x, memory = self._sequence(x, "x"), self._memory(x, memory, cache)
        q, k, v = self._projected(x, memory)
        angles = None
        if self.rotary:
            start = 0 if cache is None else cache.length
            angles = rotary_angles(np.arange(start, start + x.shape[1]), self._d)
            q, k = rotate(q, angles), rotate(k, angles)
        if cache is not None:
            k, v = cache.append(k, v)
        scale = None if self.scaled else 1.0
        mask = self._mask(mask, len(x), q.shape[-2], k.shape[-2])
        h, p = attention.bare(q, k, v, mask, scale)
        h = self._joined(h)
        out = h.reshape(-1, self.n) @ self.W_out.T  # (N·T, n) @ (n, n)
        out += self.b_out
        kept = x, memory, q, k, v, p, h, angles, cache is not None
        return self._keep(kept, out.reshape(x.shape))

    def _sequence(self, x, name):
        """x in the type of the weights, (N, T, n), or ValueError."""
        x = np.asarray(x, dtype=self.W_qkv.dtype)
        if x.ndim != 3 or x.shape[2] != self.n or not x.size:
            raise ValueError(
                f"{self._title()}.forward: expected {name} of shape (N, T, {self.n}) with N, T ≥ 1,"
                f" got {x.shape}; the batch comes first, one sequence is x[None]"
            )
        return x

    def _memory(self, x, memory, cache):
        if memory is None:
            return None
        memory = self._sequence(memory, "memory")
        if len(memory) != len(x) or cache is not None or self.causal or self.rotary:
            raise ValueError(
                "memory: expected one sequence for each of x, in a layer without causal, rotary "
                f"and cache, got {len(memory)} for {len(x)} in {self._title()}"
                f"{'' if cache is None else ' with a cache'}; the order of x says nothing about "
                "that of memory"
            )
        return memory

    def _projected(self, x, memory):
        """q (N, K, G, T, d), k and v (N, K, 1, S, d): K heads of keys, G queries to each."""
        if memory is None:
            qkv = _times(x, self.W_qkv, self.b_qkv)
            q, k, v = self._cut(qkv, qkv)
        else:
            q = _times(x, self.W_qkv[: self.n], self.b_qkv[: self.n])
            kv = _times(memory, self.W_qkv[self.n :], self.b_qkv[self.n :])
            q, k, v = self._cut(q, kv)
        return q, k, v

    def _cut(self, of_queries, of_keys):
        """Views (N, K, G or 1, T or S, d) of the columns of q, and of the last ones, k and v."""
        kv = self._groups * self._d
        columns = of_queries[..., : self.n], of_keys[..., -2 * kv : -kv], of_keys[..., -kv:]
        return [self._apart(a) for a in columns]

    def _apart(self, a):
        """The heads one after the other, a view;  (N, T, K·G·d) -> (N, K, G, T, d)."""
        # First cut, then transpose: reshaping straight to the last shape would mix time with heads.
        return a.reshape(*a.shape[:2], self._groups, -1, self._d).transpose(0, 2, 3, 1, 4)

    def _joined(self, h):
        """The heads side by side;  (N, K, G, T, d) -> (N, T, n)."""
        return h.transpose(0, 3, 1, 2, 4).reshape(h.shape[0], h.shape[3], self.n)

    def _mask(self, mask, N, T, S):
        """The causal and the given mask as one that fits scores (N, K, G, T, S), or None."""
        if mask is not None:
            mask = as_mask(mask, (N, T, S))
            mask = mask[:, None, None] if mask.ndim == 3 else mask
        if self.causal and T > 1:  # the last token alone sees all
            causal = causal_mask(T, S)
            mask = causal if mask is None else mask & causal
        return mask

    @property
    def weights(self):
        """p (N, heads, T, S) of the last pass, read-only: how much each query looks at each key.

        None before the first. ``predict`` leaves none: call ``eval().forward(x)``.
        """
        if self._kept is None:
            return None
        p = self._kept[0][5]
        seen = p.reshape(len(p), self.heads, *p.shape[-2:]).view()
        seen.flags.writeable = False
        return seen

    # Back

    def backward(self, dh):
        """dx (N, T, n), with ``memory`` (dx, dmemory); the gradients are added up.

        ValueError after a pass with a cache: what came before is not there any more.
        """
        dh, (x, memory, q, k, v, p, h, angles, cached) = self._recall(dh)
        if cached:
            raise ValueError(
                f"{self._title()}.backward: expected a forward pass without a cache, got one with "
                "it; a cache is for generating, train on whole sequences"
            )
        rows = dh.reshape(-1, self.n)
        self.dW_out += rows.T @ h.reshape(-1, self.n)
        self.db_out += rows.sum(axis=0)
        into_heads = self._apart((rows @ self.W_out).reshape(h.shape))
        dq, dk, dv = self._through(into_heads, q, k, v, p, angles)
        return self._into_inputs(x, memory, dq, dk, dv)

    def _through(self, dh, q, k, v, p, angles):
        """The gradients of q, k and v before they were turned;  dh (N, K, G, T, d)."""
        dq, dk, dv = attention_backward(dh, q, k, v, p, None if self.scaled else 1.0)
        if k.shape[2] != dk.shape[2]:  # a key that several queries share gets the sum
            dk, dv = dk.sum(axis=2, keepdims=True), dv.sum(axis=2, keepdims=True)
        if angles is not None:
            dq, dk = rotate(dq, -angles), rotate(dk, -angles)
        return dq, dk, dv

    def _into_inputs(self, x, memory, dq, dk, dv):
        W, dW, db, n = self.W_qkv, self.dW_qkv, self.db_qkv, self.n
        if memory is None:
            d = np.empty((*x.shape[:2], len(W)), W.dtype)
            self._fill(d, d, dq, dk, dv)
            return _back(d, x, W, dW, db)
        d, d_memory = np.empty_like(x), np.empty((*memory.shape[:2], len(W) - n), W.dtype)
        self._fill(d, d_memory, dq, dk, dv)
        dx = _back(d, x, W[:n], dW[:n], db[:n])
        return dx, _back(d_memory, memory, W[n:], dW[n:], db[n:])

    def _fill(self, of_queries, of_keys, *gradients):
        """Write the heads' gradients into the columns that they came from."""
        for view, gradient in zip(self._cut(of_queries, of_keys), gradients, strict=True):
            view[...] = gradient


def _times(x, W, b):
    """W x + b for every token;  x (N, T, n), W (m, n) -> (N, T, m)."""
    h = x.reshape(-1, x.shape[-1]) @ W.T
    h += b
    return h.reshape(*x.shape[:-1], len(W))


def _back(dh, x, W, dW, db):
    """dx, and dW and db are added up, of h = W x + b."""
    rows = dh.reshape(-1, len(W))
    dW += rows.T @ x.reshape(len(rows), -1)  # (m, N·T) @ (N·T, n)
    db += rows.sum(axis=0)
    return (rows @ W).reshape(x.shape)


def _divisor(part, of, name, whole_name):
    """``part`` as a whole number that divides ``of``, or ValueError."""
    part, of = whole(part, name), whole(of, whole_name)
    if of % part:
        raise ValueError(
            f"{name}: expected a divisor of {whole_name} = {of}, got {part}; all heads are equally "
            "wide"
        )
    return part
