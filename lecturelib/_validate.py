"""Checks at the public entrances: what came, what was expected, how to mend it.

A check is ``check(value, name) -> value``: it returns the argument in the form the formula wants or
raises ``ValueError``. ``checked`` puts checks in front of a formula f and leaves the formula alone
at ``f.bare``, for inner loops whose arrays were checked on the way in.
"""

from __future__ import annotations

import functools
import inspect
import math
import operator
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

Check = Callable[[Any, str], Any]


def checked(*relations: Callable[..., None], **checks: Check):
    """Decorator: run ``checks[name](value, name)`` on the named arguments, then every relation.

    A relation looks at several arguments together; it gets all of them by keyword and raises
    ValueError. The formula itself, without any check, stays reachable as ``function.bare``.
    """

    def decorate(formula):
        signature = inspect.signature(formula)

        @functools.wraps(formula)
        def entrance(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            values = bound.arguments
            for name, check in checks.items():
                values[name] = check(values[name], name)
            for relation in relations:
                relation(**values)
            return formula(**values)

        entrance.bare = formula
        return entrance

    return decorate


def finite_array(value, name: str) -> np.ndarray:
    """``value`` as a floating array of any shape, without a copy where it is one already.

    Integers and booleans become float64; float16, float32 and float64 stay. ValueError for anything
    that is not a real number, for an empty array, and for NaN or infinity.
    """
    array = _real_array(value, name)
    if array.size == 0:
        raise ValueError(
            f"{name}: expected at least one number, got an empty array of shape {array.shape}; "
            "look for a slice or a filter that selected nothing"
        )
    finite = np.isfinite(array)
    if not finite.all():
        raise ValueError(
            f"{name}: expected finite numbers, got {_first(array, ~finite)}; "
            "find what divided by zero or overflowed, or drop the missing values"
        )
    return array


def array_between(low: float, high: float, hint: str) -> Check:
    """A check: a finite array with every entry in [low, high]; ``hint`` says how to mend it."""

    def check(value, name):
        array = finite_array(value, name)
        outside = (array < low) | (array > high)
        if outside.any():
            raise ValueError(
                f"{name}: expected values from {low:g} to {high:g}, got {_first(array, outside)}; "
                f"{hint}"
            )
        return array

    return check


def last_axis_of(least: int, hint: str) -> Check:
    """A check: a finite array of shape (..., n), n ≥ ``least``; ``hint`` says how to mend it."""

    def check(value, name):
        array = finite_array(value, name)
        if array.ndim == 0 or array.shape[-1] < least:
            raise ValueError(
                f"{name}: expected shape (..., n) with n ≥ {least}, got {array.shape}; {hint}"
            )
        return array

    return check


def labels(value, name: str) -> np.ndarray:
    """``value`` as integer labels (N,), or ValueError."""
    y = np.asarray(value)
    if y.dtype.kind not in "iu" or y.ndim != 1:
        raise ValueError(
            f"{name}: expected integer labels of shape (N,), got dtype {y.dtype} with shape "
            f"{y.shape}; turn one-hot rows into labels with y.argmax(axis=1), 3.0 into 3 with "
            "y.astype(int)"
        )
    return y


def labels_below(z, y) -> None:
    """ValueError unless y (N,) has one label from 0 to C − 1 for each row of z (N, C)."""
    if len(y) != len(z):
        raise ValueError(
            f"z, y: expected one label for each of the {len(z)} rows of z, got {len(y)}; "
            "look for rows dropped from one of the two only"
        )
    wrong = (y < 0) | (y >= z.shape[1])
    if wrong.any():
        n = int(wrong.argmax())
        raise ValueError(
            f"y: expected labels from 0 to {z.shape[1] - 1}, one a column of z {z.shape}, got "
            f"{y[n]} at index ({n},); number the classes from 0 or widen the last layer"
        )


def number(value, name: str) -> float:
    """``value`` as a Python float, which never widens a float32 array; ValueError if not finite."""
    if not isinstance(value, Real) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(
            f"{name}: expected one finite real number, got {value!r} ({type(value).__name__}); "
            "pass a plain number such as 0.1"
        )
    return float(value)


def positive(value, name: str) -> float:
    """``value`` as a Python float above 0, or ValueError."""
    value = number(value, name)
    if value <= 0:
        raise ValueError(f"{name}: expected a number above 0, got {value}; choose a positive one")
    return value


def not_negative(value, name: str) -> float:
    """``value`` as a Python float of at least 0, or ValueError: the strength of a penalty."""
    value = number(value, name)
    if value < 0:
        raise ValueError(
            f"{name}: expected a number of at least 0, got {value}; a negative one would reward "
            "large weights, 0 switches it off"
        )
    return value


def below_one(value, name: str) -> float:
    """``value`` as a Python float in [0, 1), or ValueError."""
    value = number(value, name)
    if not 0 <= value < 1:
        raise ValueError(
            f"{name}: expected a number in [0, 1), got {value}; choose one such as 0.1"
        )
    return value


def whole(value, name: str, least: int = 1) -> int:
    """``value`` as a Python int of at least ``least``, or ValueError; 3.0 and True are refused."""
    try:
        count = None if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        count = None
    if count is None or count < least:
        raise ValueError(
            f"{name}: expected a whole number of at least {least}, got {value!r} "
            f"({type(value).__name__}); pass one such as {max(least, 32)}"
        )
    return count


def generator(rng) -> np.random.Generator:
    """``rng`` if it is a NumPy Generator, or ValueError."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"rng: expected a NumPy Generator, got {type(rng).__name__}; "
            "pass np.random.default_rng(0) or another seed"
        )
    return rng


def floating(dtype) -> np.dtype:
    """``dtype`` as np.dtype, float32 or float64, or ValueError."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if found not in (np.float32, np.float64):
        raise ValueError(
            f"dtype: expected float32 or float64, got {dtype!r}; pass np.float64 unless speed "
            "matters more than the last digits"
        )
    return found


def _real_array(value, name):
    """NumPy's reading of ``value`` if it holds real numbers; integers and booleans to float64."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            f"{name}: expected an array of numbers, got a {type(value).__name__} that NumPy cannot "
            f"read ({error}); make all rows equally long and all entries numbers"
        ) from error
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        raise ValueError(
            f"{name}: expected real numbers, got dtype {array.dtype} with shape {array.shape}; "
            "convert the entries first, e.g. np.asarray(values, dtype=float)"
        )
    return array


def _first(array, wrong):
    """'nan at index (0, 2) of shape (2, 3)': the first entry where ``wrong`` is true."""
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"{array[index]} at index {index} of shape {array.shape}"
