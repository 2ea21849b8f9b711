"""One small computation for every loop, compared with Python's own numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable

import numpy as np

# 19 entries: every loop has whole vectors and a rest. Sums and products of these are exact.
NUMBERS = [1.0, -2.0, 0.5, 3.0, -0.25, 4.0, 0.0, -1.5, 2.5, 8.0, -3.5, 0.75, 6.0, -0.5, 1.25]
NUMBERS += [-4.0, 2.0, 0.125, -1.0]
POSITIVE = [abs(x) + 0.5 for x in NUMBERS]
EDGES = [math.nan, math.inf, -math.inf, *NUMBERS[3:]]
CLOSE = {np.float32: 1e-6, np.float64: 1e-14}  # relative: some units in the last place

ONE: dict[str, tuple[Callable[[float], float], list[float]]] = {
    "exp": (math.exp, NUMBERS),
    "tanh": (math.tanh, NUMBERS),
    "log": (math.log, POSITIVE),
    "sqrt": (math.sqrt, POSITIVE),
    "negative": (operator.neg, EDGES),
    "absolute": (abs, EDGES),
    "square": (lambda x: x * x, EDGES),
    "isfinite": (math.isfinite, EDGES),
    "isnan": (math.isnan, EDGES),
}
TWO: dict[str, Callable[[float, float], float]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "maximum": lambda x, y: x if x >= y or x != x else y,
    "minimum": lambda x, y: x if x <= y or x != x else y,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
}


def check() -> None:
    """Raises ArithmeticError for the first loop whose numbers are wrong."""
    for dtype in (np.float32, np.float64):
        for name, (function, numbers) in ONE.items():
            x = np.array(numbers, dtype)
            wanted = [function(float(number)) for number in x]
            _compare(name, dtype, getattr(np, name)(x), wanted)
            _compare(name, dtype, getattr(np, name)(x[::-2]), wanted[::-2])
        for name, function in TWO.items():
            _check_two(name, function, dtype)
        _check_products(dtype)


def _check_two(name: str, function: Callable[[float, float], float], dtype: type) -> None:
    ufunc, x, y = getattr(np, name), np.array(EDGES, dtype), np.array(POSITIVE, dtype)
    y[1] = math.nan
    pairs = list(zip(x.tolist(), y.tolist(), strict=True))
    wanted = [function(*pair) for pair in pairs]
    _compare(name, dtype, ufunc(x, y), wanted)
    _compare(name, dtype, ufunc(x[::-2], y[::-2]), wanted[::-2])
    z = np.array(POSITIVE, dtype)
    _compare(name, dtype, ufunc(z, dtype(2)), [function(a, 2.0) for a in POSITIVE])
    _compare(name, dtype, ufunc(dtype(2), z), [function(2.0, b) for b in POSITIVE])


def _check_products(dtype: type) -> None:
    """Of a matrix of 6 rows, so that tiles are whole and not; all sums are exact."""
    a = np.outer(NUMBERS[:6], NUMBERS).astype(dtype)
    b = np.array(NUMBERS, dtype)[:, None] - np.arange(11, dtype=dtype)
    rows, columns = a.tolist(), b.T.tolist()
    wanted = [sum(map(operator.mul, row, column)) for row in rows for column in columns]
    _compare("matmul", dtype, (a @ b).ravel(), wanted)
    _compare("matmul", dtype, (a @ np.asfortranarray(b)).ravel(), wanted)
    _compare("matmul", dtype, a[0] @ b, wanted[:11])
    _compare("vecdot", dtype, [np.vecdot(a[0], b[:, 0])], wanted[:1])
    _compare("dot", dtype, [np.dot(a[0], b[:, 0])], wanted[:1])
    total = math.fsum(NUMBERS)
    x = np.array(NUMBERS, dtype)
    _compare("add", dtype, [x.sum(), x.max(), x.min()], [total, max(NUMBERS), min(NUMBERS)])


def _compare(name: str, dtype: type, got: Iterable[float], wanted: list[float]) -> None:
    numbers = [*map(float, got)]
    if numbers == wanted:  # most are, and this is fast
        return
    for x, y in zip(numbers, wanted, strict=True):
        same = x == y or (x != x and y != y)
        if not same and not abs(x - y) <= CLOSE[dtype] * abs(y):
            raise ArithmeticError(f"np.{name} in {dtype.__name__} gives {x!r}, expected {y!r}")
