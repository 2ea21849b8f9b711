"""What ``python -m experiments.cnn`` measured and trained."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class CnnRuns(NamedTuple):
    """Trainings of several seeds; ``about`` has the lines on top of the file.

    ``values[part, case]`` is one row a seed and one column for each of ``x[part, case]``.
    """

    about: dict[str, str]
    x: dict[tuple[str, str], np.ndarray]
    values: dict[tuple[str, str], np.ndarray]


def cnn_runs() -> CnnRuns:
    """The measurements of the chapter on convolutional networks, by part and case.

    mnist and digits: accuracy by pixels that the test images moved. depth: training loss by epoch,
    and under 0 the test accuracy. transfer: accuracy by labels a class.
    """
    lines = read("cnn.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    found: dict[tuple[str, str], dict[int, dict[int, float]]] = {}
    for line in lines[len(remarks) + 1 :]:
        part, case, seed, x, value = line.split(";")
        found.setdefault((part, case), {}).setdefault(int(seed), {})[int(x)] = float(value)
    x = {key: np.array(list(next(iter(seeds.values())))) for key, seeds in found.items()}
    values = {
        key: np.array([list(run.values()) for run in seeds.values()])
        for key, seeds in found.items()
    }
    return CnnRuns(dict(remark.split(": ", 1) for remark in remarks), x, values)


def digit_cnn() -> dict[str, np.ndarray]:
    """Arrays by name of a ``shifts.cnn(28)`` that was trained on MNIST, moved by up to 3 pixels.

    ``shifts.trained_cnn`` is the network.
    """
    with np.load(io.BytesIO(read("digit_cnn.npz")), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
