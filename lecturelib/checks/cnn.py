"""Checks for the chapter "Convolutional networks"."""

from __future__ import annotations

import numpy as np

from lecturelib.checks import code, number

output = number("cnn", "by_hand", "output")
kernel_gradient = number("cnn", "by_hand", "kernel_gradient")
image_gradient = number("cnn", "by_hand", "image_gradient")
side = number("cnn", "sizes", "side")
parameters = number("cnn", "sizes", "parameters")
field = number("cnn", "sizes", "field")
dense_kernels = number("cnn", "sizes", "dense_kernels")
separable_kernels = number("cnn", "sizes", "separable_kernels")

_rng = np.random.default_rng(0)


def _slid(X, K, stride, *, offset=0):
    """Σ_ij K_ij X[r·stride + i, s·stride + j] for every place (r, s)."""
    kh, kw = K.shape
    rows, columns = (X.shape[0] - kh) // stride + 1, (X.shape[1] - kw) // stride + 1
    Y = np.zeros((rows, columns))
    for r, s in np.ndindex(rows, columns):
        top, left = min(r * stride + offset, len(X) - kh), min(s * stride + offset, len(X[0]) - kw)
        Y[r, s] = (K * X[top : top + kh, left : left + kw]).sum()
    return Y


@code(
    (_rng.normal(size=(7, 9)), _rng.normal(size=(2, 2)), 2),
    otherwise="Take one output: which pixels lie under the kernel there?",
    says="A layer of one channel, without its bias.",
)
def strided(X: np.ndarray, K: np.ndarray, stride: int) -> tuple:
    """A function (X, K, stride): the cross-correlation, without padding."""
    right = _slid(X, K, stride)
    return right, {
        "The kernel is turned by 180°: layers do not turn it.": _slid(X, K[::-1, ::-1], stride),
        "The kernel is transposed.": _slid(X, K.T, stride),
        "The stride is ignored: these are all places, one pixel apart.": _slid(X, K, 1),
        "The window moves on by one pixel, not by the stride.": _slid(X, K, 1)[
            : len(right), : len(right[0])
        ],
        "The first window does not begin at the first pixel.": _slid(X, K, stride, offset=1),
    }


def _correlated(X, dY):
    """Σ_n,r,s dY[n, r, s] X[n, r + i, s + j];  (N, H, W), (N, H', W') -> (kh, kw)."""
    kh, kw = X.shape[1] - dY.shape[1] + 1, X.shape[2] - dY.shape[2] + 1
    dK = np.zeros((kh, kw))
    for i, j in np.ndindex(kh, kw):
        dK[i, j] = (dY * X[:, i : i + dY.shape[1], j : j + dY.shape[2]]).sum()
    return dK


@code(
    (_rng.normal(size=(3, 5, 6)), _rng.normal(size=(3, 4, 4))),
    otherwise="Nudge one entry of the kernel: each output moves by the pixel that lay under it.",
    says="The sum over all places and all examples.",
)
def kernel_grad(X: np.ndarray, dY: np.ndarray) -> tuple:
    """A function (X, dY): the gradient of the kernel, for a batch."""
    right = _correlated(X, dY)
    return right, {
        "Only the first example is in it: sum over the batch too.": _correlated(X[:1], dY[:1]),
        "Only the last example is in it: add up instead of overwriting.": _correlated(
            X[-1:], dY[-1:]
        ),
        "That is the mean over the batch; the loss holds that factor already.": right / 3,
        "The entries come in the opposite order: the kernel is not turned here.": right[::-1, ::-1],
        "dY is turned by 180° against the image.": _correlated(X, dY[:, ::-1, ::-1]),
        "That is the mean over the places; each place adds its whole share.": right / 16,
    }
