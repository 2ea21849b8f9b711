"""Layers with an explicit way back: ``h = forward(x)``, ``dx = backward(dh)``.

``forward`` keeps what ``backward`` needs. ``backward`` takes dh = ∂L/∂h, returns dx = ∂L/∂x and
adds to ``gradients``, as PyTorch does: call ``zero_grad`` before the next pass. ``parameters`` and
``gradients`` are dicts with the same keys; dW has the shape of W.

Batches come first: x (N, D). float32 stays float32. Layers stand inside the training loop, so they
raise ValueError for wrong shapes but do not look for NaN: the network and the losses do.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lecturelib._validate import below_one, finite_array, positive, whole
from lecturelib.activations import ACTIVATIONS, Activation, maxout, maxout_grad
from lecturelib.initialisation import he, xavier

__all__ = ["ELU", "Layer", "LeakyReLU", "Linear", "Maxout", "ReLU", "Sigmoid", "Tanh"]


class Layer:
    """A step h = f(x) of a network; the base of all layers, itself without parameters."""

    def __init__(self) -> None:
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self._kept = self._shape = None

    def forward(self, x):
        """f(x);  x (N, D) -> (N, H)."""
        raise NotImplementedError

    def backward(self, dh):
        """∂L/∂x = (∂h/∂x)ᵀ dh, and every gradient is added up;  dh (N, H) -> (N, D)."""
        raise NotImplementedError

    def zero_grad(self) -> None:
        """Set every gradient to 0, in place."""
        for gradient in self.gradients.values():
            gradient.fill(0)

    def _keep(self, values, h):
        """Remember ``values`` for backward, and the shape that its argument must have."""
        self._kept, self._shape = values, h.shape
        return h

    def _recall(self, dh):
        """The checked dh and what forward kept."""
        if self._kept is None:
            raise ValueError(
                f"{type(self).__name__}.backward: expected a forward pass before it, got none; "
                "call forward(x) first, backward needs the values of that pass"
            )
        dh = np.asarray(dh, dtype=self._kept.dtype)
        if dh.shape != self._shape:
            raise ValueError(
                f"{type(self).__name__}.backward: expected dh of shape {self._shape}, the shape of "
                f"the last output, got {dh.shape}; pass ∂L/∂h of that very forward pass"
            )
        return dh, self._kept


def entry(kind: str, name: str) -> property:
    """A property for one array of a dict; assigning copies into it, so that all who hold it see."""

    def read(self):
        return getattr(self, kind).get(name)

    def write(self, value):
        array = read(self)
        value = finite_array(value, name)
        if array is None or value.shape != array.shape:
            expected = "no such parameter" if array is None else f"shape {array.shape}"
            raise ValueError(
                f"{name}: expected {expected} in {self!r}, got shape {value.shape}; "
                "weights are (out, in), one row a unit, and a bias has one entry a unit"
            )
        array[...] = value

    return property(read, write, doc=f"The array ``{kind}[{name!r}]``, or None without one.")


def floating_array(a) -> np.ndarray:
    """``a`` as a floating array, without a look at its entries."""
    a = np.asarray(a)
    return a if a.dtype.kind == "f" else a.astype(np.float64)


_START = {"he": he, "xavier": xavier}


class Linear(Layer):
    """h = x Wᵀ + b;  x (N, in), W (out, in), b (out,) -> (N, out).

    W is drawn from a normal distribution with mean 0; b starts at 0. ``init="he"``, variance 2/in,
    suits ReLU and its kin, which let through half of the signal (He et al., 2015);
    ``init="xavier"``, variance 2/(in + out), suits sigmoid, tanh and a linear output (Glorot and
    Bengio, 2010). ValueError for sizes below 1, another init, and a dtype but float32 and float64.
    """

    W = entry("parameters", "W")
    b = entry("parameters", "b")
    dW = entry("gradients", "W")
    db = entry("gradients", "b")

    def __init__(
        self, n_in: int, n_out: int, *, rng, bias: bool = True, dtype=np.float64, init: str = "he"
    ) -> None:
        super().__init__()
        self.n_in, self.n_out = whole(n_in, "n_in"), whole(n_out, "n_out")
        if init not in _START:
            raise ValueError(f"init: expected one of {list(_START)}, got {init!r}; 'he' for ReLU")
        W = _START[init]((self.n_out, self.n_in), rng=rng, dtype=dtype)
        self.parameters["W"] = W
        if bias:
            self.parameters["b"] = np.zeros(self.n_out, W.dtype)
        self.gradients = {name: np.zeros_like(p) for name, p in self.parameters.items()}

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
        gradients = self.gradients
        gradients["W"] += dh.T @ x  # (out, N) @ (N, in) -> (out, in)
        if "b" in gradients:
            gradients["b"] += dh.sum(axis=0)
        return dh @ self.W if input_gradient else None  # (N, out) @ (out, in) -> (N, in)

    def __repr__(self) -> str:
        bias = "" if "b" in self.parameters else ", bias=False"
        return f"Linear({self.n_in}, {self.n_out}{bias})"


class Elementwise(Layer):
    """h = f(a), entry by entry, with f from ``activations.ACTIVATIONS``;  any shape -> the same.

    The base of the activation layers. The derivative is taken from the output h, which is all that
    is kept: in the chain it lives on anyway as the next layer's input.
    """

    row: ClassVar[Activation]

    def __init__(self, **settings: float) -> None:
        super().__init__()
        self.settings = settings

    def forward(self, a):
        """f(a);  any shape -> the same."""
        h = self.row.function.__wrapped__(floating_array(a), **self.settings)
        return self._keep(h, h)

    def backward(self, dh):
        """∂L/∂a = dh f′(a);  any shape -> the same."""
        dh, h = self._recall(dh)
        return dh * self.row.grad_from_output.__wrapped__(h, **self.settings)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v:g}' for k, v in self.settings.items())})"


class Sigmoid(Elementwise):
    """h = 1 / (1 + e^−a)."""

    row = ACTIVATIONS["sigmoid"]


class Tanh(Elementwise):
    """h = tanh(a)."""

    row = ACTIVATIONS["tanh"]


class ReLU(Elementwise):
    """h = max(0, a)."""

    row = ACTIVATIONS["relu"]


class LeakyReLU(Elementwise):
    """h = max(slope · a, a);  0 ≤ slope < 1, or ValueError. PyTorch's default is 0.01."""

    row = ACTIVATIONS["leaky_relu"]

    def __init__(self, slope: float = 0.1) -> None:
        super().__init__(slope=below_one(slope, "slope"))


class ELU(Elementwise):
    """h = a for a ≥ 0, else alpha (e^a − 1);  alpha > 0, or ValueError."""

    row = ACTIVATIONS["elu"]

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__(alpha=positive(alpha, "alpha"))


class Maxout(Layer):
    """h_j = max_k a_{jK+k}, the largest of K = ``pieces`` neighbours;  (N, H·K) -> (N, H).

    Follows a Linear(D, H · K), whose rows jK … jK + K − 1 are the pieces of unit j. ValueError for
    fewer than two pieces and a width that they do not divide.
    """

    def __init__(self, pieces: int = 2) -> None:
        super().__init__()
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
        return self._keep(a, maxout.__wrapped__(a))

    def backward(self, dh):
        """da_k = dh for the largest piece, the first of equal ones, else 0;  (N, H) -> (N, H·K)."""
        dh, a = self._recall(dh)
        da = dh[..., None] * maxout_grad.__wrapped__(a)  # (N, H, 1) * (N, H, K) -> (N, H, K)
        return da.reshape(len(da), -1)

    def __repr__(self) -> str:
        return f"Maxout(pieces={self.pieces})"
