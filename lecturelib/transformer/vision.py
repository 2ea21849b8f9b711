"""Pictures as sequences: a small Vision Transformer."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import floating, generator, whole
from lecturelib.layers import Layer, Linear, Parameter
from lecturelib.layers.base import floating_array
from lecturelib.normalization import LayerNorm
from lecturelib.transformer.block import Block
from lecturelib.transformer.tokens import TokenLinear

__all__ = ["ViT", "patches"]


def patches(x, size: int) -> np.ndarray:
    """Squares of size × size pixels, row by row;  x (N, C, H, W) -> (N, H·W / size², C·size²).

    ValueError unless ``size`` divides height and width.
    """
    x, size = floating_array(x), whole(size, "size")
    if x.ndim != 4 or not x.size or x.shape[2] % size or x.shape[3] % size:
        raise ValueError(
            f"x: expected pictures (N, C, H, W) with H and W multiples of {size}, got {x.shape}; "
            "grey pictures have one channel: x[:, None]"
        )
    N, C, H, W = x.shape
    cut = x.reshape(N, C, H // size, size, W // size, size).transpose(0, 2, 4, 1, 3, 5)
    return cut.reshape(N, -1, C * size * size)


def _picture(tokens, shape, size):
    """The opposite of ``patches``."""
    N, C, H, W = shape
    cut = tokens.reshape(N, H // size, W // size, C, size, size).transpose(0, 3, 1, 4, 2, 5)
    return cut.reshape(shape)


class ViT(Layer):
    """z = W mean_t norm(blocks(W_p patch_t + P_t)) + b;  x (N, C, side, side) -> (N, n_out).

    A picture is a sequence of T = (side / patch)² patches of ``patch`` × ``patch`` pixels; P (T, n)
    is learned. ``channels`` is C. The mean over all tokens is classified, as in many later models;
    the paper's adds a token for it. ValueError for a patch that does not divide the side, and as
    the layers. Source: Dosovitskiy et al. (2021).
    """

    P = Parameter()
    arguments = "side", "patch", "n", "heads", "depth", "n_out", "channels", "dropout"

    def __init__(
        self,
        side: int,
        patch: int,
        n: int,
        heads: int,
        depth: int,
        n_out: int,
        *,
        rng,
        channels: int = 1,
        dropout: float = 0.0,
        dtype=np.float64,
    ) -> None:
        self.side, self.patch, self.n = whole(side, "side"), whole(patch, "patch"), whole(n, "n")
        self.heads, self.depth, self.n_out = heads, whole(depth, "depth"), whole(n_out, "n_out")
        self.channels, self.dropout = whole(channels, "channels"), float(dropout)
        if side % patch:
            raise ValueError(f"patch: expected a divisor of side = {side}, got {patch}")
        made = {"rng": generator(rng), "dtype": floating(dtype)}
        T = (side // patch) ** 2
        self.embed = TokenLinear(channels * patch * patch, n, init="xavier", **made)
        self.P = (0.02 * rng.standard_normal((T, n))).astype(dtype)
        self.blocks = [Block(n, heads, dropout=dropout, **made) for _ in range(depth)]
        self.norm = LayerNorm(n, dtype=dtype)
        self.head = Linear(n, n_out, init="xavier", **made)

    def forward(self, x):
        """The logits of each picture;  (N, C, side, side) -> (N, n_out)."""
        x = np.asarray(x, dtype=self.P.dtype)
        if x.shape[1:] != (self.channels, self.side, self.side):
            raise ValueError(
                f"{self._title()}.forward: expected x of shape (N, {self.channels}, {self.side}, "
                f"{self.side}), got {x.shape}; grey pictures have one channel: x[:, None]"
            )
        h = self.embed.forward(patches(x, self.patch))
        h += self.P
        for block in self.blocks:
            h = block.forward(h)
        h = self.norm.forward(h)  # (N, T, n)
        return self._keep((x.shape, h.shape), self.head.forward(h.mean(axis=1)))

    def backward(self, dz, *, input_gradient: bool = True):
        """∂L/∂x, or None without ``input_gradient``; all gradients are added up;  dz (N, n_out)."""
        dz, (shape, of_tokens) = self._recall(dz)
        dh = self.head.backward(dz) / of_tokens[1]  # (N, n), the same for every token
        dh = self.norm.backward(np.broadcast_to(dh[:, None], of_tokens))
        for block in reversed(self.blocks):
            dh = block.backward(dh)
        self.dP += dh.sum(axis=0)
        dh = self.embed.backward(dh, input_gradient=input_gradient)
        return _picture(dh, shape, self.patch) if input_gradient else None

    @property
    def weights(self) -> list:
        """The attention weights (N, heads, T, T) of the last pass, one array a block."""
        return [block.attention.weights for block in self.blocks]
