"""Small machines exactly: every state counted, no sampling."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import whole
from lecturelib.rbm.machine import RBM, binary, shares

__all__ = [
    "distribution",
    "expected_contrast",
    "joint",
    "likelihood_gradient",
    "log_likelihood",
    "log_partition",
    "states",
    "transition",
]

MOST = 20  # units of a layer whose 2^n states are still listed


def states(n: int) -> np.ndarray:
    """All 2^n states of n units, 00…0 first, the last unit changing fastest;  -> (2^n, n).

    ValueError for more than 20 units: a million rows.
    """
    if whole(n, "n") > MOST:
        raise ValueError(
            f"n: expected at most {MOST} units to list all their states, got {n}; estimate the "
            "partition function by annealed_log_partition"
        )
    return (np.arange(2**n)[:, None] >> np.arange(n)[::-1] & 1).astype(np.float64)


def log_partition(rbm: RBM) -> float:
    """log Z = log Σ_{v, h} e^{−E(v, h)}, over the states of the smaller layer.

    ValueError if both layers have more than 20 units.
    """
    if rbm.n_visible <= rbm.n_hidden:
        return _log_sum(-rbm._free(states(rbm.n_visible)))
    h = states(rbm.n_hidden)
    terms = np.logaddexp(0, rbm.into_visible(h)).sum(axis=1)
    return _log_sum(terms if rbm.b is None else terms + h @ rbm.b)


def joint(rbm: RBM) -> np.ndarray:
    """p(v, h) of every state;  -> (2^V, 2^H), rows and columns in the order of ``states``."""
    v, h = states(rbm.n_visible), states(rbm.n_hidden)
    minus_energy = v @ rbm.W @ h.T
    if rbm.b is not None:
        minus_energy += (v @ rbm.c)[:, None] + h @ rbm.b
    return np.exp(minus_energy - _log_sum(minus_energy.ravel()))


def distribution(rbm: RBM) -> np.ndarray:
    """p(v) = e^{−F(v)} / Z of every visible state;  -> (2^V,), in the order of ``states``."""
    return np.exp(-rbm._free(states(rbm.n_visible)) - log_partition(rbm))


def log_likelihood(rbm: RBM, v, log_z: float | None = None) -> np.ndarray:
    """log p(v) = −F(v) − log Z;  v (N, V) -> (N,). ``log_z`` may be an estimate.

    ValueError unless v is 0 or 1, and without log_z for machines that are too large to count.
    """
    return -rbm.free_energy(v) - (log_partition(rbm) if log_z is None else log_z)


def likelihood_gradient(rbm: RBM, v) -> dict[str, np.ndarray]:
    """∂/∂θ of the mean log p(v): what the data say minus what the model says;  v (N, V) -> W, b, c.

    ∂ log p(v)/∂W = v p(h|v)ᵀ − Σ_{v′} p(v′) v′ p(h|v′)ᵀ. Upwards: the direction in which the data
    become likelier.
    """
    every, v = states(rbm.n_visible), binary(v, "v")
    return _difference(rbm, (v, np.full(len(v), 1 / len(v))), (every, distribution(rbm)))


def transition(rbm: RBM) -> np.ndarray:
    """T[i, j] = p(next v = j | v = i) of one Gibbs step, Σ_h p(v′|h) p(h|v);  -> (2^V, 2^V)."""
    v, h = states(rbm.n_visible), states(rbm.n_hidden)
    down = _product_of(rbm.visible(h), v)  # (2^H, 2^V)
    return _product_of(rbm.hidden(v), h) @ down


def expected_contrast(rbm: RBM, v, k: int) -> dict[str, np.ndarray]:
    """What CD-k computes on average: the model's part taken k Gibbs steps from the data;  v (N, V).

    With growing k it becomes ``likelihood_gradient``.
    """
    every, v = states(rbm.n_visible), binary(v, "v")
    start = (every[:, None] == v).all(axis=2).mean(axis=1)  # the data's own distribution
    after = start @ np.linalg.matrix_power(transition(rbm), whole(k, "k"))
    return _difference(rbm, (every, start), (every, after))


def _difference(rbm, data, model):
    """Weighted means of v p(h|v)ᵀ, p(h|v) and v over the data minus those over the model."""
    (v, p), (w, q) = data, model
    h, g = (rbm.hidden(shares(rows, "v")) for rows in (v, w))
    parts = {"W": (v.T * p) @ h - (w.T * q) @ g}
    if rbm.b is not None:
        parts |= {"b": p @ h - q @ g, "c": p @ v - q @ w}
    return parts


def _product_of(p, rows):
    """Π_i of p_i or 1 − p_i for every row of zeros and ones;  p (M, n), rows (K, n) -> (M, K)."""
    with np.errstate(divide="ignore"):  # a probability of 0 has the logarithm −∞, and is 0 again
        yes, no = np.log(p), np.log1p(-p)
    yes, no = (np.nan_to_num(part, neginf=-1e4) for part in (yes, no))
    return np.exp(yes @ rows.T + no @ (1 - rows.T))


def _log_sum(terms):
    """log Σ e^{terms}, without overflow."""
    top = terms.max()
    return float(top + np.log(np.exp(terms - top).sum()))
