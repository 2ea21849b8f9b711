"""The checks of the chapter on backpropagation through time: right, wrong, missing, odd answers."""

import re

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.checks import bptt as check
from lecturelib.checks import questions
from lecturelib.rnn import RNN, clip_gradients

CHECKS = checks_of(check)
NUMBERS = ["ds1", "dw", "dw_truncated"]


def by_library(dh, s, W):
    """dW by the library: with V the identity, dh is what comes from the outputs."""
    T, N, H = dh.shape
    model = RNN(H, H, H, rng=np.random.default_rng(0))
    model.W, model.V = W, np.eye(H)
    model._keep((np.zeros((T, N, H)), s), dh)  # the states of the exercise, not of a forward pass
    model.backward(dh)
    return model.dW


def loop(dh, s, W, back=True, last=False, mean=1):
    total, da = np.zeros_like(W), np.zeros_like(s[0])
    for t in reversed(range(len(dh))):
        da = (1 - s[t + 1] ** 2) * (dh[t] + (da @ W if back else 0))
        total = total + da.T @ s[t]
        if last:
            break
    return total / mean


def overwrites(dh, s, W):
    da = np.zeros_like(s[0])
    for t in reversed(range(len(dh))):
        da = (1 - s[t + 1] ** 2) * (dh[t] + da @ W)
        total = da.T @ s[t]
    return total


def turned(dh, s, W):
    return loop_with(dh, s, W, lambda da: da @ W.T)


def loop_with(dh, s, W, back, slope=lambda s: 1 - s**2, shift=0):
    total, da = np.zeros_like(W), np.zeros_like(s[0])
    for t in reversed(range(len(dh))):
        da = slope(s[t + 1]) * (dh[t] + back(da))
        total = total + da.T @ s[t + shift]
    return total


def library_clip(gradients, max_norm):
    new = {name: g.copy() for name, g in gradients.items()}
    clip_gradients(new, max_norm)
    return new


def in_place(gradients, max_norm):
    clip_gradients(gradients, max_norm)
    return gradients


def always(gradients, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
    return {name: g * max_norm / norm for name, g in gradients.items()}


def no_zero(gradients, max_norm):
    """0 · (max_norm / 0) where all gradients are zero."""
    some = any(g.any() for g in gradients.values())
    return (library_clip if some else always)(gradients, max_norm)


def without_root(gradients, max_norm):
    square = sum((g**2).sum() for g in gradients.values())
    return {name: g * min(1, max_norm / square) for name, g in gradients.items()}


def each(gradients, max_norm):
    return {name: library_clip({name: g}, max_norm)[name] for name, g in gradients.items()}


RIGHT = {
    "ds1": [-0.5, "-0.5", np.float64(-0.502)],
    "dw": [-6, "-6.0"],
    "dw_truncated": [-4, np.float64(-4.002)],
    "steps_back": [44, "44", 44.0],
    "dW": [loop, by_library],
    "clip": [library_clip],
}
# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "ds1": [
        (0.5, "sign is not"),
        (-1, "one step later"),
        (-2, "at the loss"),
        (-8, "divided by w"),
        (-0.25, "One factor too many"),
        (3, "Start with"),
    ],
    "dw": [
        (6, "sign is not"),
        (-4, "last use alone"),
        (-2, "one share out of three"),
        (-8, "took the last for all"),
        (-5, "state before"),
        (1, "Add up ds"),
    ],
    "dw_truncated": [
        (-6, "full gradient"),
        (4, "sign is not"),
        (0, "not the first ones"),
        (-2, "first to be cut"),
        (1, "Keep only"),
    ],
    "steps_back": [
        (43, "still at"),
        (45, "before that already"),
        (43.7, "whole number"),
        (44.3, "whole number"),
        (-3, "whole number"),
    ],
    "dW": [
        (5, "without calling it"),
        (lambda dh, s, W: None, "returns nothing"),
        (lambda dh, s, W: 1.0, r"returned shape \(\)"),
        (lambda *a: loop(*a, last=True), "Only the last time step"),
        (overwrites, "Only the first time step"),
        (lambda *a: loop(*a, back=False), "later steps is missing"),
        (turned, "wrong way round"),
        (lambda dh, s, W: loop_with(dh, s, W, lambda d: d @ W, np.ones_like), "slope of tanh"),
        (lambda dh, s, W: loop_with(dh, s, W, lambda d: d @ W, shift=1), "pairs da_t with s_t"),
        (lambda *a: loop(*a).T, "transpose"),
        (lambda *a: loop(*a, mean=2), "mean over the batch"),
        (lambda *a: loop(*a, mean=5), "mean over time"),
        (lambda dh, s, W: W, "which term is off"),
    ],
    "clip": [
        (5, "without calling it"),
        (lambda g, c: None, "returns nothing"),
        (lambda g, c: list(g), "Return a dict"),
        (in_place, "handed in have changed"),
        (each, "Each array is clipped"),
        (lambda g, c: {n: np.clip(x, -c, c) for n, x in g.items()}, "Each entry is clipped"),
        (without_root, "root of the sum"),
        (lambda g, c: {n: x.copy() for n, x in g.items()}, "longer than the threshold"),
        (lambda g, c: always(g, 1.0), "norm 1 whatever"),
        (lambda g, c: {n: 3 * x for n, x in g.items()}, "one factor for all"),
        (always, "shorter than the threshold must stay"),
        (no_zero, "of zero must stay zero"),
    ],
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("answer", ["", "<b>", [], {}, object(), float("nan"), 1e308, [[]], int])
def test_garbage_gets_a_verdict(name, answer):
    verdict = CHECKS[name](answer)
    assert verdict.right is False
    assert verdict.says


@pytest.mark.parametrize("name", NUMBERS)
def test_quiz_and_check_agree(name):
    question = next(q for q in questions("bptt", "by_hand") if q["id"] == name)
    assert CHECKS[name](question["answer"])
    assert CHECKS[name](question["answer"]).says == question["says"]
    for mistake in question["mistakes"]:
        verdict = CHECKS[name](mistake["value"])
        assert verdict.right is False
        assert verdict.says == mistake["says"]
    assert CHECKS[name](0.123).says == question["otherwise"]


@pytest.mark.parametrize("name", ["ds1", "dw", "dw_truncated", "steps_back"])
def test_a_wrong_verdict_never_shows_the_right_number(name):
    right = re.compile(rf"(?<![\d.]){RIGHT[name][0]}(?!\d|\.\d)".replace("-", "[-−]"))
    for answer in [*np.linspace(-9, 9, 361).round(2), *range(1, 60)]:
        verdict = CHECKS[name](answer)
        assert verdict or not right.search(verdict.says), verdict


def test_the_answers_are_those_of_a_network():
    """ds_1 and dw of the exercise by central differences."""

    def loss(w, shift=0.0):
        s = 0.0
        for t, x in enumerate((2.0, 1.0, 0.0)):
            s = w * s + x + (shift if t == 0 else 0)
        return (s - 3) ** 2 / 2

    eps = 1e-6
    assert check.dw((loss(0.5 + eps) - loss(0.5 - eps)) / (2 * eps))
    assert check.ds1((loss(0.5, eps) - loss(0.5, -eps)) / (2 * eps))
