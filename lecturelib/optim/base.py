"""What all optimisers share: the parameters as one vector, and weight decay.

All parameters together are one vector θ and all gradients one vector g: a subclass says only what
the step is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lecturelib._validate import floating, not_negative, positive

__all__ = ["Optimiser", "is_weight"]

Rule = Callable[[str, np.ndarray], bool]


class _Pair(NamedTuple):
    """Two dicts that are no model, in a model's clothes."""

    parameters: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]


def is_weight(name: str, p: np.ndarray) -> bool:
    """Is it a matrix or a kernel? Biases and the gains of normalisation have one axis."""
    return p.ndim > 1


class Optimiser:
    """θ ← θ − step(g); the base of all optimisers. ``lr`` may be changed between steps.

    With ``weight_decay`` above 0 a penalty ½ · weight_decay · ‖θ‖² (L2) joins the loss: g becomes
    g + weight_decay · θ, in every optimiser but AdamW and Muon, which decay θ itself. ``decays``
    is a rule (name, array) -> bool that says which parameters; ``is_weight`` spares biases and the
    gains of normalisation, None means all, as in PyTorch.

    ValueError for lr ≤ 0, weight_decay < 0, for a model without parameters, and where a gradient is
    missing, has another shape or type than its parameter, or the parameters are not all of one
    floating type.
    """

    def __init__(
        self, model, lr: float, *, weight_decay: float = 0.0, decays: Rule | None = None
    ) -> None:
        self.lr = positive(lr, "lr")
        self.weight_decay = not_negative(weight_decay, "weight_decay")
        self.decays = None if decays is None else rule(decays, "decays")
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
        g = np.concatenate(flat, out=self._gradient)
        if self.weight_decay:
            self._decay(parameters, g)
        step = self._step(g)
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

    def _decay(self, parameters, g) -> None:
        """g ← g + weight_decay · θ: the gradient of the penalty."""
        start = 0
        for name, p in parameters.items():
            if self._decaying(name, p):
                g[start : start + p.size] += self.weight_decay * p.ravel()
            start += p.size

    def _decaying(self, name, p) -> bool:
        return self.decays is None or bool(self.decays(name, p))


def shrink(optimiser: Optimiser, parameters) -> None:
    """θ ← θ · (1 − lr · weight_decay): decoupled decay, which no gradient sees."""
    for name, p in parameters.items():
        if optimiser._decaying(name, p):
            p *= 1 - optimiser.lr * optimiser.weight_decay


def rule(value, name: str) -> Rule:
    """``value`` if it can be called, or ValueError."""
    if not callable(value):
        raise ValueError(
            f"{name}: expected a rule (name, array) -> bool, got {value!r:.60}; "
            "pass is_weight, or lambda name, p: p.ndim > 1"
        )
    return value


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
