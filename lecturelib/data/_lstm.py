"""What ``python -m experiments.lstm`` measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class GatedRuns(NamedTuple):
    """One entry a training, all (R,): the task, the model, the length, the seed, and what it gave.

    ``about`` holds the lines on top of the file: command, date, versions. ``score`` is the mean
    squared error of the adding problem, nats a character for the characters, and the share of
    sequences without an error for the reversal.
    """

    about: dict[str, str]
    task: np.ndarray
    model: np.ndarray
    length: np.ndarray
    seed: np.ndarray
    score: np.ndarray
    parameters: np.ndarray

    def scores(self, task: str, model: str, length: int):
        """The scores of all seeds, in their order, (S,). ValueError for what was not measured."""
        rows = (self.task == task) & (self.model == model) & (self.length == length)
        if not rows.any():
            known = sorted({(t, m) for t, m in zip(self.task, self.model, strict=True)})
            raise ValueError(
                f"task, model, length: expected one of {[tuple(map(str, k)) for k in known]} and "
                f"a length that was measured, got {task!r}, {model!r}, {length!r}; see "
                "experiments/lstm.py"
            )
        return self.score[rows][np.argsort(self.seed[rows])]


def gated_runs() -> GatedRuns:
    """RNN, LSTM and GRU on two tasks, and writing backwards with and without attention.

    Adding problem: T = 50, 32 units. Characters: the text and the training of the
    chapter on recurrent networks. Reversal: ten symbols, 32 units. Three seeds each.
    """
    lines = read("lstm.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    about = dict(remark.split(": ", 1) for remark in remarks)
    names, *rows = [line.split(";") for line in lines[len(remarks) :]]
    columns = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    for name, kind in {"length": int, "seed": int, "score": float, "parameters": int}.items():
        columns[name] = columns[name].astype(kind)
    return GatedRuns(about, **columns)
