"""The checks of the chapter on stacked autoencoders."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.autoencoder import VAE, Autoencoder, SummedSquaredError
from lecturelib.checks import stacked_autoencoder


def tied(W, x):
    """By the library: half of the summed squared error."""
    model = Autoencoder(W.shape[::-1], tied=True, rng=np.random.default_rng(0))
    model.encoder.layers[0].W = W
    loss = SummedSquaredError()
    loss.forward(model.forward(x), x)
    model.backward(loss.backward() / 2)
    return model.encoder.layers[0].dW


def tied_by_differences(W, x):
    def loss(W):
        return 0.5 * np.square(x @ W.T @ W - x).sum() / len(x)

    found = np.zeros_like(W)
    for place in np.ndindex(W.shape):
        step = np.zeros_like(W)
        step[place] = 1e-6
        found[place] = (loss(W + step) - loss(W - step)) / 2e-6
    return found


def encoders_half(W, x):
    return ((x @ W.T @ W - x) @ W.T).T @ x / len(x)


def drawn(dz, mu, s, eps, beta):
    """By the library: what reaches the heads of a VAE whose decoder gives back dz."""
    model = VAE([3, 3, 3], rng=np.random.default_rng(0), beta=beta)
    seen = []
    for name in ("mean", "log_variance"):
        getattr(model, name).backward = lambda dh: seen.append(dh) or dh
    model.decoder.backward = lambda dh: dz
    model.encoder.backward = lambda dh, **_: dh
    model.forward(np.ones((4, 3)))
    model._keep((mu, np.exp(s / 2), eps), np.ones((4, 3)))
    model.backward(np.ones((4, 3)))
    return np.array(seen)


def without_noise(dz, mu, s, eps, beta):
    return drawn(dz, mu, s, 0 * eps, beta)


class TestStackedAutoencoder(CheckContract):
    check = stacked_autoencoder
    NUMBERS = {
        "next_loss": [0.58, 9.32, 0.605, 1, 1.16, -1.8],
        "too_far": [2.18, 0.02, 2, 4.36, 1.16],
        "pca_code": [2.8284, 4, 1.414, 2, 8, 3.162],
        "parameters": [10480, 10240, 5216, 10432],
        "tied_parameters": [5360, 5216, 5240, 5120],
        "kl_mean": [0.5, 1, 0, 1.5],
        "kl_spread": [0.807, 0.153, 1.614, 2.193, 1.153, 1.199],
        "draw": [0, -1, 0.5, 2, -1.5],
    }
    CHOICES = {
        "target": "With x, the image",
        "copying": "Reconstructions without",
        "plane": ("The mean squared", "The reconstruction of"),
        "holes": "Nothing:",
    }
    RIGHT = {
        "tied_gradient": [tied, tied_by_differences],
        "through_the_draw": [drawn],
    }
    WRONG = {
        "tied_gradient": [
            (encoders_half, "decoder's half is missing"),
            (lambda W, x: tied(W, x) - encoders_half(W, x), "encoder's half is missing"),
            (lambda W, x: tied(W, x) / 2, "mean of both halves"),
            (lambda W, x: len(x) * tied(W, x), "not divided by N"),
            (lambda W, x: 2 * tied(W, x), "factor ½"),
            (lambda W, x: -tied(W, x), "opposite sign"),
            (lambda W, x: 3 * tied(W, x), "W is used twice"),
        ],
        "through_the_draw": [
            (without_noise, "Nothing comes back"),
            (lambda dz, mu, s, eps, b: drawn(dz, mu, s, eps, 0), "divergence's slope is missing"),
            (lambda dz, mu, s, eps, b: drawn(dz, mu, s, eps, b / 3), "averaged over the units"),
            (lambda dz, mu, s, eps, b: drawn(dz, mu, s, eps, 4 * b), "summed over the batch"),
            (lambda *a: 2 * drawn(*a) - without_noise(*a), "factor ½"),
            (lambda *a: drawn(*a)[::-1], "The order is"),
            (lambda *a: drawn(*a) + 1, "Two ways lead"),
        ],
    }
