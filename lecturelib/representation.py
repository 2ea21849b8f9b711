"""What the layers of a network make of the data: their outputs, a linear probe, a projection.

A representation is useful for a task as far as something simple can solve the task from it. The
probe is that something simple: one linear layer, fitted in closed form, which leaves the network as
it is (Alain and Bengio, 2016, with least squares in the place of their softmax regression).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lecturelib._validate import finite_array, number, whole

__all__ = ["Components", "Probe", "layer_outputs", "linear_probe", "principal_components"]


def layer_outputs(model, X) -> list[np.ndarray]:
    """[X, h_1, …, h_M, z]: the batch, the output of each hidden layer, the logits of an FFNN.

    X (N, D) -> arrays (N, H_l). The network keeps what a backward still to come needs. ValueError
    for a batch that the network would refuse.
    """
    model.predict(X)  # its checks are the ones wanted here
    outputs = [np.asarray(X, dtype=model.dtype)]
    *hidden, last = model.layers
    for linear, f in zip(hidden[::2], hidden[1::2], strict=True):
        outputs.append(f.predict(linear.predict(outputs[-1])))
    return [*outputs, last.predict(outputs[-1])]


@dataclass(frozen=True)
class Probe:
    """z = V (h − μ)/σ + c with ``V`` (C, D), ``c`` (C,), ``mean`` μ and ``deviation`` σ (D,)."""

    V: np.ndarray
    c: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    def predict(self, H) -> np.ndarray:
        """The scores z, the largest one a row is the answer;  H (N, D) -> (N, C).

        ValueError for another width than the one that the probe was fitted to.
        """
        H = _rows(H, "H", width=len(self.mean))
        return (H - self.mean) / self.deviation @ self.V.T + self.c


def linear_probe(H, y, *, ridge: float = 1e-3) -> Probe:
    """min over V, c of 1/N Σ_n |V a_n + c − Y_n|² + ridge |V|²;  H (N, D), y (N,) -> Probe.

    a = (h − μ)/σ with the mean and deviation of H, Y one-hot with C = max(y) + 1 columns. In closed
    form, so without steps, rates and chance: V = Yᵀa (aᵀa + N · ridge · I)⁻¹ and c the mean of Y. A
    unit that says the same for every row gets σ = 1. ValueError unless H has one row for each
    label, labels are whole numbers from 0 with at least two different ones, and ridge > 0.
    """
    H, y = _rows(H, "H"), _labels(y, H)
    if number(ridge, "ridge") <= 0:
        raise ValueError(
            f"ridge: expected a number above 0, got {ridge}; units that never differ need a little"
        )
    mean, deviation = H.mean(axis=0), H.std(axis=0)
    # A constant unit's deviation is rounding error, and dividing by it would make noise of it.
    deviation[deviation <= 1e-12 * (1 + np.abs(mean))] = 1
    a, Y = (H - mean) / deviation, np.eye(y.max() + 1)[y]
    V = np.linalg.solve(a.T @ a / len(a) + ridge * np.eye(a.shape[1]), a.T @ Y / len(a)).T
    return Probe(V, Y.mean(axis=0), mean, deviation)


@dataclass(frozen=True)
class Components:
    """Orthonormal ``directions`` (k, D) through ``mean`` (D,), and their ``shares`` (k,).

    A share is the part of the variance of the data along that direction, largest first.
    """

    mean: np.ndarray
    directions: np.ndarray
    shares: np.ndarray

    def encode(self, X) -> np.ndarray:
        """(X − μ) Uᵀ, the coordinates along the directions;  X (N, D) -> (N, k)."""
        return (_rows(X, "X", width=len(self.mean)) - self.mean) @ self.directions.T

    def decode(self, code) -> np.ndarray:
        """code U + μ, the point of the plane with those coordinates;  code (N, k) -> (N, D)."""
        return _rows(code, "code", width=len(self.directions)) @ self.directions + self.mean


def principal_components(X, k: int) -> Components:
    """The first k right singular vectors of X − μ;  X (N, D) -> Components.

    Of all linear codes of k numbers this one has the smallest squared error of
    ``decode(encode(X))``. In each direction the entry of largest size is positive, because the
    decomposition leaves the sign open. ValueError unless 1 ≤ k ≤ min(N, D) and the rows differ.
    """
    X = _rows(X, "X")
    if whole(k, "k") > min(X.shape):
        raise ValueError(
            f"k: expected at most {min(X.shape)}, the smaller side of X {X.shape}, got {k}; "
            "ask for fewer components"
        )
    mean = X.mean(axis=0)
    _, sizes, directions = np.linalg.svd(X - mean, full_matrices=False)
    # Of equal rows the mean is off by rounding, and what that leaves has directions too.
    if sizes[0] <= 1e-12 * np.linalg.norm(X):
        raise ValueError(
            f"X: expected rows that differ, got {len(X)} equal ones; "
            "look for a column or a filter that was left out"
        )
    directions = directions[:k]
    largest = np.abs(directions).argmax(axis=1)[:, None]
    signs = np.sign(np.take_along_axis(directions, largest, axis=1))
    return Components(mean, signs * directions, sizes[:k] ** 2 / (sizes**2).sum())


def _rows(X, name, width=None):
    """``X`` as finite numbers (N, width), or ValueError."""
    X = finite_array(X, name)
    if X.ndim != 2 or width not in (None, X.shape[1]):
        raise ValueError(
            f"{name}: expected shape (N, {'D' if width is None else width}), one row an example, "
            f"got {X.shape}; lay pictures flat with {name}.reshape(len({name}), -1)"
        )
    return X


def _labels(y, H):
    """``y`` as whole numbers from 0, one for each row of H, or ValueError."""
    y = np.asarray(y)
    if y.shape != (len(H),) or y.dtype.kind not in "iu":
        raise ValueError(
            f"y: expected whole labels of shape ({len(H)},), one for each row of H, got dtype "
            f"{y.dtype} with shape {y.shape}; turn one-hot rows into labels with y.argmax(axis=1)"
        )
    if y.min() < 0 or y.min() == y.max():
        raise ValueError(
            f"y: expected labels from 0 with at least two different ones, got {y.min()} to "
            f"{y.max()}; number the classes from 0 and keep rows of several"
        )
    return y
