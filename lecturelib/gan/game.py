"""The alternating game of generator and discriminator."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecturelib._validate import finite_array, generator, whole
from lecturelib.gan.losses import NonSaturating
from lecturelib.gan.penalty import GradientPenalty, between
from lecturelib.training import DivergenceError

__all__ = ["Game", "Losses", "noise", "with_condition"]


class Losses(NamedTuple):
    """One entry a round, (R,): what D paid, its penalty included, and what G paid."""

    D: np.ndarray
    G: np.ndarray


def noise(N: int, n: int, rng, dtype=np.float32) -> np.ndarray:
    """Standard normal noise, what a generator makes its samples of;  -> (N, n)."""
    return generator(rng).standard_normal((whole(N, "N"), whole(n, "n")), dtype=dtype)


def with_condition(x, condition=None) -> np.ndarray:
    """The condition as further columns of x;  (N, D), (N, C) or None -> (N, D + C), (N, D).

    ValueError for unequal numbers of rows.
    """
    if condition is None:
        return x
    condition = np.asarray(finite_array(condition, "condition"), dtype=np.asarray(x).dtype)
    if condition.ndim != 2 or len(condition) != len(x):
        raise ValueError(
            f"condition: expected one row for each of the {len(x)} samples, got shape "
            f"{condition.shape}; labels become rows by np.eye(C)[labels]"
        )
    return np.concatenate([x, condition], axis=1)


class Game:
    """G makes samples of noise, D tells them from real ones; each has an optimiser of its own.

    ``loss`` is ``NonSaturating()``, ``Minimax()`` or ``Wasserstein()``; ``penalty``, a
    ``GradientPenalty``, is paid by D at points between real and fake and needs ``rng``. A
    ``condition`` (N, C) joins the noise before G and every sample before D. ValueError where an
    optimiser updates the wrong network or both.
    """

    def __init__(
        self, G, D, optimiser_G, optimiser_D, *, loss=None, penalty: GradientPenalty | None = None
    ) -> None:
        for name, own, other, optimiser in (("G", G, D, optimiser_G), ("D", D, G, optimiser_D)):
            if not optimiser.updates(own) or optimiser.updates(other):
                raise ValueError(
                    f"optimiser_{name}: expected one that updates {name} and nothing else, got "
                    f"another; make it by Adam({name})"
                )
        self.G, self.D, self.optimiser_G, self.optimiser_D = G, D, optimiser_G, optimiser_D
        self.loss, self.penalty = loss or NonSaturating(), penalty

    def discriminator_step(self, real, z, condition=None, rng=None) -> float:
        """D learns to tell real from fake, G stays;  real (N, D), noise z (N, n) -> D's loss.

        Both halves go through D as one batch.
        """
        D, fake = self.D, self.G.forward(with_condition(z, condition))
        N = len(real)
        both = np.concatenate([with_condition(a, condition) for a in (real, fake)])
        logits = D.forward(both)
        L, *da = self._checked(self.loss.discriminator, logits[:N], logits[N:])
        D.zero_grad()
        D.backward(np.concatenate(da), input_gradient=False)
        if self.penalty is not None:
            x = between(real, fake, rng)
            L += self.penalty.add(D, with_condition(x, condition))
        self.optimiser_D.step()
        return L

    def generator_step(self, z, condition=None) -> float:
        """G learns from how D judges its samples, D stays;  noise z (N, n) -> G's loss."""
        fake = self.G.forward(with_condition(z, condition))
        a_fake = self.D.forward(with_condition(fake, condition))
        L, da = self._checked(self.loss.generator, a_fake)
        dfake = self.D.backward(da)[:, : fake.shape[1]]  # no gradient of the condition
        self.G.zero_grad()
        self.G.backward(dfake, input_gradient=False)
        self.optimiser_G.step()
        # The way to G led through D and left gradients there that D must not learn from.
        self.D.zero_grad()
        return L

    def train(
        self,
        rounds: int,
        real: Callable,
        n_noise: int,
        rng,
        *,
        batch_size: int = 256,
        steps_D: int = 1,
    ) -> Losses:
        """``rounds`` times ``steps_D`` steps of D and one of G, all on fresh noise;  -> Losses.

        ``real(N, rng)`` draws samples (N, D), or a pair of them and their conditions. ValueError
        for counts below 1. DivergenceError, with the losses before it as ``history``, as soon as a
        logit is not finite.
        """
        rounds, steps_D = whole(rounds, "rounds"), whole(steps_D, "steps_D")
        dtype = next(iter(self.G.parameters.values())).dtype
        record = []
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(rounds):
                try:
                    for _ in range(steps_D):
                        x, condition = _drawn(real, batch_size, rng)
                        z = noise(len(x), n_noise, rng, dtype)
                        L_D = self.discriminator_step(x, z, condition, rng)
                    L_G = self.generator_step(noise(len(x), n_noise, rng, dtype), condition)
                    record.append((L_D, L_G))
                except FloatingPointError:
                    lr = max(self.optimiser_D.lr, self.optimiser_G.lr)
                    step = len(record) + 1
                    raise DivergenceError(math.nan, step, step, lr, _losses(record)) from None
        return _losses(record)

    def _checked(self, loss, *logits):
        """What the loss returns. FloatingPointError where the networks have overflowed."""
        if not all(np.isfinite(z).all() for z in logits):
            raise FloatingPointError("a logit is not finite: the networks have diverged")
        return loss(*logits)


def _drawn(real, N, rng):
    """A batch and its condition, or None."""
    x = real(N, rng)
    return x if isinstance(x, tuple) else (x, None)


def _losses(record):
    D, G = np.reshape(record, (-1, 2)).T
    return Losses(D, G)
