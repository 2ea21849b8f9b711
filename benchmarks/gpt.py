"""GPT: a training step against PyTorch, writing with a cache and without, learning byte pairs.

The steps run in one process and one thread, on the same float32 numbers: forward, cross-entropy,
backward, clipping and AdamW. PyTorch's model is that of ``experiments/gpt_torch.py``.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import process_time

import numpy as np

from benchmarks.race import against
from benchmarks.report import Row, judged
from benchmarks.torch_rival import torch_in_one_thread
from lecturelib.data import shakespeare
from lecturelib.gpt import GPT
from lecturelib.optim import AdamW, clip_gradients, is_weight
from lecturelib.tokenizer import BytePairs
from lecturelib.transformer import TokenCrossEntropy

# (V, context, width, blocks, heads), windows of a batch.
STEPS = [((63, 32, 64, 1, 4), 32), ((63, 32, 64, 2, 4), 32), ((512, 64, 128, 2, 4), 16)]
LENGTH = 64  # of the text that is written


def training(sizes: tuple, batch: int) -> dict[str, Callable]:
    """A step of the library and of torch. Raises NotMeasuredError without torch."""
    torch = torch_in_one_thread()
    from experiments import gpt_torch

    model, loss = GPT(*sizes, rng=np.random.default_rng(0)), TokenCrossEntropy()
    module = gpt_torch.TorchGPT(model)
    decay = {"weight_decay": 0.1, "decays": is_weight}
    optimiser, other = AdamW(model, 1e-3, (0.9, 0.99), **decay), gpt_torch.optimiser(module, 1e-3)
    x, y = np.random.default_rng(1).integers(sizes[0], size=(2, batch, sizes[1]))
    ids, targets = torch.from_numpy(x), torch.from_numpy(y.ravel())

    def library():
        loss.forward(model.forward(x), y)
        optimiser.zero_grad()
        model.backward(loss.backward())
        clip_gradients(model.gradients, 1.0)
        optimiser.step()

    def rival():
        value = torch.nn.functional.cross_entropy(module(ids).flatten(0, 1), targets)
        other.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        other.step()

    return {"lecturelib": library, "torch": rival}


def writing() -> float:
    """How many times longer a text of 64 tokens takes without the cache; median of five."""
    model = GPT(512, LENGTH, 128, 2, 4, rng=np.random.default_rng(0))
    prompt, ratios = np.zeros((16, 1), int), []

    def write(cache):
        model.generate(prompt, LENGTH - 1, rng=np.random.default_rng(0), cache=cache)

    for _ in range(5):
        ratios.append(_timed(write, False) / _timed(write, True))
    return median(ratios)


def _timed(function: Callable, *arguments) -> float:
    """Seconds of the processor: other programs on the machine do not count."""
    start = process_time()
    function(*arguments)
    return process_time() - start


def rows(options: Namespace) -> Iterator[Row]:
    """The shares of torch's time, the gain of the cache, the seconds of 500 merges."""
    for sizes, batch in STEPS:
        name = f"GPT {sizes} training step against torch"
        yield against(name, partial(training, sizes, batch), 1.25)
    gain = writing()
    text = f"1/{gain:.1f} of the time without"
    yield judged(f"writing {LENGTH} tokens with a cache", text, 1 / gain, 0.2, "of it")
    seconds = _timed(BytePairs.learn, shakespeare(), 500)
    text = f"{seconds:.1f} s"
    yield judged("500 merges of the packaged Shakespeare", text, seconds, 10, "s")
