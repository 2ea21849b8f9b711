"""Transfer learning: keep the body of a trained network, give it a new head, go on training.

The head of an FFNN is its last Linear, which turns the last hidden layer into logits; all layers
before it are the body. Fine-tuning moves the body in small steps, because it knows something, and
the head in large ones, because it starts from random numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib._validate import array_between, checked, generator, number, positive, whole
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import History, fit

__all__ = ["BodyAndHead", "fine_tune", "replace_head", "shrink"]


def _pictures(images, border):
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"images: expected shape (N, 28, 28), got {images.shape}; "
            "one picture is a batch of one, images[None], flat rows are images.reshape(-1, 28, 28)"
        )


def _border(border, name):
    border = whole(border, name, least=0)
    if border > 12 or border % 2:
        raise ValueError(
            f"{name}: expected an even number from 0 to 12, got {border}; 4 fits MNIST's digits"
        )
    return border


@checked(_pictures, images=array_between(0, 1, "divide grey values 0..255 by 255"), border=_border)
def shrink(images, border: int = 4) -> np.ndarray:
    """Drop a border of pixels, then take the mean ink of an 8 × 8 grid;  (N, 28, 28) -> (N, 8, 8).

    ``border=4`` leaves 20 × 20 pixels, the size of the box that MNIST's digits were fitted into,
    so that they fill the new picture as those of ``data.digits`` do. A cell may be 2.5 pixels wide:
    a pixel on its edge counts half. ValueError for another shape, an empty batch, values outside
    [0, 1], and a border that is not an even number from 0 to 12.
    """
    side = 28 - 2 * border
    # Every pixel becomes 2 × 2 of its kind, so that 8 cells divide the side for any even border.
    inner = images[:, border : 28 - border, border : 28 - border]
    double = inner.repeat(2, axis=1).repeat(2, axis=2)
    return double.reshape(len(images), 8, side // 4, 8, side // 4).mean(axis=(2, 4))


def replace_head(model: FFNN, classes: int, *, rng: np.random.Generator) -> FFNN:
    """A copy of ``model`` whose last layer is new, with random weights and ``classes`` logits.

    The body's arrays are copies: training the new network leaves the old one as it was. ValueError
    unless model is an FFNN with a hidden layer, classes ≥ 1 and rng a NumPy Generator.
    """
    _network(model)
    classes = whole(classes, "classes")
    sizes = [*model.sizes[:-1], classes]
    new = FFNN(sizes, model.activation, rng=generator(rng), dtype=model.dtype)
    for name in _names(model).body:
        new.parameters[name][...] = model.parameters[name]
    return new


class BodyAndHead:
    """Adam with two learning rates, one for the body of an FFNN and one for its head.

    ``body_lr=0`` freezes the body: its arrays stay exactly as they are. Used like any optimiser,
    ``zero_grad``, ``backward``, ``step``; ``lr`` is the head's. ValueError unless model is an FFNN
    with a hidden layer, body_lr ≥ 0 and head_lr > 0.
    """

    def __init__(self, model: FFNN, *, body_lr: float, head_lr: float) -> None:
        _network(model)
        names = _names(model)
        if number(body_lr, "body_lr") < 0:
            raise ValueError(
                f"body_lr: expected a number of at least 0, got {body_lr}; 0 freezes the body"
            )
        self.lr = positive(head_lr, "head_lr")
        self._model = model
        rates = [(names.head, head_lr), *([(names.body, body_lr)] if body_lr else [])]
        self._parts = [Adam(_part(model, group), lr) for group, lr in rates]

    def zero_grad(self) -> None:
        """Set every gradient to 0, those of a frozen body too."""
        self._model.zero_grad()

    def step(self) -> None:
        """One step of Adam for the head and, unless it is frozen, one for the body."""
        for part in self._parts:
            part.step()

    def updates(self, model) -> bool:
        """Does ``step`` change at least one array of ``model``?"""
        return any(part.updates(model) for part in self._parts)


def fine_tune(
    model: FFNN,
    X,
    y,
    *,
    body_lr: float,
    head_lr: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> History:
    """Train ``model`` in place by cross-entropy with :class:`BodyAndHead`;  X (N, D), y (N,).

    Errors as in ``BodyAndHead`` and ``lecturelib.training.fit``.
    """
    optimiser = BodyAndHead(model, body_lr=body_lr, head_lr=head_lr)
    sizes = {"epochs": epochs, "batch_size": batch_size}
    return fit(model, CrossEntropy(), optimiser, X, y, rng=rng, **sizes)


class _Names(NamedTuple):
    """Names of parameters by part."""

    body: list[str]
    head: list[str]


def _names(model):
    last = f"layers.{len(model.layers) - 1}."
    names = list(model.parameters)
    return _Names(
        [name for name in names if not name.startswith(last)],
        [name for name in names if name.startswith(last)],
    )


def _part(model, names):
    """Parameters and gradients of some names, the arrays themselves."""
    parameters, gradients = model.parameters, model.gradients
    return {n: parameters[n] for n in names}, {n: gradients[n] for n in names}


def _network(model):
    if not isinstance(model, FFNN) or len(model.sizes) < 3:
        what = model.sizes if isinstance(model, FFNN) else type(model).__name__
        raise ValueError(
            f"model: expected an FFNN with at least one hidden layer, got {what}; "
            "make one such as FFNN([64, 32, 10], rng=rng)"
        )
