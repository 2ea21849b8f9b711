"""Code cells that say the same in several frameworks become one set of tabs.

Cells tagged ``tab-numpy``, ``tab-pytorch`` and ``tab-keras`` that stand one after another are, in
Jupyter, one after another. On the page they share one place, and the reader chooses: the tabs are
sphinx-design's, in its sync group ``framework``, whose script makes all sets of the book follow one
choice and keeps it in the browser's local storage. Radio buttons do the rest, so that it all works
by keyboard and, set by set, without JavaScript; paper shows every panel.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator
from sphinx_design.shared import create_component

from sphinxext.shared import add_stylesheet

LOGGER = logging.getLogger(__name__)
STYLESHEET = Path(__file__).parent / "static" / "framework_tabs.css"
GROUP = "framework"
LABELS = {"numpy": "NumPy", "pytorch": "PyTorch", "keras": "Keras"}


class framework_tabs(nodes.container):  # noqa: N801 named as docutils names nodes
    """A set of tabs; a group with a name for those who hear the page."""


def visit_tabs(self: HTML5Translator, node: framework_tabs) -> None:
    """Open the set. Not a radiogroup: the panels stand among its buttons."""
    attributes = {"role": "group", "aria-label": "The same in each framework"}
    self.body.append(self.starttag(node, "div", **attributes))


def depart_tabs(self: HTML5Translator, node: framework_tabs) -> None:
    """Close the set."""
    self.body.append("</div>\n")


def framework_of(node: nodes.Node) -> str | None:
    """The framework that a cell is tagged with; None for other cells and other nodes."""
    if not isinstance(node, nodes.container) or node.get("nb_element") != "cell_code":
        return None
    found = [name for name in LABELS if f"tag_tab-{name}" in node["classes"]]
    if len(found) > 1:
        LOGGER.warning(
            "A cell with tags of several tabs, %s; the first one counts", found, location=node
        )
    return found[0] if found else None


def gather(app: Sphinx, doctree: nodes.document) -> None:
    """Put every run of tagged cells of a page into a set of tabs."""
    cells = [node for node in doctree.findall(nodes.container) if framework_of(node)]
    for run in _runs(cells):
        panels: dict[str, list[nodes.Node]] = {}
        for cell in run:
            panels.setdefault(framework_of(cell), []).append(cell)
        if len(panels) == 1:
            LOGGER.warning(
                "A tab needs a neighbour, and only %s is here; take the tag off the cell or put "
                "another framework's cell beside it",
                LABELS[next(iter(panels))],
                location=run[0],
            )
            continue
        place = framework_tabs(design_component="tab-set", classes=["sd-tab-set", "framework-tabs"])
        place.source, place.line = run[0].source, run[0].line
        run[0].replace_self(place)
        for cell in run[1:]:
            cell.parent.remove(cell)
        place.extend(_tab(name, content) for name, content in panels.items())


def _runs(cells: list[nodes.container]) -> list[list[nodes.container]]:
    """Neighbours together; a framework that comes back after another begins a new run."""
    runs = [cells[:1]] if cells else []
    for before, cell in pairwise(cells):
        names = [framework_of(node) for node in runs[-1]]
        again = framework_of(cell) in names and framework_of(cell) != names[-1]
        if cell.previous_sibling() is before and not again:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return runs


def _tab(name: str, content: list[nodes.Node]) -> nodes.container:
    """One framework's label and its cells."""
    label = nodes.rubric("", LABELS[name], classes=["sd-tab-label"])
    label["sync_id"], label["sync_group"] = name, GROUP
    panel = create_component("tab-content", classes=["sd-tab-content"], children=content)
    return create_component("tab-item", classes=["sd-tab-item"], children=[label, panel])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the node, what makes it of cells, and its stylesheet."""
    app.setup_extension("sphinx_design")
    app.add_node(framework_tabs, html=(visit_tabs, depart_tabs))
    app.connect("doctree-read", gather)
    add_stylesheet(app, STYLESHEET, framework_tabs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
