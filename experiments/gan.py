"""What becomes of generators under other losses, rates and rivals: ``python -m experiments.gan``.

Writes ``lecturelib/data/gan.csv``, some lines a training. Broken off, it goes on where it stopped;
delete the file to measure anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from experiments.record import DATA, Record, arguments
from lecturelib.data import digits, split
from lecturelib.diffusion import Diffusion, denoiser
from lecturelib.gan import (
    Game,
    GradientPenalty,
    Minimax,
    NonSaturating,
    Wasserstein,
    count_modes,
    digit_networks,
    judged,
    nearest_distance,
    noise,
    ring,
    ring_centres,
    ring_networks,
    train_judge,
    with_condition,
)
from lecturelib.optim import Adam

OUTPUT = DATA / "gan.csv"
RECORD = Record(
    "gan",
    "part;case;seed;name;value",
    keys=(str, str, int),
    notes=("seconds: CPU time of the training, in one thread",),
)
SAMPLES = 4000
# Loss, rate of D, penalty, steps of D a round, rounds; Adam with betas .5 and .999, rate 1e-3.
RING = {
    "non-saturating": (NonSaturating(), 1e-3, None, 1, 3000),
    "minimax": (Minimax(), 1e-3, None, 1, 3000),
    "rate of D 1e-4": (NonSaturating(), 1e-4, None, 1, 3000),
    "critic, penalty 0.1": (Wasserstein(), 1e-3, GradientPenalty(0.1), 3, 1500),
}
BETAS = (0.5, 0.999)


def on_ring(case: str, seed: int, share: float = 1.0) -> dict[str, float]:
    """Modes and share near them of 4000 samples; ``share`` of the rounds are played."""
    rng = np.random.default_rng(seed)
    loss, rate, penalty, steps_D, rounds = RING[case]
    G, D = ring_networks(rng)
    game = Game(G, D, Adam(G, 1e-3, BETAS), Adam(D, rate, BETAS), loss=loss, penalty=penalty)
    start = time.process_time()
    losses = game.train(int(share * rounds), ring, 2, rng, steps_D=steps_D)
    seconds = time.process_time() - start
    last = len(losses.D) // 10
    return {
        **_coverage(G.predict(noise(SAMPLES, 2, rng))),
        "loss of D": losses.D[-last:].mean(),
        "loss of G": losses.G[-last:].mean(),
        "seconds": seconds,
    }


def conditional(case: str, seed: int, share: float = 1.0) -> dict[str, float]:
    """The same with the number of the mode as condition; ``obeyed``: samples at the mode asked."""
    rng, eye = np.random.default_rng(seed), np.eye(8, dtype=np.float32)
    G, D = ring_networks(rng, n_condition=8)

    def real(N, rng):
        x, which = ring(N, rng, labels=True)
        return x, eye[which]

    game = Game(G, D, Adam(G, 1e-3, BETAS), Adam(D, 1e-3, BETAS))
    start = time.process_time()
    game.train(int(share * 3000), real, 2, rng)
    seconds = time.process_time() - start
    asked = np.arange(SAMPLES) % 8
    x = G.predict(with_condition(noise(SAMPLES, 2, rng), eye[asked]))
    nearest = np.square(x[:, None] - ring_centres()).sum(axis=2).argmin(axis=1)
    return {**_coverage(x), "obeyed": (nearest == asked).mean(), "seconds": seconds}


def diffusion(case: str, seed: int, share: float = 1.0) -> dict[str, float]:
    """The same ring by a diffusion model of 100 steps and the same width."""
    rng = np.random.default_rng(seed)
    model = Diffusion(denoiser(rng))
    start = time.process_time()
    model.train(int(share * 6000), Adam(model.net, 2e-3), ring, rng)
    seconds = time.process_time() - start
    return {**_coverage(model.sample(SAMPLES, rng)), "seconds": seconds}


def on_digits(case: str, seed: int, share: float = 1.0) -> dict[str, float]:
    """Which digits does a judge see in 1000 samples, and how sure is it?"""
    rng = np.random.default_rng(seed)
    data = digits()
    parts = split(data.X, data.y, rng=np.random.default_rng(0))
    X, new = parts.X_train.astype(np.float32), parts.X_test[:300].astype(np.float32)
    G, D = digit_networks(rng, batch_norm=case == "BatchNorm")
    game = Game(G, D, Adam(G, 1e-3, BETAS), Adam(D, 1e-3, BETAS))
    start = time.process_time()
    game.train(
        int(share * 3000), lambda N, rng: X[rng.integers(0, len(X), N)], 32, rng, batch_size=64
    )
    seconds = time.process_time() - start
    model, right = train_judge(parts, np.random.default_rng(0))
    x = G.predict(noise(1000, 32, rng))
    made, real = judged(model, x), judged(model, new)
    return {
        "found": made.found,
        "smallest share": made.shares.min(),
        "confidence": made.confidence,
        "confidence, real": real.confidence,
        "distance": nearest_distance(x[:300], X),
        "distance, real": nearest_distance(new, X),
        "judge": right,
        "seconds": seconds,
    }


def _coverage(x):
    modes = count_modes(x, ring_centres())
    return {"found": modes.found, "near": modes.near}


RUN = {
    **{("ring", case): on_ring for case in RING},
    ("ring", "diffusion"): diffusion,
    ("ring", "conditional"): conditional,
    ("digits", "BatchNorm"): on_digits,
    ("digits", "without BatchNorm"): on_digits,
}


def wanted(seeds) -> Iterator[tuple[str, str, int]]:
    """(part, case, seed), seed by seed: a file broken off holds whole rounds."""
    for seed in seeds:
        for part, case in RUN:
            yield part, case, seed


def main(path: Path, seeds) -> None:
    """Append what is missing, a line a number."""
    for part, case, seed in RECORD.missing(path, wanted(seeds)):
        found = RUN[part, case](case, seed).items()
        lines = [f"{part};{case};{seed};{name};{value:.4f}" for name, value in found]
        RECORD.append(path, *lines)


if __name__ == "__main__":
    main(*arguments(__doc__, OUTPUT, 3))
