"""Serve the book with live rebuild: a saved file is on the screen a few seconds later."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WATCHED = ("book", "lecturelib", "sphinxext", "_config.yml", "_toc.yml", "conf.py")
# Joining and cutting down what the pages fetch takes seconds and changes nothing to be seen.
AS_THE_THEME = ("-D", "bundle_assets=0")


def command(folder: Path, options: list[str]) -> list[str]:
    """sphinx-autobuild for what the pages are made of, and for nothing else below the root."""
    watched = "|".join(re.escape(str(ROOT / name)) for name in WATCHED)
    return [
        *(sys.executable, "-m", "sphinx_autobuild", "-d", str(folder / "doctrees"), *AS_THE_THEME),
        *(str(ROOT), str(folder / "html")),
        *("--re-ignore", rf"^(?!({watched})(/|$))|/__pycache__/|/\.ipynb_checkpoints/"),
        *options,
    ]


def main() -> int:
    """Build once, open the port, build again whenever something changes; end with Ctrl-C."""
    try:
        return subprocess.call(
            command(ROOT / "_build" / "serve", sys.argv[1:]),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
