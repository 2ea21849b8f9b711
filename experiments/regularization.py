"""Measure every regulariser on digits with noisy and clean labels.

``python -m experiments.regularization`` writes ``lecturelib/data/regularization.csv`` line by line.
Broken off, it goes on where it stopped; delete the file to measure anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from experiments.record import DATA, Record, arguments
from lecturelib.regularization.study import Scores, measure

OUTPUT = DATA / "regularization.csv"
RECORD = Record(
    "regularization",
    ",".join(("method", "strength", "noise", "seed", *Scores._fields)),
    keys=(str, float, float, int),
    notes=("accuracy: on noisy labels in train and validation, on true ones in test and shifted",),
)
SEEDS = range(5)
NOISES = (0.3, 0.0)
STRENGTHS = {
    "none": (0,),
    "L2": (0.003, 0.01, 0.03, 0.1),
    "L1": (0.0003, 0.001, 0.003),
    "decay": (0.3, 1, 3, 10),
    "dropout": (0.3, 0.5, 0.7),
    "early stopping": (5, 10),
    "shift": (1,),
    "smoothing": (0.1, 0.3, 0.5),
    "mixup": (0.2, 1),
    "ensemble": (5,),
}


def wanted(seeds) -> Iterator[tuple[str, float, float, int]]:
    """(method, strength, noise, seed), seed by seed: a file broken off can be compared."""
    for seed in seeds:
        for noise in NOISES:
            for method, strengths in STRENGTHS.items():
                yield from ((method, float(s), noise, seed) for s in strengths)


def main(path: Path, seeds) -> None:
    """Append what is missing, a line a training."""
    for method, strength, noise, seed in RECORD.missing(path, wanted(seeds)):
        found = ",".join(f"{score:.4f}" for score in measure(method, strength, noise, seed))
        RECORD.append(path, f"{method},{strength:g},{noise:g},{seed},{found}")


if __name__ == "__main__":
    main(*arguments(__doc__, OUTPUT, len(SEEDS)))
