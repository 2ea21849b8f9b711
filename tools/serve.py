"""Serve the book with live rebuild: a saved file is on the screen a few seconds later."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from jupyter_book.config import get_final_config

ROOT = Path(__file__).resolve().parents[1]
WATCHED = ("book", "lecturelib", "sphinxext", "_config.yml", "_toc.yml")
CONFIGURE = "--configure"


def write_configuration(folder: Path) -> None:
    """Write what Jupyter Book makes of ``_config.yml`` as the ``conf.py`` that Sphinx reads."""
    settings, _ = get_final_config(
        user_yaml=ROOT / "_config.yml",
        sourcedir=ROOT,
        cli_config={"external_toc_path": str(ROOT / "_toc.yml"), "latex_individualpages": False},
    )
    _find_from_root(settings)
    # Joining and cutting down what the pages fetch takes seconds and changes nothing to be seen.
    settings["bundle_assets"] = False
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} = {value!r}" for name, value in sorted(settings.items())]
    (folder / "conf.py").write_text("\n".join(lines) + "\n", "utf-8")


def _find_from_root(settings: dict) -> None:
    """Make the paths absolute that Sphinx looks for beside conf.py, which stands elsewhere."""
    for name in ("html_static_path", "bibtex_bibfiles"):
        settings[name] = [str(ROOT / path) for path in settings[name]]
    for name in ("html_favicon", "html_logo"):
        settings[name] = str(ROOT / settings[name])


def command(folder: Path, options: list[str]) -> list[str]:
    """sphinx-autobuild for what the pages are made of, and for nothing else below the root."""
    watched = "|".join(re.escape(str(ROOT / name)) for name in WATCHED)
    return [
        *(sys.executable, "-m", "sphinx_autobuild", "-c", str(folder)),
        *(str(ROOT), str(folder / "html")),
        *("--re-ignore", rf"^(?!({watched})(/|$))|/__pycache__/|/\.ipynb_checkpoints/"),
        *("--pre-build", f"{sys.executable} {__file__} {CONFIGURE}"),
        *options,
    ]


def main() -> int:
    """Build once, open the port, build again whenever something changes; end with Ctrl-C."""
    folder = ROOT / "_build" / "serve"
    write_configuration(folder)
    if CONFIGURE in sys.argv:
        return 0
    try:
        return subprocess.call(
            command(folder, sys.argv[1:]), env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
