"""What a check says, and how a function becomes one."""

from __future__ import annotations

import functools
import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """What a check found: ``right`` and a sentence; true in an ``if`` when the answer is right.

    ``right`` is None while there is no answer yet.
    """

    right: bool | None
    says: str

    def __bool__(self) -> bool:
        return self.right is True

    def __repr__(self) -> str:
        start = {True: "✓ Right.", False: "✗ Not yet.", None: "… Your turn."}[self.right]
        return f"{start} {self.says}"

    def _repr_html_(self) -> str:
        """The same sentence as a paragraph, which wraps on a narrow screen."""
        return f'<p class="dl-check">{html.escape(repr(self))}</p>'


class AnswerError(Exception):
    """Raised inside a check to end it with the sentence that names the mistake."""


def check(function: Callable[[Any], str]) -> Callable[..., Verdict]:
    """Turn ``function(answer) -> praise`` into a check.

    An answer still missing (None or ``...``) is asked for; a :class:`AnswerError` becomes the
    verdict; whatever else the reader's own code raises is named instead of thrown, so that a
    notebook runs on.
    """

    @functools.wraps(function)
    def checked(answer: Any = None, *more: Any) -> Verdict:
        if answer is None or answer is ...:
            return Verdict(None, "Put your answer in the place of the dots.")
        if more:  # check.output(0,38)
            return Verdict(False, "One answer is asked for; in Python a comma separates two.")
        try:
            return Verdict(True, function(answer))
        except AnswerError as mistake:
            return Verdict(False, str(mistake))
        except Exception as error:
            return Verdict(False, f"Your answer raised {type(error).__name__}: {error}")

    checked.is_check = True  # tells a chapter's checks from what else it imports
    return checked
