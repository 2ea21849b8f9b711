"""Checks for the chapter "A short history of deep learning"."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from lecturelib.checks import AnswerError, as_number, check, near

# The machine of the exercise "an energy by hand".
_W = np.array([[1.0, -1.0, 2.0, 0.0], [0.5, 1.0, -1.0, -2.0], [-1.0, 2.0, 1.0, 0.5]])
_V, _H = np.array([0.0, 1.0, 1.0]), np.array([1.0, 0.0, 1.0, 1.0])


def _marked(answer, right, mistakes, otherwise):
    """Raise the AnswerError that belongs to the answer, a number, unless it is right."""
    value = as_number(answer)
    if near(value, right, 2):
        return
    for wrong, says in mistakes.items():
        if near(value, wrong, 2):
            raise AnswerError(says)
    raise AnswerError(otherwise)


@check
def mistakes(answer: int) -> str:
    """How many updates the second epoch of AND makes."""
    wrong = {
        1: "That is the first epoch, in which every sum is zero.",
        4: "One corner is right by the time it comes: a sum of zero gives the output 0.",
        2: "Use the changed weights at once, for the very next corner.",
    }
    _marked(answer, 3, wrong, "Go through the four corners in order; at most each can be wrong.")
    return "More than in the first epoch: the number of mistakes need not fall."


@check
def bias(answer: float) -> str:
    """b after the second epoch of AND."""
    wrong = {
        1: "That is the bias after the first epoch; the second changes it at every mistake.",
        -1: "Nearly: one more corner is wrong, and it lifts the bias again.",
        -2: "Two corners lower the bias and one lifts it.",
        3: "An output of 1 that should be 0 lowers the bias.",
    }
    _marked(answer, 0, wrong, "Start from the bias 1; each mistake moves it by 1, up or down.")
    return "Twice down, once up."


@check
def weight(answer: float) -> str:
    """w_1 after the second epoch of AND."""
    wrong = {
        1: "The last corner of the epoch is wrong too, and its first input is 1.",
        0: "Only inputs that are 1 change their weight; look at the first input of each mistake.",
        3: "One of the two corners with a first input of 1 is answered rightly.",
    }
    _marked(answer, 2, wrong, "Start from the weight 1 and follow the corners with x1 = 1.")
    return "Only the last corner of the epoch changed it."


@check
def energy(answer: float) -> str:
    """E(v, h) = -vᵀ W h for v = (0, 1, 1) and h = (1, 0, 1, 1)."""
    total = _V @ _W @ _H
    wrong = {
        total: "The sign: an energy is minus the sum of the weights that are on.",
        -(_W[1] @ _H): "Two visible units are on; you took the weights of the first of them.",
        -(_W[2] @ _H): "Two visible units are on; you took the weights of the second of them.",
        -_W[1:].sum(): "You took all hidden units; one of them is off.",
        -_W.sum(): "Only pairs of units that are both on count.",
    }
    _marked(answer, -total, wrong, "Add W_ij where v_i and h_j are both 1, then change the sign.")
    return "A state of positive energy: less likely than all units off."


@check
def configurations(answer: int) -> str:
    """How many states 20 visible and 10 hidden units have."""
    value = as_number(answer)
    wrong = {
        2.0**20: "Those are the states of the visible units alone.",
        2.0**10: "Those are the states of the hidden units alone.",
        2.0**20 + 2.0**10: "Every visible state goes with every hidden one: that is a product.",
        200.0: "That is the number of weights.",
        30.0: "That is the number of units; each of them has two states.",
        30.0**2: "Each unit doubles the number; count how many doublings there are.",
    }
    if value in wrong:
        raise AnswerError(wrong[value])
    if value != 2.0**30:
        raise AnswerError("Every unit is on or off, whatever the others do: a power of two.")
    return "About a thousand million, for a very small machine."


def _called(answer, *arguments):
    """What the reader's function returns for the arguments, or the AnswerError of nothing."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    with np.errstate(all="ignore"):  # an overflow shows in the result, where it is named
        result = answer(*arguments)
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    return result


@check
def update(answer: Callable) -> str:
    """A function (w, b, x, y) -> (w, b) that does one step of Rosenblatt's rule."""
    rng = np.random.default_rng(6)
    for y, above in product([0, 1], [True, False]):
        x, w = rng.normal(size=3), rng.normal(size=3)
        b = float(-w @ x + (0.7 if above else -0.7))
        error = y - above
        result = _called(answer, w.copy(), b, x.copy(), y)
        if not isinstance(result, tuple) or len(result) != 2:
            raise AnswerError("Return the pair w, b.")
        new_w, new_b = np.asarray(result[0], dtype=float), as_number(result[1])
        if new_w.shape != (3,):
            raise AnswerError(f"For three inputs w came back with shape {new_w.shape}.")
        _one_step(new_w - w, new_b - b, x, error)
    on_line = _called(answer, np.zeros(2), 0.0, np.ones(2), 0)
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


@check
def hidden_probability(answer: Callable) -> str:
    """A function (v, W) -> P(h_j = 1 | v) for all j, for W of any size."""
    rng = np.random.default_rng(7)
    for visible, hidden in ((3, 4), (5, 2)):
        W, v = rng.normal(size=(visible, hidden)), rng.integers(0, 2, visible).astype(float)
        v[0] = 1.0  # with all units off every answer would be one half
        result = np.asarray(_called(answer, v.copy(), W.copy()), dtype=float)
        if result.shape != (hidden,):
            raise AnswerError(f"For {hidden} hidden units it returned shape {result.shape}.")
        right = 1 / (1 + np.exp(-v @ W))
        if np.allclose(result, right):
            continue
        if np.allclose(result, v @ W):
            raise AnswerError("Those are the sums; the sigmoid is still to come.")
        if np.allclose(result, 1 - right):
            raise AnswerError("That is the probability of 0: look at the sign in the exponent.")
        if np.allclose(result, np.exp(v @ W) / np.exp(v @ W).sum()):
            raise AnswerError("A softmax would let one unit win; the hidden units do not compete.")
        raise AnswerError("The shape is right, the numbers are not: sigmoid of v times W.")
    return "No hidden unit asks another one, so all come from one product."
