"""What ``python -m experiments.transformer`` measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class TransformerRuns(NamedTuple):
    """One entry a training, all (R,): the task, the model, the seed, and what it gave.

    ``about`` holds the lines on top of the file: command, date, versions. ``score`` is the share of
    sequences, or of sums, without an error, and the accuracy on the digits; ``places`` the share of
    single tokens that are right, and the accuracy on digits moved by a pixel.
    """

    about: dict[str, str]
    task: np.ndarray
    model: np.ndarray
    seed: np.ndarray
    score: np.ndarray
    places: np.ndarray
    parameters: np.ndarray

    def rows(self, task: str, model: str) -> tuple[np.ndarray, np.ndarray, int]:
        """Score and places of all seeds, in their order, (S,), and the parameters.

        ValueError for what was not measured.
        """
        here = np.flatnonzero((self.task == task) & (self.model == model))
        if not len(here):
            known = sorted({(t, m) for t, m in zip(self.task, self.model, strict=True)})
            raise ValueError(
                f"task, model: expected one of {[tuple(map(str, k)) for k in known]}, got "
                f"{task!r}, {model!r}; see experiments/transformer.py"
            )
        here = here[np.argsort(self.seed[here])]
        return self.score[here], self.places[here], int(self.parameters[here[0]])


def transformer_runs() -> TransformerRuns:
    """Reversal and addition by Transformers, whole and with parts left out, and by recurrent nets.

    Reversal: rows of ten digits, with one block and with six. Addition: two numbers below 100, on
    pairs that were held out. Digits: Vision Transformers on the digits of 8 × 8 pixels. Three seeds
    each.
    """
    lines = read("transformer.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    about = dict(remark.split(": ", 1) for remark in remarks)
    names, *rows = [line.split(";") for line in lines[len(remarks) :]]
    columns = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    for name, kind in {"seed": int, "score": float, "places": float, "parameters": int}.items():
        columns[name] = columns[name].astype(kind)
    return TransformerRuns(about, **columns)
