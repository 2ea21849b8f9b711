"""The blocks that a Transformer is a stack of."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import whole
from lecturelib.attention import MultiHeadAttention
from lecturelib.layers import Layer
from lecturelib.normalization import LayerNorm, RMSNorm
from lecturelib.regularization import Dropout
from lecturelib.transformer.tokens import SigmoidGELU, TokenLinear

__all__ = ["MLP", "Block", "DecoderBlock", "Sublayer"]


_NORMS = {"layer": LayerNorm, "rms": RMSNorm, "none": None}


class MLP(Layer):
    """h = W_2 GELU(W_1 x + b_1) + b_2 for every token;  x (…, n) -> (…, n).

    W_1 (hidden, n) is ``up.W``, W_2 (n, hidden) ``down.W``; GELU in its sigmoid form. ValueError
    for sizes below 1.
    """

    arguments = "n", "hidden"

    def __init__(self, n: int, hidden: int, *, rng, dtype=np.float64) -> None:
        self.n, self.hidden = whole(n, "n"), whole(hidden, "hidden")
        made = {"rng": rng, "dtype": dtype, "init": "xavier"}
        self.up, self.gelu = TokenLinear(n, hidden, **made), SigmoidGELU()
        self.down = TokenLinear(hidden, n, **made)

    def forward(self, x):
        """Wider, bent, and back;  (…, n) -> (…, n)."""
        h = self.down.forward(self.gelu.forward(self.up.forward(x)))
        return self._keep(None, h)

    def backward(self, dh):
        """∂L/∂x, and the gradients of both layers are added up;  (…, n) -> (…, n)."""
        dh, _ = self._recall(dh)
        return self.up.backward(self.gelu.backward(self.down.backward(dh)))


class Sublayer(Layer):
    """h = x + dropout(f(norm(x))): f learns what to add, and the gradient has a way past it."""

    def __init__(self, f, n, *, rng, norm, residual, dropout, dtype) -> None:
        if norm not in _NORMS:
            raise ValueError(f"norm: expected one of {list(_NORMS)}, got {norm!r}")
        kind = _NORMS[norm]
        self.norm = None if kind is None else kind(n, dtype=dtype)
        self.f, self._residual = f, bool(residual)
        self.drop = Dropout(dropout, rng=rng) if dropout else None

    def forward(self, x, *memory, **options):
        """x + f(norm(x), …), what follows x goes to f;  (N, T, n) -> (N, T, n)."""
        h = x if self.norm is None else self.norm.forward(x)
        h = self.f.forward(h, *memory, **options)
        h = h if self.drop is None else self.drop.forward(h)
        return x + h if self._residual else h

    def backward(self, dh):
        """dx, or (dx, dmemory) where f has two inputs."""
        d = dh if self.drop is None else self.drop.backward(dh)
        d = self.f.backward(d)
        d, *others = d if isinstance(d, tuple) else (d,)
        d = d if self.norm is None else self.norm.backward(d)
        d = dh + d if self._residual else d
        return (d, *others) if others else d


class Block(Layer):
    """x + attention(norm(x)), then x + MLP(norm(x));  x (N, T, n) -> the same.

    The norm stands before each of the two ("pre-norm"), LayerNorm unless ``norm`` is "rms" or
    "none"; ``hidden`` is the width of the MLP, 0 for 4n; ``dropout`` is on what is added.
    ``causal``, ``n_kv_heads``, ``rotary`` and ``scaled`` as in ``MultiHeadAttention``. ``residual``
    = False leaves out both "x +", for comparison. Errors as for the layers. Source: Vaswani et al.
    (2017); the place of the norm: Xiong et al. (2020).
    """

    arguments = (
        "n",
        "heads",
        "causal",
        "n_kv_heads",
        "rotary",
        "scaled",
        "hidden",
        "norm",
        "residual",
        "dropout",
    )

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
        hidden: int = 0,
        norm: str = "layer",
        residual: bool = True,
        dropout: float = 0.0,
        dtype=np.float64,
    ) -> None:
        self.n, self.heads, self.hidden = n, heads, whole(hidden, "hidden", least=0)
        self.causal, self.rotary, self.scaled = bool(causal), bool(rotary), bool(scaled)
        self.n_kv_heads, self.norm = n_kv_heads, norm
        self.residual, self.dropout = bool(residual), float(dropout)
        made = {"rng": rng, "dtype": dtype}
        around = made | {"norm": norm, "residual": residual, "dropout": dropout}
        attention = MultiHeadAttention(
            n,
            heads,
            causal=causal,
            n_kv_heads=n_kv_heads,
            rotary=rotary,
            scaled=scaled,
            **made,
        )
        self.attend = Sublayer(attention, n, **around)
        self.think = Sublayer(MLP(n, hidden or 4 * n, **made), n, **around)

    @property
    def attention(self) -> MultiHeadAttention:
        """The attention layer, with its ``weights`` (N, heads, T, S) of the last pass."""
        return self.attend.f

    @property
    def mlp(self) -> MLP:
        """The network for every token."""
        return self.think.f

    def forward(self, x, *, mask=None, cache=None):
        """Tokens exchange, then each is worked on alone;  (N, T, n) -> (N, T, n).

        ``mask`` and ``cache`` as in ``MultiHeadAttention.forward``: with a ``KVCache`` x holds the
        new tokens only.
        """
        x = np.asarray(x, dtype=self.attention.W_qkv.dtype)
        h = self.think.forward(self.attend.forward(x, mask=mask, cache=cache))
        return self._keep(None, h)

    def backward(self, dh):
        """∂L/∂x, and all gradients are added up;  (N, T, n) -> (N, T, n)."""
        dh, _ = self._recall(dh)
        return self.attend.backward(self.think.backward(dh))


class DecoderBlock(Layer):
    """Causal attention, attention to ``memory``, MLP, each as in ``Block``;  (N, T, n) -> the same.

    memory (N, S, n) is what an encoder made of the source: queries come from x, keys and values
    from memory ("cross-attention"). Errors as for the layers. Source: Vaswani et al. (2017).
    """

    arguments = "n", "heads", "dropout"

    def __init__(self, n: int, heads: int, *, rng, dropout: float = 0.0, dtype=np.float64) -> None:
        self.n, self.heads, self.dropout = n, heads, float(dropout)
        made = {"rng": rng, "dtype": dtype}
        around = made | {"norm": "layer", "residual": True, "dropout": dropout}
        own, cross = (MultiHeadAttention(n, heads, causal=c, **made) for c in (True, False))
        self.attend, self.cross = Sublayer(own, n, **around), Sublayer(cross, n, **around)
        self.think = Sublayer(MLP(n, 4 * n, **made), n, **around)

    def forward(self, x, memory, *, mask=None, cache=None):
        """What was written looks at itself, then at memory;  (N, T, n), (N, S, n) -> (N, T, n).

        ``mask`` says which places of memory may be looked at, ``cache`` is that of the causal part.
        """
        x = np.asarray(x, dtype=self.cross.f.W_qkv.dtype)
        h = self.cross.forward(self.attend.forward(x, cache=cache), memory, mask=mask)
        return self._keep(None, self.think.forward(h))

    def backward(self, dh):
        """dx (N, T, n) and dmemory (N, S, n), and all gradients are added up."""
        dh, _ = self._recall(dh)
        dh, d_memory = self.cross.backward(self.think.backward(dh))
        return self.attend.backward(dh), d_memory
