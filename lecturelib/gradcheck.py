"""Gradient checks: is the derivative in the code the derivative of the code?

The central difference (f(x + ε) − f(x − ε)) / 2ε needs nothing but f itself, so it can judge any
backward pass. It is slow, two calls of f an entry, and right to about ten digits in float64.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lecturelib._validate import below_one, finite_array, number, positive

# How far rounding moves the value of f, as a share of it: a few units in the last place.
_ROUNDING = 16 * np.finfo(np.float64).eps
# Below the smallest normal number floating point has too few digits left to compare.
_TINY = np.finfo(np.float64).tiny


class GradientError(AssertionError):
    """A gradient differs from the central difference; the message says where and by how much."""


def numerical_gradient(function: Callable, x, eps: float = 1e-6) -> np.ndarray:
    """∂f/∂x_i ≈ (f(x + ε e_i) − f(x − ε e_i)) / 2ε for every entry;  x any shape -> same shape.

    ``function`` takes an array like x and returns one number. It gets a fresh copy each time; x is
    never changed. The error is about ε² f‴/6 from the formula plus 1e-16 |f|/ε from rounding, and
    large where f has a kink within ε of x. ValueError unless x is a finite float64 array, ε > 0 is
    large enough to change x, and function returns one finite number in double precision.
    """
    return _differences(function, _float64(x, "x"), positive(eps, "eps"), _name(function))


def relative_error(expected, actual, floor: float = 0.0) -> np.ndarray:
    """|expected − actual| / max(|expected|, |actual|, floor), entry by entry;  same shapes.

    0 where both are 0, never above 2. ValueError unless the shapes are equal, all entries finite
    and floor ≥ 0.
    """
    expected, actual = finite_array(expected, "expected"), finite_array(actual, "actual")
    if expected.shape != actual.shape:
        raise ValueError(
            f"actual: expected the shape of expected, {expected.shape}, got {actual.shape}; "
            "compare entry by entry, nothing is broadcast"
        )
    if number(floor, "floor") < 0:
        raise ValueError(f"floor: expected a number of at least 0, got {floor}; leave it at 0")
    scale = np.maximum(np.maximum(np.abs(expected), np.abs(actual)), floor)
    return np.abs(expected - actual) / np.where(scale == 0, 1, scale)


def check_gradients(
    function: Callable[..., float],
    arguments: Mapping[str, Any],
    gradients: Mapping[str, Any],
    *,
    tolerance: float = 1e-6,
    eps: float = 1e-5,
) -> dict[str, float]:
    """Compare every given gradient with the central difference;  name -> largest relative error.

    ``function(**arguments)`` returns one number; ``gradients[name]`` is its gradient for
    ``arguments[name]``. Arguments without a gradient (labels, a Generator) are passed through. Each
    call gets its own deep copies: nothing is changed, and a Generator draws the same numbers again.
    What rounding alone explains passes: differences up to 4e-15/ε times |f| or the largest entry.

    GradientError for the first gradient whose worst entry is off by more than ``tolerance``;
    ValueError for unknown names, unequal shapes, a tolerance of 1 or more and all but float64.
    """
    # No relative error is above 2: a tolerance of 1 or more would call everything right.
    tolerance, eps = positive(below_one(tolerance, "tolerance"), "tolerance"), positive(eps, "eps")
    pairs = _pairs(arguments, gradients)
    label = _name(function)
    size = abs(_number(function(**copy.deepcopy(dict(arguments))), label))
    errors = {}
    for name, (x, actual) in pairs.items():
        expected = _differences(_along(function, arguments, name), x, eps, label)
        noise = _ROUNDING * max(size, np.abs(expected).max()) / eps
        error = relative_error(expected, actual, floor=max(noise / tolerance, _TINY))
        if error.max() > tolerance:
            raise GradientError(_report(label, name, expected, actual, error, tolerance))
        errors[name] = float(error.max())
    return errors


def _differences(function, x, eps, label):
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += eps
        below[index] -= eps
        # x ± ε is rounded, so the step that was really made is not exactly 2ε.
        step = above[index] - below[index]
        if step == 0:
            raise ValueError(
                f"eps: {eps} is too small to change the entry {x[index]} at index {index}; "
                "choose a larger eps or scale the argument"
            )
        gradient[index] = (_number(function(above), label) - _number(function(below), label)) / step
    return gradient


def _along(function, arguments, name):
    """``function`` as a function of one argument alone; the others come as fresh copies."""
    others = {other: value for other, value in arguments.items() if other != name}
    return lambda x: function(**{name: x}, **copy.deepcopy(others))


def _pairs(arguments, gradients):
    """The arguments to check as name -> (argument, gradient), both float64 and of equal shape."""
    if not gradients:
        raise ValueError("gradients: expected at least one, got none; pass e.g. {'W': dW}")
    unknown = sorted(set(gradients) - set(arguments))
    if unknown:
        raise ValueError(
            f"gradients: expected names among the arguments {sorted(arguments)}, got {unknown}; "
            "name a gradient like the argument it belongs to: {'W': dW}"
        )
    pairs = {}
    for name, gradient in gradients.items():
        x = _float64(arguments[name], f"arguments[{name!r}]")
        gradient = _float64(gradient, f"gradients[{name!r}]")
        if gradient.shape != x.shape:
            raise ValueError(
                f"gradients[{name!r}]: expected the shape of the argument, {x.shape}, got "
                f"{gradient.shape}; look for a missing sum over the batch or a missing transpose"
            )
        pairs[name] = x, gradient
    return pairs


def _float64(value, name):
    array = finite_array(value, name)
    if array.dtype != np.float64:
        raise ValueError(
            f"{name}: expected float64, got {array.dtype}, whose rounding hides the change that a "
            "small step makes; convert with .astype(np.float64) and check the same code there"
        )
    return array


def _number(value, label):
    """The value of the checked function as a float: one finite number, not rounded to float32."""
    value = np.asarray(value)
    if (
        value.shape != ()
        or value.dtype.kind not in "iuf"
        or value.dtype in (np.float32, np.float16)
    ):
        raise ValueError(
            f"{label}: expected one number in double precision, got dtype {value.dtype} with shape "
            f"{value.shape}; sum or average to one number and keep every array in float64"
        )
    if not np.isfinite(value):
        raise ValueError(
            f"{label}: expected a finite value, got {value}; stay well inside its domain"
        )
    return float(value)


def _name(function):
    if not hasattr(function, "__qualname__"):  # e.g. a functools.partial
        return repr(function)
    return function.__qualname__.rpartition("<locals>.")[2]


def _report(label, name, expected, actual, error, tolerance):
    worst = tuple(int(i) for i in np.unravel_index(error.argmax(), error.shape))
    return (
        f"{label}: the gradient of {name!r} is wrong, worst at index {worst}: expected "
        f"{expected[worst]:.10g} (central difference), got {actual[worst]:.10g}, relative error "
        f"{error[worst]:.2g} > {tolerance:g}; {np.sum(error > tolerance)} of {error.size} entries "
        "are off"
    )
