"""What the two players pay, as functions of the discriminator's logits or the critic's scores.

``L, dz_real, dz_fake = loss.discriminator(z_real, z_fake)`` and ``L, dz_fake = loss.generator(
z_fake)``: one number each, a mean over the batch, and its gradients. float32 stays float32.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array
from lecturelib.activations import sigmoid

__all__ = ["BinaryCrossEntropy", "Minimax", "NonSaturating", "Wasserstein"]


def _column(z, name):
    z = finite_array(z, name)
    if z.ndim != 2 or z.shape[1] != 1:
        raise ValueError(
            f"{name}: expected logits of shape (N, 1), one a sample, got {z.shape}; end the "
            "discriminator with Linear(H, 1)"
        )
    return z


class BinaryCrossEntropy:
    """L = mean of log(1 + e^z) − y z, which is −log σ(z) for y = 1 and −log(1 − σ(z)) for y = 0.

    z (N, 1) are logits: the sigmoid is in the loss, where it cannot be rounded to 0 or 1. y is one
    target for all rows or (N, 1), from 0 to 1; 0.9 for 1 is one-sided label smoothing.
    """

    _kept: tuple | None = None

    def forward(self, z, y) -> float:
        """The mean over the batch;  z (N, 1), y a number or (N, 1) -> one number.

        ValueError for another shape, NaN, infinity, and targets outside [0, 1].
        """
        z, y = _column(z, "z"), np.asarray(finite_array(y, "y"), dtype=np.asarray(z).dtype)
        if y.shape not in ((), z.shape) or y.min() < 0 or y.max() > 1:
            raise ValueError(
                f"y: expected one number from 0 to 1 or {z.shape} of them, got shape {y.shape} "
                f"from {y.min():g} to {y.max():g}; 1 is real, 0 is fake"
            )
        self._kept = z, y
        return float((np.logaddexp(0, z) - y * z).mean())

    def backward(self):
        """∂L/∂z = (σ(z) − y) / N;  -> (N, 1). ValueError without a forward pass before it."""
        if self._kept is None:
            raise ValueError(
                "BinaryCrossEntropy.backward: expected a forward pass before it, got none; call "
                "forward(z, y) first"
            )
        z, y = self._kept
        return (sigmoid.bare(z) - y) / len(z)


class _LogLoss:
    """D pays the binary cross-entropy: real is 1, fake is 0."""

    def discriminator(self, z_real, z_fake):
        """−mean log D(real) − mean log(1 − D(fake));  -> L, dz_real, dz_fake. D = σ(z)."""
        loss = BinaryCrossEntropy()
        L_real, dz_real = loss.forward(z_real, 1), loss.backward()
        L_fake, dz_fake = loss.forward(z_fake, 0), loss.backward()
        return L_real + L_fake, dz_real, dz_fake

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Minimax(_LogLoss):
    """The game of the value function: G pays what D gains, mean log(1 − D(fake)).

    Its slope by the logit is −D(fake): next to nothing while D sees through the fakes. Source:
    Goodfellow et al. (2014).
    """

    def generator(self, z_fake):
        """mean log(1 − D(fake));  -> L, dz_fake = −D(fake) / N."""
        loss = BinaryCrossEntropy()
        return -loss.forward(z_fake, 0), -loss.backward()


class NonSaturating(_LogLoss):
    """G pays −mean log D(fake): it wants its samples called real.

    Its slope by the logit is −(1 − D(fake)), largest where D sees through the fakes. Source:
    Goodfellow et al. (2014).
    """

    def generator(self, z_fake):
        """−mean log D(fake);  -> L, dz_fake = −(1 − D(fake)) / N."""
        loss = BinaryCrossEntropy()
        return loss.forward(z_fake, 1), loss.backward()


class Wasserstein:
    """The critic's score is high for real samples, low for fake ones; no sigmoid, no logarithm.

    With a critic whose slope is nowhere above 1, minus its loss is at most the Wasserstein
    distance W₁ of the two distributions; ``GradientPenalty`` keeps the slope near 1. Source:
    Arjovsky, Chintala and Bottou (2017).
    """

    def discriminator(self, z_real, z_fake):
        """mean z_fake − mean z_real;  -> L, dz_real = −1/N, dz_fake = 1/N."""
        z_real, z_fake = _column(z_real, "z_real"), _column(z_fake, "z_fake")
        dz_real = np.full_like(z_real, -1 / len(z_real))
        dz_fake = np.full_like(z_fake, 1 / len(z_fake))
        return float(z_fake.mean() - z_real.mean()), dz_real, dz_fake

    def generator(self, z_fake):
        """−mean z_fake;  -> L, dz_fake = −1/N."""
        z_fake = _column(z_fake, "z_fake")
        return float(-z_fake.mean()), np.full_like(z_fake, -1 / len(z_fake))

    def __repr__(self) -> str:
        return "Wasserstein()"
