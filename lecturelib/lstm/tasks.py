"""Two tasks made of random numbers, on which memory can be measured."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import generator, whole

__all__ = ["adding_problem", "reversal"]


def adding_problem(T: int, N: int, rng):
    """The sum of the two marked numbers among T;  -> x (T, N, 2), y (N, 1), float32.

    Column 0 of x has numbers drawn evenly from 0 to 1, column 1 the marks: a 1 at a step of the
    first half and at one of the second, 0 elsewhere. Always answering 1 has the mean squared error
    1/6. ValueError for T < 2, N < 1 and no Generator. Source: Hochreiter and Schmidhuber (1997).
    """
    T, N, rng = whole(T, "T", least=2), whole(N, "N"), generator(rng)
    x, n = np.zeros((T, N, 2), np.float32), np.arange(N)
    x[..., 0] = rng.random((T, N))
    x[rng.integers(0, T // 2, N), n, 1] = 1
    x[rng.integers(T // 2, T, N), n, 1] = 1
    return x, (x[..., 0] * x[..., 1]).sum(axis=0)[:, None]


def reversal(T: int, N: int, symbols: int, rng):
    """T random symbols, to be written backwards;  -> numbers to read and to write, (T, N) each.

    ValueError for sizes below 1 and no Generator.
    """
    shape = whole(T, "T"), whole(N, "N")
    read = generator(rng).integers(whole(symbols, "symbols"), size=shape)
    return read, read[::-1].copy()
