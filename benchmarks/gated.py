"""Forward pass and BPTT of LSTM and GRU, T 50, N 32, D 32, H 64: against torch.

Both run in one process and one thread, on the same float32 numbers, and compute the same: the
states, and the gradients of all weights and inputs.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.recurrent import D, H, N, T, race
from benchmarks.report import NotMeasuredError, Row, judged, not_measured
from lecturelib.lstm import GRU, LSTM

# Network -> at most this share of torch's time.
LIMITS = {LSTM: 1.4, GRU: 0.6}


def contestants(kind: type) -> dict[str, Callable]:
    """The library's network and its twin. Raises NotMeasuredError without torch."""
    try:
        import torch
    except ImportError as error:
        raise NotMeasuredError("torch is not installed") from error
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    x, dh = (rng.standard_normal((T, N, n), dtype=np.float32) for n in (D, H))
    model = kind(D, H, rng=rng, dtype=np.float32)
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
    """The share of torch's time that forward and BPTT of each network take."""
    for kind, limit in LIMITS.items():
        name = f"{kind.__name__} forward and BPTT against torch"
        try:
            seconds = race(contestants(kind))
        except NotMeasuredError as reason:
            yield not_measured(name, reason)
            continue
        share = seconds["lecturelib"] / seconds["torch"]
        text = f"{share:.2f} × its {1e3 * seconds['torch']:.2f} ms"
        yield judged(name, text, share, limit, "× its time")
