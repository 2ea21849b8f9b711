"""MultiHeadAttention in PyTorch's words, for the tests of attention and of what is built of it."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from lecturelib.attention import rotary_angles


class Twin:
    """MultiHeadAttention with PyTorch's scaled_dot_product_attention, from copied arrays."""

    def __init__(self, layer, prefix="", leaves=None):
        self.layer, self.prefix = layer, prefix
        own = {f"{prefix}{name}": p for name, p in layer.parameters.items()}
        made = {name: torch.tensor(p.copy(), requires_grad=True) for name, p in own.items()}
        self.leaves = made if leaves is None else leaves

    def __call__(self, x, memory=None, mask=None):
        W, b, W_out, b_out = (
            self.leaves[self.prefix + name] for name in ("W_qkv", "b_qkv", "W_out", "b_out")
        )
        layer, source = self.layer, x if memory is None else memory
        d, kv = layer.n // layer.heads, (len(W) - layer.n) // 2
        parts = ((x, slice(0, layer.n)), (source, slice(layer.n, -kv)), (source, slice(-kv, None)))
        q, k, v = (
            functional.linear(a, W[rows], b[rows]).unflatten(-1, (-1, d)).transpose(1, 2)
            for a, rows in parts
        )
        if layer.rotary:
            q, k = self.turned(q), self.turned(k)
        k, v = (a.repeat_interleave(layer.heads // a.shape[1], dim=1) for a in (k, v))
        options = {"scale": None if layer.scaled else 1.0, "is_causal": layer.causal}
        h = functional.scaled_dot_product_attention(q, k, v, mask, **options)
        return functional.linear(h.transpose(1, 2).flatten(2), W_out, b_out)

    def turned(self, x):
        """Rotation as a product of complex numbers, another way to the same."""
        angles = torch.tensor(rotary_angles(np.arange(x.shape[2]), x.shape[3]))
        pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
        return torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(3)
