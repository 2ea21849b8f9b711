"""The same GPT in PyTorch, trained on one process or on many: data-parallel training.

On one process, then on two of this machine::

    python -m experiments.gpt_torch --steps 200
    torchrun --standalone --nproc_per_node=2 -m experiments.gpt_torch --steps 200

On a cluster the same command runs on every machine, four of them with eight GPUs each::

    torchrun --nnodes=4 --nproc_per_node=8 --rdzv_backend=c10d --rdzv_endpoint=HOST:29500 \
        -m experiments.gpt_torch --steps 200

Every process holds the whole model and takes its own rows of the batch. In ``backward``
``DistributedDataParallel`` takes the mean of the processes' gradients, so that all take the same
step, that of one process on the whole batch. The processes talk by gloo, on GPUs by nccl.
"""

from __future__ import annotations

import argparse
import os

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import cross_entropy, scaled_dot_product_attention
from torch.nn.parallel import DistributedDataParallel

from lecturelib.data import shakespeare
from lecturelib.gpt import GPT, windows
from lecturelib.optim import is_weight
from lecturelib.tokenizer import Characters


class Block(nn.Module):
    """x + attention(norm(x)), then x + MLP(norm(x))."""

    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, nn.Dropout(dropout)
        self.norm1 = nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        """(B, T, D) -> (B, T, D)."""
        B, T, D = x.shape
        qkv = self.qkv(self.norm1(x)).view(B, T, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (B, heads, T, d)
        h = scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.dropout(self.out(h.transpose(1, 2).reshape(B, T, D)))
        h = self.up(self.norm2(x))
        return x + self.dropout(self.down(h * torch.sigmoid(1.702 * h)))


class TorchGPT(nn.Module):
    """``lecturelib.gpt.GPT`` as a module, with a copy of its weights."""

    def __init__(self, model: GPT):
        super().__init__()
        V, D = model.vocabulary, model.width
        self.E, self.P = nn.Embedding(V, D), nn.Embedding(model.context, D)
        blocks = [Block(D, model.heads, model.dropout) for _ in range(model.blocks)]
        self.blocks = nn.Sequential(*blocks)
        self.norm, self.head = nn.LayerNorm(D), nn.Linear(D, V)
        self.to(getattr(torch, model.head.W.dtype.name))
        with torch.no_grad():  # both list their arrays in the same order
            for ours, theirs in zip(model.parameters.values(), self.parameters(), strict=True):
                theirs.copy_(torch.from_numpy(ours))

    def forward(self, ids):
        """Logits behind every token;  (B, T) -> (B, T, V)."""
        places = torch.arange(ids.shape[1], device=ids.device)
        return self.head(self.norm(self.blocks(self.E(ids) + self.P(places))))


def optimiser(module, lr, weight_decay=0.1):
    """AdamW that decays matrices alone, as ``lecturelib.optim.AdamW(…, decays=is_weight)`` does."""
    named = list(module.named_parameters())
    groups = [[p for name, p in named if is_weight(name, p) is decays] for decays in (True, False)]
    kinds = [{"params": groups[0], "weight_decay": weight_decay}]
    kinds.append({"params": groups[1], "weight_decay": 0.0})
    return torch.optim.AdamW(kinds, lr=lr, betas=(0.9, 0.99))


def train(module, ids, *, T, N, steps, lr, weight_decay, seed, rank=0, world=1, device="cpu"):
    """``steps`` steps of N windows together, N / world on this process; the losses of its part."""
    if N % world:
        raise ValueError(
            f"N: expected a multiple of the {world} processes, got {N}; with unequal parts the mean"
            " of their gradients is not that of the batch"
        )
    steps_of, rng, losses = optimiser(module, lr, weight_decay), np.random.default_rng(seed), []
    for _ in range(steps):
        # All processes draw the same windows from the same seed; each takes its own rows.
        x, y = (torch.from_numpy(a[rank::world].copy()) for a in windows(ids, T, N, rng))
        loss = cross_entropy(module(x.to(device)).flatten(0, 1), y.to(device).flatten())
        steps_of.zero_grad()
        loss.backward()  # here DistributedDataParallel takes the mean over the processes
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        steps_of.step()
        losses.append(loss.item())
    return losses


def arguments(words=None):
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in {"steps": 200, "batch": 32, "context": 32, "width": 64}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, default in {"blocks": 1, "heads": 4, "seed": 0}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32")
    parser.add_argument("--save", help="write the trained weights here, as an .npz file")
    return parser.parse_args(words)


def main(words=None):
    """Train, report from process 0, and perhaps save."""
    given = arguments(words)
    world, rank = (int(os.environ.get(name, d)) for name, d in (("WORLD_SIZE", 1), ("RANK", 0)))
    local, device = int(os.environ.get("LOCAL_RANK", 0)), "cpu"
    if torch.cuda.is_available():
        device = f"cuda:{local}"
        torch.cuda.set_device(local)
    text = shakespeare()
    tokenizer = Characters.learn(text)
    ids = tokenizer.encode(text)[: int(0.9 * len(text))]
    sizes = tokenizer.size, given.context, given.width, given.blocks, given.heads
    # The same seed everywhere: all processes start with the same weights.
    model = GPT(*sizes, rng=np.random.default_rng(given.seed), dtype=np.dtype(given.dtype))
    module = TorchGPT(model).to(device)
    wrapped = module
    if world > 1:
        dist.init_process_group("nccl" if device != "cpu" else "gloo")
        wrapped = DistributedDataParallel(module, device_ids=None if device == "cpu" else [local])
    settings = {"T": given.context, "N": given.batch, "steps": given.steps, "lr": given.lr}
    settings |= {"weight_decay": 0.1, "seed": given.seed, "device": device}
    losses = train(wrapped, ids, rank=rank, world=world, **settings)
    if rank == 0:
        print(f"process 0 of {world} on {device}: {np.mean(losses[-50:]):.3f} nats a token")
        if given.save:
            names = model.parameters
            arrays = [p.detach().cpu().numpy() for p in module.parameters()]
            np.savez(given.save, **dict(zip(names, arrays, strict=True)))
    if world > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
