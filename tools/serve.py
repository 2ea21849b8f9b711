"""Serve the book with live rebuild: a saved file is on the screen a few seconds later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from jupyter_book.config import get_final_config

ROOT = Path(__file__).resolve().parents[1]
WATCHED = ("lecturelib", "sphinxext", "_config.yml", "_toc.yml")


def write_configuration(folder: Path) -> None:
    """Write what Jupyter Book makes of ``_config.yml`` as the ``conf.py`` that Sphinx reads."""
    settings, _ = get_final_config(
        user_yaml=ROOT / "_config.yml",
        sourcedir=ROOT,
        cli_config={"external_toc_path": str(ROOT / "_toc.yml")},
    )
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} = {value!r}" for name, value in sorted(settings.items())]
    (folder / "conf.py").write_text("\n".join(lines) + "\n", "utf-8")


def main() -> int:
    """Build once, open the port, build again whenever something changes; end with Ctrl-C."""
    folder = ROOT / "_build" / "serve"
    write_configuration(folder)
    watched = [option for name in WATCHED for option in ("--watch", str(ROOT / name))]
    ignored = ["--ignore", str(ROOT / "_build" / "*"), "--ignore", "*/__pycache__/*"]
    command = [sys.executable, "-m", "sphinx_autobuild", "-c", str(folder), str(ROOT)]
    command += [str(folder / "html"), *watched, *ignored, *sys.argv[1:]]
    try:
        return subprocess.call(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
