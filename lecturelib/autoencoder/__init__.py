"""Autoencoders: plain, tied, denoising, sparse, stacked and variational.

x (N, D) is a batch of images laid flat, z (N, K) are their codes, and the decoder's answer is again
(N, D). ``training.fit(model, loss, optimiser, X, X, …)`` trains them: the target is the input
itself, the clean one where the model corrupts it.
"""

from lecturelib.autoencoder.corruption import Corruption
from lecturelib.autoencoder.losses import SummedCrossEntropy, SummedSquaredError
from lecturelib.autoencoder.measures import decibels, nearest, neighbour_accuracy, roc_area
from lecturelib.autoencoder.network import Autoencoder, Transposed
from lecturelib.autoencoder.penalties import KLPenalty, L1Penalty
from lecturelib.autoencoder.sparse import hidden_features, recovered, unit_columns
from lecturelib.autoencoder.stacking import pairs, pretrain
from lecturelib.autoencoder.trained import trained
from lecturelib.autoencoder.variational import VAE, gaussian_kl, reparametrise

__all__ = [
    "VAE",
    "Autoencoder",
    "Corruption",
    "KLPenalty",
    "L1Penalty",
    "SummedCrossEntropy",
    "SummedSquaredError",
    "Transposed",
    "decibels",
    "gaussian_kl",
    "hidden_features",
    "nearest",
    "neighbour_accuracy",
    "pairs",
    "pretrain",
    "recovered",
    "reparametrise",
    "roc_area",
    "trained",
    "unit_columns",
]
