"""Encoder and decoder in mirrored layers, with weights of their own or tied ones."""

from __future__ import annotations

import numpy as np

from lecturelib._validate import checked, finite_array, generator
from lecturelib.autoencoder import _parts as parts
from lecturelib.exchange import pytorch
from lecturelib.layers import Linear
from lecturelib.layers.base import Layer, Parameter


class Transposed(Layer):
    """h = z W + c with the W of another layer;  z (N, K), W (K, D) of ``linear``, c (D,) -> (N, D).

    The decoder's half of tied weights: ``linear`` maps D to K, this layer maps back with the same
    array. The layer has the bias c alone; what it learns of W is added to ``linear.dW``, so that
    W gets the sum of both ways. ``linear`` is another's child, here it is only held.
    """

    c = Parameter()

    def __init__(self, linear: Linear) -> None:
        self._linear = linear
        self.c = np.zeros(linear.n_in, linear.W.dtype)

    def forward(self, z):
        """h_n = Wᵀ z_n + c for each row n;  z (N, K) -> (N, D)."""
        W = self._linear.W
        z = np.asarray(z, dtype=W.dtype)
        if z.shape[1:] != (len(W),) or not len(z):
            raise ValueError(
                f"Transposed.forward: expected z of shape (N, {len(W)}) with N ≥ 1, got {z.shape}; "
                "one code is a row: z[None, :]"
            )
        return self._keep(z, z @ W + self.c)  # (N, K) @ (K, D) -> (N, D)

    def backward(self, dh):
        """∂L/∂z = dh Wᵀ, zᵀ dh is added to the other layer's dW, Σ_n dh_n to dc;  -> (N, K)."""
        dh, z = self._recall(dh)
        self._linear.dW += z.T @ dh  # (K, N) @ (N, D) -> (K, D)
        self.dc += dh.sum(axis=0)
        return dh @ self._linear.W.T  # (N, D) @ (D, K) -> (N, K)


class Autoencoder(Layer):
    """x̂ = g(f(x)) with the code z = f(x);  x (N, D) -> z (N, K) -> x̂ (N, D).

    ``sizes`` D, …, K are those of the encoder, and the decoder mirrors them. ``activation`` is that
    of the hidden layers, ``code`` that of z, ``output`` that of x̂, each "linear", "sigmoid",
    "tanh", "relu", "leaky_relu" or "elu". With ``tied`` the decoder uses the encoder's weights,
    transposed. ``corruption``, a layer, spoils the input while the model learns (a denoising
    autoencoder); ``penalty`` has a gradient that ``backward`` adds at the code (a sparse one). Both
    belong to the training: files do not keep them. ValueError for other names and sizes, and for a
    penalty that does not suit ``code``. Sources: Bourlard and Kamp (1988); Hinton and
    Salakhutdinov (2006); Vincent, Larochelle, Bengio and Manzagol (2008).
    """

    arguments = "sizes", "activation", "code", "output", "tied"

    def __init__(
        self,
        sizes,
        activation: str = "tanh",
        *,
        code: str = "linear",
        output: str = "linear",
        tied: bool = False,
        rng: np.random.Generator,
        dtype=np.float64,
        corruption: Layer | None = None,
        penalty=None,
    ) -> None:
        self.sizes = parts.check_sizes(sizes, least=2)
        for name, given in {"activation": activation, "code": code, "output": output}.items():
            if given not in parts.FUNCTIONS:
                raise ValueError(f"{name}: expected one of {list(parts.FUNCTIONS)}, got {given!r}")
        if penalty is not None:
            penalty.suits(code)
        self.activation, self.code, self.output, self.tied = activation, code, output, bool(tied)
        self.corruption, self.penalty = corruption, penalty
        made = {"rng": generator(rng), "dtype": dtype}
        widths = list(zip(self.sizes, self.sizes[1:], strict=False))
        hidden = [activation] * (len(widths) - 1)
        into = [
            parts.dense(a, b, f, **made) for (a, b), f in zip(widths, [*hidden, code], strict=True)
        ]
        back = [
            parts.stage(Transposed(layers[0]), f) if tied else parts.dense(b, a, f, **made)
            for (a, b), f, layers in zip(widths, [output, *hidden], into, strict=True)
        ]
        self.encoder = parts.joined(into)
        self.decoder = parts.joined(reversed(back))

    @checked(parts.rows_of_pixels, x=finite_array)
    def forward(self, x):
        """x̂;  x (N, D) -> (N, D). In ``train`` mode x is corrupted first, where that was asked for.

        ValueError for another shape, an empty batch, NaN and infinity.
        """
        if self.corruption is not None:
            x = self.corruption.forward(x)
        z = parts.run(self.encoder, x)
        return self._keep(z, parts.run(self.decoder, z))

    def backward(self, dh, *, input_gradient: bool = True):
        """∂L/∂x, the penalty's share included; dh (N, D) -> (N, D), None without input_gradient."""
        dh, z = self._recall(dh)
        dz = self.decoder.backward(dh)
        if self.penalty is not None:
            dz = dz + self.penalty.gradient(z)
        dx = self.encoder.backward(dz, input_gradient=input_gradient)
        if dx is None or self.corruption is None:
            return dx
        return self.corruption.backward(dx)

    def encode(self, x):
        """z = f(x), of x as it is;  x (N, D) -> (N, K). ValueError as ``forward``."""
        x = finite_array(x, "x")
        parts.rows_of_pixels(self, x)
        return self.encoder.predict(x)

    def decode(self, z):
        """g(z);  z (N, K) -> (N, D). ValueError for codes of another width, NaN and infinity."""
        return self.decoder.predict(parts.check_codes(z, self.sizes[-1]))

    def to_torch(self):
        """``nn.Sequential`` of encoder and decoder, copied weights; ValueError with tied ones."""
        return pytorch.to_sequential([self.encoder, self.decoder])
