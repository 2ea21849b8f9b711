"""Execution results belong to one version of the library: change it, and notebooks run again.

jupyter-cache compares the cells of a notebook only, and Sphinx its file only; neither sees that
the code which the cells import has changed. So each digest of the library has a cache folder of its
own, ``_build/.jupyter_cache/<digest>``, and documents read under another digest are read again. In
``_config.yml``, if need be:

- ``library_cache_sources``: files and folders below the book's root that the notebooks run on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinxext.shared import prune


def library_digest(root: Path, sources: Iterable[str]) -> str:
    """Twelve hexadecimal digits of names and contents of all files of the sources below ``root``.

    Compiled and hidden files do not count. Raises ValueError for a source that does not exist.
    """
    digest = hashlib.sha256()
    for source in sources:
        for path in sorted(_files(root / source)):
            name, content = path.relative_to(root).as_posix().encode(), path.read_bytes()
            # Lengths keep a name from running into its content.
            digest.update(b"%d %d %b%b" % (len(name), len(content), name, content))
    return digest.hexdigest()[:12]


def _files(source: Path) -> Iterator[Path]:
    if not source.exists():
        raise ValueError(
            f"library_cache_sources names {source}, which does not exist; expected a file or "
            "folder below the folder of _config.yml. Create it or take it off the list."
        )
    return (
        path for path in [source, *source.rglob("*")] if path.is_file() and _counts(path, source)
    )


def _counts(path: Path, source: Path) -> bool:
    parts = path.relative_to(source).parts
    return not any(part == "__pycache__" or part.startswith(".") for part in parts)


def use_cache_of_library(app: Sphinx) -> None:
    """Point myst-nb to the folder of the library's digest and drop folders long unused."""
    config = app.env.mystnb_config
    folder = Path(config.execution_cache_path)
    digest = library_digest(Path(app.srcdir), app.config.library_cache_sources)
    cache = folder / digest
    cache.mkdir(parents=True, exist_ok=True)
    os.utime(cache)
    prune(folder)
    # Not app.config: a changed value there would have Sphinx read every page again.
    app.env.mystnb_config = config.copy(execution_cache_path=str(cache))


def outdated_notebooks(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Documents that ran under another digest: Sphinx would keep their old results."""
    digest = Path(env.mystnb_config.execution_cache_path).name
    before, env.library_digest = getattr(env, "library_digest", digest), digest
    if before == digest:
        return []
    return [name for name in env.found_docs if NbMetadataCollector.get_exec_data(env, name)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the cache; myst-nb must be loaded for it to have one."""
    app.setup_extension("myst_nb")
    app.add_config_value("library_cache_sources", ["lecturelib", "requirements.txt"], "", list)
    # myst-nb computes its cache folder at the same event, at the usual priority.
    app.connect("builder-inited", use_cache_of_library, priority=600)
    app.connect("env-get-outdated", outdated_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
