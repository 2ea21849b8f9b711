"""A step of CD-1 of a machine 64-128 on batches of 20: against the same in torch.

Both run in one process and one thread, on the same float32 numbers: hidden probabilities, a sample,
the way back, gradients, momentum.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.race import against
from benchmarks.report import Row
from benchmarks.torch_rival import torch_in_one_thread
from lecturelib.optim import SGD
from lecturelib.rbm import RBM, contrastive_divergence

V, H, N, LR, MOMENTUM = 64, 128, 20, 0.1, 0.9
LIMIT = 1.2  # at most this share of torch's time
NAME = "CD-1 step of an RBM against torch"


def steps() -> dict[str, Callable]:
    """A step of the library and of torch. Raises NotMeasuredError without torch."""
    torch = torch_in_one_thread()
    rng = np.random.default_rng(0)
    x = rng.random((N, V), dtype=np.float32)
    rbm = RBM(V, H, rng=rng, dtype=np.float32)
    optimiser, bare = SGD(rbm, LR, MOMENTUM), contrastive_divergence.bare
    W, b, c = (torch.from_numpy(p.copy()) for p in rbm.parameters.values())
    moments, data = [torch.zeros_like(p) for p in (W, b, c)], torch.from_numpy(x)

    def library():
        rbm.zero_grad()
        bare(rbm, x, rng=rng, mean_field=True)
        optimiser.step()

    @torch.no_grad()
    def twin():
        p = torch.sigmoid(data @ W + b)
        v = torch.sigmoid(torch.bernoulli(p) @ W.T + c)
        h = torch.sigmoid(v @ W + b)
        up = (data.T @ p - v.T @ h) / N, (p - h).mean(0), (data - v).mean(0)
        for parameter, m, g in zip((W, b, c), moments, up, strict=True):
            m.mul_(MOMENTUM).add_(g)
            parameter.add_(m, alpha=LR)

    return {"lecturelib": library, "torch": twin}


def rows(options: Namespace) -> Iterator[Row]:
    """The share of torch's time."""
    yield against(NAME, steps, LIMIT)
