"""``python -m sphinxext.python.pyodide TARGET [--cache FOLDER]``: the folder by itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sphinxext.python.pyodide import Unavailable, assemble, own_wheels

ROOT = Path(__file__).parents[3]


def main(arguments: Sequence[str] | None = None) -> int:
    """Assemble with the tree's own wheels; a line a file. The exit status is 1 without network."""
    parser = argparse.ArgumentParser(prog="python -m sphinxext.python.pyodide")
    parser.add_argument("target", type=Path, help="the folder to fill; it will hold nothing else")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "pyodide")
    given = parser.parse_args(arguments)
    try:
        served = assemble(given.target, given.cache, own_wheels(ROOT, given.cache))
    except (Unavailable, ValueError, RuntimeError) as problem:
        print(problem, file=sys.stderr)
        return 1
    for file in served:
        print(f"{file.source}  {file.sha256[:12]}  {file.size:>10,}  {file.name}")
    print(f"{len(served)} files, {sum(file.size for file in served):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
