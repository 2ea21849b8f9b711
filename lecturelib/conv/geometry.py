"""Sizes: how many places a window has in an image, and how much of the image an output has seen."""

from __future__ import annotations

from collections.abc import Iterable

from lecturelib._validate import whole
from lecturelib.layers import Layer

__all__ = ["output_size", "receptive_field"]


def output_size(
    size: int,
    kernel: int,
    *,
    padding: int = 0,
    stride: int = 1,
    dilation: int = 1,
    exact: bool = False,
) -> int:
    """⌊(size + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1, along one axis, in pixels.

    The number of places that a window has in a padded image. Where the stride does not divide, the
    last pixels belong to no window, in PyTorch too; with ``exact`` that is a ValueError. ValueError
    also for a kernel that is larger than the padded image, a padding below 0 and other numbers
    below 1.
    """
    size, padding = whole(size, "size"), whole(padding, "padding", least=0)
    kernel, stride, dilation = _window(kernel, stride, dilation)
    spanned, padded = dilation * (kernel - 1) + 1, size + 2 * padding
    if spanned > padded:
        raise ValueError(
            f"kernel: expected a window of at most the {padded} pixels of the padded image, got "
            f"kernel {kernel} with dilation {dilation}, which spans {spanned}; take a smaller "
            "kernel, more padding, or pool less before"
        )
    places, left = divmod(padded - spanned, stride)
    if exact and left:
        raise ValueError(
            f"stride: expected one that divides {padded} − {spanned}, got {stride}, which leaves "
            f"{left} of {padded} pixels to no window; change padding, kernel or stride, or accept "
            "it with exact=False"
        )
    return places + 1


def receptive_field(layers: Iterable) -> int:
    """Side of the square of the image that one output depends on, through all layers, in pixels.

    r = 1 + Σ_l dilation_l (kernel_l − 1) Π_{m<l} stride_m. ``layers`` come in the order of the
    forward pass: layers with a square window, layers that work entry by entry, or tuples
    (kernel, stride) and (kernel, stride, dilation). ValueError for a layer that looks at the whole
    image, and for a tuple of another length or with numbers below 1.
    """
    field, jump = 1, 1  # jump: how far neighbouring outputs are apart in the image
    for kernel, stride, dilation in _windows(layers):
        field += dilation * (kernel - 1) * jump
        jump *= stride
    return field


def _windows(layers):
    """(kernel, stride, dilation) of all windows, those within blocks too."""
    for layer in layers:
        if not isinstance(layer, Layer):
            yield _window(*_three(layer))
        elif hasattr(layer, "layers"):
            yield from _windows(layer.layers)
        elif hasattr(layer, "window"):
            yield layer.window
        elif type(layer).__name__ in ("Linear", "Flatten", "GlobalAveragePool"):
            raise ValueError(
                f"layers: expected layers that look at a window, got {layer!r}, which looks at the "
                "whole image; pass the layers before it"
            )


def _three(row):
    """A tuple (kernel, stride) or (kernel, stride, dilation) with its dilation."""
    row = tuple(row) if isinstance(row, (tuple, list)) else (row,)
    if len(row) not in (2, 3):
        raise ValueError(
            f"layers: expected layers or tuples (kernel, stride[, dilation]), got {row!r}; "
            "write (3, 1) for a 3 × 3 kernel that moves pixel by pixel"
        )
    return (*row, 1)[:3]


def _window(kernel, stride, dilation):
    return whole(kernel, "kernel"), whole(stride, "stride"), whole(dilation, "dilation")


def image_size(
    x, layer, *, kernel, padding=0, stride=1, dilation=1, channels: int | None = None
) -> tuple[int, int]:
    """(H', W') of a layer's output, or ValueError for x that are no images (N, C, H, W)."""
    shape = f"(N, {channels or 'C'}, H, W)"
    if x.ndim != 4 or 0 in x.shape or x.shape[1] != (channels or x.shape[1]):
        raise ValueError(
            f"{layer._title()}.forward: expected images of shape {shape} with N ≥ 1, got "
            f"{x.shape}; {_mend(x, channels)}"
        )
    both = {"padding": padding, "stride": stride, "dilation": dilation}
    return tuple(output_size(n, k, **both) for n, k in zip(x.shape[2:], kernel, strict=True))


def _mend(x, channels):
    if x.ndim == 4 and x.shape[-1] == channels:
        return "channels come second: x.transpose(0, 3, 1, 2)"
    if x.ndim == 3:
        return "grey images need an axis for their one channel, x[:, None]; one image x[None]"
    if x.ndim == 2:
        return "rows of pixels become images again by x.reshape(len(x), channels, height, width)"
    if x.ndim == 4 and 0 not in x.shape:
        return f"build the layer with n_in={x.shape[1]}, or bring images with {channels} channels"
    return "look for a slice that selected nothing, and for an axis too many"
