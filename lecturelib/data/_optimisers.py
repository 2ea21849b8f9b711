"""What ``python -m experiments.optimization`` measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class Optimisers(NamedTuple):
    """``loss`` and ``accuracy`` (O, R, S): by optimiser, learning rate and seed.

    ``about`` holds the lines on top of the file: command, date, versions. ``names`` are the O
    optimisers, ``rates`` (R,). ``loss`` is the mean of the last epoch's batches, infinite where the
    training diverged; ``accuracy`` is that on the test rows, NaN where it diverged.
    """

    about: dict[str, str]
    names: list[str]
    rates: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray

    def best(self, name: str) -> tuple[float, np.ndarray]:
        """The rate with the best mean accuracy over the seeds, and the accuracies (S,) there.

        A diverged seed counts as 0. ValueError for an optimiser that was not measured.
        """
        if name not in self.names:
            raise ValueError(
                f"name: expected one of {self.names}, got {name!r}; choose one of them"
            )
        rows = self.accuracy[self.names.index(name)]  # (R, S)
        i = int(np.nan_to_num(rows).mean(axis=1).argmax())
        return float(self.rates[i]), rows[i]


def optimisers() -> Optimisers:
    """Seven optimisers at nine learning rates on the digits, five seeds each.

    A network 64-128-64-10, ten epochs in batches of 32; the seed decides on the 450 test rows, the
    start and the shuffling.
    """
    lines = read("optimisers.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    about = dict(remark.split(": ", 1) for remark in remarks)
    rows = [line.split(",") for line in lines[len(remarks) + 1 :]]
    names = list(dict.fromkeys(row[0] for row in rows))
    values = np.array([row[1:] for row in rows], dtype=float)  # rate, seed, loss, accuracy
    rates, seeds = np.unique(values[:, 0]), np.unique(values[:, 1])
    order = np.lexsort((values[:, 1], values[:, 0], [names.index(row[0]) for row in rows]))
    shape = len(names), len(rates), len(seeds)
    loss, accuracy = (values[order, column].reshape(shape) for column in (2, 3))
    return Optimisers(about, names, rates, loss, accuracy)
