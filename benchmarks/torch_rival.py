"""PyTorch as the rival of every measurement: in one thread, in its usual loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.report import NotMeasuredError


def torch_in_one_thread():
    """The module torch. Raises NotMeasuredError where it is not installed."""
    try:
        import torch
    except ImportError as error:
        raise NotMeasuredError("torch is not installed") from error
    torch.set_num_threads(1)
    return torch


def eager_training(module, optimisers: Sequence, X, y, *, batch: int, epochs: int) -> Callable:
    """The usual loop over shuffled batches, cross-entropy, and a step of every optimiser."""
    torch = torch_in_one_thread()
    X, y, loss_of = torch.from_numpy(X), torch.from_numpy(y), torch.nn.CrossEntropyLoss()

    def train():
        for _ in range(epochs):
            for rows in torch.randperm(len(X)).split(batch):
                loss = loss_of(module(X[rows]), y[rows])
                for optimiser in optimisers:
                    optimiser.zero_grad()
                loss.backward()
                for optimiser in optimisers:
                    optimiser.step()

    return train
