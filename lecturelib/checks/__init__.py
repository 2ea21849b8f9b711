"""Checks of the reader's answers: what is wrong, never what would be right.

One module a chapter for numbers and code (``from lecturelib.checks import neuron as check``), one
``.toml`` file a chapter for the questions of its quizzes. A check returns a :class:`Verdict`, which
a notebook shows as one line; it needs numpy only, so it works wherever Python runs.
"""

from __future__ import annotations

import html
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

_KINDS = {"choice", "several", "number"}


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


def check(function: Callable[..., str]) -> Callable[..., Verdict]:
    """Turn ``function(answer) -> praise`` into a check.

    An answer still missing (None or ``...``) is asked for; a :class:`AnswerError` becomes the
    verdict; whatever else the reader's own code raises is named instead of thrown, so that a
    notebook runs on.
    """

    def checked(answer: Any = None) -> Verdict:
        if answer is None or answer is ...:
            return Verdict(None, "Put your answer in the place of the dots.")
        try:
            return Verdict(True, function(answer))
        except AnswerError as mistake:
            return Verdict(False, str(mistake))
        except Exception as error:
            return Verdict(False, f"Your answer raised {type(error).__name__}: {error}")

    checked.__name__, checked.__doc__ = function.__name__, function.__doc__
    return checked


def near(actual: Any, expected: Any, digits: int) -> bool:
    """Whether two numbers or arrays agree at ``digits`` printed decimals."""
    return bool(np.all(np.abs(np.asarray(actual) - np.asarray(expected)) <= 0.5001 * 10.0**-digits))


def as_number(answer: Any) -> float:
    """The answer as a float, or the AnswerError of giving something else."""
    try:
        value = float(answer)
    except (TypeError, ValueError):
        raise AnswerError(f"One number is asked for; {answer!r} is not one.") from None
    if not np.isfinite(value):
        raise AnswerError(f"A finite number is asked for, not {value}.")
    return value


def match_number(
    answer: Any, right: float, mistakes: Iterable[tuple[float, str]], otherwise: str
) -> None:
    """Raise the AnswerError that belongs to the answer, unless it is right at two decimals.

    ``mistakes`` pairs a wrong number with the sentence that names how one comes to it; the first
    that fits counts. ``otherwise`` is said of all other numbers.
    """
    value = as_number(answer)
    if near(value, right, 2):
        return
    for wrong, says in mistakes:
        if near(value, wrong, 2):
            raise AnswerError(says)
    raise AnswerError(otherwise)


def as_vector(answer: Any, length: int) -> np.ndarray:
    """The answer as ``length`` floats, or the AnswerError of giving something else."""
    try:
        value = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        raise AnswerError(
            f"{length} numbers are asked for; {answer!r} holds something else."
        ) from None
    if value.shape != (length,) or not np.isfinite(value).all():
        raise AnswerError(
            f"{length} finite numbers are asked for, in a list; {answer!r} is not that."
        )
    return value


def questions(chapter: str, section: str) -> list[dict[str, Any]]:
    """The questions of one quiz, each with id, kind, text and what marking it needs.

    Raises ValueError where chapter or section is missing, or a question is incomplete.
    """
    source = files(__package__) / f"{chapter}.toml"
    if not source.is_file():
        raise ValueError(f"No questions for chapter {chapter!r}: checks/{chapter}.toml is missing.")
    sections = tomllib.loads(source.read_text("utf-8"))
    if section not in sections:
        have = ", ".join(sections)
        raise ValueError(f"checks/{chapter}.toml has no section {section!r}; it has {have}.")
    for question in sections[section]:
        _complete(question)
    return sections[section]


def _complete(question: dict[str, Any]) -> None:
    """Raise ValueError if a question could not be shown or marked."""
    name, kind = question.get("id", question), question.get("kind")
    if kind not in _KINDS:
        raise ValueError(f"Question {name!r}: kind {kind!r} is none of {sorted(_KINDS)}.")
    needed = {
        "number": {"answer", "tolerance", "says", "otherwise"},
        "several": {"options", "says"},
    }
    missing = ({"id", "text"} | needed.get(kind, {"options"})) - set(question)
    if missing:
        raise ValueError(f"Question {name!r} lacks {', '.join(sorted(missing))}.")
    if any("says" not in option for option in question.get("options", [])):
        raise ValueError(f"Question {name!r}: every option needs 'says', the reply to it.")
    if kind == "choice" and sum(option.get("right", False) for option in question["options"]) != 1:
        raise ValueError(f"Question {name!r}: exactly one option must be right.")
