"""Convolution: as loops, to be read, and as a layer, with products of matrices and a way back."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lecturelib._validate import finite_array, whole
from lecturelib.conv.geometry import image_size, output_size
from lecturelib.exchange import pytorch
from lecturelib.initialisation import he
from lecturelib.layers import Layer, Parameter

__all__ = ["Conv2d", "convolve"]


def convolve(x, W, b=None, *, padding=0, stride=1, dilation=1, groups=1):
    """The definition of ``Conv2d``, number by number, in the loops that its formula asks for.

    x (N, in, H, W), W (out, in / groups, kh, kw), b (out,) or None -> (N, out, H', W'). Slow: to
    read, and to compare with. ValueError for empty arrays, NaN, and a kernel larger than the image.
    """
    x, W = finite_array(x, "x"), finite_array(W, "W")
    (N, _, *size), (n_out, depth, kh, kw) = x.shape, W.shape
    window = {"padding": padding, "stride": stride, "dilation": dilation}
    rows, columns = (output_size(n, k, **window) for n, k in zip(size, (kh, kw), strict=True))
    x = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    h = np.zeros((N, n_out, rows, columns), x.dtype)
    for n, o, u, v in np.ndindex(h.shape):
        first = o // (n_out // groups) * depth  # of the channels that the group of o looks at
        for c, i, j in np.ndindex(depth, kh, kw):
            pixel = x[n, first + c, u * stride + i * dilation, v * stride + j * dilation]
            h[n, o, u, v] += W[o, c, i, j] * pixel
        if b is not None:
            h[n, o, u, v] += b[o]
    return h


class Conv2d(Layer):
    """h[n,o,u,v] = b_o + Σ_{c,i,j} W[o,c,i,j] x[n, c, u·stride + i·dilation − padding, v·… + j·…].

    x (N, n_in, H, W), W (n_out, n_in / groups, kh, kw), b (n_out,) -> (N, n_out, H', W') with the
    sizes of ``output_size``; outside the image x is 0. ``kernel`` is a side or a pair (kh, kw).
    With ``groups`` G, channels are split into G parts, and each output looks at one part only;
    ``groups=n_in`` is a depthwise convolution. W is drawn as ``initialisation.he`` does, b is 0.
    ValueError for numbers out of range and groups that do not divide both n_in and n_out.
    """

    W = Parameter()
    b = Parameter()
    arguments = "n_in", "n_out", "kernel", "padding", "stride", "dilation", "groups", "bias"

    def __init__(
        self,
        n_in: int,
        n_out: int,
        kernel=3,
        *,
        padding: int = 0,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        rng,
        dtype=np.float64,
    ) -> None:
        self.n_in, self.n_out, self.bias = whole(n_in, "n_in"), whole(n_out, "n_out"), bool(bias)
        self.padding, self.groups = whole(padding, "padding", least=0), whole(groups, "groups")
        self.stride, self.dilation = whole(stride, "stride"), whole(dilation, "dilation")
        self.kernel = _side(kernel)
        if self.n_in % self.groups or self.n_out % self.groups:
            raise ValueError(
                f"groups: expected a divisor of n_in={n_in} and n_out={n_out}, got {groups}; "
                "groups=n_in makes a depthwise convolution, if n_out is a multiple of n_in"
            )
        sides = np.broadcast_to(self.kernel, 2).tolist()
        self.W = he((self.n_out, self.n_in // self.groups, *sides), rng=rng, dtype=dtype)
        self.b = np.zeros(self.n_out, dtype) if bias else None

    @property
    def window(self) -> tuple[int, int, int]:
        """(kernel, stride, dilation) of a square kernel, for ``receptive_field``."""
        if isinstance(self.kernel, tuple):
            raise ValueError(
                f"kernel: expected a square one, got {self.kernel}; pass receptive_field the "
                "tuples (kernel, stride, dilation) of one axis"
            )
        return self.kernel, self.stride, self.dilation

    def forward(self, x):
        """The formula of the class as one product of matrices;  x (N, n_in, H, W) -> (N, n_out, …).

        Each window becomes a row, each kernel a column. ValueError for other shapes.
        """
        W, b, G = self.W, self.b, self.groups
        x = np.asarray(x, dtype=W.dtype)
        moves = {"padding": self.padding, "stride": self.stride, "dilation": self.dilation}
        size = image_size(x, self, kernel=W.shape[2:], channels=self.n_in, **moves)
        rows = self._rows(x, size)  # (G, N·H'·W', kh·kw·in/G)
        columns = W.transpose(0, 2, 3, 1).reshape(G, self.n_out // G, -1).transpose(0, 2, 1)
        h = (rows @ columns).transpose(1, 0, 2).reshape(len(x), *size, self.n_out)
        if b is not None:
            h += b
        return self._keep((rows, x.shape), h.transpose(0, 3, 1, 2))

    def _rows(self, x, size):
        """The windows of the padded images, each in a row;  -> (G, N·H'·W', kh·kw·in/G)."""
        (kh, kw), d, G = self.W.shape[2:], self.dilation, self.groups
        # Channels last in memory: a row is copied in runs of in/G numbers, not one by one.
        padded = np.zeros(self._padded(x.shape), x.dtype)
        self._inside(padded)[...] = x.transpose(0, 2, 3, 1)
        windows = sliding_window_view(padded, (d * (kh - 1) + 1, d * (kw - 1) + 1), axis=(1, 2))
        windows = windows[:, :: self.stride, :: self.stride, :, ::d, ::d]  # (N, H', W', in, kh, kw)
        windows = windows.reshape(len(x), *size, G, -1, kh, kw) if G > 1 else windows[:, :, :, None]
        windows = windows.transpose(3, 0, 1, 2, 5, 6, 4)  # (G, N, H', W', kh, kw, in/G)
        return windows.reshape(G, len(x) * size[0] * size[1], -1)

    def backward(self, dh, *, input_gradient: bool = True):
        """∂L/∂x, and the sums over examples and places are added to dW and db.

        dW[o,c,i,j] = Σ_{n,u,v} dh[n,o,u,v] x[n, c, u·stride + i·dilation − padding, …], and each
        dh[n,o,u,v] goes back, times W[o,c,i,j], to the pixel that it came from. dh (N, n_out, H',
        W') -> (N, n_in, H, W); None without ``input_gradient``: a first layer needs no ∂L/∂x.
        """
        dh, (rows, shape) = self._recall(dh)
        dW, db, G = self.dW, self.db, self.groups
        n_out, depth, kh, kw = dW.shape
        d = (
            dh.transpose(0, 2, 3, 1).reshape(-1, G, n_out // G).transpose(1, 0, 2)
        )  # (G, N·H'·W', …)
        flat = d.transpose(0, 2, 1) @ rows  # (G, out/G, N·H'·W') @ (G, N·H'·W', kh·kw·in/G)
        dW += flat.reshape(n_out, kh, kw, depth).transpose(0, 3, 1, 2)
        if db is not None:
            db += d.sum(axis=1).ravel()
        return self._input_gradient(d, shape, dh.shape[2:]) if input_gradient else None

    def _input_gradient(self, d, shape, size):
        """Every entry (i, j) of the kernel sends d back to the pixels that it was laid on."""
        G, step, (H, W) = self.groups, self.stride, size
        kernels = self.W.reshape(G, -1, *self.W.shape[1:])  # (G, out/G, in/G, kh, kw)
        dx = np.zeros(self._padded(shape), d.dtype)
        for i, j in np.ndindex(kernels.shape[3:]):
            sent = d @ kernels[..., i, j]  # (G, N·H'·W', out/G) @ (G, out/G, in/G)
            u, v = i * self.dilation, j * self.dilation
            pixels = dx[:, u : u + step * (H - 1) + 1 : step, v : v + step * (W - 1) + 1 : step]
            pixels += sent.transpose(1, 0, 2).reshape(pixels.shape)
        return self._inside(dx).transpose(0, 3, 1, 2)

    def _padded(self, shape):
        """(N, H + 2 padding, W + 2 padding, C) for images of a shape (N, C, H, W)."""
        N, C, H, W = shape
        return N, H + 2 * self.padding, W + 2 * self.padding, C

    def _inside(self, padded):
        """The images within their padding;  (N, H + 2 padding, …, C) -> (N, H, W, C)."""
        p = self.padding
        return padded[:, p : padded.shape[1] - p, p : padded.shape[2] - p]

    def to_torch(self):
        """``torch.nn.Conv2d`` with copies of W and b, of the same shapes."""
        moves = {"padding": self.padding, "stride": self.stride, "dilation": self.dilation}
        return pytorch.conv2d(self.W, self.b, groups=self.groups, **moves)

    @classmethod
    def from_torch(cls, module) -> Conv2d:
        """The layer of a ``torch.nn.Conv2d``, with copies of its weights.

        ValueError for another module, and for what this class does not have: padding with anything
        but zeros, different moves along the two axes.
        """
        arguments, arrays = pytorch.from_conv2d(module)
        return cls._of(arguments, arrays, "module")


def _side(kernel):
    """A side, or a pair (kh, kw) of two different ones."""
    if not isinstance(kernel, (tuple, list)):
        return whole(kernel, "kernel")
    if len(kernel) != 2:
        raise ValueError(
            f"kernel: expected a side or a pair (kh, kw), got {kernel!r}; write (3, 5)"
        )
    kh, kw = (whole(side, f"kernel[{i}]") for i, side in enumerate(kernel))
    return kh if kh == kw else (kh, kw)
