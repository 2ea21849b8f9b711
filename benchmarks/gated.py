"""A training step of LSTM and GRU on the adding problem, T 50, N 64, H 32: against torch.

Both run in one process and one thread, on the same float32 numbers: forward, mean squared error,
BPTT, clipping and Adam. For comparison the share that forward and BPTT alone take at the sizes of
the plain network's measurement, T 50, N 32, D 32, H 64.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from benchmarks import recurrent
from benchmarks.race import against
from benchmarks.report import Row
from benchmarks.torch_rival import torch_in_one_thread
from lecturelib.losses import MeanSquaredError
from lecturelib.lstm import GRU, LSTM
from lecturelib.optim import Adam, clip_gradients

T, N, D, H = 50, 64, 2, 32
# Network -> at most this share of torch's time.
LIMITS = {LSTM: 1.4, GRU: 0.6}


def training(kind: type) -> dict[str, Callable]:
    """A step of the library and of torch. Raises NotMeasuredError without torch."""
    torch = torch_in_one_thread()
    rng = np.random.default_rng(0)
    x, y = rng.random((T, N, D), np.float32), rng.random((N, 1), np.float32)
    model, loss = kind(D, H, 1, rng=rng, dtype=np.float32), MeanSquaredError()
    module, linear = model.to_torch()
    parameters = [*module.parameters(), *linear.parameters()]
    optimiser, other = Adam(model, 3e-3), torch.optim.Adam(parameters, 3e-3)
    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)

    def library():
        loss.forward(model.forward(x, last_only=True), y)
        optimiser.zero_grad()
        model.backward(loss.backward())
        clip_gradients(model.gradients, 1.0)
        optimiser.step()

    def twin():
        value = torch.nn.functional.mse_loss(linear(module(inputs)[0][-1]), targets)
        other.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        other.step()

    return {"lecturelib": library, "torch": twin}


def both_ways(kind: type) -> dict[str, Callable]:
    """Forward and BPTT of the library and of torch, with the gradients of all inputs."""
    torch = torch_in_one_thread()
    rng, sizes = np.random.default_rng(0), (recurrent.D, recurrent.H)
    x, dh = (rng.standard_normal((recurrent.T, recurrent.N, n), np.float32) for n in sizes)
    model = kind(*sizes, rng=rng, dtype=np.float32)
    module, leaf, towards = model.to_torch(), torch.from_numpy(x), torch.from_numpy(dh)
    leaf.requires_grad_()

    def library():
        model.zero_grad()
        model.forward(x)
        model.backward(dh)

    def twin():
        for tensor in (leaf, *module.parameters()):
            tensor.grad = None
        module(leaf)[0].backward(towards)

    return {"lecturelib": library, "torch": twin}


def rows(options: Namespace) -> Iterator[Row]:
    """The shares of torch's time, of a training step and of forward and BPTT alone."""
    for kind, limit in LIMITS.items():
        name = kind.__name__
        yield against(f"{name} training step against torch", partial(training, kind), limit)
        alone = f"{name} forward and BPTT alone against torch"
        yield against(alone, partial(both_ways, kind))
