"""Checks for the chapter "A short history of deep learning"."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from lecturelib.checks import AnswerError, as_number, called, check, code, number

mistakes = number("history", "by_hand", "mistakes")
bias = number("history", "by_hand", "bias")
weight = number("history", "by_hand", "weight")
energy = number("history", "numbers", "energy")
configurations = number("history", "numbers", "configurations")


@check
def update(answer: Callable) -> str:
    """A function (w, b, x, y) -> (w, b) that does one step of Rosenblatt's rule."""
    rng = np.random.default_rng(6)
    for y, above in product([0, 1], [True, False]):
        x, w = rng.normal(size=3), rng.normal(size=3)
        b = float(-w @ x + (0.7 if above else -0.7))
        error = y - above
        result = called(answer, w, b, x, y)
        if not isinstance(result, tuple) or len(result) != 2:
            raise AnswerError("Return the pair w, b.")
        new_w, new_b = np.asarray(result[0], dtype=float), as_number(result[1])
        if new_w.shape != (3,):
            raise AnswerError(f"For three inputs w came back with shape {new_w.shape}.")
        _one_step(new_w - w, new_b - b, x, error)
    on_line = called(answer, np.zeros(2), 0.0, np.ones(2), 0)
    if not np.allclose(on_line[0], 0):
        raise AnswerError("A sum of exactly zero gives the output 0, which was right here.")
    return "Right answers change nothing, both kinds of mistake are mended."


def _one_step(dw, db, x, error):
    """Raise the AnswerError of a change that is not error · (x, 1)."""
    if np.allclose(dw, error * x) and np.isclose(db, error):
        return
    if not error:
        raise AnswerError("The answer was right, and your weights change all the same.")
    if np.allclose(dw, 0):
        kind = "0 instead of 1" if error > 0 else "1 instead of 0"
        raise AnswerError(f"The output was {kind}, and your weights stay as they are.")
    if np.allclose(dw, -error * x):
        raise AnswerError("The sign: your step makes the mistake larger. It is y minus output.")
    if np.allclose(dw, error * x):
        raise AnswerError("The weights are right; the bias moves by y minus output as well.")
    raise AnswerError("The weights must change by (y - output) times the inputs.")


def _machine(visible, hidden):
    """A state of the visible units and weights."""
    rng = np.random.default_rng(visible)
    v = rng.integers(0, 2, visible).astype(float)
    v[0] = 1.0  # with all units off every answer would be one half
    return v, rng.normal(size=(visible, hidden))


@code(
    _machine(3, 4),
    _machine(5, 2),
    otherwise="The shape is right, the numbers are not: sigmoid of v times W.",
    says="No hidden unit asks another one, so all come from one product.",
)
def hidden_probability(v: np.ndarray, W: np.ndarray) -> tuple:
    """A function (v, W) -> P(h_j = 1 | v) for all j, for W of any size."""
    a = v @ W
    return 1 / (1 + np.exp(-a)), {
        "Those are the sums; the sigmoid is still to come.": a,
        "That is the probability of 0: look at the sign in the exponent.": 1 / (1 + np.exp(a)),
        "A softmax would let one unit win; the hidden units do not compete.": np.exp(a)
        / np.exp(a).sum(),
    }
