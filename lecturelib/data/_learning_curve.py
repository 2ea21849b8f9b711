"""What ``python -m experiments.learning_curve`` measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read

_WHOLE = ("n", "seed", "parameters", "operations")


class LearningCurves(NamedTuple):
    """One entry a training, all (R,): the task, the model, its size and seed, and what it gave.

    ``about`` holds the lines on top of the file: command, date, versions, seconds.
    ``accuracy``, ``seconds``, ``parameters`` and ``operations`` are those of
    ``lecturelib.learning_curve.Measurement``.
    """

    about: dict[str, str]
    data: np.ndarray
    model: np.ndarray
    n: np.ndarray
    seed: np.ndarray
    accuracy: np.ndarray
    seconds: np.ndarray
    parameters: np.ndarray
    operations: np.ndarray

    def curve(self, data: str, model: str, column: str = "accuracy"):
        """The sizes n (K,) and one row a seed, one column a size, (S, K).

        ``data`` is mnist1d, digits, houses or windsor. ValueError for a pair that was not measured
        and for a column that has no numbers.
        """
        rows = (self.data == data) & (self.model == model)
        if not rows.any() or column not in ("accuracy", "seconds", "parameters", "operations"):
            pairs = sorted(set(zip(self.data.tolist(), self.model.tolist(), strict=True)))
            raise ValueError(
                f"data, model, column: expected one of {pairs} and a column such as 'accuracy', "
                f"got {data!r}, {model!r}, {column!r}; the CNN slides over signals only"
            )
        n, seeds = np.unique(self.n[rows]), np.unique(self.seed[rows])
        order = np.lexsort((self.n[rows], self.seed[rows]))
        return n, getattr(self, column)[rows][order].reshape(len(seeds), len(n))


def learning_curve() -> LearningCurves:
    """Accuracy and cost of five models on four tasks for growing training sets, five seeds each.

    mnist1d: signals of 40 points, 2000 test rows. digits: 8 × 8 pixels, 797 test rows. houses
    (2000 test rows) and windsor (146): which fifth of all prices a house belongs to; the inputs of
    these three are scaled column by column.
    """
    lines = read("learning_curve.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    about = dict(remark.split(": ", 1) for remark in remarks)
    names, *rows = [line.split(",") for line in lines[len(remarks) :]]
    columns = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    for name in columns.keys() - {"data", "model"}:
        columns[name] = columns[name].astype(np.int64 if name in _WHOLE else np.float64)
    return LearningCurves(about, **columns)
