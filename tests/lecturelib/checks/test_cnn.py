"""The checks of the chapter on convolutional networks."""

import numpy as np
from contracts.checks import CheckContract
from numpy.lib.stride_tricks import sliding_window_view

from lecturelib.checks import cnn


def slid(X, K, stride):
    return (sliding_window_view(X, K.shape)[::stride, ::stride] * K).sum(axis=(2, 3))


def slid_by_loops(X, K, stride):
    Y = np.empty(slid(X, K, stride).shape)
    for r, s in np.ndindex(Y.shape):
        Y[r, s] = (K * X[r * stride : r * stride + 2, s * stride : s * stride + 2]).sum()
    return Y


def gradient(X, dY):
    windows = sliding_window_view(X, dY.shape[1:], axis=(1, 2))  # (N, kh, kw, H', W')
    return np.einsum("nijrs,nrs->ij", windows, dY)


def gradient_by_loops(X, dY):
    dK = np.zeros(np.subtract(X.shape[1:], dY.shape[1:]) + 1)
    for n, i, j in np.ndindex(len(X), *dK.shape):
        dK[i, j] += (dY[n] * X[n, i : i + dY.shape[1], j : j + dY.shape[2]]).sum()
    return dK


class TestCnn(CheckContract):
    check = cnn
    NUMBERS = {
        "output": [7, 3, 1, 11, -4],
        "kernel_gradient": [7, 3, 5, 0, 1.75],
        "image_gradient": [5, 7, 3, 2, 4],
        "side": [14, 13, 14.5, 12, 28],
        "parameters": [1216, 1200, 416, 1248, 256],
        "field": [10, 7, 36, 8, 14],
        "dense_kernels": [4608, 288, 432, 4640],
        "separable_kernels": [656, 144, 512, 4608, 800],
    }
    CHOICES = {
        "sharing": "It stays",
        "equivariant": "It moves one pixel to the right",
        "steps": ("The dense", "Max-pooling"),
        "residual": "dh, and",
    }
    RIGHT = {
        "strided": [slid, slid_by_loops],
        "kernel_grad": [gradient, gradient_by_loops],
    }
    WRONG = {
        "strided": [
            (lambda X, K, stride: slid(X, K[::-1, ::-1], stride), "turned by 180°"),
            (lambda X, K, stride: slid(X, K.T, stride), "transposed"),
            (lambda X, K, stride: slid(X, K, 1), "stride is ignored"),
            (lambda X, K, stride: slid(X, K, 1)[:3, :4], "moves on by one pixel"),
            (lambda X, K, stride: slid(X[1:, 1:], K, stride)[:3, :4], "does not begin"),
            (lambda X, K, stride: 2 * slid(X, K, stride), "which pixels lie under"),
        ],
        "kernel_grad": [
            (lambda X, dY: gradient(X[:1], dY[:1]), "Only the first example"),
            (lambda X, dY: gradient(X[-1:], dY[-1:]), "Only the last example"),
            (lambda X, dY: gradient(X, dY) / 3, "mean over the batch"),
            (lambda X, dY: gradient(X, dY)[::-1, ::-1], "opposite order"),
            (lambda X, dY: gradient(X, dY[:, ::-1, ::-1]), "against the image"),
            (lambda X, dY: gradient(X, dY) / 16, "mean over the places"),
            (lambda X, dY: -gradient(X, dY), "Nudge one entry"),
        ],
    }
