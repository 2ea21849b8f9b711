"""``python -m benchmarks``: measure and print one table; the exit status says nothing of speed."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Error

from benchmarks import (
    adversarial,
    autoencoder,
    boltzmann,
    book,
    chapters,
    convolution,
    deep_rl,
    gated,
    gpt,
    gpt_in_page,
    light,
    loops,
    numerics,
    optimisers,
    pages,
    python,
    recurrent,
    regularization,
    training,
    transformer,
    widgets,
)
from benchmarks.report import NotMeasuredError, Row, markdown, not_measured

# The book first: it leaves the pages that the others look at.
PARTS = {
    "book": book.rows,
    "pages": pages.rows,
    "light": light.rows,
    "widgets": widgets.rows,
    "python": python.rows,
    "loops": loops.rows,
    "chapters": chapters.rows,
    "numerics": numerics.rows,
    "training": training.rows,
    "optimisers": optimisers.rows,
    "recurrent": recurrent.rows,
    "regularization": regularization.rows,
    "convolution": convolution.rows,
    "gated": gated.rows,
    "adversarial": adversarial.rows,
    "boltzmann": boltzmann.rows,
    "autoencoder": autoencoder.rows,
    "gpt": gpt.rows,
    "gpt-in-page": gpt_in_page.rows,
    "transformer": transformer.rows,
    "deep_rl": deep_rl.rows,
}

LIBRARIES = ("numpy", "torch", "sphinx", "anywidget")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all if none"
    )
    parser.add_argument("--output", type=Path, help="also write the table to this file")
    parser.add_argument("--runs", type=int, default=5, help="page loads a median (default: 5)")
    parser.add_argument("--cold", action="store_true", help="also build the book from nothing")
    options = parser.parse_args(arguments)
    if unknown := [part for part in options.parts if part not in PARTS]:
        parser.error(f"no part is called {unknown[0]}; there are {', '.join(PARTS)}")
    if options.runs < 1:
        parser.error(f"--runs is {options.runs}; a median needs at least 1")
    return options


def measure(name: str, rows: Callable[..., Iterable[Row]], options) -> Iterator[Row]:
    """The rows of one part; where it cannot go on, a row that says why."""
    print(f"measuring: {name}", file=sys.stderr)
    try:
        yield from rows(options)
    except (NotMeasuredError, Error) as reason:
        yield not_measured(name, reason)


def surroundings() -> str:
    """What the figures depend on: Python, the libraries, the machine and how busy it is."""
    names = ", ".join(f"{name} {version(name)}" for name in LIBRARIES if find_spec(name))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}"
    return f"Python {platform.python_version()}, {names}; {system}."


def main(arguments: list[str]) -> None:
    """Measure the parts asked for and print the table."""
    options = parse(arguments)
    before = surroundings()
    rows = [row for name in options.parts or PARTS for row in measure(name, PARTS[name], options)]
    text = f"{before}\n\n{markdown(rows)}"
    print(text, end="")
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
