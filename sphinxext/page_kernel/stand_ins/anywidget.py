"""The part of anywidget that the book's widgets use: traits that the page and Python share.

The real one builds on ipywidgets and IPython, several megabytes that a page would fetch before its
first cell runs. The state is JSON: a trait of bytes is refused.
"""

from __future__ import annotations

import uuid
from typing import Any

import traitlets

from sphinxext.page_kernel import current


class AnyWidget(traitlets.HasTraits):
    """A subclass gives ``_esm`` and ``_css`` as text; traits tagged ``sync=True`` are shared."""

    _esm = ""
    _css = ""

    def __init__(self, **state: Any) -> None:
        """Set the traits, and tell the page of every later change."""
        super().__init__(**state)
        self.page_key = uuid.uuid4().hex
        self.cells: list[str] = []  # those that show it, the last shown last
        self._coming: dict[str, Any] = {}
        self.observe(self._changed, names=self.trait_names(sync=True))

    def open(self) -> None:
        """Give the page the whole state, and be reachable for it from then on."""
        kernel = current()
        self.cells = [cell for cell in self.cells if cell != kernel.cell] + [kernel.cell]
        kernel.widgets[self.page_key] = self
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        state = {trait: getattr(self, trait) for trait in self.trait_names(sync=True)}
        for trait, value in state.items():
            if isinstance(value, bytes | bytearray | memoryview):
                raise TypeError(f"{trait} is {type(value).__name__}; a page takes text and numbers")
        fixed = {"_esm": self._esm, "_css": self._css, "_anywidget_id": name}
        kernel.send("widget", id=self.page_key, state={**state, **fixed})

    def take_over(self, changes: dict[str, Any]) -> None:
        """Set what the page has set; what a validator makes of it goes back to the page."""
        self._coming = changes
        try:
            for name, value in changes.items():
                setattr(self, name, value)
        finally:
            self._coming = {}

    def _changed(self, change: Any) -> None:
        kernel = current()
        known = change.name in self._coming and self._coming[change.name] == change.new
        if self.page_key in kernel.widgets and not known:
            state = {change.name: change.new}
            kernel.send("widget", cell=self.cells[-1], id=self.page_key, state=state)
