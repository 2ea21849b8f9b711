"""Judging answers: numbers as people type them, arrays, and functions by what they return."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lecturelib.checks.questions import questions
from lecturelib.checks.verdict import AnswerError, Verdict, check

# What a keyboard, a word processor or a copied page gives for the plain sign.
_PLAIN = str.maketrans(
    dict.fromkeys("\u2212\u2012\u2013\uff0d", "-")  # minus sign, dashes
    | dict.fromkeys("\u00a0\u2007\u2009\u202f", " ")  # no-break and thin spaces
    | dict.fromkeys("\u2019_", "'")
    | dict.fromkeys("x*\u00b7\u22c5", "×")
)
_RAISED = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789")
_FIGURES = r"[\d.,' ]*\d[.,]?"
_NUMBER = re.compile(
    rf"([-+]?) ?({_FIGURES})(?:e([-+]?\d+))?(?: ?/ ?({_FIGURES}))? ?(%?)", re.IGNORECASE
)
_DECIMAL = re.compile(r"\d+[.,]?\d*|[.,]\d+")
_GROUPED = re.compile(r"([1-9]\d{0,2})([., '])(\d{3}(?:\2\d{3})*)(?:(?!\2)[.,](\d*))?")


def readings(text: str) -> list[float]:
    """The finite numbers that a typed text can mean, the likeliest first; none if it is no number.

    ``512 000``, ``512,000`` and ``0,38`` count, so do ``−3``, ``1/4``, ``1.5×10³`` and ``50 %``.
    A comma or point before three last digits may part thousands or begin decimals: two readings.
    A percentage is read as a share, and as the number before the sign.
    """
    text = re.sub(
        "[⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda raised: "^" + raised[0].translate(_RAISED), text.strip()
    )
    text = text.replace("**", "^").translate(_PLAIN)
    text = re.sub(r"^([-+]?)10\^", r"\g<1>1e", re.sub(r" ?× ?10\^", "e", text))
    match = _NUMBER.fullmatch(text)
    if not match:
        return []
    sign, top, power, bottom, percent = match.groups()
    values = [
        float(f"{sign}{over}e{power or 0}") / (float(under) or np.nan)
        for over in _decimals(top)
        for under in _decimals(bottom or "1")
    ]
    shares = [value / 100 for value in values] if percent else []
    return [value for value in shares + values if np.isfinite(value)]


def _decimals(figures: str) -> list[str]:
    """The figures without marks between thousands and with a decimal point, in each way to read."""
    decimal = [figures.replace(",", ".")] if _DECIMAL.fullmatch(figures) else []
    grouped = _GROUPED.fullmatch(figures)
    if not grouped:
        return decimal
    first, mark, rest, after = grouped.groups()
    whole = [f"{first}{rest.replace(mark, '')}.{after or ''}"]
    return decimal + whole if mark == "." else whole + decimal


def near(actual: Any, expected: Any, digits: int) -> bool:
    """Whether two numbers or arrays agree at ``digits`` printed decimals."""
    return bool(np.all(np.abs(np.asarray(actual) - np.asarray(expected)) <= 0.5001 * 10.0**-digits))


def _typed(answer: Any) -> list[float]:
    """The numbers that the answer can mean, or the AnswerError of giving something else."""
    if isinstance(answer, str):
        values = readings(answer)
    else:
        try:
            values = [float(answer)]
        except (TypeError, ValueError, OverflowError):
            values = []
    if not values:
        pair = isinstance(answer, tuple) and len(answer) == 2
        hint = ": in Python a comma makes a pair" if pair else ""
        raise AnswerError(f"One number is asked for; {answer!r} is not one{hint}.")
    if not np.isfinite(values[0]):
        raise AnswerError(f"A finite number is asked for, not {values[0]}.")
    return values


def as_number(answer: Any) -> float:
    """The answer as a float, or the AnswerError of giving something else."""
    return _typed(answer)[0]


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


# Numbers: a row of the chapter's .toml says what is right and where the mistakes lead.


def mark(question: Mapping[str, Any], answer: Any) -> Verdict:
    """The verdict on an answer to a question of kind "number", as the quiz on the page gives it.

    ``question`` is a row as :func:`~lecturelib.checks.questions` returns it. The right number
    comes first, then the mistakes in their order. AnswerError if the answer is no number at all.
    """
    values = _typed(answer)
    for value in values:
        if _close(value, question["answer"], question):
            return Verdict(True, question["says"] + _read_as(value, values))
    for value in values:
        for mistake in question["mistakes"]:
            if _fits(value, mistake, question):
                return Verdict(False, mistake["says"] + _read_as(value, values))
    both = " and as ".join(f"{value:.15g}" for value in values)
    note = f" (Read as {both}.)" if len(values) > 1 else ""
    return Verdict(False, question["otherwise"] + note)


def _close(value: float, other: float, question: Mapping[str, Any]) -> bool:
    """Within the tolerance, or the relative one; the bound itself counts although binary."""
    relative = question.get("relative")
    slack = question["tolerance"] if relative is None else relative * abs(other)
    return abs(value - other) <= 1.0001 * slack


def _fits(value: float, mistake: Mapping[str, Any], question: Mapping[str, Any]) -> bool:
    if "value" in mistake:
        return _close(value, mistake["value"], question)
    return value < mistake.get("below", -np.inf) or value > mistake.get("above", np.inf)


def _read_as(value: float, values: list[float]) -> str:
    """Said where the text has a likelier reading than the one that counted."""
    return "" if value == values[0] else f" (Read as {value:.15g}.)"


def number(chapter: str, section: str, name: str) -> Callable[..., Verdict]:
    """The check of the number ``name`` in ``[[section]]`` of ``checks/<chapter>.toml``.

    Its docstring is the question. Raises ValueError where there is no such number.
    """
    rows = {row["id"]: row for row in questions(chapter, section) if row["kind"] == "number"}
    if name not in rows:
        has = ", ".join(rows)
        raise ValueError(
            f"checks/{chapter}.toml has no number {name!r} in [[{section}]]; it has {has}."
        )

    def judge(answer: Any) -> str:
        verdict = mark(rows[name], answer)
        if not verdict:
            raise AnswerError(verdict.says)
        return verdict.says

    judge.__name__ = judge.__qualname__ = name
    judge.__doc__ = rows[name]["text"]
    judge.question = rows[name]
    return check(judge)


# Code: a function is judged by what it returns.


def called(function: Any, *arguments: Any, copied: bool = True) -> Any:
    """What the reader's function returns for copies of the arguments; AnswerError if nothing.

    Copied are arrays, and lists, tuples and dicts of them, so that the function cannot spoil what
    it is compared with. ``copied=False`` hands the arguments themselves over.
    """
    if not callable(function):
        raise AnswerError("Hand over the function itself, without calling it.")
    with np.errstate(all="ignore"):  # an overflow shows in the result, where it is named
        result = function(*(_copy(a) if copied else a for a in arguments))
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    return result


def _copy(thing: Any) -> Any:
    if isinstance(thing, np.ndarray):
        return thing.copy()
    if isinstance(thing, list | tuple):
        return type(thing)(_copy(part) for part in thing)
    return {key: _copy(part) for key, part in thing.items()} if isinstance(thing, dict) else thing


def compare(
    result: Any,
    right: Any,
    mistakes: Mapping[str, Any],
    otherwise: str | Callable[..., str],
    name: str = "A result",
) -> None:
    """Raise the AnswerError that belongs to a number or an array, unless it equals ``right``.

    ``mistakes`` has what each wrong way leads to, by the sentence that names the way; the first
    that fits counts. ``otherwise`` is said of all other results of the right shape; it may be a
    function of the result. ``name`` is what a result of another shape is called.
    """
    result = np.asarray(result, dtype=float)

    def equals(other: Any) -> bool:
        return np.shape(other) == result.shape and np.allclose(result, other)

    if equals(right):
        return
    for says, wrong in mistakes.items():
        if equals(wrong):
            raise AnswerError(says)
    if result.shape != np.shape(right):
        raise AnswerError(
            f"{name} of shape {np.shape(right)} is asked for, not of shape {result.shape}."
        )
    raise AnswerError(otherwise(result) if callable(otherwise) else otherwise)


def code(
    *cases: tuple, otherwise: str | Callable[..., str], says: str
) -> Callable[[Callable], Callable[..., Verdict]]:
    """Make a check of functions out of ``f(*arguments) -> (right, mistakes)``.

    The reader's function is called with the arguments of each case in turn; what it returns is
    compared as in :func:`compare`, where ``otherwise`` may be a function of the result and the
    arguments. ``says`` confirms a function that is right in every case.
    """

    def decorate(wanted: Callable) -> Callable[..., Verdict]:
        @functools.wraps(wanted)
        def judge(answer: Any) -> str:
            for arguments in cases:
                other = functools.partial(_say, otherwise, arguments)
                compare(called(answer, *arguments), *wanted(*arguments), other)
            return says

        return check(judge)

    return decorate


def _say(otherwise: str | Callable[..., str], arguments: tuple, result: np.ndarray) -> str:
    return otherwise(result, *arguments) if callable(otherwise) else otherwise
