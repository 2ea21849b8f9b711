"""How a trained network takes small changes of its inputs: pictures moved, pixels nudged.

Pixels lie in [0, 1], and the networks take pictures as flat rows.
"""

from __future__ import annotations

import numpy as np

from lecturelib._validate import (
    array_between,
    checked,
    finite_array,
    generator,
    number,
    whole,
)

__all__ = ["fgsm", "input_gradient", "random_signs", "shift"]

_pixels = array_between(0, 1, "scale the pixels to [0, 1] first")


def _epsilon(value, name):
    value = number(value, name)
    if not 0 <= value <= 1:
        raise ValueError(
            f"{name}: expected a number in [0, 1], got {value}; it is a share of the grey scale"
        )
    return value


def _pictures(images, **_):
    if images.ndim != 3:
        raise ValueError(
            f"images: expected shape (N, height, width), got {images.shape}; flat rows are "
            "pictures again after X.reshape(-1, 8, 8)"
        )


def _moves(images, dy, dx):
    for name, by, size in (("dy", dy, images.shape[1]), ("dx", dx, images.shape[2])):
        if abs(by) > size:
            raise ValueError(
                f"{name}: expected a whole number from {-size} to {size}, got {by}; "
                "farther than that nothing of the picture is left"
            )


def _whole(value, name):
    return whole(value, name, least=-(10**6))


@checked(_pictures, _moves, images=finite_array, dy=_whole, dx=_whole)
def shift(images, dy: int, dx: int) -> np.ndarray:
    """Move pictures down by dy and right by dx pixels, paper (0) comes in;  (N, h, w) -> same.

    Negative numbers move up and left. What leaves the picture is lost. ValueError for another
    number of axes, and for moves that are no whole numbers or larger than the picture.
    """
    moved = np.zeros_like(images)
    to_y, from_y = _overlap(dy)
    to_x, from_x = _overlap(dx)
    moved[:, to_y, to_x] = images[:, from_y, from_x]
    return moved


def _overlap(by):
    """Slices of the new and of the old picture that show the same ink."""
    if by >= 0:
        return slice(by, None), slice(None, -by or None)
    return slice(None, by), slice(-by, None)


def input_gradient(model, loss, X, y) -> np.ndarray:
    """∂L/∂X of the loss at fixed weights;  X (N, D), y (N,) -> (N, D).

    Row n is 1/N times the gradient of example n's own loss where the loss is a mean. The model's
    own gradients are set to 0 afterwards, so a training can go on. Errors as in ``model.forward``
    and ``loss.forward``.
    """
    loss.forward(model.forward(X), y)
    dX = model.backward(loss.backward(), input_gradient=True)
    model.zero_grad()
    return dX


@checked(X=_pixels, epsilon=_epsilon)
def fgsm(model, loss, X, y, epsilon: float) -> np.ndarray:
    """X' = clip(X + ε sign ∂L/∂X, 0, 1), the fast gradient sign method;  (N, D) -> (N, D).

    Every pixel moves by at most ε in the direction that makes the loss larger. ValueError for
    pixels outside [0, 1], ε outside [0, 1], and as in ``input_gradient``. Source: Goodfellow,
    Shlens and Szegedy (2015).
    """
    return np.clip(X + epsilon * np.sign(input_gradient(model, loss, X, y)), 0, 1)


@checked(X=_pixels, epsilon=_epsilon, rng=lambda rng, name: generator(rng))
def random_signs(X, epsilon: float, *, rng: np.random.Generator) -> np.ndarray:
    """X' = clip(X ± ε, 0, 1) with a fair coin for every pixel;  (N, D) -> (N, D).

    The control for ``fgsm``: as large, without a direction. Errors as there.
    """
    return np.clip(X + epsilon * rng.choice([-1.0, 1.0], X.shape), 0, 1)
