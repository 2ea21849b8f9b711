"""Linear regression with a penalty, solved exactly: ridge (L2) and lasso (L1).

Neither has a bias: subtract the mean of each column and of y first, or the bias is penalised too.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array, not_negative, positive, whole


def ridge(X, y, strength: float) -> np.ndarray:
    """argmin ½‖Xw − y‖² + ½λ‖w‖² = (XᵀX + λI)⁻¹ Xᵀy;  X (N, D), y (N,) or (N, K) -> (D,) or (D, K).

    With X = U diag(s) Vᵀ it is V diag(s / (s² + λ)) Uᵀ y: a direction in which the rows vary little
    (small s) is shrunk most. For λ = 0 it is the least-squares solution of smallest norm, where
    D > N too, and many fit equally well. ValueError for λ < 0, shapes that do not fit, NaN and
    infinity. Source: Hoerl and Kennard (1970).
    """
    X, y = _rows(X, y)
    strength = not_negative(strength, "strength")
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    # Singular values that are rounding alone would be inverted to huge weights.
    real = s > s[0] * max(X.shape) * np.finfo(s.dtype).eps
    gain = np.where(real, s / np.where(real, s * s + strength, 1), 0)
    return Vt.T @ (gain * (U.T @ y).T).T


def lasso(X, y, strength: float, *, tolerance: float = 1e-10, passes: int = 10_000) -> np.ndarray:
    """argmin ½‖Xw − y‖² + λ‖w‖₁, weight by weight;  X (N, D), y (N,) -> (D,).

    For one weight, with the others held, the minimum is w_j = S(x_jᵀ r_j, λ) / ‖x_j‖², r_j the
    residual without column j and S the ``soft_threshold``. Passes over all weights go on until none
    moves by more than ``tolerance`` times the largest. ValueError for λ < 0, shapes that do not
    fit, NaN and infinity, and where ``passes`` are not enough. Source: Tibshirani (1996); Friedman,
    Hastie, Höfling and Tibshirani (2007).
    """
    X, y = _rows(X, y, axes=1)
    strength, tolerance = not_negative(strength, "strength"), positive(tolerance, "tolerance")
    w, residual, squares = np.zeros(X.shape[1]), y.copy(), (X * X).sum(axis=0)
    for _ in range(whole(passes, "passes")):
        moved = 0.0
        for j in np.flatnonzero(squares):
            x = X[:, j]
            new = soft_threshold(x @ residual + squares[j] * w[j], strength) / squares[j]
            residual -= (new - w[j]) * x
            moved, w[j] = max(moved, abs(new - w[j])), new
        if moved <= tolerance * np.abs(w).max():
            return w
    raise ValueError(
        f"passes: expected to settle within {passes}, but a weight still moved by {moved:.1g}; "
        "allow more passes, or scale the columns alike"
    )


def soft_threshold(value, strength: float):
    """S(v, λ) = sign(v) max(|v| − λ, 0): towards 0 by λ, and not beyond;  any shape -> the same."""
    return np.sign(value) * np.maximum(np.abs(value) - strength, 0)


def _rows(X, y, axes=2):
    X, y = finite_array(X, "X"), finite_array(y, "y")
    if X.ndim != 2 or not 1 <= y.ndim <= axes or len(X) != len(y):
        shape = "(N,)" if axes == 1 else "(N,) or (N, K)"
        raise ValueError(
            f"X, y: expected shapes (N, D) and {shape}, got {X.shape} and {y.shape}; one row of X "
            "is one example and has one target"
        )
    return X, y
