"""The part of the standard library that starting does not need, fetched when it is imported."""

from __future__ import annotations

import sys
from collections.abc import Collection
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any
from zipimport import ZipImportError, zipimporter

# The page's worker makes the second a file that is fetched when it is opened; see the folder
# sphinxext/python/pyodide/compile.
FIRST, REST = "/lib/python312.zip", "/lib/python_rest.zip"
NAMES = "python_rest.txt"


class Rest:
    """Finds the modules ``names`` in ``archive``, when no other finder has.

    Not an entry of ``sys.path``, which Python opens for every name that it does not find.
    """

    def __init__(self, names: Collection[str], archive: str) -> None:
        self.names, self.archive = names, archive

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Where the module is; None for what is not in the archive."""
        return PathFinder.find_spec(name, [self.archive]) if name in self.names else None


def find_rest(first: str = FIRST, rest: str = REST) -> None:
    """Have Python look into ``rest`` for what ``first``, its archive, says is there."""
    try:
        names = zipimporter(first).get_data(f"{first}/{NAMES}").decode().split()
    except (ZipImportError, OSError):
        return  # this Python has all of it in one place
    if not any(isinstance(finder, Rest) for finder in sys.meta_path):
        sys.meta_path.append(Rest(frozenset(names), rest))
