"""How gradients fare on their way back through time: their size by lag, W's radius, clipping.

Public as part of ``lecturelib.rnn``, whose conventions hold here too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from lecturelib._arguments import generator, whole
from lecturelib._validate import checked, finite_array, positive
from lecturelib.activations import tanh_grad_from_output


def clip_gradients(gradients: Mapping[str, np.ndarray], max_norm: float) -> float:
    """Scale all gradients, as one vector g, down to ‖g‖ ≤ max_norm; returns ‖g‖ from before.

    g ← g · min(1, max_norm / ‖g‖): the direction stays. Changes the arrays in place, so that the
    optimiser, which holds the same arrays, sees it.
    ValueError for max_norm ≤ 0, for no gradients, and for NaN or infinity in them: there is no
    direction left to keep. Source: Pascanu, Mikolov and Bengio (2013).
    """
    max_norm = positive(max_norm, "max_norm")
    if not gradients:
        raise ValueError("gradients: expected at least one, got none; pass model.gradients")
    arrays = [_in_place(g, f"gradients[{name!r}]") for name, g in gradients.items()]
    norm = _norm(arrays)
    if norm > max_norm:
        for g in arrays:
            g *= max_norm / norm
    return norm


def _in_place(gradient, name):
    """``gradient`` itself: a list or an array of integers could not be scaled in place."""
    if finite_array(gradient, name) is not gradient:
        raise ValueError(
            f"{name}: expected a floating array, which is scaled in place, got "
            f"{gradient!r:.60}; pass model.gradients"
        )
    return gradient


def _norm(arrays):
    # Squares of exploded gradients overflow, so the largest entry is taken out first.
    largest = max(float(np.abs(g).max()) for g in arrays)
    if largest == 0:
        return 0.0
    return largest * math.sqrt(sum(float(((g / largest) ** 2).sum(dtype=float)) for g in arrays))


def _square(value, name):
    W = finite_array(value, name)
    if W.ndim != 2 or W.shape[0] != W.shape[1]:
        raise ValueError(
            f"{name}: expected a square matrix (H, H), got shape {W.shape}; pass the matrix from "
            "state to state, not U or V"
        )
    return W


def _states_of_network(W, s, ds):
    H = len(W)
    if s.ndim != 3 or s.shape[2] != H or ds.shape != s.shape[1:]:
        raise ValueError(
            f"s, ds: expected shapes (T + 1, N, {H}) and (N, {H}) for W {W.shape}, got {s.shape} "
            f"and {ds.shape}; pass s = model.states and ds = ∂L_T/∂s_T, e.g. dz[-1] @ V"
        )


@checked(_states_of_network, W=_square, s=finite_array, ds=finite_array)
def gradient_norms_by_lag(W, s, ds):
    """‖∂L_T/∂s_{T−k}‖ for the lags k = 0 … T, one column a sequence;  -> (T + 1, N).

    W (H, H); s (T + 1, N, H), the states s_0 … s_T; ds (N, H) = ∂L_T/∂s_T, where it starts. Each
    step back multiplies with the transpose of ∂s_t/∂s_{t−1} = diag(1 − s_t²) W: with all s = 0 and
    W orthogonal times r the norm is rᵏ ‖ds‖. Beyond the largest singular value of W it cannot grow
    in one step; whether it vanishes or explodes in the long run is up to the spectral radius and to
    how far tanh is saturated. ValueError for shapes that do not fit, NaN and infinity.
    """
    norms = [np.linalg.norm(ds, axis=1)]
    for s_t in s[:0:-1]:  # s_T first; s_0 has no step behind it
        ds = (ds * tanh_grad_from_output.__wrapped__(s_t)) @ W  # (N, H) @ (H, H) -> (N, H)
        norms.append(np.linalg.norm(ds, axis=1))
    return np.array(norms)


@checked(W=_square)
def spectral_radius(W) -> float:
    """ρ(W) = max_i |λ_i| over the eigenvalues of W (H, H): how Wᵏ grows per step, for large k.

    Never above the largest singular value, which bounds one single step; equal to it for symmetric
    and orthogonal W. ValueError unless W is square and finite.
    """
    return float(np.abs(np.linalg.eigvals(W)).max())


def matrix_of_radius(n: int, radius: float, *, rng, orthogonal: bool = True) -> np.ndarray:
    """A random (n, n) matrix with spectral radius ``radius``, float64.

    ``orthogonal``: an orthogonal matrix times radius, drawn evenly from all of them; every singular
    value is radius, so W stretches all directions alike. Else independent normal entries, scaled;
    its largest singular value is above radius, for large n about twice that. ValueError for n < 1,
    radius ≤ 0 and what is no Generator.
    """
    radius = positive(radius, "radius")
    A = generator(rng).standard_normal((whole(n, "n"), n))
    if not orthogonal:
        return A * (radius / spectral_radius(A))
    Q, R = np.linalg.qr(A)
    # QR alone prefers some signs; with those of R's diagonal all directions are equally likely.
    return radius * Q * np.sign(np.diag(R))
