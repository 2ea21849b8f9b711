"""Deep belief networks: restricted Boltzmann machines, one on top of the other.

The hidden units of one machine are the visible units of the next. The two topmost layers form an
undirected machine; from there the arrows lead down: p(v, h¹, h²) = p(v | h¹) p(h¹, h²).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from lecturelib._validate import generator, whole
from lecturelib.data import digit_dbn
from lecturelib.exchange.npz import fill
from lecturelib.ffnn import FFNN
from lecturelib.layers import Layer
from lecturelib.rbm import RBM, distribution, draw, states, train
from lecturelib.training import History

__all__ = ["DBN", "counted_log_likelihood", "lower_bound", "pretrain", "trained_dbn", "unroll"]


class DBN(Layer):
    """A stack of machines;  v (N, sizes[0]), top layer (N, sizes[-1]).

    ``rbms`` are the machines from below; ``DBN([64, 128, 64], rng=rng)`` has two. ValueError for
    fewer than two sizes. Source: Hinton, Osindero and Teh (2006).
    """

    arguments = ("sizes",)

    def __init__(self, sizes, *, rng, dtype=np.float64) -> None:
        self.sizes = [whole(size, f"sizes[{i}]") for i, size in enumerate(sizes)]
        if len(self.sizes) < 2:
            raise ValueError(
                f"sizes: expected at least a visible and a hidden layer, got {self.sizes}; pass "
                "e.g. [64, 128, 64]"
            )
        self.rbms = tuple(RBM(*pair, rng=rng, dtype=dtype) for pair in pairwise(self.sizes))

    def up(self, v) -> list[np.ndarray]:
        """p(h = 1 | layer below) of every layer, from the probabilities below;  (N, V) -> list.

        ValueError for v outside [0, 1] or of another width.
        """
        layers = [v]
        for rbm in self.rbms:
            layers.append(rbm.hidden(layers[-1]))
        return layers[1:]

    def down(self, top, *, rng=None) -> list[np.ndarray]:
        """From the top machine's visible layer to v: every layer, that of the bottom last.

        top (N, sizes[-2]), 0 or 1. With ``rng`` the layers between are drawn, as the model has it,
        and v comes as probabilities; without, all are probabilities of probabilities.
        """
        layers = [top]
        for i, rbm in reversed(list(enumerate(self.rbms[:-1]))):
            p = rbm.visible(layers[-1])
            layers.append(draw(p, generator(rng)) if rng is not None and i else p)
        return layers

    def sample(self, v, steps: int, rng) -> np.ndarray:
        """v up to the top machine, ``steps`` Gibbs steps there, and down again;  (N, V) -> (N, V).

        What comes are the probabilities of the pixels. v is where the chain starts; after enough
        steps it is forgotten. ValueError for steps < 1.
        """
        generator(rng)
        for rbm in self.rbms[:-1]:
            v = draw(rbm.hidden(v), rng)
        top = self.rbms[-1]
        v, h = top.gibbs(v, steps, rng)
        if len(self.rbms) == 1:
            return top.visible(h)
        return self.down(v, rng=rng)[-1]


def pretrain(dbn: DBN, X, *, epochs: int, batch_size: int, rng, **recipe) -> list[History]:
    """Train machine after machine, each on the hidden probabilities of the one below.

    X (N, V) in [0, 1]; ``recipe`` goes to ``rbm.train``. No label is used, and no machine below is
    changed by one above: greedy. ValueError and DivergenceError as ``rbm.train``.
    """
    histories = []
    for rbm in dbn.rbms:
        run = train(rbm, X, epochs=epochs, batch_size=batch_size, rng=rng, **recipe)
        histories.append(run)
        X = rbm.hidden(X)
    return histories


def unroll(dbn: DBN, classes: int, *, rng) -> FFNN:
    """A sigmoid network whose hidden layers start as the stack, with a new last layer;  -> FFNN.

    W of a machine has a row for each unit below, a layer's a row for each unit above: it is
    transposed. The visible biases are left behind. The copies are the network's own.
    """
    sizes = [*dbn.sizes, whole(classes, "classes", least=2)]
    net = FFNN(sizes, "sigmoid", rng=rng, dtype=dbn.rbms[0].W.dtype)
    for rbm, layer in zip(dbn.rbms, net.layers[::2], strict=False):
        layer.W, layer.b = rbm.W.T, rbm.b
    return net


def trained_dbn() -> DBN:
    """The packaged stack 64-64-64, trained on black-and-white digits of 8 × 8 pixels; float32."""
    dbn = DBN([64, 64, 64], rng=np.random.default_rng(0), dtype=np.float32)
    fill(dbn.parameters, digit_dbn(), "digit_dbn.npz")
    return dbn


def lower_bound(dbn: DBN, v) -> np.ndarray:
    """Σ_h q(h|v) (log p(v|h) + log p₂(h) − log q(h|v)) ≤ log p(v), two machines;  v (N, V) -> (N,).

    q(h|v) are the hidden probabilities of the lower machine, p₂ the distribution of the upper one
    over its visible units, counted: at most 20 units between. ValueError for other than two.
    """
    q, given, prior = _counted(dbn, v)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(q > 0, q * (given + prior - np.log(q)), 0)
    return terms.sum(axis=1)


def counted_log_likelihood(dbn: DBN, v) -> np.ndarray:
    """log p(v) = log Σ_h p(v|h) p₂(h), two machines, counted;  v (N, V) -> (N,)."""
    _, given, prior = _counted(dbn, v)
    return np.logaddexp.reduce(given + prior, axis=1)


def _counted(dbn, v):
    """q(h|v), log p(v|h) (N, 2^H) and log p₂(h) (2^H,) for all states h between two machines."""
    if len(dbn.rbms) != 2:
        raise ValueError(
            f"dbn: expected two machines to count the layer between, got {len(dbn.rbms)}; build "
            "DBN([V, H, H2], rng=rng)"
        )
    lower, upper = dbn.rbms
    lower.free_energy(v)  # refuses other widths and what is neither 0 nor 1
    v, h = np.asarray(v, float), states(lower.n_hidden)
    a, into = lower.into_hidden(v), lower.into_visible(h)
    q = np.exp(a @ h.T - np.logaddexp(0, a).sum(axis=1, keepdims=True))
    given = v @ into.T - np.logaddexp(0, into).sum(axis=1)
    return q, given, np.log(distribution(upper))
