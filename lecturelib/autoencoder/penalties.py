"""Penalties on a code: a value, and a gradient that ``Autoencoder.backward`` adds at the code."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array, not_negative, number


class L1Penalty:
    """λ/N Σ_n Σ_j |z_nj|: summed over the units, mean over the rows;  z (N, K).

    ``strength`` is λ. ValueError for λ < 0. Where z = 0 the slope 0 is taken.
    """

    def __init__(self, strength: float) -> None:
        self.strength = not_negative(strength, "strength")

    def suits(self, code: str) -> None:
        """Any code will do."""

    def value(self, z) -> float:
        """λ/N Σ |z|;  z (N, K) -> one number. ValueError for NaN, infinity and no rows."""
        z = finite_array(z, "z")
        return self.strength * float(np.abs(z).sum()) / len(z)

    def gradient(self, z):
        """λ sign(z) / N;  (N, K) -> (N, K)."""
        return self.strength / len(z) * np.sign(z)


class KLPenalty:
    """λ Σ_j [ρ ln(ρ/r_j) + (1 − ρ) ln((1 − ρ)/(1 − r_j))], r_j = 1/N Σ_n z_nj;  z (N, K).

    Each sigmoid unit is to be on for a share ρ, ``target``, of the examples: the divergence of
    that coin from the unit's mean r_j over the batch, summed over the units. ``strength`` is λ.
    ValueError for λ < 0, ρ outside (0, 1), and a code that is no sigmoid. Source: Ng, CS294A
    lecture notes (2011).
    """

    def __init__(self, strength: float, target: float = 0.05) -> None:
        self.strength, self.target = not_negative(strength, "strength"), number(target, "target")
        if not 0 < self.target < 1:
            raise ValueError(
                f"target: expected a share in (0, 1), got {self.target}; try 0.05, on for one "
                "example in twenty"
            )

    def suits(self, code: str) -> None:
        """ValueError unless the code is a sigmoid, whose mean is a share."""
        if code != "sigmoid":
            raise ValueError(
                f"penalty: expected code='sigmoid' with a KLPenalty, got {code!r}; its means must "
                "be shares from 0 to 1, take L1Penalty for other codes"
            )

    def value(self, z) -> float:
        """λ Σ_j KL(ρ ‖ r_j);  z (N, K) in [0, 1] -> one number. ValueError for other values."""
        z = finite_array(z, "z")
        if z.min() < 0 or z.max() > 1:
            raise ValueError(
                f"z: expected outputs of sigmoids, from 0 to 1, got {z.min():g} to {z.max():g}; "
                "build the model with code='sigmoid'"
            )
        p, r = self.target, _inside(z.mean(axis=0))
        terms = p * np.log(p / r) + (1 - p) * np.log((1 - p) / (1 - r))
        return self.strength * float(terms.sum())

    def gradient(self, z):
        """λ/N [(1 − ρ)/(1 − r_j) − ρ/r_j] in every row;  (N, K) -> (N, K)."""
        p, r = self.target, _inside(z.mean(axis=0))
        slope = self.strength / len(z) * ((1 - p) / (1 - r) - p / r)
        return np.broadcast_to(slope, z.shape)


def _inside(r):
    # A unit that is 0 or 1 for a whole batch would divide by zero.
    return np.clip(r, 1e-6, 1 - 1e-6)
