"""What the two players pay, as functions of the discriminator's logits or the critic's scores.

``L, da_real, da_fake = loss.discriminator(a_real, a_fake)`` and ``L, da_fake = loss.generator(
a_fake)``: one number each, a mean over the batch, and its gradients. float32 stays float32.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array
from lecturelib.activations import sigmoid
from lecturelib.losses import _Loss

__all__ = ["BinaryCrossEntropy", "Minimax", "NonSaturating", "Wasserstein"]


def _column(a, name):
    a = finite_array(a, name)
    if a.ndim != 2 or a.shape[1] != 1:
        raise ValueError(
            f"{name}: expected logits of shape (N, 1), one a sample, got {a.shape}; end the "
            "discriminator with Linear(H, 1)"
        )
    return a


class BinaryCrossEntropy(_Loss):
    """L = mean of log(1 + e^a) − y a, which is −log σ(a) for y = 1 and −log(1 − σ(a)) for y = 0.

    a (N, 1) are logits: the sigmoid is in the loss, where it cannot be rounded to 0 or 1. y is one
    target for all rows or (N, 1), from 0 to 1; 0.9 for 1 is one-sided label smoothing.
    """

    def forward(self, a, y) -> float:
        """The mean over the batch;  a (N, 1), y a number or (N, 1) -> one number.

        ValueError for another shape, NaN, infinity, and targets outside [0, 1].
        """
        a = _column(a, "a")
        y = np.asarray(finite_array(y, "y"), dtype=a.dtype)
        if y.shape not in ((), a.shape) or y.min() < 0 or y.max() > 1:
            raise ValueError(
                f"y: expected one number from 0 to 1 or {a.shape} of them, got shape {y.shape} "
                f"from {y.min():g} to {y.max():g}; 1 is real, 0 is fake"
            )
        self._kept = a, y
        return float((np.logaddexp(0, a) - y * a).mean())

    def backward(self):
        """∂L/∂a = (σ(a) − y) / N;  -> (N, 1). ValueError without a forward pass before it."""
        a, y = self._recall()
        return (sigmoid.bare(a) - y) / len(a)


class _LogLoss:
    """D pays the binary cross-entropy: real is 1, fake is 0."""

    def discriminator(self, a_real, a_fake):
        """−mean log D(real) − mean log(1 − D(fake));  -> L, da_real, da_fake. D = σ(a)."""
        loss = BinaryCrossEntropy()
        L_real, da_real = loss.forward(a_real, 1), loss.backward()
        L_fake, da_fake = loss.forward(a_fake, 0), loss.backward()
        return L_real + L_fake, da_real, da_fake

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Minimax(_LogLoss):
    """The game of the value function: G pays what D gains, mean log(1 − D(fake)).

    Its slope by the logit is −D(fake): next to nothing while D sees through the fakes. Source:
    Goodfellow et al. (2014).
    """

    def generator(self, a_fake):
        """mean log(1 − D(fake));  -> L, da_fake = −D(fake) / N."""
        loss = BinaryCrossEntropy()
        return -loss.forward(a_fake, 0), -loss.backward()


class NonSaturating(_LogLoss):
    """G pays −mean log D(fake): it wants its samples called real.

    Its slope by the logit is −(1 − D(fake)), largest where D sees through the fakes. Source:
    Goodfellow et al. (2014).
    """

    def generator(self, a_fake):
        """−mean log D(fake);  -> L, da_fake = −(1 − D(fake)) / N."""
        loss = BinaryCrossEntropy()
        return loss.forward(a_fake, 1), loss.backward()


class Wasserstein:
    """The critic's score is high for real samples, low for fake ones; no sigmoid, no logarithm.

    With a critic whose slope is nowhere above 1, minus its loss is at most the Wasserstein
    distance W₁ of the two distributions; ``GradientPenalty`` keeps the slope near 1. Source:
    Arjovsky, Chintala and Bottou (2017).
    """

    def discriminator(self, a_real, a_fake):
        """mean a_fake − mean a_real;  -> L, da_real = −1/N, da_fake = 1/N."""
        a_real, a_fake = _column(a_real, "a_real"), _column(a_fake, "a_fake")
        da_real = np.full_like(a_real, -1 / len(a_real))
        da_fake = np.full_like(a_fake, 1 / len(a_fake))
        return float(a_fake.mean() - a_real.mean()), da_real, da_fake

    def generator(self, a_fake):
        """−mean a_fake;  -> L, da_fake = −1/N."""
        a_fake = _column(a_fake, "a_fake")
        return float(-a_fake.mean()), np.full_like(a_fake, -1 / len(a_fake))

    def __repr__(self) -> str:
        return "Wasserstein()"
