"""Restricted Boltzmann machines: energies, Gibbs sampling, learning, and how likely data are.

W is (V, H), a row for each *visible* unit, as in the literature on these machines and in the
chapter on history; b are the biases of the hidden units, c those of the visible ones. Gradients are
those of −log p, so that an optimiser that goes down makes the data likelier.
"""

from lecturelib.rbm.annealing import LogPartition, annealed_log_partition
from lecturelib.rbm.exact import (
    distribution,
    expected_contrast,
    joint,
    likelihood_gradient,
    log_likelihood,
    log_partition,
    states,
    transition,
)
from lecturelib.rbm.learning import contrastive_divergence, data_biases, reconstruction_error, train
from lecturelib.rbm.machine import RBM, draw

__all__ = [
    "RBM",
    "LogPartition",
    "annealed_log_partition",
    "contrastive_divergence",
    "data_biases",
    "distribution",
    "draw",
    "expected_contrast",
    "joint",
    "likelihood_gradient",
    "log_likelihood",
    "log_partition",
    "reconstruction_error",
    "states",
    "train",
    "transition",
]
