"""What a cell prints is one text: a line is not broken where the kernel happened to send it.

A kernel sends what is printed every fifth of a second, wherever that falls, so a line may come in
two parts. myst-nb's ``nb_merge_streams`` ends each part with a line feed; a page then shows a break
that depends on how busy the machine was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import myst_nb.core.render
from myst_nb.core.utils import coalesce_streams
from nbformat import NotebookNode
from sphinx.application import Sphinx


def merge_streams(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """The outputs as myst-nb merges them, once what came in parts has been put together.

    Parts belong together if they are of one stream and nothing came between them.
    """
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output["output_type"] == "stream" and output["name"] == last.get("name"):
            last["text"] += output["text"]
        else:
            merged.append(output.copy())
    return coalesce_streams(merged)


def setup(app: Sphinx) -> dict[str, Any]:
    """Put it in the place of myst-nb's own function, for which myst-nb has no setting."""
    app.setup_extension("myst_nb")
    myst_nb.core.render.coalesce_streams = merge_streams
    return {"parallel_read_safe": True, "parallel_write_safe": True}
