"""Questions that check themselves, in a notebook and on a page without a kernel."""

from __future__ import annotations

from typing import Any

import traitlets

from lecturelib import checks
from lecturelib.widgets.base import BookWidget


class Quiz(BookWidget, module="quiz"):
    """The questions of ``checks/<chapter>.toml`` under ``[[section]]``.

    ``Quiz("neuron", "recall")``. Raises ValueError for a chapter or section that does not exist
    and for a question that could not be marked.
    """

    chapter = traitlets.Unicode().tag(sync=True)
    section = traitlets.Unicode().tag(sync=True)
    questions = traitlets.List().tag(sync=True)

    def __init__(self, chapter: str, section: str, **state: Any) -> None:
        """Read the questions and keep room for them on the page."""
        questions = checks.questions(chapter, section)
        rows = sum(4 + len(question.get("options", "1")) for question in questions)
        self.heights = (34 * rows + 130, 38 * rows + 130)
        super().__init__(chapter=chapter, section=section, questions=questions, **state)

    def __repr__(self) -> str:
        """``Quiz('neuron', 'recall')``; the questions themselves would be a wall of text."""
        return f"Quiz({self.chapter!r}, {self.section!r})"
