"""The checks of the chapter on backpropagation."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.activations import tanh_grad_from_output
from lecturelib.checks import backpropagation
from lecturelib.gradcheck import numerical_gradient


def tied(dx=lambda da, dh, W: da @ W, dW=lambda out, into, loose: out + into):
    """The backward pass of z = tanh(x Wᵀ) W in which one of the two results can be exchanged."""

    def backward(dz, x, W):
        h = np.tanh(x @ W.T)
        dh = dz @ W.T
        da = tanh_grad_from_output(h) * dh
        return dx(da, dh, W), dW(h.T @ dz, da.T @ x, dh.T @ x)

    return backward


def by_differences(dz, x, W):
    """Central differences of Σ dz · z, over x and over W."""

    def total(x, W):
        return float((dz * (np.tanh(x @ W.T) @ W)).sum())

    return numerical_gradient(lambda x: total(x, W), x), numerical_gradient(
        lambda W: total(x, W), W
    )


class TestBackpropagation(CheckContract):
    check = backpropagation
    NUMBERS = {
        "delta": [-0.193, 0.192, 0.288, -0.8, -0.096, 0.24],
        "gradient_v2": [-0.144, 0.144, -0.192, -0.2112, -0.096, -0.1152, -0.6, 0.75],
        "gradient_w22": [-0.43, 0.432, -0.108, -2.304, -0.144, -1.8, -0.081, -0.054],
        "slope_bound": [1 / 4096, 1 / 1024, 1 / 16384, 1.5, 1, 1 / 64],
    }
    CHOICES = {
        "weight": "The value that goes into the weight and the delta of its unit",
        "paths": "The three paths back are added",
        "cost": "Two.",
        "kept": ("the inputs", "the hidden", "the output"),
        "square": "A transposed",
        "growing": "zero_grad",
        "ratio": "The mean",
    }
    RIGHT = {
        "tied_backward": [tied(), by_differences, lambda *a: list(tied()(*a))],
        "tanh_backward": [
            lambda dh, h: dh * (1 - h * h),
            lambda dh, h: dh * tanh_grad_from_output(h),
        ],
    }
    WRONG = {
        "tied_backward": [
            (lambda dz, x, W: dz @ W.T, "Return 2 arrays"),
            (lambda *a: (*tied()(*a), 0), "Return 2 arrays"),
            (tied(dW=lambda out, into, loose: (out + into).T), "dW is transposed"),
            (tied(dW=lambda out, into, loose: out), "the use in z = h W only"),
            (tied(dW=lambda out, into, loose: into), r"the use in h = tanh\(x Wᵀ\) only"),
            (tied(dW=lambda out, into, loose: (out + into) / 2), "mean of the two uses"),
            (tied(dW=lambda out, into, loose: out + loose), "dW lacks the slope"),
            (tied(dW=lambda out, into, loose: (out + into) / 5), "dW is divided by the batch"),
            (tied(dW=lambda out, into, loose: out - into), "dW has the right shape"),
            (tied(dx=lambda da, dh, W: dh @ W), "dx lacks the slope"),
            (tied(dx=lambda da, dh, W: -da @ W), "dx has the wrong sign"),
            (tied(dx=lambda da, dh, W: da), r"dx of shape \(5, 4\) is asked for"),
            (tied(dx=lambda da, dh, W: da @ W.T), "raised ValueError"),
        ],
        "tanh_backward": [
            (lambda dh, h: 1 - h * h, "slope alone"),
            (lambda dh, h: dh * (1 - np.tanh(h) ** 2), "applied tanh once more"),
            (lambda dh, h: dh * h * (1 - h), "slope of the sigmoid"),
            (lambda dh, h: dh * (1 - h), "square is missing"),
            (lambda dh, h: dh * h, "multiplied by the output"),
            (lambda dh, h: (dh * h).sum(), r"not of shape \(\)"),
            (lambda dh, h: dh, "entry by entry"),
        ],
    }
