"""What ``python -m experiments.dbn`` measured and trained."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class DbnRuns(NamedTuple):
    """Trainings of several seeds; ``about`` has the lines on top of the file.

    ``values[part, case]`` is one row a seed and one column for each of ``x[part, case]``.
    """

    about: dict[str, str]
    x: dict[tuple[str, str], np.ndarray]
    values: dict[tuple[str, str], np.ndarray]


def dbn_runs() -> DbnRuns:
    """The measurements of the chapter on deep belief networks, by part and case.

    training and test: mean log p of black-and-white digits by epoch, estimated by annealed
    importance sampling. labels: accuracy by the number of labels.
    """
    lines = read("dbn.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    found: dict[tuple[str, str], dict[int, dict[int, float]]] = {}
    for line in lines[len(remarks) + 1 :]:
        part, case, seed, x, value = line.split(";")
        found.setdefault((part, case), {}).setdefault(int(seed), {})[int(x)] = float(value)
    x = {key: np.array(list(next(iter(runs.values())))) for key, runs in found.items()}
    values = {
        k: np.array([list(run.values()) for run in runs.values()]) for k, runs in found.items()
    }
    return DbnRuns(dict(remark.split(": ", 1) for remark in remarks), x, values)


def digit_dbn() -> dict[str, np.ndarray]:
    """Arrays by name of a ``DBN([64, 64, 64])`` that was trained on black-and-white digits.

    Stored as float16, returned as float32; ``dbn.trained_dbn`` is the network.
    """
    with np.load(io.BytesIO(read("digit_dbn.npz")), allow_pickle=False) as file:
        return {name: file[name].astype(np.float32) for name in file.files}
