"""What ``python -m experiments.reinforcement_learning`` measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class FrozenLakeRuns(NamedTuple):
    """One entry a run, all (R,): the setting, the seed, and what came of it.

    ``about`` holds the lines on top of the file: command, date, versions. ``learning`` is the share
    of the last 1,000 episodes that reached the goal, with exploration; ``greedy`` that of the
    greedy policy, computed from the model; ``largest`` the largest |Q| of the table.
    """

    about: dict[str, str]
    setting: np.ndarray
    seed: np.ndarray
    learning: np.ndarray
    greedy: np.ndarray
    largest: np.ndarray

    @property
    def settings(self) -> list[str]:
        """The settings in the order of the file."""
        return list(dict.fromkeys(self.setting.tolist()))

    def of(self, setting: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """learning, greedy and largest of all seeds, in their order, (S,) each.

        ValueError for a setting that was not run.
        """
        rows = np.flatnonzero(self.setting == setting)
        if not len(rows):
            raise ValueError(
                f"setting: expected one of {self.settings}, got {setting!r}; see "
                "experiments/reinforcement_learning.py"
            )
        rows = rows[np.argsort(self.seed[rows])]
        return self.learning[rows], self.greedy[rows], self.largest[rows]


def frozen_lake_runs() -> FrozenLakeRuns:
    """Q-learning and SARSA on slippery ice, 10,000 episodes, six settings, ten seeds each."""
    lines = read("reinforcement_learning.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    about = dict(remark.split(": ", 1) for remark in remarks)
    rows = [line.split(";") for line in lines[len(remarks) + 1 :]]
    setting, seed, *measured = map(np.array, zip(*rows, strict=True))
    return FrozenLakeRuns(about, setting, seed.astype(int), *(m.astype(float) for m in measured))
