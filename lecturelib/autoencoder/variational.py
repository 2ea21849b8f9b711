"""The variational autoencoder: a code with a spread, drawn from while it learns."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array, generator, not_negative, whole
from lecturelib.autoencoder import _parts as parts
from lecturelib.layers import Linear
from lecturelib.layers.base import Layer


def _alike(**arrays):
    """ValueError unless all arrays have one shape; nothing is broadcast."""
    shapes = {name: array.shape for name, array in arrays.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(f"{', '.join(shapes)}: expected one shape for all, got {shapes}")


def _positive_sigma(sigma, **_):
    if (sigma <= 0).any():
        raise ValueError(
            f"sigma: expected standard deviations above 0, got {sigma.min():g}; a network gives "
            "ln σ², take np.exp(log_variance / 2)"
        )


@checked(_alike, mu=finite_array, sigma=finite_array, eps=finite_array)
def reparametrise(mu, sigma, eps):
    """z = μ + σ ε;  all of one shape -> the same shape.

    With ε ~ N(0, 1), drawn outside of the network, z is a draw from N(μ, σ²) whose slopes are
    ∂z/∂μ = 1 and ∂z/∂σ = ε. ValueError for unequal shapes, NaN and infinity. Source: Kingma and
    Welling (2014).
    """
    return mu + sigma * eps


@checked(_alike, _positive_sigma, mu=finite_array, sigma=finite_array)
def gaussian_kl(mu, sigma):
    """KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ_j (μ_j² + σ_j² − 1 − ln σ_j²);  (…, K), (…, K) -> (…).

    Summed over the last axis, the units of a code; in nats. ValueError for unequal shapes, σ ≤ 0,
    NaN and infinity.
    """
    return (mu * mu + sigma * sigma - 1 - 2 * np.log(sigma)).sum(axis=-1) / 2


class VAE(Layer):
    """x -> μ, ln σ² -> z = μ + σ ε -> logits a of the pixels;  (N, D) -> (N, K) -> (N, D).

    ``sizes`` D, …, K are those of the encoder, with at least one hidden layer; the decoder mirrors
    them. Train it with ``SummedCrossEntropy``: ``backward`` adds the gradient of
    ``beta``/N Σ_n KL(N(μ_n, σ_n²) ‖ N(0, 1)) at μ and ln σ², and the loss and this term together
    are the negative evidence lower bound, for ``beta`` 1. In ``eval`` mode z = μ. ValueError for
    sizes and names as for ``Autoencoder``. Sources: Kingma and Welling (2014); Rezende, Mohamed and
    Wierstra (2014); ``beta``: Higgins and others (2017).
    """

    arguments = "sizes", "activation", "beta"

    def __init__(
        self, sizes, activation: str = "relu", *, beta: float = 1.0, rng, dtype=np.float64
    ) -> None:
        self.sizes, self.activation = parts.check_sizes(sizes, least=3), activation
        self.beta, self.rng = not_negative(beta, "beta"), generator(rng)
        if activation not in set(parts.FUNCTIONS) - {"linear"}:
            raise ValueError(
                f"activation: expected one that bends, such as 'relu' or 'tanh', got {activation!r}"
            )
        made = {"rng": rng, "dtype": dtype}
        *hidden, last, K = self.sizes
        widths = list(zip([*hidden, last], [*hidden[1:], last], strict=False))
        self.encoder = parts.joined(parts.dense(a, b, activation, **made) for a, b in widths)
        self.mean = Linear(last, K, init="xavier", **made)
        self.log_variance = Linear(last, K, init="xavier", **made)
        back = [(K, last), *((b, a) for a, b in reversed(widths))]
        names = [activation] * (len(back) - 1) + ["linear"]
        self.decoder = parts.joined(
            parts.dense(a, b, f, **made) for (a, b), f in zip(back, names, strict=True)
        )

    @checked(parts.rows_of_pixels, x=finite_array)
    def forward(self, x, eps=None):
        """The logits of the pixels;  x (N, D), eps (N, K) -> (N, D).

        ``eps`` is drawn where none is given; in ``eval`` mode it is 0 then. ValueError for other
        shapes, an empty batch, NaN and infinity.
        """
        h = parts.run(self.encoder, x)
        mu, sigma = self.mean.forward(h), np.exp(self.log_variance.forward(h) / 2)
        eps = self._noise(mu) if eps is None else np.asarray(eps, mu.dtype)
        if eps.shape != mu.shape:
            raise ValueError(
                f"eps: expected shape {mu.shape}, a number for each unit of each code, got "
                f"{eps.shape}; draw rng.standard_normal((N, K))"
            )
        return self._keep((mu, sigma, eps), parts.run(self.decoder, mu + sigma * eps))

    def backward(self, dh, *, input_gradient: bool = True):
        """∂(L + β KL)/∂x, dh = ∂L/∂a;  (N, D) -> (N, D), None without input_gradient."""
        dh, (mu, sigma, eps) = self._recall(dh)
        dz, share = self.decoder.backward(dh), self.beta / len(dh)
        dmu = dz + share * mu
        # σ = e^{s/2} with s = ln σ²: dz/ds = ε σ / 2.
        ds = (dz * eps * sigma + share * (sigma * sigma - 1)) / 2
        dh = self.mean.backward(dmu) + self.log_variance.backward(ds)
        return self.encoder.backward(dh, input_gradient=input_gradient)

    def encode(self, x):
        """μ and σ of the code;  x (N, D) -> (N, K), (N, K). ValueError as ``forward``."""
        x = finite_array(x, "x")
        parts.rows_of_pixels(self, x)
        h = self.encoder.predict(x)
        return self.mean.predict(h), np.exp(self.log_variance.predict(h) / 2)

    def decode(self, z):
        """Grey values σ(a);  z (N, K) -> (N, D) in (0, 1). ValueError for another width."""
        a = self.decoder.predict(parts.check_codes(z, self.sizes[-1]))
        return 0.5 * (1 + np.tanh(a / 2))  # the sigmoid, safe for any a

    def kl(self, x) -> float:
        """1/N Σ_n KL(N(μ_n, σ_n²) ‖ N(0, 1)), without beta;  x (N, D) -> one number, in nats."""
        return float(gaussian_kl(*self.encode(x)).mean())

    def sample(self, n: int, *, rng: np.random.Generator):
        """Images of n codes z ~ N(0, 1);  -> (n, D)."""
        return self.decode(generator(rng).standard_normal((whole(n, "n"), self.sizes[-1])))

    def _noise(self, mu):
        if not self.training:
            return np.zeros_like(mu)
        return self.rng.standard_normal(mu.shape, dtype=np.float32).astype(mu.dtype)
