"""Keys and values of earlier tokens, kept so that a new token need not compute them again."""

from __future__ import annotations

import math

import numpy as np

from lecturelib._validate import whole

__all__ = ["KVCache", "cache_bytes"]


class KVCache:
    """Room for the keys and values of up to ``capacity`` tokens, of one attention layer.

    ``forward(x, cache=cache)`` of the layer appends those of x and attends to all that are there;
    ``length`` counts them. A token's key and value do not change when others follow, as long as the
    mask is causal. ValueError for a capacity below 1.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity, self.length = whole(capacity, "capacity"), 0
        self._arrays = None

    def append(self, k, v):
        """Keep k (…, T, d) and v (…, T, d_v) behind the others; -> all of both, (…, S, ·).

        ValueError beyond the capacity and for other shapes than before.
        """
        end = self.length + k.shape[-2]
        if end > self.capacity:
            raise ValueError(
                f"cache: expected at most {self.capacity} tokens, got {self.length} and "
                f"{k.shape[-2]} more; make a KVCache with more room, or start a new one with the "
                "last tokens only"
            )
        if self._arrays is None:
            self._arrays = tuple(
                np.empty((*a.shape[:-2], self.capacity, a.shape[-1]), a.dtype) for a in (k, v)
            )
        for kept, new in zip(self._arrays, (k, v), strict=True):
            if kept.shape[:-2] != new.shape[:-2] or kept.shape[-1] != new.shape[-1]:
                raise ValueError(
                    f"cache: expected what belongs to arrays {kept.shape}, got {new.shape}; a cache"
                    " serves one layer and one batch, make a new one for another"
                )
            kept[..., self.length : end, :] = new
        self.length = end
        return tuple(a[..., :end, :] for a in self._arrays)

    @property
    def nbytes(self) -> int:
        """Bytes of the keys and values that are there; the room kept for others is not counted."""
        if self._arrays is None:
            return 0
        return sum(a[..., : self.length, :].nbytes for a in self._arrays)

    def __repr__(self) -> str:
        return f"KVCache({self.capacity}) with {self.length} tokens"


def cache_bytes(*, layers: int, kv_heads: int, d: int, tokens: int, number: int = 2) -> int:
    """2 · layers · kv_heads · d · tokens · number, in bytes: a key and a value a token and head.

    ``number`` is the size of one number, 2 for float16 and bfloat16. ValueError below 1.
    """
    sizes = {"layers": layers, "kv_heads": kv_heads, "d": d, "tokens": tokens, "number": number}
    return 2 * math.prod(whole(size, name) for name, size in sizes.items())
