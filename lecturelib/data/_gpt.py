"""What ``python -m experiments.gpt`` measured and trained."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class GptRun(NamedTuple):
    """A model of text: ``nats`` is its loss a held-out character.

    ``parameters`` counts the numbers learned, for n-grams the counts kept; ``steps`` those of the
    optimiser, 0 for n-grams; ``seconds`` are one processor's.
    """

    parameters: int
    steps: int
    seconds: float
    nats: float


class GptRuns(NamedTuple):
    """Models of several sizes; ``about`` has the lines on top of the file.

    ``runs[part, model]`` is one run a seed. A part is a text: all plays, or the packaged tragedies.
    """

    about: dict[str, str]
    runs: dict[tuple[str, str], list[GptRun]]


def gpt_runs() -> GptRuns:
    """The measurements of GPTs and n-grams on Shakespeare, by part and model."""
    lines = read("gpt.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    runs: dict[tuple[str, str], list[GptRun]] = {}
    for line in lines[len(remarks) + 1 :]:
        part, model, _, parameters, steps, seconds, nats = line.split(";")
        run = GptRun(int(parameters), int(steps), float(seconds), float(nats))
        runs.setdefault((part, model), []).append(run)
    return GptRuns(dict(remark.split(": ", 1) for remark in remarks), runs)


def shakespeare_gpt() -> dict[str, np.ndarray]:
    """A GPT trained on all plays, in eight bits, with its tokeniser and an n-gram, by name.

    The parameters are as ``exchange.int8.quantised`` writes them, besides ``heads``, ``merges`` and
    ``pairs``, ``after``, ``p`` as ``widgets.Gpt.of`` takes them.
    """
    with np.load(io.BytesIO(read("gpt.npz")), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
