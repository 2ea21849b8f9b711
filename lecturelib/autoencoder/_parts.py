"""What the autoencoders are put together from: stages of layers, and checks at their entrances."""

from __future__ import annotations

from itertools import chain

from lecturelib._validate import finite_array, whole
from lecturelib.layers import ELU, LeakyReLU, Linear, ReLU, Sequential, Sigmoid, Tanh

FUNCTIONS = {"linear": None, "sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}
FUNCTIONS |= {"leaky_relu": LeakyReLU, "elu": ELU}
HE = {"relu", "leaky_relu", "elu"}


def rows_of_pixels(self, x, **_):
    """ValueError unless x (N, D) is as wide as the first of the sizes."""
    if x.ndim != 2 or x.shape[1] != self.sizes[0]:
        raise ValueError(
            f"x: expected shape (N, {self.sizes[0]}), one example a row, got {x.shape}; lay "
            "pictures flat with x.reshape(len(x), -1), make one example a row with x[None, :]"
        )


def check_codes(z, width):
    """ValueError unless z (N, K) are codes as wide as the decoder takes."""
    z = finite_array(z, "z")
    if z.ndim != 2 or z.shape[1] != width:
        raise ValueError(
            f"z: expected codes of shape (N, {width}), the last of the sizes, got {z.shape}; take "
            "what encode(x) returned, one code is a row: z[None, :]"
        )
    return z


def check_sizes(sizes, least):
    """The sizes as a list of whole numbers, or ValueError."""
    sizes = [whole(n, "sizes") for n in sizes]
    if len(sizes) < least:
        raise ValueError(
            f"sizes: expected at least {least}, from the input to the code, got {sizes}; such as "
            "[64, 32, 16]"
        )
    return sizes


def stage(linear, name):
    """[the layer, its activation], without one for "linear"."""
    kind = FUNCTIONS[name]
    return [linear] if kind is None else [linear, kind()]


def dense(n_in, n_out, name, *, rng, dtype):
    """A Linear, begun as its activation wants it, and that activation."""
    init = "he" if name in HE else "xavier"
    return stage(Linear(n_in, n_out, rng=rng, dtype=dtype, init=init), name)


def joined(stages) -> Sequential:
    """The layers of all stages, one after the other."""
    return Sequential(*chain.from_iterable(stages))


def run(net: Sequential, x):
    """The network's output, without a look at the entries of x, which were checked before."""
    return Sequential.forward.bare(net, x)
