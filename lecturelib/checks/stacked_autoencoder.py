"""Checks for the chapter "Stacked autoencoders"."""

from __future__ import annotations

import numpy as np

from lecturelib.checks import code, number

next_loss = number("stacked_autoencoder", "step", "next_loss")
too_far = number("stacked_autoencoder", "step", "too_far")
pca_code = number("stacked_autoencoder", "components", "pca_code")
parameters = number("stacked_autoencoder", "counting", "parameters")
tied_parameters = number("stacked_autoencoder", "counting", "tied_parameters")
kl_mean = number("stacked_autoencoder", "draws", "kl_mean")
kl_spread = number("stacked_autoencoder", "draws", "kl_spread")
draw = number("stacked_autoencoder", "draws", "draw")

_rng = np.random.default_rng(0)


def _halves(W, x):
    """What the encoder's use and the decoder's use of W add to its gradient, each (K, D)."""
    z = x @ W.T
    dz = z @ W - x  # the slope of ½ |x̂ − x|², row by row
    return (dz @ W.T).T @ x / len(x), z.T @ dz / len(x)


@code(
    (_rng.normal(size=(2, 4)), _rng.normal(size=(5, 4))),
    otherwise="W is used twice, and each use has a gradient. Nudge one entry and see what moves.",
    says="The sum of both uses.",
)
def tied_gradient(W: np.ndarray, x: np.ndarray) -> tuple:
    """A function (W, x): dW of a linear autoencoder with tied weights, for a batch."""
    encoder, decoder = _halves(W, x)
    return encoder + decoder, {
        "The encoder's half is missing: W made the code, too.": decoder,
        "The decoder's half is missing: W made the reconstruction, too.": encoder,
        "That is the mean of both halves; W gets their sum.": (encoder + decoder) / 2,
        "The sum over the batch is not divided by N: the loss is a mean.": 5 * (encoder + decoder),
        "The factor ½ of the loss has been lost: its slope is x̂ − x.": 2 * (encoder + decoder),
        "The gradient has the opposite sign: start from x̂ − x.": -(encoder + decoder),
    }


def _drawn(dz, mu, s, eps, beta, *, noise=1, half=2, share=1):
    """dμ and ds for s = ln σ², one below the other, or with a mistake."""
    sigma, N = np.exp(s / 2), len(mu)
    dmu = dz + share * beta * mu / N
    ds = noise * dz * eps * sigma / half + share * beta * (sigma**2 - 1) / 2 / N
    return np.stack([dmu, ds])


@code(
    (
        _rng.normal(size=(4, 3)),
        _rng.normal(size=(4, 3)),
        _rng.normal(size=(4, 3)),
        _rng.normal(size=(4, 3)),
        0.5,
    ),
    otherwise="Two ways lead to each: through z = μ + e^{s/2} ε, and through the divergence.",
    says="What comes through the draw, and the divergence's own slope.",
)
def through_the_draw(dz, mu, s, eps, beta) -> tuple:
    """A function (dz, mu, s, eps, beta): dmu and ds, stacked to (2, N, K)."""
    given = dz, mu, s, eps, beta
    right = _drawn(*given)
    return right, {
        "Nothing comes back through the draw to s: ∂z/∂s is not 0.": _drawn(*given, noise=0),
        "The factor ½ of ∂z/∂s is missing: σ = e^{s/2}.": _drawn(*given, half=1),
        "The divergence's slope is missing.": _drawn(*given, share=0),
        "The divergence is averaged over the units of the code: it is their sum.": _drawn(
            *given, share=1 / 3
        ),
        "The divergence is summed over the batch: it is the mean of the rows.": _drawn(
            *given, share=4
        ),
        "The order is dmu, then ds.": right[::-1],
    }
