"""The questions of ``checks/<chapter>.toml``: choices, and numbers with how they are computed.

A question is a row ``[[section]]``. Its right number, and the number that a mistake leads to, are
Python expressions over NumPy, what ``[given]`` of the same file names, and a few modules of the
library; they are computed here, so that no number stands twice.
"""

from __future__ import annotations

import copy
import math
import random
import tomllib
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

import numpy as np

_NEEDED = {
    "choice": {"options"},
    "several": {"options", "says"},
    "number": {"compute", "says", "otherwise"},
}
# What an expression may name beside the given values: nothing else is there when it is evaluated.
_BUILTINS = {f.__name__: f for f in (abs, len, max, min, range, round, sum)}
_BUILTINS["__import__"] = __import__  # array.mean() and its like import their loops when called
_MODULES = ("activations", "features", "losses", "perceptron")


def questions(chapter: str, section: str) -> list[dict[str, Any]]:
    """The questions of one section, each with id, kind, text and what marking it needs.

    A number has ``answer``, and ``mistakes`` that have a ``value`` or a range (``below``,
    ``above``); the options of a choice stand in the order in which they are shown. Raises
    ValueError where chapter or section is missing, a question is incomplete or an expression fails.
    """
    rows = _read(chapter)
    if section not in rows:
        raise ValueError(f"checks/{chapter}.toml has no section {section!r}; it has {_list(rows)}.")
    return copy.deepcopy(rows[section])


def sections(chapter: str) -> list[str]:
    """The names of the sections of ``checks/<chapter>.toml``; ValueError without that file."""
    return list(_read(chapter))


@cache
def _read(chapter: str) -> dict[str, list[dict[str, Any]]]:
    """The questions of a chapter by section, checked and computed."""
    source = files(__package__) / f"{chapter}.toml"
    if not source.is_file():
        raise ValueError(f"No questions for chapter {chapter!r}: checks/{chapter}.toml is missing.")
    rows = tomllib.loads(source.read_text("utf-8"))
    given = _given(chapter, rows.pop("given", {}))
    return {
        section: [_finished(question, chapter, given) for question in asked]
        for section, asked in rows.items()
    }


def _given(chapter: str, table: dict[str, Any]) -> dict[str, Any]:
    """The values of ``[given]``: text is an expression over those before it, a list an array."""
    known: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, str):
            known[name] = _evaluated(value, known, f"checks/{chapter}.toml, given {name!r}")
        else:
            known[name] = np.array(value, dtype=float) if isinstance(value, list) else value
    return known


def _evaluated(expression: str, known: dict[str, Any], where: str) -> Any:
    """The value of an expression that may use NumPy as np, ``known`` and the library's modules."""
    try:
        code = compile(expression, where, "eval")
        asked = [name for name in _MODULES if name in code.co_names]
        modules = {name: import_module(f"lecturelib.{name}") for name in asked}
        return eval(code, {"__builtins__": _BUILTINS, "np": np, **modules, **known})
    except Exception as error:
        says = f"{where}: {expression!r} raised {type(error).__name__}: {error}"
        raise ValueError(says) from error


def _finished(question: dict[str, Any], chapter: str, given: dict[str, Any]) -> dict[str, Any]:
    """The question with numbers in the place of expressions and the options in their order."""
    _complete(question)
    where = f"checks/{chapter}.toml, {question['id']!r}"
    if question["kind"] == "number":
        question["answer"] = _number(question.pop("compute"), given, where)
        for mistake in question.setdefault("mistakes", []):
            if "compute" in mistake:
                mistake["value"] = _number(mistake.pop("compute"), given, where)
    elif not question.pop("ordered", False):
        question["options"].sort(key=lambda option: _place(question["id"], option["text"]))
    return question


def _number(expression: str, given: dict[str, Any], where: str) -> float:
    """What the expression gives, as one finite float; ValueError if it gives anything else."""
    value = _evaluated(expression, given, where)
    if np.ndim(value) or isinstance(value, str) or not math.isfinite(float(value)):
        raise ValueError(f"{where}: {expression!r} gives {value!r}, not one finite number.")
    return float(value)


def _place(question: str, option: str) -> float:
    """The key that sorts options: random to a reader, the same on every page and printout."""
    return random.Random(f"{question}: {option}").random()


def _complete(question: dict[str, Any]) -> None:
    """Raise ValueError if a question could not be shown or marked."""
    name, kind = question.get("id", question), question.get("kind")
    if kind not in _NEEDED:
        raise ValueError(f"Question {name!r}: kind {kind!r} is none of {_list(sorted(_NEEDED))}.")
    missing = ({"id", "text"} | _NEEDED[kind]) - set(question)
    if missing:
        raise ValueError(f"Question {name!r} lacks {_list(sorted(missing))}.")
    if kind == "number":
        _complete_number(question)
        return
    if any("says" not in option for option in question["options"]):
        raise ValueError(f"Question {name!r}: every option needs 'says', the reply to it.")
    if kind == "choice" and sum(option.get("right", False) for option in question["options"]) != 1:
        raise ValueError(f"Question {name!r}: exactly one option must be right.")


def _complete_number(question: dict[str, Any]) -> None:
    """Raise ValueError if a number could not be marked."""
    name = question["id"]
    if ("tolerance" in question) == ("relative" in question):
        raise ValueError(f"Question {name!r} needs one of 'tolerance' and 'relative'.")
    for mistake in question.get("mistakes", []):
        kinds = {"compute", "value", "below", "above"} & set(mistake)
        if "says" not in mistake or not (len(kinds) == 1 or kinds == {"below", "above"}):
            raise ValueError(
                f"Question {name!r}: a mistake needs 'says' and one of 'compute', 'value' or a "
                f"range by 'below' and 'above'; here is {mistake}."
            )


def _list(names: Any) -> str:
    return ", ".join(names)
