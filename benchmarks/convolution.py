"""A training step of a small CNN, batch 32, Adam, float32: against torch.

Both run in one process and one thread, from the same weights, on the same images: forward, loss,
backward and update. They take turns, and what counts is the median of the processor's time, which
other programs hardly lengthen.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from statistics import median
from time import process_time

import numpy as np

from benchmarks.report import NotMeasuredError, Row, judged, not_measured
from benchmarks.torch_rival import torch_in_one_thread
from lecturelib.conv import Conv2d, Flatten, MaxPool2d
from lecturelib.layers import Linear, ReLU, Sequential
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam

BATCH, ROUNDS = 32, 25
# Side of the images -> at most this share of torch's time.
LIMITS = {8: 1.3, 28: 1.7}


def network(side: int) -> Sequential:
    """Convolutions to 16 and 32 channels, pooling, and two dense layers, 64 units between them."""
    made = {"rng": np.random.default_rng(0), "dtype": np.float32}
    return Sequential(
        Conv2d(1, 16, 3, padding=1, **made),
        ReLU(),
        Conv2d(16, 32, 3, padding=1, **made),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(32 * (side // 2) ** 2, 64, **made),
        ReLU(),
        Linear(64, 10, init="xavier", **made),
    )


def batch(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Images by chance, and labels."""
    rng = np.random.default_rng(1)
    images = rng.random((BATCH, 1, side, side), dtype=np.float32)
    return images, rng.integers(0, 10, BATCH)


def library(side: int) -> Callable:
    """A step as ``lecturelib.training.fit`` makes it."""
    model, loss, (x, y) = network(side), CrossEntropy(), batch(side)
    optimiser = Adam(model)

    def step():
        loss.forward(model.forward(x), y)
        optimiser.zero_grad()
        model.backward(loss.backward(), input_gradient=False)
        optimiser.step()

    return step


def torch_eager(side: int) -> Callable:
    """The usual step in PyTorch. Raises NotMeasuredError without torch."""
    torch = torch_in_one_thread()
    model, loss_of = network(side).to_torch(), torch.nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(model.parameters())
    x, y = (torch.from_numpy(array) for array in batch(side))

    def step():
        loss = loss_of(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def race(contestants: list[Callable]) -> list[float]:
    """Median seconds of each."""
    for step in contestants:
        step()  # the first call also imports and allocates
    times = [[] for _ in contestants]
    for _ in range(ROUNDS):
        for step, seconds in zip(contestants, times, strict=True):
            start = process_time()
            step()
            seconds.append(process_time() - start)
    return [median(seconds) for seconds in times]


def rows(options: Namespace) -> Iterator[Row]:
    """For images of 8 × 8 and 28 × 28 pixels: the share of torch's time."""
    for side, limit in LIMITS.items():
        name = f"CNN step {side}×{side} against torch eager"
        try:
            own, theirs = race([library(side), torch_eager(side)])
        except NotMeasuredError as reason:
            yield not_measured(name, reason)
            continue
        text = f"{own / theirs:.2f} × its {1e3 * theirs:.1f} ms"
        yield judged(name, text, own / theirs, limit, "× its time")
