"""The code cells of a notebook as a page that runs them needs to know them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes

from sphinxext.page_kernel.kernel import plain

HIDDEN = {"remove-cell", "remove_cell"}


def is_input(node: nodes.Node) -> bool:
    """Whether it holds the code of a cell, as myst-nb marks it."""
    return node.get("nb_element") == "cell_code_source"


def cell_of(node: nodes.Element) -> nodes.Element:
    """The cell whose code it is; a fold may be between them."""
    while "cell_index" not in node:
        node = node.parent
    return node


def number_of(node: nodes.Element, path: Path) -> int:
    """Which of ``read_cells(path)`` the code belongs to."""
    before = nbformat.read(path, as_version=4).cells[: cell_of(node)["cell_index"]]
    return sum(cell.cell_type == "code" for cell in before)


def read_cells(path: Path) -> list[dict[str, Any]]:
    """The code cells of a notebook as the page's script wants them."""
    cells = nbformat.read(path, as_version=4).cells
    return [_cell(cell) for cell in cells if cell.cell_type == "code"]


def _cell(cell: nbformat.NotebookNode) -> dict[str, Any]:
    tags = set(cell.metadata.get("tags", ()))
    about = cell.metadata.get("mystnb", {})
    return {
        "source": cell.source,
        "hidden": bool(tags & HIDDEN),
        "raises": "raises-exception" in tags,
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


def elsewhere(cells: list[dict[str, Any]], unavailable: dict[str, str]) -> list[str]:
    """What the cells import and no browser runs, by the names that readers know."""
    asked = set().union(*(imports(cell["source"]) for cell in cells))
    asked |= {name.partition(".")[0] for name in asked}
    return sorted({reader for name, reader in unavailable.items() if name in asked})
