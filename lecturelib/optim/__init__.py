"""Optimisers: how a gradient becomes a step, θ ← θ − step.

``optimiser = Adam(model, lr=1e-3)``; then, as in PyTorch, ``zero_grad``, ``backward``, ``step``.
The formulas and the defaults are PyTorch's. ``model`` is anything with the dicts ``parameters`` and
``gradients``, a layer or a whole network, or a pair of such dicts, ``({"w": w}, {"w": dw})``. The
arrays of the model are changed in place.
"""

from lecturelib.optim.adaptive import AdaGrad, Adam, AdamW, RMSProp
from lecturelib.optim.base import Optimiser, is_weight
from lecturelib.optim.clipping import clip_gradients
from lecturelib.optim.muon import Muon, orthogonalise
from lecturelib.optim.sgd import SGD

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Muon",
    "Optimiser",
    "RMSProp",
    "clip_gradients",
    "is_weight",
    "orthogonalise",
]
