"""What ``python -m experiments.autoencoder`` measured and trained."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class AutoencoderRuns(NamedTuple):
    """``values[part, case, name]`` has a number for each seed; ``about`` the lines on top."""

    about: dict[str, str]
    values: dict[tuple[str, str, str], np.ndarray]


def autoencoder_runs() -> AutoencoderRuns:
    """The measurements of the chapter on autoencoders, three seeds each.

    stacked, by activation: squared error a pixel on 450 test digits after each way of training.
    codes, by model: that error with two numbers, and the accuracy of ten neighbours. noise, by
    kind: decibels. strange, by the digit that was left out: area below the ROC curve. sparse, by
    the strength of L1: the share of the directions that was found, and the active units a row.
    """
    lines = read("autoencoder.csv").decode("utf-8").splitlines()
    remarks = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    found: dict[tuple[str, str, str], dict[int, float]] = {}
    for line in lines[len(remarks) + 1 :]:
        part, case, seed, name, value = line.split(";")
        found.setdefault((part, case, name), {})[int(seed)] = float(value)
    values = {key: np.array(list(seeds.values())) for key, seeds in found.items()}
    return AutoencoderRuns(dict(remark.split(": ", 1) for remark in remarks), values)


def latent_networks() -> dict[str, dict[str, np.ndarray]]:
    """Arrays by name of an autoencoder and a VAE 64-64-32-2, trained on digits, in float32.

    ``autoencoder.trained`` gives the models.
    """
    with np.load(io.BytesIO(read("latent.npz")), allow_pickle=False) as file:
        found: dict[str, dict[str, np.ndarray]] = {}
        for key in file.files:
            kind, _, name = key.partition(".")
            found.setdefault(kind, {})[name] = file[key].astype(np.float32)
    return found
