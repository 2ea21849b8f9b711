"""Checks for the chapter "Backpropagation"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.activations import tanh_grad_from_output
from lecturelib.checks import AnswerError, called, check, code, compare, number

delta = number("backpropagation", "by_hand", "delta")
gradient_v2 = number("backpropagation", "by_hand", "gradient_v2")
gradient_w22 = number("backpropagation", "by_hand", "gradient_w22")
slope_bound = number("backpropagation", "numbers", "slope_bound")


@check
def tied_backward(answer: Callable) -> str:
    """A function (dz, x, W) -> (dx, dW) for z = tanh(x Wᵀ) W."""
    rng = np.random.default_rng(4)
    dz, x, W = rng.normal(size=(5, 4)), rng.normal(size=(5, 4)), rng.normal(size=(3, 4))
    result = called(answer, dz, x, W)
    h = np.tanh(x @ W.T)
    dh = dz @ W.T
    da = dh * (1 - h**2)
    out, into = h.T @ dz, da.T @ x
    right = {"dx": (da @ W, dh @ W), "dW": (out + into, out + dh.T @ x)}
    if not isinstance(result, tuple | list) or len(result) != len(right):
        raise AnswerError(f"Return {len(right)} arrays: {', '.join(right)}.")
    for (name, (wanted, without_slope)), got in zip(right.items(), result, strict=True):
        mistakes = {
            f"{name} is transposed: a gradient has the shape of its thing.": wanted.T,
            f"{name} is divided by the batch size; the loss has done that already.": wanted / 5,
            f"{name} has the wrong sign; backward computes, it does not descend.": -wanted,
            f"{name} lacks the slope of tanh.": without_slope,
        }
        if name == "dW":
            mistakes |= {
                "dW has the use in z = h W only; W is used once more before it.": out,
                "dW has the use in h = tanh(x Wᵀ) only; W is used once more after it.": into,
                "dW is the mean of the two uses; paths are added.": wanted / 2,
            }
        compare(got, wanted, mistakes, f"{name} has the right shape and wrong numbers.", name)
    return "Both, with the shapes of x and W: two uses, two paths, one sum."


_dh, _h = np.tanh(np.random.default_rng(5).normal(size=(2, 4, 3)))


@code(
    (_dh, _h),
    otherwise="Multiply dh, entry by entry, by the slope of tanh written in h.",
    says="The upstream gradient times the local one.",
)
def tanh_backward(dh: np.ndarray, h: np.ndarray) -> tuple:
    """A function (dh, h) -> da for h = tanh(a)."""
    slope = tanh_grad_from_output(h)
    return dh * slope, {
        "That is the slope alone; dh has to be multiplied by it.": slope,
        "You applied tanh once more: h is its output already.": dh * (1 - np.tanh(h) ** 2),
        "That is the slope of the sigmoid.": dh * h * (1 - h),
        "A square is missing in the slope of tanh.": dh * (1 - h),
        "You multiplied by the output; asked for is the slope there.": dh * h,
    }
