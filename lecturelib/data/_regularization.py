"""What ``python -m experiments.regularization`` measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class RegularizerScores(NamedTuple):
    """One entry a training, all (R,): the regulariser, its strength, and what it gave.

    ``about`` holds the lines on top of the file: command, date, versions. ``noise`` is the share of
    labels redrawn at random; the last four are those of ``lecturelib.regularization.study.Scores``.
    """

    about: dict[str, str]
    method: np.ndarray
    strength: np.ndarray
    noise: np.ndarray
    seed: np.ndarray
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    shifted: np.ndarray

    def strengths(self, method: str) -> np.ndarray:
        """The strengths that were measured, in increasing order. ValueError for another method."""
        found = np.unique(self.strength[self.method == method])
        if not len(found):
            raise ValueError(
                f"method: expected one of {np.unique(self.method).tolist()}, got {method!r}"
            )
        return found

    def of(self, method: str, strength: float, noise: float, column: str = "test") -> np.ndarray:
        """One accuracy a seed, (S,). ValueError for what was not measured."""
        rows = (self.method == method) & (self.strength == strength) & (self.noise == noise)
        if not rows.any() or column not in ("train", "validation", "test", "shifted"):
            raise ValueError(
                f"method, strength, noise, column: expected what was measured and a column such as "
                f"'test', got {method!r}, {strength!r}, {noise!r}, {column!r}; "
                "strengths(method) lists them, noise is 0.3 or 0"
            )
        return getattr(self, column)[rows][np.argsort(self.seed[rows])]

    def chosen(self, method: str, noise: float) -> float:
        """The strength with the highest mean validation accuracy, the smaller of equal ones."""
        means = [self.of(method, s, noise, "validation").mean() for s in self.strengths(method)]
        return float(self.strengths(method)[int(np.argmax(means))])


def regularization() -> RegularizerScores:
    """Accuracy of ten regularisers on 300 digits with noisy and with clean labels, five seeds each.

    The task and the training are those of ``lecturelib.regularization.study``.
    """
    lines = read("regularization.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    about = dict(remark.split(": ", 1) for remark in remarks)
    names, *rows = [line.split(",") for line in lines[len(remarks) :]]
    columns = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    for name in columns.keys() - {"method"}:
        columns[name] = columns[name].astype(np.int64 if name == "seed" else np.float64)
    return RegularizerScores(about, **columns)
