"""The gradient penalty of the Wasserstein critic, and its gradient by a second way back."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import finite_array, generator, positive
from lecturelib.layers import LeakyReLU, Linear, ReLU, Sequential

__all__ = ["GradientPenalty", "between", "input_gradient"]


def between(real, fake, rng) -> np.ndarray:
    """u real + (1 − u) fake with one u, even in [0, 1), for each row;  (N, D), (N, D) -> (N, D).

    ValueError for unequal shapes and what is no Generator.
    """
    real, fake = finite_array(real, "real"), finite_array(fake, "fake")
    if real.shape != fake.shape or real.ndim != 2:
        raise ValueError(
            f"real, fake: expected two batches of one shape (N, D), got {real.shape} and "
            f"{fake.shape}; draw as many fakes as there are real samples"
        )
    u = generator(rng).random((len(real), 1), dtype=np.float64).astype(real.dtype)
    return u * real + (1 - u) * fake


def input_gradient(critic: Sequential, x) -> np.ndarray:
    """g_n = ∂D(x_n)/∂x_n, the slope of the critic at each row;  x (N, D) -> (N, D).

    The critic's own gradients are left as they are. ValueError unless it is a ``Sequential`` of
    Linear, ReLU and LeakyReLU that ends with one output.
    """
    return _slopes(_checked(critic), x)[0]


class GradientPenalty:
    """P = weight · mean_n (‖g_n‖ − 1)²,  g_n = ∂D(x_n)/∂x_n: keeps the slope near 1.

    For a critic of Linear, ReLU and LeakyReLU. Between two kinks such a network is linear: g is
    1 · W_L S_{L−1} W_{L−1} … S_1 W_1 with S_l = diag(f′(a_l)), so that biases get no gradient, and
    the weights get theirs by sending ∂P/∂g through the same chain in the other direction.
    ValueError for a weight ≤ 0 and another critic. Source: Gulrajani et al. (2017), weight 10.
    """

    def __init__(self, weight: float = 10.0) -> None:
        self.weight = positive(weight, "weight")

    def value(self, critic: Sequential, x) -> float:
        """P at the points x (N, D); no gradient is touched."""
        return self._value(input_gradient(critic, x))[0]

    def add(self, critic: Sequential, x) -> float:
        """P, and ∂P/∂W is added to dW of every Linear;  x (N, D) -> one number."""
        layers = _checked(critic)
        g, steps = _slopes(layers, x)
        value, dg = self._value(g)
        u = dg
        for layer, v, slope in steps:
            # Forward through the layer: v W was the way back, so W meets v from one side and what
            # came before from the other.
            layer.dW += v.T @ u  # (out, N) @ (N, in)
            u = u @ layer.W.T
            if slope is not None:
                u = u * slope
        return value

    def _value(self, g):
        """P and ∂P/∂g = 2 weight/N · (‖g‖ − 1) g / ‖g‖;  at g = 0, where it has none, 0."""
        norm = np.sqrt(np.square(g).sum(axis=1, keepdims=True))  # (N, 1)
        above = norm - 1
        share = np.divide(above, norm, out=np.zeros_like(norm), where=norm > 0)
        value = self.weight * float(np.square(above).mean())
        return value, (2 * self.weight / len(g)) * share * g

    def __repr__(self) -> str:
        return f"GradientPenalty({self.weight:g})"


def _checked(critic):
    """[(Linear, the activation behind it or None), …] of a critic that the penalty can treat."""
    layers = list(getattr(critic, "layers", []))
    pairs = []
    while layers and isinstance(layers[0], Linear):
        linear = layers.pop(0)
        known = layers and isinstance(layers[0], (ReLU, LeakyReLU))
        pairs.append((linear, layers.pop(0) if known else None))
    if layers or not pairs or pairs[-1][1] is not None or pairs[-1][0].n_out != 1:
        raise ValueError(
            "critic: expected a Sequential of Linear, ReLU and LeakyReLU with one output at its "
            f"end, got {critic!r}; the penalty knows no second derivative of other layers"
        )
    return pairs


def _slopes(pairs, x):
    """g (N, D), and from the first layer on (Linear, v behind it, f′ behind it or None)."""
    h, slopes = np.asarray(finite_array(x, "x"), dtype=pairs[0][0].W.dtype), []
    for linear, activation in pairs:
        h = linear.predict(h)
        slopes.append(None)
        if activation is not None:
            low = getattr(activation, "slope", 0.0)
            slopes[-1] = np.where(h > 0, h.dtype.type(1), h.dtype.type(low))
            h = h * slopes[-1]
    v, steps = np.ones_like(h), []
    for (linear, _), slope in zip(reversed(pairs), reversed(slopes), strict=True):
        v = v if slope is None else v * slope
        steps.insert(0, (linear, v, slope))
        v = v @ linear.W  # (N, out) @ (out, in)
    return v, steps
