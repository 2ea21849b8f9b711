"""Optimisers: how a gradient becomes a step, θ ← θ − step.

``optimiser = Adam(model, lr=1e-3)``; then, as in PyTorch, ``zero_grad``, ``backward``, ``step``.
The formulas and the defaults are PyTorch's. ``model`` is anything with the dicts ``parameters`` and
``gradients``, a layer or a whole network, or a pair of such dicts, ``({"w": w}, {"w": dw})``.

All parameters together are one vector θ and all gradients one vector g: a subclass says only what
the step is. The arrays of the model are changed in place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from lecturelib._validate import below_one, finite_array, floating, positive

__all__ = ["SGD", "Adam", "Optimiser", "clip_gradients"]


class _Pair(NamedTuple):
    """Two dicts that are no model, in a model's clothes."""

    parameters: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]


class Optimiser:
    """θ ← θ − step(g); the base of all optimisers. ``lr`` may be changed between steps.

    ValueError for lr ≤ 0, for a model without parameters, and where a gradient is missing, has
    another shape or type than its parameter, or the parameters are not all of one floating type.
    """

    def __init__(self, model, lr: float) -> None:
        self.lr = positive(lr, "lr")
        # The model, not its arrays: asked for anew at every step, an exchanged one is not missed.
        self._model = _Pair(*model) if isinstance(model, tuple) else model
        parameters, gradients = self._model.parameters, self._model.gradients
        dtype = _one_type(parameters, gradients)
        self._gradient = np.empty(sum(p.size for p in parameters.values()), dtype)

    def zero_grad(self) -> None:
        """Set every gradient to 0, in place."""
        for gradient in self._model.gradients.values():
            gradient.fill(0)

    def step(self) -> None:
        """Take one step along the gradients that ``backward`` has left in the model."""
        parameters, gradients = self._model.parameters, self._model.gradients
        flat = [gradients[name].ravel() for name in parameters]
        step = self._step(np.concatenate(flat, out=self._gradient))
        start = 0
        for p in parameters.values():
            p -= step[start : start + p.size].reshape(p.shape)
            start += p.size

    def updates(self, model) -> bool:
        """Does ``step`` change at least one array of ``model``?"""
        own = {id(p) for p in self._model.parameters.values()}
        return any(id(p) in own for p in model.parameters.values())

    def _step(self, g):
        """The vector that is taken away from θ;  g (n,) -> (n,). It may be g's own memory."""
        raise NotImplementedError


class SGD(Optimiser):
    """Stochastic gradient descent: m ← momentum · m + g,  θ ← θ − lr · m.

    With ``nesterov`` the step is lr · (g + momentum · m), which looks ahead along m. Without
    momentum it is lr · g. ValueError unless 0 ≤ momentum < 1, and for nesterov without momentum.
    Source: Polyak (1964); Sutskever, Martens, Dahl and Hinton (2013).
    """

    def __init__(self, model, lr: float, momentum: float = 0.0, nesterov: bool = False) -> None:
        super().__init__(model, lr)
        self.momentum = below_one(momentum, "momentum")
        self.nesterov = nesterov
        if nesterov and not momentum:
            raise ValueError(
                f"momentum: expected one above 0 with nesterov=True, got {momentum}; "
                "choose one such as 0.9"
            )
        self._m = np.zeros_like(self._gradient) if momentum else None

    def _step(self, g):
        m = self._m
        if m is not None:
            m *= self.momentum
            m += g
            if self.nesterov:
                g += self.momentum * m
            else:
                np.copyto(g, m)
        g *= self.lr
        return g


class Adam(Optimiser):
    """m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − lr · m̂ / (√v̂ + eps).

    m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) after t steps: m and v start at 0 and would be too
    small at first. ValueError unless both betas lie in [0, 1) and eps > 0. Source: Kingma and Ba
    (2015).
    """

    def __init__(
        self,
        model,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(model, lr)
        if np.shape(betas) != (2,):
            raise ValueError(
                f"betas: expected two numbers in [0, 1), got {betas!r}; pass e.g. (0.9, 0.999)"
            )
        self.betas = below_one(betas[0], "betas[0]"), below_one(betas[1], "betas[1]")
        self.eps = positive(eps, "eps")
        self._m, self._v, self._scratch = (np.zeros_like(self._gradient) for _ in range(3))
        self._t = 0

    def _step(self, g):
        (beta1, beta2), m, v, scratch = self.betas, self._m, self._v, self._scratch
        self._t += 1
        m *= beta1
        m += np.multiply(g, 1 - beta1, out=scratch)
        v *= beta2
        g *= g
        g *= 1 - beta2
        v += g
        # lr · m̂ / (√v̂ + eps), with both corrections drawn into one number before the vectors.
        correction = math.sqrt(1 - beta2**self._t)
        np.sqrt(v, out=g)
        g += self.eps * correction
        np.divide(m, g, out=g)
        g *= self.lr * correction / (1 - beta1**self._t)
        return g


def clip_gradients(gradients: Mapping[str, np.ndarray], max_norm: float) -> float:
    """Scale all gradients, as one vector g, down to ‖g‖ ≤ max_norm; returns ‖g‖ from before.

    g ← g · min(1, max_norm / ‖g‖): the direction stays. Changes the arrays in place, so that the
    optimiser, which holds the same arrays, sees it.
    ValueError for max_norm ≤ 0, for no gradients, and for NaN or infinity in them: there is no
    direction left to keep. Source: Pascanu, Mikolov and Bengio (2013).
    """
    max_norm = positive(max_norm, "max_norm")
    if not gradients:
        raise ValueError("gradients: expected at least one, got none; pass model.gradients")
    arrays = [_in_place(g, f"gradients[{name!r}]") for name, g in gradients.items()]
    norm = _norm(arrays)
    if norm > max_norm:
        for g in arrays:
            g *= max_norm / norm
    return norm


def _one_type(parameters, gradients) -> np.dtype:
    """The type of all arrays, once it is clear that every parameter has its gradient."""
    if not parameters or parameters.keys() != gradients.keys():
        raise ValueError(
            f"model: expected one gradient for each parameter, got parameters {list(parameters)} "
            f"and gradients {list(gradients)}; use the same names in both dicts"
        )
    dtype = floating(next(iter(parameters.values())).dtype)
    for name, p in parameters.items():
        g = gradients[name]
        if p.dtype != dtype or g.dtype != dtype or g.shape != p.shape:
            raise ValueError(
                f"model: expected parameter and gradient {name!r} to have one shape and the type "
                f"{dtype} of the first parameter, got {p.dtype} {p.shape} and {g.dtype} {g.shape}; "
                "make the gradient with np.zeros_like(parameter)"
            )
    return dtype


def _in_place(gradient, name):
    """``gradient`` itself: a list or an array of integers could not be scaled in place."""
    if finite_array(gradient, name) is not gradient:
        raise ValueError(
            f"{name}: expected a floating array, which is scaled in place, got "
            f"{gradient!r:.60}; pass model.gradients"
        )
    return gradient


def _norm(arrays):
    # Squares of exploded gradients overflow, so the largest entry is taken out first.
    largest = max(float(np.abs(g).max()) for g in arrays)
    if largest == 0:
        return 0.0
    return largest * math.sqrt(sum(float(((g / largest) ** 2).sum(dtype=float)) for g in arrays))
