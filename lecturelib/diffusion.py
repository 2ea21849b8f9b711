"""A small denoising diffusion model: noise is added in T steps, a network learns to take it away.

x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε, t from 1 to T, is data x_0 with noise ε; the network predicts ε from
x_t and t. Sampling starts from noise alone, t = T, and goes back step by step. Source: Ho, Jain and
Abbeel (2020).
"""

from __future__ import annotations

import math

import numpy as np

from lecturelib._validate import below_one, finite_array, generator, positive, whole
from lecturelib.layers import Linear, ReLU, Sequential
from lecturelib.losses import MeanSquaredError
from lecturelib.training import DivergenceError

__all__ = ["Diffusion", "Schedule", "denoiser", "time_features"]


class Schedule:
    """β_t rises evenly from ``first`` to ``last``; α_t = 1 − β_t, ᾱ_t = α_1 α_2 … α_t;  (T,) each.

    ``beta``, ``alpha``, ``alpha_bar``: entry t − 1 belongs to step t. ValueError for T < 1 and
    noise outside (0, 1).
    """

    def __init__(self, T: int = 100, first: float = 1e-3, last: float = 0.1) -> None:
        self.T = whole(T, "T")
        first, last = (
            positive(below_one(b, name), name) for b, name in ((first, "first"), (last, "last"))
        )
        self.beta = np.linspace(first, last, self.T)
        self.alpha = 1 - self.beta
        self.alpha_bar = np.cumprod(self.alpha)

    def add_noise(self, x0, eps, t) -> np.ndarray:
        """x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε;  x0 and eps (N, D), t a step or (N,) -> (N, D)."""
        x0, bar = finite_array(x0, "x0"), self._at(self.alpha_bar, t)
        return (np.sqrt(bar) * x0 + np.sqrt(1 - bar) * finite_array(eps, "eps")).astype(x0.dtype)

    def clean(self, x, eps, t) -> np.ndarray:
        """x_0 = (x_t − √(1 − ᾱ_t) ε) / √ᾱ_t, the way back of ``add_noise``;  -> (N, D)."""
        x, bar = finite_array(x, "x"), self._at(self.alpha_bar, t)
        return ((x - np.sqrt(1 - bar) * eps) / np.sqrt(bar)).astype(x.dtype)

    def step_back(self, x, eps, t: int, z) -> np.ndarray:
        """x_{t−1} = (x_t − β_t / √(1 − ᾱ_t) ε) / √α_t + σ_t z,  σ_t² = β_t (1 − ᾱ_{t−1})/(1 − ᾱ_t).

        ``z`` is fresh noise, (N, D); with ᾱ_0 = 1 the last step, t = 1, adds none. eps is what the
        network takes for the noise in x.
        """
        t = whole(t, "t")
        beta, alpha, bar = (self._at(a, t).item() for a in (self.beta, self.alpha, self.alpha_bar))
        before = self.alpha_bar[t - 2] if t > 1 else 1.0
        sigma = math.sqrt(beta * (1 - before) / (1 - bar))
        # Python floats, so that float32 stays float32.
        return (x - beta / math.sqrt(1 - bar) * eps) / math.sqrt(alpha) + sigma * z

    def _at(self, values, t):
        """The entries of the steps t as a column; ValueError unless they lie in 1 … T."""
        t = np.asarray(t)
        if t.dtype.kind not in "iu" or t.ndim > 1 or t.size == 0 or t.min() < 1 or t.max() > self.T:
            raise ValueError(
                f"t: expected whole steps from 1 to {self.T}, one number or (N,), got {t!r}; step "
                "0 is the data itself"
            )
        return values[t - 1].reshape(-1, 1)


def time_features(t, T: int, pairs: int = 8) -> np.ndarray:
    """sin and cos of 2^k π t/T, k from 0: what the network sees of t;  (N,) -> (N, 2·pairs).

    One number t would let neighbouring steps look alike.
    """
    angle = np.outer(np.asarray(t) / whole(T, "T"), math.pi * 2.0 ** np.arange(pairs))
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)


