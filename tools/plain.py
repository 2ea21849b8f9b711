"""The book as the theme alone makes it: what the pages are compared with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools import serve


def build(folder: Path, cache: Path) -> Path:
    """Build the book without ``sphinxext.assets``; the folder of its pages.

    ``cache`` has the results of the notebooks of a build before. Raises RuntimeError, with the last
    of what Sphinx said, where it fails.
    """
    serve.write_configuration(folder)
    with (folder / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(f"nb_execution_cache_path = {str(cache)!r}\n")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-c", folder, "-d", folder / "doctrees"]
    done = subprocess.run(
        [*command, serve.ROOT, folder / "html"],
        check=False,
        env=os.environ | {"PYTHONPATH": str(serve.ROOT)},
        capture_output=True,
        text=True,
        timeout=900,
    )
    if done.returncode:
        raise RuntimeError(f"the plain book was not built: {done.stderr[-2000:]}")
    return folder / "html"
