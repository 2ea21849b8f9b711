"""The feed-forward network: Linear, activation, Linear, …, Linear; its last layer gives logits.

``FFNN([64, 128, 10], "relu", rng=np.random.default_rng(0))`` has 64 inputs, 128 hidden units and 10
outputs. Arrays are named by their place: ``layers.0.W``, as in PyTorch's ``state_dict``.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from lecturelib._validate import checked, finite_array, floating, generator, whole
from lecturelib.exchange import pytorch
from lecturelib.layers import ELU, Layer, LeakyReLU, Linear, Maxout, ReLU, Sigmoid, Tanh

__all__ = ["FFNN"]

_LAYERS: dict[str, type[Layer]] = {
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "elu": ELU,
    "maxout": Maxout,
}


def _batch_of_network(self, x):
    if x.ndim != 2 or x.shape[1] != self.sizes[0]:
        raise ValueError(
            f"x: expected shape (N, {self.sizes[0]}), one row an example, got {x.shape}; "
            "one example is a row: x[None, :], pictures are laid flat: x.reshape(len(x), -1)"
        )


class FFNN(Layer):
    """h_l = f(W_l h_{l−1} + b_l), the last layer without f;  x (N, sizes[0]) -> z (N, sizes[-1]).

    ``activation`` is one of sigmoid, tanh, relu, leaky_relu, elu and maxout (with two pieces). The
    hidden layers start from He's initialisation, or Xavier's before sigmoid and tanh, the last one
    from Xavier's. ``parameters`` and ``gradients`` are dicts name -> array. ValueError for fewer
    than two sizes, sizes below 1 and unknown activations.
    """

    arguments = "sizes", "activation"

    def __init__(self, sizes, activation: str = "relu", *, rng, dtype=np.float64) -> None:
        self.sizes = [whole(size, f"sizes[{i}]") for i, size in enumerate(sizes)]
        self.activation, self.dtype = activation, floating(dtype)
        if len(self.sizes) < 2:
            raise ValueError(
                f"sizes: expected at least inputs and outputs, got {self.sizes}; "
                "pass e.g. [64, 128, 10]"
            )
        if activation not in _LAYERS:
            raise ValueError(
                f"activation: expected one of {list(_LAYERS)}, got {activation!r}; "
                "'relu' is a good first choice"
            )
        self.layers = tuple(self._build(generator(rng)))

    def _build(self, rng):
        """The layers, first to last."""
        *hidden, last = pairwise(self.sizes)
        init = "xavier" if self.activation in ("sigmoid", "tanh") else "he"
        for n_in, n_out in hidden:
            f = _LAYERS[self.activation]()
            pieces = getattr(f, "pieces", 1)
            yield Linear(n_in, n_out * pieces, rng=rng, dtype=self.dtype, init=init)
            yield f
        yield Linear(*last, rng=rng, dtype=self.dtype, init="xavier")

    @checked(_batch_of_network, x=finite_array)
    def forward(self, x):
        """The outputs z, and every layer keeps what backward needs;  x (N, D) -> z (N, K).

        ValueError for another width, an empty batch, NaN and infinity; the bare formula is
        ``forward.bare``.
        """
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dz, *, input_gradient: bool = False):
        """Add up the gradients of all parameters;  dz = ∂L/∂z (N, K) -> None, or dx (N, D).

        ∂L/∂x is returned only with ``input_gradient=True``: training has no use for it, and it
        costs one more product of matrices. ValueError for another shape than z's, or no forward.
        """
        first, *others = self.layers
        for layer in reversed(others):
            dz = layer.backward(dz)
        return first.backward(dz, input_gradient=input_gradient)

    def predict(self, x):
        """The outputs z, with nothing kept;  x (N, D) -> z (N, K). Errors as in ``forward``.

        A class is ``predict(x).argmax(axis=1)``, probabilities are ``softmax(predict(x))``.
        """
        return super().predict(x)

    def to_torch(self):
        """The same network as ``torch.nn.Sequential``, with copies of the weights, in its dtype.

        ValueError for maxout, which PyTorch does not have.
        """
        return pytorch.to_sequential(self.layers)

    @classmethod
    def from_torch(cls, sequential) -> FFNN:
        """The network of a ``torch.nn.Sequential``, with copies of its weights, in its dtype.

        ValueError unless it is Linear, activation, …, Linear with biases and one activation.
        """
        return cls._of(*pytorch.from_sequential(sequential), "sequential")

    def _title(self):
        return f"FFNN({self.sizes}, {self.activation!r}), {self.dtype}"
