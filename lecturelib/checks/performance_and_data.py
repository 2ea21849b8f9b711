"""Checks for the chapter "Performance and data"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, called, check, number
from lecturelib.learning_curve import crossing

crossing_point = number("performance_and_data", "by_hand", "crossing_point")
exponent = number("performance_and_data", "by_hand", "exponent")
examples_needed = number("performance_and_data", "by_hand", "examples_needed")
training_operations = number("performance_and_data", "numbers", "training_operations")


# Sizes, curve a, curve b, and what a wrong number on this case means.
_CASES = [
    ([100, 1000], [0.6, 0.66], [0.5, 0.8], "One crossing between two sizes"),
    ([100, 200, 500], [0.3, 0.4, 0.5], [0.2, 0.35, 0.6], "A crossing in the last interval"),
    ([100, 200, 500], [0.3, 0.4, 0.5], [0.4, 0.35, 0.6], "b leads, falls behind, leads again"),
    ([10, 20, 50, 90], [0.3, 0.3, 0.3, 0.3], [0.2, 0.4, 0.2, 0.5], "b overtakes a twice"),
    ([100, 200, 500], [0.3, 0.4, 0.5], [0.4, 0.5, 0.6], "b leads at every size"),
    ([100, 200, 500], [0.3, 0.4, 0.5], [0.4, 0.3, 0.4], "b does not lead at the largest size"),
]


@check
def overtakes(answer: Callable) -> str:
    """A function (n, a, b) -> the n from which b stays above a, n[0] or inf at the ends."""
    for sizes, first, second, what in _CASES:
        n, a, b = (np.array(values, dtype=float) for values in (sizes, first, second))
        right = crossing(n, a[None], b[None]).at
        value = float(called(answer, n, a, b))
        if np.isclose(value, right):
            continue
        if np.isclose(value, crossing(n, b[None], a[None]).at):
            raise AnswerError(f"{what}: that is where a overtakes b.")
        if len(n) == 2 and np.isclose(value, np.interp(0, b - a, n)):
            raise AnswerError(f"{what}: straight over n; go straight over ln n.")
        raise AnswerError(f"{what}: for n = {sizes}, a = {first}, b = {second} it gives {value:g}.")
    return "Between two sizes, at the ends, and where the lead changes twice."