def denoiser(rng, *, D: int = 2, hidden: int = 64, pairs: int = 8, dtype=np.float32) -> Sequential:
    """Linear layers with ReLU, (x_t, time_features) -> the noise;  (N, D + 2·pairs) -> (N, D)."""
    made = {"rng": rng, "dtype": dtype}
    return Sequential(
        Linear(D + 2 * pairs, hidden, **made),
        ReLU(),
        Linear(hidden, hidden, **made),
        ReLU(),
        Linear(hidden, D, init="xavier", **made),
    )


class Diffusion:
    """A network that predicts noise, and the schedule it belongs to.

    ``net`` maps (N, D + F) to (N, D); the last F columns are the time features, as many as the
    network's first layer has left.
    """

    def __init__(self, net: Sequential, schedule: Schedule | None = None) -> None:
        self.net, self.schedule = net, schedule or Schedule()
        self.D, self._loss = net.layers[-1].n_out, MeanSquaredError()
        F = net.layers[0].n_in - self.D
        if F < 2 or F % 2:
            raise ValueError(
                f"net: expected {self.D} inputs and an even number of time features behind them, "
                f"got {net.layers[0].n_in} inputs; build it by denoiser(rng)"
            )
        self.pairs = F // 2

    def inputs(self, x, t) -> np.ndarray:
        """x with the time features behind it;  (N, D), a step or (N,) -> (N, D + F)."""
        features = time_features(np.broadcast_to(t, len(x)), self.schedule.T, self.pairs)
        return np.concatenate([x, features.astype(x.dtype)], axis=1)

    def loss(self, x0, eps, t) -> float:
        """mean ‖ε − ε̂(x_t, t)‖² over all entries, gradients added up;  (N, D), (N, D), (N,)."""
        return self._back(self._predicted(x0, eps, t), eps)

    def _predicted(self, x0, eps, t):
        """ε̂ for the noised rows."""
        return self.net.forward(self.inputs(self.schedule.add_noise(x0, eps, t), t))

    def _back(self, predicted, eps):
        """The loss, and every gradient is added up."""
        L = self._loss.forward(predicted, eps)
        self.net.backward(self._loss.backward(), input_gradient=False)
        return L

    def train(self, steps: int, optimiser, data, rng, *, batch_size: int = 256) -> np.ndarray:
        """``steps`` of the optimiser on ``data(N, rng)`` -> (N, D);  -> losses (steps,).

        A step t is drawn for every row. DivergenceError, with the losses before it as ``history``,
        as soon as a prediction is not finite.
        """
        losses = []
        for step in range(1, whole(steps, "steps") + 1):
            x0 = data(whole(batch_size, "batch_size"), generator(rng))
            t = rng.integers(1, self.schedule.T + 1, len(x0))
            eps = rng.standard_normal(x0.shape).astype(x0.dtype)
            # Overflow shows in the prediction, where it ends the training with its own message.
            with np.errstate(over="ignore", invalid="ignore"):
                predicted = self._predicted(x0, eps, t)
                if not np.isfinite(predicted).all():
                    raise DivergenceError(math.nan, step, step, optimiser.lr, np.array(losses))
                optimiser.zero_grad()
                losses.append(self._back(predicted, eps))
                optimiser.step()
        return np.array(losses)

    def sample(self, N: int, rng, *, path: bool = False) -> np.ndarray:
        """N samples, T passes of the network;  -> (N, D), with ``path`` (T + 1, N, D) from x_T."""
        dtype = self.net.layers[0].W.dtype
        x = generator(rng).standard_normal((whole(N, "N"), self.D), dtype=dtype)
        states = [x]
        for t in range(self.schedule.T, 0, -1):
            eps = self.net.predict(self.inputs(x, t))
            z = rng.standard_normal(x.shape, dtype=dtype)
            x = self.schedule.step_back(x, eps, t, z)
            if path:
                states.append(x)
        return np.stack(states) if path else x
