"""Train the digits network, each optimiser at each rate: ``python -m experiments.optimization``.

Writes ``lecturelib/data/optimisers.csv`` line by line. Broken off, it goes on where it stopped;
delete the file to measure anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from experiments.record import DATA, Record, arguments
from lecturelib.data import digits, split
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import SGD, AdaGrad, Adam, Muon, RMSProp
from lecturelib.training import DivergenceError, accuracy, fit

OUTPUT = DATA / "optimisers.csv"
RECORD = Record("optimization", "optimiser,rate,seed,loss,accuracy", keys=(str, float, int))
SIZES, BATCH, EPOCHS = [64, 128, 64, 10], 32, 10
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)
SEEDS = range(5)


def _muon(model, lr: float) -> Muon:
    """Muon for the matrices before the output layer; Adam, ten times slower, for the rest."""
    hidden = list(model.parameters)[:-2]
    rule = lambda name, p: p.ndim > 1 and name in hidden  # noqa: E731
    return Muon(model, lr, adam_lr=lr / 10, matrices=rule, weight_decay=0)


OPTIMISERS: dict[str, Callable] = {
    "SGD": SGD,
    "momentum": partial(SGD, momentum=0.9),
    "Nesterov": partial(SGD, momentum=0.9, nesterov=True),
    "AdaGrad": AdaGrad,
    "RMSProp": RMSProp,
    "Adam": Adam,
    "Muon": _muon,
}


def run(name: str, rate: float, seed: int) -> tuple[float, float]:
    """(mean loss of the last epoch, test accuracy); (inf, nan) where the training diverged.

    The seed says which rows are for testing, where the weights start and how the rows are shuffled:
    runs of one seed differ in optimiser and rate alone.
    """
    data, rng = digits(), np.random.default_rng(seed)
    X, X_test, y, y_test = split(data.X.astype(np.float32), data.y, rng=rng)
    model = FFNN(SIZES, rng=rng, dtype=np.float32)
    optimiser = OPTIMISERS[name](model, lr=rate)
    settings = {"epochs": EPOCHS, "batch_size": BATCH, "rng": rng}
    try:
        history = fit(model, CrossEntropy(), optimiser, X, y, **settings)
    except DivergenceError:
        return float("inf"), float("nan")
    return float(history.train_loss[-1]), accuracy(model.predict(X_test), y_test)


def wanted(seeds) -> Iterator[tuple[str, float, int]]:
    """(optimiser, rate, seed), seed by seed: a file broken off holds whole maps."""
    return ((name, rate, seed) for seed in seeds for name in OPTIMISERS for rate in RATES)


def main(path: Path, seeds) -> None:
    """Append what is missing, a line a training."""
    for name, rate, seed in RECORD.missing(path, wanted(seeds)):
        loss, right = run(name, rate, seed)
        RECORD.append(path, f"{name},{rate:g},{seed},{loss:.4f},{right:.4f}")


if __name__ == "__main__":
    main(*arguments(__doc__, OUTPUT, len(SEEDS)))
