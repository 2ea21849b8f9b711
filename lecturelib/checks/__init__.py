"""Checks of the reader's answers: what is wrong, never what would be right.

One module a chapter for numbers and code (``from lecturelib.checks import neuron as check``), one
``.toml`` file a chapter for its questions and its numbers. A check returns a :class:`Verdict`,
which a notebook shows as one line; it needs numpy only, so it works wherever Python runs.
"""

from lecturelib.checks.answers import (
    as_number,
    as_vector,
    called,
    code,
    compare,
    mark,
    near,
    number,
    readings,
)
from lecturelib.checks.questions import questions
from lecturelib.checks.verdict import AnswerError, Verdict, check

__all__ = [
    "AnswerError",
    "Verdict",
    "as_number",
    "as_vector",
    "called",
    "check",
    "code",
    "compare",
    "mark",
    "near",
    "number",
    "questions",
    "readings",
]
