"""Layers without weights that make images smaller: pooling, and the step to rows of numbers."""

from __future__ import annotations

from functools import reduce

import numpy as np

from lecturelib._validate import whole
from lecturelib.conv.geometry import image_size
from lecturelib.layers import Layer
from lecturelib.layers.base import floating_array

__all__ = ["AvgPool2d", "Flatten", "GlobalAveragePool", "MaxPool2d"]


class _Pool(Layer):
    """What both kinds of pooling share: their windows."""

    arguments = "kernel", "stride"

    def __init__(self, kernel: int = 2, stride: int | None = None) -> None:
        self.kernel = whole(kernel, "kernel")
        self.stride = self.kernel if stride is None else whole(stride, "stride")

    window = property(lambda self: (self.kernel, self.stride, 1), doc="(kernel, stride, dilation).")

    def _places(self, x, size):
        """The kernel² pixels of all windows, as one view of x for each place in the window."""
        H, W, step = *size, self.stride
        for i, j in np.ndindex(self.kernel, self.kernel):
            yield x[:, :, i : i + step * (H - 1) + 1 : step, j : j + step * (W - 1) + 1 : step]

    def _checked(self, x):
        x = floating_array(x)
        return x, image_size(x, self, kernel=(self.kernel, self.kernel), stride=self.stride)


class MaxPool2d(_Pool):
    """The largest of each kernel × kernel window;  (N, C, H, W) -> (N, C, H', W').

    Windows are ``stride`` apart, by default side by side. Where they do not fill the image, the
    last rows and columns are left out, as in PyTorch. ValueError for numbers below 1, a kernel
    larger than the image, and what are no images.
    """

    def forward(self, x):
        """h[n,c,u,v] = max_{i,j} x[n, c, u·stride + i, v·stride + j]."""
        x, size = self._checked(x)
        h = reduce(np.maximum, self._places(x, size))
        h = h.copy() if self.kernel == 1 else h  # a maximum of one would be a view of x
        return self._keep((x, h), h)

    def backward(self, dh):
        """dh goes to the largest pixel of its window, the first of equal ones;  -> (N, C, H, W)."""
        dh, (x, h) = self._recall(dh)
        dx, left = np.zeros_like(x), dh.copy(order="K")
        for pixel, d in zip(
            self._places(x, h.shape[2:]), self._places(dx, h.shape[2:]), strict=True
        ):
            taken = left * (pixel == h)
            d += taken
            left -= taken  # what one pixel has got, an equal one does not get again
        return dx

    def to_torch(self):
        """``torch.nn.MaxPool2d``."""
        from torch import nn

        return nn.MaxPool2d(self.kernel, self.stride)


class AvgPool2d(_Pool):
    """The mean of each kernel × kernel window;  (N, C, H, W) -> (N, C, H', W').

    Stride, sizes and errors as in ``MaxPool2d``.
    """

    def forward(self, x):
        """h[n,c,u,v] = Σ_{i,j} x[n, c, u·stride + i, v·stride + j] / kernel²."""
        x, size = self._checked(x)
        h = sum(self._places(x, size)) / self.kernel**2
        return self._keep((x.shape, x.dtype), h.astype(x.dtype, copy=False))

    def backward(self, dh):
        """Each pixel gets dh / kernel² from every window that it lies in;  -> (N, C, H, W)."""
        dh, (shape, dtype) = self._recall(dh)
        dx, share = np.zeros(shape, dtype), dh / self.kernel**2
        for d in self._places(dx, dh.shape[2:]):
            d += share
        return dx

    def to_torch(self):
        """``torch.nn.AvgPool2d``."""
        from torch import nn

        return nn.AvgPool2d(self.kernel, self.stride)


class GlobalAveragePool(Layer):
    """The mean of each map, whatever its size;  (N, C, H, W) -> (N, C).

    ValueError for what are no images.
    """

    def forward(self, x):
        """h_nc = Σ_{u,v} x_ncuv / (H W)."""
        x = floating_array(x)
        image_size(x, self, kernel=(1, 1))
        return self._keep(x.shape, x.mean(axis=(2, 3)))

    def backward(self, dh):
        """Every pixel of a map gets dh / (H W);  (N, C) -> (N, C, H, W)."""
        dh, shape = self._recall(dh)
        share = dh / (shape[2] * shape[3])
        return np.broadcast_to(share[:, :, None, None], shape).copy()

    def to_torch(self):
        """``torch.nn.AdaptiveAvgPool2d`` to one pixel, and ``torch.nn.Flatten``."""
        from torch import nn

        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Flatten(Layer):
    """Each example as one row;  (N, C, H, W) -> (N, C·H·W).

    The step from maps to a ``Linear``. ValueError for an empty batch and fewer than two axes.
    """

    def forward(self, x):
        """The same numbers, channel by channel and row by row."""
        x = floating_array(x)
        if x.ndim < 2 or x.size == 0:
            raise ValueError(
                f"Flatten().forward: expected a batch of shape (N, C, H, W) with N ≥ 1, got "
                f"{x.shape}; one example is x[None]"
            )
        return self._keep(x.shape, x.reshape(len(x), -1))

    def backward(self, dh):
        """(N, C·H·W) -> (N, C, H, W)."""
        dh, shape = self._recall(dh)
        return dh.reshape(shape)

    def to_torch(self):
        """``torch.nn.Flatten``."""
        from torch import nn

        return nn.Flatten()
