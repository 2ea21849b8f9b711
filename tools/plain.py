"""The book as the theme alone makes it: what the pages are compared with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools import serve


def build(folder: Path, cache: Path) -> Path:
    """Build the book without ``sphinxext.assets``; the folder of its pages.

    ``cache`` has the results of the notebooks of a build before. Raises RuntimeError, with the last
    of what Sphinx said, where it fails.
    """
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-d", folder / "doctrees"]
    settings = [*serve.AS_THE_THEME, "-D", f"nb_execution_cache_path={cache}"]
    done = subprocess.run(
        [*command, *settings, serve.ROOT, folder / "html"],
        check=False,
        capture_output=True,
        text=True,
        timeout=900,
    )
    if done.returncode:
        raise RuntimeError(f"the plain book was not built: {done.stderr[-2000:]}")
    return folder / "html"
