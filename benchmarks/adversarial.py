"""A round of a generative adversarial network against torch.

Both run in one process and one thread, on the same float32 numbers: a step of D with the fakes
detached, a step of G, Adam for both.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from benchmarks.race import against
from benchmarks.report import Row
from benchmarks.torch_rival import torch_in_one_thread
from lecturelib.gan import Game, digit_networks, noise, ring, ring_networks
from lecturelib.optim import Adam

BETAS = (0.5, 0.999)
# Task -> at most this share of torch's time.
LIMITS = {"ring, batch 256": 0.7, "digits, batch 64": 0.7}


def rounds(task: str) -> dict[str, Callable]:
    """A round of the library and of torch. Raises NotMeasuredError without torch."""
    torch, rng = torch_in_one_thread(), np.random.default_rng(0)
    if task.startswith("ring"):
        (G, D), real, n = ring_networks(rng), ring(256, rng), 2
    else:
        (G, D), real, n = digit_networks(rng), rng.random((64, 64), np.float32), 32
    z = noise(len(real), n, rng)
    module_G, module_D = G.to_torch(), D.to_torch()
    step_G, step_D = (torch.optim.Adam(m.parameters(), 1e-3, BETAS) for m in (module_G, module_D))
    x, u = torch.from_numpy(real), torch.from_numpy(z)
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits
    ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)
    game = Game(G, D, Adam(G, 1e-3, BETAS), Adam(D, 1e-3, BETAS))

    def library():
        game.discriminator_step(real, z)
        game.generator_step(z)

    def twin():
        loss = loss_of(module_D(x), ones) + loss_of(module_D(module_G(u).detach()), zeros)
        step_D.zero_grad()
        loss.backward()
        step_D.step()
        loss = loss_of(module_D(module_G(u)), ones)
        step_G.zero_grad()
        loss.backward()
        step_G.step()

    return {"lecturelib": library, "torch": twin}


def rows(options: Namespace) -> Iterator[Row]:
    """The library's share of torch's time for a round."""
    for task, limit in LIMITS.items():
        yield against(f"GAN round against torch, {task}", partial(rounds, task), limit)
