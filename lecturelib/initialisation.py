"""Where weights start: random matrices that keep signals and gradients of one size.

Weights are (out, in), those of a convolution (out, in, height, width). All are drawn in float64,
so that the same generator gives the same weights in float32, rounded.
"""

from __future__ import annotations

import math

import numpy as np

from lecturelib._validate import floating, generator, positive, whole

__all__ = ["he", "matrix_of_radius", "orthogonal", "xavier"]


def he(shape, *, rng, dtype=np.float64) -> np.ndarray:
    """Normal entries with mean 0 and variance 2 / in;  shape (out, in, …) -> an array of it.

    For ReLU and its kin, which let through half of the signal. In a convolution ``in`` counts all
    inputs of one output: channels · height · width. ValueError for fewer than two axes, sizes below
    1, a dtype but float32 and float64, and no Generator. Source: He, Zhang, Ren and Sun (2015).
    """
    shape = _shape(shape)
    return _normal(shape, 2 / math.prod(shape[1:]), rng, dtype)


def xavier(shape, *, rng, dtype=np.float64) -> np.ndarray:
    """Normal entries with mean 0 and variance 2 / (in + out);  shape (out, in, …) -> an array.

    For sigmoid, tanh and linear outputs: the compromise between forward, 1 / in, and backward,
    1 / out. ``in`` and errors as in ``he``; in a convolution ``out`` is channels · height · width
    too. Source: Glorot and Bengio (2010).
    """
    shape = _shape(shape)
    return _normal(shape, 2 / ((shape[0] + shape[1]) * math.prod(shape[2:])), rng, dtype)


def orthogonal(shape, *, rng, dtype=np.float64) -> np.ndarray:
    """Orthonormal rows or columns, whichever are fewer;  shape (out, in) -> a matrix.

    Drawn evenly from all of them. A square one only turns and mirrors: no vector grows or shrinks.
    ValueError for another number of axes, else as in ``he``. Source: Saxe, McClelland and Ganguli
    (2014).
    """
    n_out, n_in = _shape(shape, axes=2)
    dtype, A = floating(dtype), generator(rng).standard_normal((n_out, n_in))
    return (_orthonormal(A) if n_out >= n_in else _orthonormal(A.T).T).astype(dtype)


def matrix_of_radius(n: int, radius: float, *, rng, orthogonal: bool = True) -> np.ndarray:
    """A random (n, n) matrix with spectral radius ``radius``, float64.

    ``orthogonal``: an orthogonal matrix times radius, drawn evenly from all of them; every singular
    value is radius, so W stretches all directions alike. Else independent normal entries, scaled;
    its largest singular value is above radius, for large n about twice that. ValueError for n < 1,
    radius ≤ 0 and what is no Generator.
    """
    radius = positive(radius, "radius")
    A = generator(rng).standard_normal((whole(n, "n"), n))
    if orthogonal:
        return radius * _orthonormal(A)
    return A * (radius / np.abs(np.linalg.eigvals(A)).max())


def _shape(shape, axes: int | None = None) -> tuple[int, ...]:
    """``shape`` as whole numbers, two or more of them or exactly ``axes``, or ValueError."""
    found = tuple(np.atleast_1d(np.asarray(shape, dtype=object)))
    if len(found) != axes if axes else len(found) < 2:
        raise ValueError(
            f"shape: expected (out, in){'' if axes else ' or (out, in, height, width)'}, got "
            f"{shape!r}; a bias starts at 0, np.zeros(out)"
        )
    return tuple(whole(size, f"shape[{i}]") for i, size in enumerate(found))


def _normal(shape, variance, rng, dtype):
    dtype = floating(dtype)
    return (variance**0.5 * generator(rng).standard_normal(shape)).astype(dtype)


def _orthonormal(A):
    """Orthonormal columns that span those of A, which has no more columns than rows."""
    Q, R = np.linalg.qr(A)
    # QR alone prefers some signs; with those of R's diagonal all directions are equally likely.
    return Q * np.sign(np.diag(R))
