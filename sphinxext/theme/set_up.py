"""A chapter's set-up is one folded bar below its first picture, which says what it holds.

The cells at the head of a chapter that import, define and draw its first picture are tagged
``set-up``. In Jupyter they stand one after another, as they have to run. On the page the picture
comes first, and below it their code shares one bar. A single cell without an output keeps its
place and gets the bar's label.
"""

from __future__ import annotations

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

TAG = "tag_set-up"
IMPORTS = "Set-up: imports and settings"
PICTURE = "Set-up: imports, settings and this picture's code"


class SetUpBar(SphinxPostTransform):
    """Gather the code of a page's cells with the tag ``set-up``."""

    # After the code has got its bars of buttons, in the order of the notebook.
    default_priority = 350
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Look for the cells, which stand one after another."""
        cells = [
            node
            for node in self.document.findall(nodes.container)
            if node.get("nb_element") == "cell_code" and TAG in node["classes"]
        ]
        if cells:
            _gather(cells)


def _gather(cells: list[nodes.container]) -> None:
    """Move the code of all cells into one bar, below what the last of them shows."""
    *others, last = cells
    own = _unfold(last)
    label = PICTURE if own and len(last.children) > len(own) else IMPORTS
    bar = HideCodeCellNode(prompt_show=label, prompt_hide=label, classes=["above-input", "set-up"])
    for cell in others:
        before = cell.previous_sibling()
        cell.parent.remove(cell)
        if _is_bar_of_page(before):
            # The buttons for the whole page stand below the picture, too.
            before.parent.remove(before)
            last.parent.insert(last.parent.index(last) + 1, before)
        _unfold(cell)
        bar += cell
    for node in own:
        last.remove(node)
        bar += node
    last += bar


def _unfold(cell: nodes.container) -> list[nodes.Node]:
    """Take the cell's code out of a bar of its own, if it has one; the code."""
    first = cell.children[0]
    if isinstance(first, HideCodeCellNode):
        cell.children[:1] = first.children
        for node in first.children:
            node.parent = cell
    return [node for node in cell.children if node.get("nb_element") == "cell_code_source"]


def _is_bar_of_page(node: nodes.Node | None) -> bool:
    return isinstance(node, nodes.raw) and 'class="run-' in node.astext()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform; ``myst_nb`` folds the cells' code before."""
    app.setup_extension("myst_nb")
    app.add_post_transform(SetUpBar)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
