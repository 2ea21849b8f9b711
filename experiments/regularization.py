"""Measure every regulariser on digits with noisy and clean labels.

``python -m experiments.regularization`` writes ``lecturelib/data/regularization.csv`` line by line.
Broken off, it goes on where it stopped; delete the file to measure anew.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from lecturelib.regularization.study import Scores, measure

OUTPUT = Path(__file__).parents[1] / "lecturelib/data/regularization.csv"
COLUMNS = ",".join(("method", "strength", "noise", "seed", *Scores._fields))
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


def header(today: date) -> str:
    """What was run, when and with which versions, as comment lines."""
    return (
        "# command: python -m experiments.regularization\n"
        f"# date: {today.isoformat()}\n"
        f"# versions: Python {platform.python_version()}, numpy {version('numpy')}\n"
        "# accuracy: on noisy labels in train and validation, on true ones in test and shifted\n"
        f"{COLUMNS}\n"
    )


def done(path: Path) -> set[tuple[str, float, float, int]]:
    """What the file holds already, in the form of ``wanted``."""
    found = set()
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#") and line != COLUMNS:
            method, strength, noise, seed, *_ = line.split(",")
            found.add((method, float(strength), float(noise), int(seed)))
    return found


def main(path: Path, seeds) -> None:
    """Append what is missing, a line a training."""
    if not path.exists():
        path.write_text(header(date.today()), "utf-8")
    missing = [case for case in wanted(seeds) if case not in done(path)]
    for method, strength, noise, seed in missing:
        found = ",".join(f"{score:.4f}" for score in measure(method, strength, noise, seed))
        line = f"{method},{strength:g},{noise:g},{seed},{found}"
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        print(line)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many, from 0 on")
    options = parser.parse_args()
    main(options.output, range(options.seeds))
