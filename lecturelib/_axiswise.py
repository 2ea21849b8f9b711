"""Activations that look along a whole axis: maxout and softmax, with their derivatives.

Public as part of ``lecturelib.activations``, whose conventions hold here too.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import array_between, checked, finite_array, last_axis_of

_PIECES = last_axis_of(2, "stack the linear pieces w_k·x + b_k, two or more, on the last axis")
_CLASSES = last_axis_of(1, "put the classes on the last axis")


def _axis_of_z(z, axis):
    if not isinstance(axis, (int, np.integer)) or not -z.ndim <= axis < z.ndim:
        raise ValueError(
            f"axis: expected an integer from {-z.ndim} to {z.ndim - 1}, got {axis!r} for z of "
            f"shape {z.shape}; classes usually lie on the last axis, −1"
        )


def _probabilities(dp, p):
    if dp.shape != p.shape:
        raise ValueError(
            f"dp: expected the shape of p, {p.shape}, got {dp.shape}; dp is the gradient of "
            "the loss with respect to every entry of p"
        )
    # Wide enough for probabilities copied from paper, narrow enough to notice logits.
    if (abs(p.sum(axis=-1) - 1) > 0.05).any():
        raise ValueError(
            "p: expected probabilities that sum to 1 over the last axis, got sums from "
            f"{p.sum(axis=-1).min():g} to {p.sum(axis=-1).max():g}; pass p = softmax(z), not z"
        )


@checked(a=_PIECES)
def maxout(a):
    """f(a) = max_k a_k over K ≥ 2 linear pieces a_k = w_kᵀx + b_k;  (..., K) -> (...).

    In (−∞, ∞); the caller computes the pieces. Source: the slide; Goodfellow et al. (2013).
    """
    return a.max(axis=-1)


@checked(a=_PIECES)
def maxout_grad(a):
    """∂f/∂a_k = 1 for the largest piece, the first of equal ones, else 0;  (..., K) -> (..., K)."""
    winner = a.argmax(axis=-1, keepdims=True)
    return np.asarray(np.arange(a.shape[-1]) == winner, dtype=a.dtype)


@checked(_axis_of_z, z=finite_array)
def softmax(z, axis=-1):
    """p_i = e^{z_i} / Σ_j e^{z_j} along ``axis``, in (0, 1], sums to 1.

    ∂p_i/∂z_j = p_i (1[i = j] − p_j). Source: the slide "RNN example"; Bridle (1990).
    """
    # Shifting z leaves softmax unchanged and keeps exp from overflowing.
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@checked(z=_CLASSES)
def softmax_grad(z):
    """J = diag(p) − p pᵀ with p = softmax(z) over the last axis;  (..., C) -> (..., C, C)."""
    p = softmax.__wrapped__(z)
    J = -p[..., :, None] * p[..., None, :]  # (..., C, 1) * (..., 1, C) -> (..., C, C)
    i = np.arange(p.shape[-1])
    # p_i (1 − p_i) = Σ_{j≠i} p_i p_j; the sum keeps its digits where p_i is close to 1.
    J[..., i, i] = 0
    J[..., i, i] = -J.sum(axis=-1)
    return J


@checked(_probabilities, dp=_CLASSES, p=array_between(0, 1, "pass p = softmax(z), not z"))
def softmax_backward(dp, p):
    """∂L/∂z = p (dp − Σ_j dp_j p_j) with dp = ∂L/∂p and p = softmax(z);  (..., C) -> (..., C).

    Over the last axis. The same as softmax_grad(z) @ dp, without building the (C, C) matrix.
    """
    return p * (dp - (dp * p).sum(axis=-1, keepdims=True))
