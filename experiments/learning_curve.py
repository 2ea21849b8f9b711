"""Measure every model on every task, size and seed: ``python -m experiments.learning_curve``.

Writes ``lecturelib/data/learning_curve.csv`` line by line. Broken off, it goes on where it stopped;
delete the file to measure anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments.record import DATA, Record, arguments
from lecturelib.data import Split, digits, houses, houses_windsor, mnist1d
from lecturelib.learning_curve import MODELS, Measurement, measure

OUTPUT = DATA / "learning_curve.csv"
RECORD = Record(
    "learning_curve",
    "data,model,n,seed,accuracy,seconds,parameters,operations",
    keys=(str, str, int, int),
    notes=("seconds: processor time of one thread",),
    libraries=("numpy", "scikit-learn", "torch", "mnist1d"),
)
SIZES = (100, 200, 500, 1000, 2000, 4000, 10_000)
SEEDS = range(5)
PRICE_CLASSES = 5


class Task(NamedTuple):
    """``sizes`` of training sets; a table's columns are scaled, and no CNN slides over them."""

    sizes: tuple[int, ...]
    table: bool


TASKS = {
    "mnist1d": Task(SIZES, table=False),
    "digits": Task((100, 200, 500, 1000), table=True),
    "houses": Task(SIZES, table=True),
    "windsor": Task((100, 200, 400), table=True),
}


def split_of(data: str, seed: int) -> Split:
    """All rows of the task for one seed; its first n training rows are the sample of size n."""
    if data == "mnist1d":
        return mnist1d(SIZES[-1], 2000, seed=seed)
    if data == "digits":
        X, y = digits().X, digits().y
    else:
        table = houses() if data == "houses" else houses_windsor()
        X, y = table.X, price_class(table.price)
    order = np.random.default_rng(seed).permutation(len(X))
    n = TASKS[data].sizes[-1]
    train, test = order[:n], order[n : n + 2000]
    return Split(X[train], X[test], y[train], y[test])


def price_class(price: np.ndarray) -> np.ndarray:
    """Which fifth of all prices each one lies in: 0 the cheapest, 4 the dearest."""
    borders = np.quantile(price, np.arange(1, PRICE_CLASSES) / PRICE_CLASSES)
    return np.searchsorted(borders, price, side="right")


def run(data: str, rows: Split, model: str, n: int, seed: int) -> Measurement:
    """One training on the first n rows."""
    X, X_test = rows.X_train[:n], rows.X_test
    if TASKS[data].table:
        mean, deviation = X.mean(axis=0), X.std(axis=0)
        deviation[deviation == 0] = 1  # a pixel that is always blank
        X, X_test = (X - mean) / deviation, (X_test - mean) / deviation
    return measure(model, X, rows.y_train[:n], X_test, rows.y_test, seed=seed)


def wanted(seeds) -> Iterator[tuple[str, int, str, int]]:
    """(data, seed, model, n), seed by seed: a file broken off holds whole curves."""
    for seed in seeds:
        for data, task in TASKS.items():
            for model in MODELS:
                if not (task.table and model == "CNN"):
                    yield from ((data, seed, model, n) for n in task.sizes)


def main(path: Path, seeds) -> None:
    """Append what is missing, a line a training."""
    rows, loaded = None, None
    # In the file the seed comes last, here before the model, so that rows are loaded once.
    cases = RECORD.missing(path, wanted(seeds), key=lambda case: (case[0], *case[2:], case[1]))
    for data, seed, model, n in cases:
        if loaded != (data, seed):
            rows, loaded = split_of(data, seed), (data, seed)
        found = run(data, rows, model, n, seed)
        line = f"{data},{model},{n},{seed},{found.accuracy:.4f},{found.seconds:.3f}"
        RECORD.append(path, f"{line},{found.parameters},{found.operations}")


if __name__ == "__main__":
    main(*arguments(__doc__, OUTPUT, len(SEEDS)))
