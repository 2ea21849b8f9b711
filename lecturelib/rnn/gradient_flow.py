"""How gradients fare on their way back through time: their size by lag, and the radius of W."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array
from lecturelib.activations import tanh_grad_from_output


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
        ds = (ds * tanh_grad_from_output.bare(s_t)) @ W  # (N, H) @ (H, H) -> (N, H)
        norms.append(np.linalg.norm(ds, axis=1))
    return np.array(norms)


@checked(W=_square)
def spectral_radius(W) -> float:
    """ρ(W) = max_i |λ_i| over the eigenvalues of W (H, H): how Wᵏ grows per step, for large k.

    Never above the largest singular value, which bounds one single step; equal to it for symmetric
    and orthogonal W. ValueError unless W is square and finite.
    """
    return float(np.abs(np.linalg.eigvals(W)).max())
