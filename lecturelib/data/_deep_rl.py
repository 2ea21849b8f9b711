"""What ``python -m experiments.deep_rl`` measured and trained."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class DeepRlRuns(NamedTuple):
    """Trainings of several seeds; ``about`` has the lines on top of the file.

    ``values[case, measure]`` is one row a seed, one column for each of ``x[case, measure]``; the
    measures "greedy" and "value" were taken after x steps, "solved" counts episodes and is nan for
    a training that did not get there.
    """

    about: dict[str, str]
    x: dict[tuple[str, str], np.ndarray]
    values: dict[tuple[str, str], np.ndarray]


def deep_rl_runs() -> DeepRlRuns:
    """CartPole by five agents, and DQN without its parts, five seeds each."""
    lines = read("deep_rl.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    found: dict[tuple[str, str], dict[int, dict[int, float]]] = {}
    for line in lines[len(remarks) + 1 :]:
        case, seed, measure, x, value = line.split(";")
        runs = found.setdefault((case, measure), {})
        runs.setdefault(int(seed), {})[int(x)] = float(value)
    x = {key: np.array(list(next(iter(runs.values())))) for key, runs in found.items()}
    values = {
        key: np.array([list(runs[seed].values()) for seed in sorted(runs)])
        for key, runs in found.items()
    }
    return DeepRlRuns(dict(remark.split(": ", 1) for remark in remarks), x, values)


def cartpole_agents() -> dict[str, np.ndarray]:
    """Arrays of two networks at three stages of their training, by name such as "Q.2.layers.0.W".

    "policy": the logits of REINFORCE, 4-32-2; "Q": the values of double DQN, 4-32-32-2, both with
    ReLU. Stage 0 is untrained; 1 and 2 are when the mean of the last 20 returns reached 60 and 300.
    """
    with np.load(io.BytesIO(read("cartpole_agents.npz")), allow_pickle=False) as file:
        return {name: file[name].astype(np.float32) for name in file.files}
