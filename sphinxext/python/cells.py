"""The code cells of a notebook as a page that runs them needs to know them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes

from sphinxext.page_kernel.magics import plain
from sphinxext.python.needs import needs

HIDDEN = {"remove-cell", "remove_cell"}


def is_input(node: nodes.Node) -> bool:
    """Whether it holds the code of a cell, as myst-nb marks it."""
    return node.get("nb_element") == "cell_code_source"


def cell_of(node: nodes.Element) -> nodes.Element:
    """The cell whose code it is; a fold may be between them."""
    while "cell_index" not in node:
        node = node.parent
    return node


def numbers(path: Path) -> list[int]:
    """For each cell of the notebook, how many of ``read_cells(path)`` stand before it."""
    kinds = (cell.cell_type == "code" for cell in nbformat.read(path, as_version=4).cells)
    return list(accumulate(kinds, initial=0))


def read_cells(path: Path, unavailable: Mapping[str, str]) -> list[dict[str, Any]]:
    """The code cells of a notebook as the page's script wants them; ``unavailable`` as in needs."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    missing = needs([cell.source for cell in cells], unavailable)
    return [_cell(cell, what) for cell, what in zip(cells, missing, strict=True)]


def _cell(cell: nbformat.NotebookNode, missing: list[str]) -> dict[str, Any]:
    tags = set(cell.metadata.get("tags", ()))
    about = cell.metadata.get("mystnb", {})
    return {
        "id": cell.id,
        "source": cell.source,
        "hidden": bool(tags & HIDDEN),
        "raises": "raises-exception" in tags,
        "needs": missing,
        "alt": about.get("image", {}).get("alt", ""),
        "packages": sorted({name.partition(".")[0] for name in imports(cell.source)}),
    }


def imports(source: str) -> set[str]:
    """The dotted names that a cell imports; none of what is no Python."""
    try:
        tree = ast.parse(plain(source))
    except SyntaxError:
        return set()
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def elsewhere(cells: Sequence[dict[str, Any]]) -> list[str]:
    """What most of the cells on the page need and no browser runs, or nothing."""
    shown = [cell for cell in cells if not cell["hidden"]]
    blocked = [cell for cell in shown if cell["needs"]]
    return wanted(blocked) if 2 * len(blocked) > len(shown) else []


def wanted(cells: Sequence[dict[str, Any]]) -> list[str]:
    """All that these cells need and no browser runs."""
    return sorted({reader for cell in cells for reader in cell["needs"]})
