"""Layers without an order among their inputs: Linear, the activations, Maxout."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lecturelib._validate import below_one, positive, whole
from lecturelib.activations import ACTIVATIONS, Activation, maxout, maxout_grad
from lecturelib.exchange import pytorch
from lecturelib.initialisation import he, xavier
from lecturelib.layers.base import Layer, Parameter, floating_array

_START = {"he": he, "xavier": xavier}


class Linear(Layer):
    """h = x Wᵀ + b;  x (N, in), W (out, in), b (out,) -> (N, out).

    W is drawn from a normal distribution with mean 0; b starts at 0. ``init="he"``, variance 2/in,
    suits ReLU and its kin, which let through half of the signal (He et al., 2015);
    ``init="xavier"``, variance 2/(in + out), suits sigmoid, tanh and a linear output (Glorot and
    Bengio, 2010). ValueError for sizes below 1, another init, and a dtype but float32 and float64.
    """

    W = Parameter()
    b = Parameter()
    arguments = "n_in", "n_out", "bias"

    def __init__(
        self, n_in: int, n_out: int, *, rng, bias: bool = True, dtype=np.float64, init: str = "he"
    ) -> None:
        self.n_in, self.n_out, self.bias = whole(n_in, "n_in"), whole(n_out, "n_out"), bool(bias)
        if init not in _START:
            raise ValueError(f"init: expected one of {list(_START)}, got {init!r}; 'he' for ReLU")
        self.W = _START[init]((self.n_out, self.n_in), rng=rng, dtype=dtype)
        self.b = np.zeros(self.n_out, dtype) if bias else None

    def forward(self, x):
        """h_n = W x_n + b for each row n;  x (N, in) -> (N, out)."""
        W, b = self.W, self.b
        x = np.asarray(x, dtype=W.dtype)
        if x.shape[1:] != (self.n_in,) or not len(x):
            raise ValueError(
                f"{self!r}.forward: expected x of shape (N, {self.n_in}) with N ≥ 1, got {x.shape};"
                " one example is a row: x[None, :], pictures are laid flat: x.reshape(len(x), -1)"
            )
        h = x @ W.T  # (N, in) @ (in, out) -> (N, out)
        if b is not None:
            h += b
        return self._keep(x, h)

    def backward(self, dh, *, input_gradient: bool = True):
        """∂L/∂x = dh W, and dhᵀ x is added to dW, Σ_n dh_n to db;  dh (N, out) -> (N, in).

        None instead of ∂L/∂x without ``input_gradient``: a first layer has nobody to pass it to.
        """
        dh, x = self._recall(dh)
        dW, db = self.dW, self.db
        dW += dh.T @ x  # (out, N) @ (N, in) -> (out, in)
        if db is not None:
            db += dh.sum(axis=0)
        return dh @ self.W if input_gradient else None  # (N, out) @ (out, in) -> (N, in)

    def to_torch(self):
        """``torch.nn.Linear`` with copies of W and b, (out, in) in both."""
        return pytorch.linear(self.W, self.b)


class Elementwise(Layer):
    """h = f(a), entry by entry, with f from ``activations.ACTIVATIONS``;  any shape -> the same.

    The base of the activation layers. The derivative is taken from the output h, which is all that
    is kept: in the chain it lives on anyway as the next layer's input.
    """

    row: ClassVar[Activation]

    def __init__(self, **settings: float) -> None:
        self.settings = settings

    def forward(self, a):
        """f(a);  any shape -> the same."""
        h = self.row.function.bare(floating_array(a), **self.settings)
        return self._keep(h, h)

    def backward(self, dh):
        """∂L/∂a = dh f′(a);  any shape -> the same."""
        dh, h = self._recall(dh)
        return dh * self.row.grad_from_output.bare(h, **self.settings)

    def to_torch(self):
        """The activation of ``torch.nn`` with the same settings."""
        return pytorch.activation(self.row.name, *self.settings.values())


class Sigmoid(Elementwise):
    """h = 1 / (1 + e^−a)."""

    row = ACTIVATIONS["sigmoid"]


class Tanh(Elementwise):
    """h = tanh(a)."""

    row = ACTIVATIONS["tanh"]


class ReLU(Elementwise):
    """h = max(0, a)."""

    row = ACTIVATIONS["relu"]

    def backward(self, dh):
        """∂L/∂a = dh where h > 0, else 0;  any shape -> the same."""
        dh, h = self._recall(dh)
        return dh * (h > 0)  # booleans: no array of ones and zeros in between


class LeakyReLU(Elementwise):
    """h = max(slope · a, a);  0 ≤ slope < 1, or ValueError. PyTorch's default is 0.01."""

    row = ACTIVATIONS["leaky_relu"]
    arguments = ("slope",)
    slope = property(lambda self: self.settings["slope"], doc="f′(a) for a < 0.")

    def __init__(self, slope: float = 0.1) -> None:
        super().__init__(slope=below_one(slope, "slope"))


class ELU(Elementwise):
    """h = a for a ≥ 0, else alpha (e^a − 1);  alpha > 0, or ValueError."""

    row = ACTIVATIONS["elu"]
    arguments = ("alpha",)
    alpha = property(lambda self: self.settings["alpha"], doc="How far below 0 the values go.")

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__(alpha=positive(alpha, "alpha"))


class Maxout(Layer):
    """h_j = max_k a_{jK+k}, the largest of K = ``pieces`` neighbours;  (N, H·K) -> (N, H).

    Follows a Linear(D, H · K), whose rows jK … jK + K − 1 are the pieces of unit j. ValueError for
    fewer than two pieces and a width that they do not divide.
    """

    arguments = ("pieces",)

    def __init__(self, pieces: int = 2) -> None:
        self.pieces = whole(pieces, "pieces", least=2)

    def forward(self, a):
        """h_j = max_k a_{jK+k};  a (N, H·K) -> (N, H)."""
        a = floating_array(a)
        if a.ndim != 2 or a.size == 0 or a.shape[1] % self.pieces:
            raise ValueError(
                f"{self!r}.forward: expected a of shape (N, H·{self.pieces}) with N, H ≥ 1, got "
                f"{a.shape}; put a Linear(D, H * {self.pieces}) before it"
            )
        a = a.reshape(len(a), -1, self.pieces)  # (N, H·K) -> (N, H, K)
        return self._keep(a, maxout.bare(a))

    def backward(self, dh):
        """da_k = dh for the largest piece, the first of equal ones, else 0;  (N, H) -> (N, H·K)."""
        dh, a = self._recall(dh)
        da = dh[..., None] * maxout_grad.bare(a)  # (N, H, 1) * (N, H, K) -> (N, H, K)
        return da.reshape(len(da), -1)
