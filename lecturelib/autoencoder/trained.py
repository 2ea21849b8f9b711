"""The two networks whose planes the chapter and its figure show."""

from __future__ import annotations

import numpy as np

from lecturelib.autoencoder.network import Autoencoder
from lecturelib.autoencoder.variational import VAE
from lecturelib.data import latent_networks
from lecturelib.exchange.npz import fill

__all__ = ["trained"]

SIZES = [64, 64, 32, 2]


def trained() -> tuple[Autoencoder, VAE]:
    """64-64-32-2 with ReLU, plain and variational, as ``python -m experiments.autoencoder`` left
    them: trained on 1347 digits, the seed's 0 of its splits, 450 were not shown to them.
    """
    made = {"rng": np.random.default_rng(0), "dtype": np.float32}
    models = Autoencoder(SIZES, "relu", output="sigmoid", **made), VAE(SIZES, "relu", **made)
    for model, kind in zip(models, ("autoencoder", "vae"), strict=True):
        fill(model.parameters, latent_networks()[kind], f"latent.npz: {kind}")
    return models
