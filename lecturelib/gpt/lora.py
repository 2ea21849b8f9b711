"""Low-rank adaptation: a large matrix stays, a product of two small ones is learned beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from lecturelib._validate import generator, positive, whole

__all__ = ["LoRA"]


class LoRA:
    """W = W₀ + (alpha / rank) B A for matrices of a model, by name;  A (rank, in), B (out, rank).

    W₀ (out, in) is the model's matrix as it is now, and stays; A starts with normal entries of
    variance 1 / in and B at 0, so that W starts at W₀. ``parameters`` and ``gradients`` hold A and
    B alone: an optimiser made for this object leaves the rest of the model as it is. A step is::

        model.zero_grad()
        model.backward(dz)   # ∂L/∂W, as always
        lora.backward()      # from it ∂L/∂A and ∂L/∂B
        optimiser.step()     # changes A and B
        lora.write()         # W of the model anew

    A program for large models computes dA and dB without forming dW; here the model's own backward
    is used. ValueError for names that are no matrices of the model, none of them, a rank that
    exceeds a side, alpha ≤ 0 and no Generator. Source: Hu et al. (2022).
    """

    def __init__(self, model, names: Iterable[str], rank: int, *, rng, alpha: float | None = None):
        self.rank, self.names = whole(rank, "rank"), tuple(names)
        self.alpha = float(rank) if alpha is None else positive(alpha, "alpha")
        generator(rng)
        self._model, self._start = model, {}
        self.parameters, self.gradients = {}, {}
        for name in self.names:
            W = _matrix(model, name, self.rank)
            self._start[name] = W.copy()
            A = rng.standard_normal((self.rank, W.shape[1])) / math.sqrt(W.shape[1])
            self.parameters[f"{name}.A"] = A.astype(W.dtype)
            self.parameters[f"{name}.B"] = np.zeros((len(W), self.rank), W.dtype)
        if not self.names:
            raise ValueError(f"names: expected some of {_matrices(model)}, got none")
        self.gradients = {name: np.zeros_like(p) for name, p in self.parameters.items()}

    @property
    def count(self) -> int:
        """How many numbers are learned."""
        return sum(p.size for p in self.parameters.values())

    @property
    def scale(self) -> float:
        """alpha / rank: with it the learning rate need not change with the rank."""
        return self.alpha / self.rank

    def backward(self) -> None:
        """dA = s Bᵀ dW, dB = s dW Aᵀ with s = alpha / rank, from the model's dW; they replace."""
        gradients = self._model.gradients
        for name in self.names:
            dW, A, B = gradients[name], *self._pair(name)
            self.gradients[f"{name}.A"][...] = self.scale * (B.T @ dW)
            self.gradients[f"{name}.B"][...] = self.scale * (dW @ A.T)

    def write(self) -> None:
        """W ← W₀ + s B A in the model; after the last step the model needs A and B no longer."""
        for name in self.names:
            A, B = self._pair(name)
            self._model.parameters[name][...] = self._start[name] + self.scale * (B @ A)

    def remove(self) -> None:
        """W ← W₀ in the model: another pair (A, B) can be written over the same start."""
        for name, W in self._start.items():
            self._model.parameters[name][...] = W

    def _pair(self, name):
        return self.parameters[f"{name}.A"], self.parameters[f"{name}.B"]


def _matrices(model):
    return [name for name, p in model.parameters.items() if p.ndim == 2]


def _matrix(model, name, rank):
    """The matrix of that name, or ValueError."""
    known = _matrices(model)
    if name not in known:
        raise ValueError(f"names: expected matrices of the model, out of {known}, got {name!r}")
    W = model.parameters[name]
    if rank > min(W.shape):
        raise ValueError(
            f"rank: expected at most {min(W.shape)}, the shorter side of {name} {W.shape}, got "
            f"{rank}; a product of that rank is no smaller than the matrix"
        )
    return W
