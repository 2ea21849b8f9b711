"""The file of an experiment: a line a training, under the words that say where they are from."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

DATA = Path(__file__).parents[1] / "lecturelib/data"


@dataclass(frozen=True)
class Record:
    """What ``python -m experiments.SCRIPT`` writes: comment lines, the heading, a line a result.

    The first columns, of the types ``keys``, say which training a line is of; a training may have
    several lines. ``notes`` say what the numbers are.
    """

    script: str
    columns: str
    keys: tuple[type, ...]
    notes: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ("numpy",)

    def header(self, today: date) -> str:
        """What was run, when and with which versions, as comment lines, and the heading."""
        versions = ", ".join(f"{name} {version(name)}" for name in self.libraries)
        comments = (
            f"command: python -m experiments.{self.script}",
            f"date: {today.isoformat()}",
            f"versions: Python {platform.python_version()}, {versions}",
            *self.notes,
        )
        return "".join(f"# {line}\n" for line in comments) + f"{self.columns}\n"

    def done(self, path: Path) -> set[tuple]:
        """The keys that the file holds already."""
        between = ";" if ";" in self.columns else ","
        lines = path.read_text("utf-8").splitlines()
        rows = [line.split(between) for line in lines if line[0] != "#" and line != self.columns]
        # A row has more columns than keys.
        return {tuple(k(text) for k, text in zip(self.keys, row, strict=False)) for row in rows}

    def missing(self, path: Path, cases: Iterable, key: Callable = tuple) -> list:
        """The cases that the file lacks, in their order; where there is no file it is begun."""
        if not path.exists():
            path.write_text(self.header(date.today()), "utf-8")
        before = self.done(path)
        return [case for case in cases if key(case) not in before]

    def append(self, path: Path, *lines: str) -> None:
        """The lines of one training, to the file and to the terminal."""
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        print(*lines, sep="\n", flush=True)

    def fill(self, path: Path, parts: Mapping[str, tuple[Callable, Sequence]], seeds) -> None:
        """Append what is missing of ``rounds``, the lines of a case and seed at a time.

        ``parts``: name -> (measure, cases); ``measure(case, seed)`` gives pairs (name, value).
        """
        cases = {part: many for part, (_, many) in parts.items()}
        for part, case, seed in self.missing(path, rounds(cases, seeds)):
            found = parts[part][0](case, seed)
            self.append(path, *(f"{part};{case};{seed};{x};{value:.4f}" for x, value in found))


def rounds(parts: Mapping[str, Sequence], seeds) -> Iterator[tuple[str, str, int]]:
    """(part, case, seed), seed by seed: a file broken off holds whole rounds."""
    for seed in seeds:
        for part, cases in parts.items():
            yield from ((part, case, seed) for case in cases)


def arguments(description: str, output: Path, seeds: int) -> tuple[Path, range]:
    """The file and the seeds that the command line asks for."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--output", type=Path, default=output)
    parser.add_argument("--seeds", type=int, default=seeds, help="how many, from 0 on")
    options = parser.parse_args()
    return options.output, range(options.seeds)
