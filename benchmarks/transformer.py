"""A training step of the Transformer chapter's two models against PyTorch.

Both run in one process and one thread, on the same float32 numbers and tokens: forward,
cross-entropy at every token, backward and Adam. PyTorch's has ``nn.TransformerEncoderLayer``'s
parts written out, with ``scaled_dot_product_attention`` and the same form of GELU.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from benchmarks.race import against
from benchmarks.report import Row
from benchmarks.torch_rival import torch_in_one_thread
from lecturelib.optim import Adam
from lecturelib.transformer import TokenCrossEntropy, Transformer

# Task -> vocabulary, length, width, heads, blocks, causal; rows of a batch; at most this share.
CASES = {
    "reversal": ((10, 10, 32, 4, 1, False), 64, 1.0),
    "addition": ((12, 8, 32, 4, 2, True), 128, 1.0),
}


def twin_of(torch, vocabulary, length, n, heads, depth, causal):
    """The same model as an ``nn.Module``."""
    from torch import nn

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.norms = nn.ModuleList([nn.LayerNorm(n) for _ in range(2)])
            self.qkv, self.out = nn.Linear(n, 3 * n), nn.Linear(n, n)
            self.up, self.down = nn.Linear(n, 4 * n), nn.Linear(4 * n, n)

        def forward(self, x):
            qkv = self.qkv(self.norms[0](x)).unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
            h = nn.functional.scaled_dot_product_attention(*qkv, is_causal=causal)
            x = x + self.out(h.transpose(1, 2).flatten(2))
            a = self.up(self.norms[1](x))
            return x + self.down(a * torch.sigmoid(1.702 * a))

    class Twin(nn.Module):
        def __init__(self):
            super().__init__()
            self.E, self.P = nn.Embedding(vocabulary, n), nn.Embedding(length, n)
            self.layers = nn.Sequential(*[Layer() for _ in range(depth)])
            self.norm, self.head = nn.LayerNorm(n), nn.Linear(n, vocabulary)

        def forward(self, tokens):
            h = self.E(tokens) + self.P.weight[: tokens.shape[1]]
            return self.head(self.norm(self.layers(h)))

    return Twin()


def training(sizes: tuple, batch: int) -> dict[str, Callable]:
    """A step of the library and of torch. Raises NotMeasuredError without torch."""
    torch = torch_in_one_thread()
    vocabulary, length, n, heads, depth, causal = sizes
    rng, made = np.random.default_rng(0), {"causal": causal, "dtype": np.float32}
    model = Transformer(vocabulary, length, n, heads, depth, rng=rng, **made)
    twin, loss = twin_of(torch, *sizes), TokenCrossEntropy()
    optimiser, other = Adam(model, 2e-3), torch.optim.Adam(twin.parameters(), 2e-3)
    x, y = rng.integers(vocabulary, size=(2, batch, length))
    tokens, targets = torch.from_numpy(x), torch.from_numpy(y.ravel())

    def library():
        loss.forward(model.forward(x), y)
        optimiser.zero_grad()
        model.backward(loss.backward())
        optimiser.step()

    def rival():
        value = torch.nn.functional.cross_entropy(twin(tokens).flatten(0, 1), targets)
        other.zero_grad()
        value.backward()
        other.step()

    assert model.count == sum(p.numel() for p in twin.parameters())
    return {"lecturelib": library, "torch": rival}


def rows(options: Namespace) -> Iterator[Row]:
    """The shares of torch's time that a training step takes."""
    for task, (sizes, batch, limit) in CASES.items():
        name = f"Transformer, {task}: training step against torch"
        yield against(name, partial(training, sizes, batch), limit)
