"""What ``python -m experiments.gan`` measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class GanRuns(NamedTuple):
    """Trainings of several seeds; ``about`` has the lines on top of the file.

    ``values[part, case][name]`` has one number a seed, (S,).
    """

    about: dict[str, str]
    values: dict[tuple[str, str], dict[str, np.ndarray]]


def gan_runs() -> GanRuns:
    """The measurements of the chapter on adversarial networks, by part and case.

    ring: modes found, the share of samples near one, the losses over the last tenth, CPU seconds.
    digits: classes found by a judge, its confidence and accuracy, distances to training images.
    """
    lines = read("gan.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    found: dict[tuple[str, str], dict[str, list[float]]] = {}
    for line in lines[len(remarks) + 1 :]:
        part, case, _, name, value = line.split(";")
        found.setdefault((part, case), {}).setdefault(name, []).append(float(value))
    values = {
        key: {name: np.array(numbers) for name, numbers in names.items()}
        for key, names in found.items()
    }
    return GanRuns(dict(remark.split(": ", 1) for remark in remarks), values)
