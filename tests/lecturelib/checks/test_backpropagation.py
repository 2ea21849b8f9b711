"""The checks of the chapter on backpropagation."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.activations import tanh_grad_from_output
from lecturelib.checks import backpropagation


def layer(dx=lambda da, x, W: da @ W, dW=lambda da, x: da.T @ x, db=lambda da: da.sum(axis=0)):
    """A backward pass of a linear layer in which one of the three can be exchanged."""
    return lambda da, x, W: (dx(da, x, W), dW(da, x), db(da))


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
        "paths": "The three ways back are added",
        "cost": "Two.",
        "kept": ("the inputs", "the hidden", "the output"),
        "square": "A transposed",
        "growing": "zero_grad",
        "ratio": "The mean",
    }
    RIGHT = {
        "linear_backward": [
            layer(),
            lambda da, x, W: [da @ W, (x.T @ da).T, np.ones(len(da)) @ da],
        ],
        "tanh_backward": [
            lambda dh, h: dh * (1 - h * h),
            lambda dh, h: dh * tanh_grad_from_output(h),
        ],
    }
    WRONG = {
        "linear_backward": [
            (lambda da, x, W: da @ W, "Return 3 arrays"),
            (lambda da, x, W: (da @ W, da.T @ x), "Return 3 arrays"),
            (layer(dW=lambda da, x: x.T @ da), "dW is transposed"),
            (layer(db=lambda da: da), "a row for each example"),
            (layer(db=lambda da: da.mean(axis=0)), "db is divided by the batch size"),
            (layer(dW=lambda da, x: da.T @ x / 5), "dW is divided by the batch size"),
            (layer(db=lambda da: da.sum()), r"db of shape \(3,\) is asked for, not of shape \(\)"),
            (layer(dx=lambda da, x, W: -da @ W), "dx has the wrong sign"),
            (layer(dx=lambda da, x, W: x), "dx has the right shape and wrong numbers"),
            (layer(dx=lambda da, x, W: da @ W.T), "raised ValueError"),
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
