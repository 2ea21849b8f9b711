"""The theory of the game for distributions over a few values: p is real, q is generated, (K,)."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array

__all__ = ["jensen_shannon", "kl", "optimal_discriminator", "value_of_game", "wasserstein"]


def _distributions(p, q):
    p, q = finite_array(p, "p"), finite_array(q, "q")
    for name, a in (("p", p), ("q", q)):
        if a.ndim != 1 or a.shape != p.shape or a.min() < 0 or abs(a.sum() - 1) > 1e-9:
            raise ValueError(
                f"{name}: expected {p.size} probabilities that add up to 1, got shape {a.shape} "
                f"from {a.min():g} with sum {a.sum():g}; divide the weights by their sum"
            )
    return p, q


def _times_log(p, x):
    """Σ p log x, where 0 log 0 counts as 0."""
    with np.errstate(divide="ignore"):
        return float(np.sum(p * np.log(np.where(p > 0, x, 1))))


def kl(p, q) -> float:
    """KL(p‖q) = Σ p log(p/q);  (K,), (K,) -> a number ≥ 0, ∞ where p has values that q lacks."""
    p, q = _distributions(p, q)
    return _times_log(p, p) - _times_log(p, q)


def optimal_discriminator(p, q) -> np.ndarray:
    """D*(x) = p(x) / (p(x) + q(x));  (K,), (K,) -> (K,). ½ where both are 0: no sample is there.

    Source: Goodfellow et al. (2014), proposition 1.
    """
    p, q = _distributions(p, q)
    return np.divide(p, p + q, out=np.full_like(p, 0.5), where=p + q > 0)


def value_of_game(p, q, D=None) -> float:
    """V = Σ p log D + Σ q log(1 − D);  D (K,), the optimal one if it is None.

    At D* it is 2 JS(p, q) − log 4, and −log 4 = −1.386 for p = q.
    """
    p, q = _distributions(p, q)
    D = optimal_discriminator(p, q) if D is None else finite_array(D, "D")
    return _times_log(p, D) + _times_log(q, 1 - D)


def jensen_shannon(p, q) -> float:
    """JS = ½ KL(p‖m) + ½ KL(q‖m), m = ½ (p + q): from 0 to log 2, where p and q share nothing."""
    p, q = _distributions(p, q)
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


def wasserstein(p, q, positions=None) -> float:
    """W₁ = Σ_k |P_k − Q_k| (x_{k+1} − x_k): how far mass has to be carried;  (K,), (K,) -> number.

    P and Q are the cumulative sums, ``positions`` (K,) the ascending places of the values, 0, 1, …
    if they are None. ValueError for places that do not ascend.
    """
    p, q = _distributions(p, q)
    x = np.arange(len(p)) if positions is None else finite_array(positions, "positions")
    if x.shape != p.shape or (np.diff(x) <= 0).any():
        raise ValueError(
            f"positions: expected {p.size} ascending numbers, got shape {x.shape}; sort them and "
            "the probabilities with them"
        )
    return float(np.abs(np.cumsum(p - q)[:-1]) @ np.diff(x))
