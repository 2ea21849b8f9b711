"""Checks for the chapter "Keras and PyTorch, side by side"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, as_vector, called, check, near, number

parameters = number("keras_vs_pytorch", "numbers", "parameters")
running_variance = number("keras_vs_pytorch", "numbers", "running_variance")
first_step = number("keras_vs_pytorch", "numbers", "first_step")


def _expected(state):
    return [
        state["weight_ih_l0"].T,
        state["weight_hh_l0"].T,
        state["bias_ih_l0"] + state["bias_hh_l0"],
    ]


@check
def port(answer: Callable) -> str:
    """A function: dict of nn.RNN's arrays -> [kernel, recurrent_kernel, bias] of SimpleRNN."""
    rng, (D, H) = np.random.default_rng(5), (4, 3)
    shapes = {"weight_ih_l0": (H, D), "weight_hh_l0": (H, H)}
    shapes |= {"bias_ih_l0": (H,), "bias_hh_l0": (H,)}
    state = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    result = called(answer, state)
    if not isinstance(result, (list, tuple)) or len(result) != 3:
        raise AnswerError("Return a list of three arrays: SimpleRNN has three.")
    _same_arrays([np.asarray(array, dtype=float) for array in result], state)
    return "All three arrays, and the sum of the biases where Keras has one."


def _same_arrays(arrays, state):
    """Raise the AnswerError of the first array that is not Keras's."""
    kernel, recurrent, bias = _expected(state)
    names = ("kernel", "recurrent_kernel", "bias")
    for name, array, right in zip(names, arrays, (kernel, recurrent, bias), strict=True):
        if array.shape != right.shape:
            raise AnswerError(f"{name} has shape {array.shape} for 4 inputs and 3 units.")
    if not np.allclose(arrays[0], kernel):
        raise AnswerError("kernel has the right shape and the wrong numbers: transpose it.")
    if np.allclose(arrays[1], recurrent.T):
        raise AnswerError("recurrent_kernel is square: its shape does not show what is missing.")
    if not np.allclose(arrays[1], recurrent):
        raise AnswerError("recurrent_kernel holds other numbers than the state dict.")
    if any(np.allclose(arrays[2], state[f"bias_{part}_l0"]) for part in ("ih", "hh")):
        raise AnswerError("One of the two biases is lost.")
    if not np.allclose(arrays[2], bias):
        raise AnswerError("bias: both lists of PyTorch are added to the same sum.")


@check
def batch_norm(answer) -> str:
    """(momentum, eps) of nn.BatchNorm1d for BatchNormalization(momentum=0.9, epsilon=1e-3)."""
    momentum, eps = as_vector(answer, 2)
    if near(momentum, 0.9, 6):
        raise AnswerError("Keras's momentum weighs the old mean; which one does PyTorch's weigh?")
    if not near(momentum, 0.1, 6):
        raise AnswerError("The two momenta of the same rule have a simple sum.")
    if near(eps, 1e-5, 7):
        raise AnswerError("That is PyTorch's default for eps; asked is the one of this layer.")
    if not near(eps, 1e-3, 7):
        raise AnswerError("eps means the same in both: copy the number that is written there.")
    return "Copying both numbers as they stand would have kept almost nothing of the past."
