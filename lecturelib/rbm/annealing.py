"""Annealed importance sampling: the partition function of a machine too large to count."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from lecturelib._validate import finite_array, generator, whole
from lecturelib.activations import sigmoid
from lecturelib.rbm.machine import RBM, draw

__all__ = ["LogPartition", "annealed_log_partition"]


class LogPartition(NamedTuple):
    """An estimate of log Z; ``low`` and ``high`` are three standard errors of Z to either side."""

    log_z: float
    low: float
    high: float


def annealed_log_partition(
    rbm: RBM, *, rng, betas=None, chains: int = 100, base=None
) -> LogPartition:
    """log Z by M chains that cool from a machine without weights, whose Z is known, to this one.

    At β the unnormalised probability is p_β(v) = e^{(1−β) base·v + β c·v} Π_j (1 + e^{β a_j}),
    a = v W + b. At each β a chain adds to log w by how much log p_β(v) is above that at the β
    before, and moves by a Gibbs step; Z = Z_0 · mean(w). ``betas`` rise from 0 to 1 (1000 even
    steps unless given), ``base`` (V,) are the first machine's biases: ``data_biases(X)`` is a good
    choice, 0 the default. The interval is that of the chains at hand: if all of them missed a part
    of the distribution, it is too narrow. Source: Neal (2001); Salakhutdinov and Murray (2008).
    """
    betas = _rising(np.linspace(0, 1, 1001) if betas is None else betas)
    base = np.zeros(rbm.n_visible) if base is None else finite_array(base, "base")
    if base.shape != (rbm.n_visible,):
        raise ValueError(
            f"base: expected one bias for each of the {rbm.n_visible} visible units, got shape "
            f"{base.shape}; pass data_biases(X)"
        )
    log_w = _weights(rbm, betas, base, whole(chains, "chains", least=2), generator(rng))
    log_z0 = np.logaddexp(0, base).sum() + rbm.n_hidden * np.log(2)
    top = log_w.max()
    w = np.exp(log_w - top)
    mean, error = w.mean(), w.std(ddof=1) / np.sqrt(len(w))
    with np.errstate(divide="ignore"):  # as far as 0 below: −∞
        ends = np.log(np.maximum(0, [mean, mean - 3 * error, mean + 3 * error]))
    return LogPartition(*(float(log_z0 + top + end) for end in ends))


def _weights(rbm, betas, base, chains, rng):
    """log w of every chain;  -> (M,)."""
    v = draw(np.broadcast_to(sigmoid(base), (chains, rbm.n_visible)), rng)
    log_w = np.zeros(chains)
    c = 0 if rbm.c is None else rbm.c
    for before, beta in pairwise(betas):
        a = rbm.into_hidden(v)
        log_w += (beta - before) * (v @ (c - base))
        log_w += (np.logaddexp(0, beta * a) - np.logaddexp(0, before * a)).sum(axis=1)
        h = draw(sigmoid.bare(beta * a), rng)
        v = draw(sigmoid.bare((1 - beta) * base + beta * rbm.into_visible(h)), rng)
    return log_w


def _rising(betas):
    betas = finite_array(betas, "betas")
    if betas.ndim != 1 or betas[0] != 0 or betas[-1] != 1 or (np.diff(betas) <= 0).any():
        raise ValueError(
            "betas: expected numbers that rise from 0 to 1, from the machine without weights to "
            f"this one, got {betas.ravel()[:3]} … {betas.ravel()[-1]}; pass np.linspace(0, 1, 1001)"
        )
    return betas
