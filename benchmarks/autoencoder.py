"""A training step of a stacked autoencoder, 64-48-32-16 and back, batches of 32: against torch.

Both run in one process and one thread on the same float32 numbers: forward, mean squared error,
backward and Adam. For comparison a step of a VAE, 64-64-32-2, which draws its noise.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.race import against
from benchmarks.report import Row
from benchmarks.torch_rival import torch_in_one_thread
from lecturelib.autoencoder import VAE, Autoencoder, SummedCrossEntropy
from lecturelib.losses import MeanSquaredError
from lecturelib.optim import Adam

N, SIZES, FLAT = 32, [64, 48, 32, 16], [64, 64, 32, 2]
LIMIT = 0.6  # at most this share of torch's time


def _step(model, loss, x) -> Callable:
    optimiser = Adam(model, 2e-3)

    def step():
        loss.forward(model.forward(x), x)
        optimiser.zero_grad()
        model.backward(loss.backward(), input_gradient=False)
        optimiser.step()

    return step


def stacked() -> dict[str, Callable]:
    """A step of the library and of torch. Raises NotMeasuredError without torch."""
    torch = torch_in_one_thread()
    rng = np.random.default_rng(0)
    x = rng.random((N, SIZES[0]), np.float32)
    options = {"code": "tanh", "output": "tanh", "dtype": np.float32}
    model = Autoencoder(SIZES, "tanh", rng=rng, **options)
    module, inputs = model.to_torch(), torch.from_numpy(x)
    other = torch.optim.Adam(module.parameters(), 2e-3)

    def twin():
        value = torch.nn.functional.mse_loss(module(inputs), inputs)
        other.zero_grad()
        value.backward()
        other.step()

    return {"lecturelib": _step(model, MeanSquaredError(), x), "torch": twin}


def variational() -> dict[str, Callable]:
    """The same for a VAE."""
    torch = torch_in_one_thread()
    rng = np.random.default_rng(0)
    x = rng.random((N, FLAT[0]), np.float32)
    model = VAE(FLAT, rng=rng, dtype=np.float32)
    parts = [part.to_torch() for part in (model.encoder, model.mean, model.log_variance)]
    decoder, inputs = model.decoder.to_torch(), torch.from_numpy(x)
    parameters = [p for part in (*parts, decoder) for p in part.parameters()]
    other = torch.optim.Adam(parameters, 2e-3)

    def twin():
        h = parts[0](inputs)
        mu, s = parts[1](h), parts[2](h)
        a = decoder(mu + torch.exp(s / 2) * torch.randn_like(mu))
        lost = torch.nn.functional.binary_cross_entropy_with_logits(a, inputs, reduction="sum")
        value = (lost + (mu**2 + torch.exp(s) - 1 - s).sum() / 2) / N
        other.zero_grad()
        value.backward()
        other.step()

    return {"lecturelib": _step(model, SummedCrossEntropy(), x), "torch": twin}


def rows(options: Namespace) -> Iterator[Row]:
    """The shares of torch's time of both steps."""
    yield against("stacked autoencoder, training step against torch", stacked, LIMIT)
    yield against("variational autoencoder, training step against torch", variational)
