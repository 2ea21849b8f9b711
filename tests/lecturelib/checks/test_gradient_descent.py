"""The checks of the chapter on gradient descent: right, wrong, missing and odd answers."""

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.checks import gradient_descent as check
from lecturelib.checks import questions

CHECKS = checks_of(check)
NUMBERS = ["slope_w2", "next_w1", "next_w2", "largest_rate"]


def descends(gradient, w, eta, steps, sign=-1, rate=True, anew=True, most=99):
    g = gradient(w)
    for _ in range(min(steps, most)):
        g = gradient(w) if anew else g
        w = w + sign * (eta if rate else 1) * g
    return w


def descends_in_place(gradient, w, eta, steps):
    for _ in range(steps):
        w -= eta * gradient(w)
    return w


def gradient(w, X, y):
    return 2 / len(X) * X.T @ (X @ w - y)


def epoch(N, size, rng):
    order = rng.permutation(N)
    return [order[start : start + size] for start in range(0, N, size)]


RIGHT = {
    "slope_w2": [-6, "-6.0", np.float64(-5.998)],
    "next_w1": [1.6, "1.6"],
    "next_w2": [-0.4, np.float64(-0.402)],
    "largest_rate": [1 / 3, 0.333, "0.3333"],
    "descend": [descends, lambda g, w, eta, steps: descends_in_place(g, w.copy(), eta, steps)],
    "mse_gradient": [gradient, lambda w, X, y: (2 * (X @ w - y)[:, None] * X).mean(axis=0)],
    "batches": [epoch, lambda N, size, rng: np.array_split(rng.permutation(N), -(-N // size))],
}
# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "slope_w2": [
        (6, "sign is not"),
        (-3, "factor of its own"),
        (4, "other weight"),
        (7, "That is the loss"),
        (0, "Hold w₁ fixed"),
    ],
    "next_w1": [
        (2.4, "uphill"),
        (-2, "rate is missing"),
        (1.3, "loss times the rate"),
        (2, "before the step"),
        (0, "Take the slope"),
    ],
    "next_w2": [
        (-1.6, "uphill"),
        (5, "rate is missing"),
        (-1.7, "loss times the rate"),
        (-1, "before the step"),
        (0.4, "Take the slope"),
    ],
    "largest_rate": [
        (1, "flatter direction"),
        (1 / 6, "in one step"),
        (2 / 3, "factor with it"),
        (0.25, "equally fast"),
        (6, "largest curvature"),
        (0.3, "Find the two curvatures"),
    ],
    "descend": [
        (5, "without calling it"),
        (lambda g, w, eta, steps: None, "returns nothing"),
        (lambda g, w, eta, steps: 1.0, r"returned shape \(\)"),
        (descends_in_place, "handed in has changed"),
        (lambda g, w, eta, steps: descends(g, w, eta, steps + 1), "no steps at all"),
        (lambda *a: descends(*a, sign=1), "uphill"),
        (lambda *a: descends(*a, rate=False), "ignores the learning rate"),
        (lambda g, w, eta, steps: w, "not w − η"),
        (lambda *a: descends(*a, most=1), "only one is made"),
        (lambda *a: descends(*a, anew=False), "gradient of the start"),
        (lambda *a: descends(*a, most=2), "a second one after it"),
    ],
    "mse_gradient": [
        (5, "without calling it"),
        (lambda w, X, y: None, "returns nothing"),
        (lambda w, X, y: gradient(w, X, y)[0], r"returned shape \(\)"),
        (lambda w, X, y: -gradient(w, X, y), "sign is turned round"),
        (lambda w, X, y: gradient(w, X, y) / 2, "factor of its own"),
        (lambda w, X, y: gradient(w, X, y) * len(X), "gradient of the sum"),
        (lambda w, X, y: X.T @ (X @ w - y), "half the sum"),
        (lambda w, X, y: gradient(w, X, 0 * y), "targets are missing"),
        (lambda w, X, y: w, "two near points"),
    ],
    "batches": [
        (5, "without calling it"),
        (lambda N, size, rng: None, "returns nothing"),
        (lambda N, size, rng: [epoch(N, size, rng)[:2]], "of one axis"),
        (lambda N, size, rng: epoch(N, size, rng)[:-1], "never used"),
        (lambda N, size, rng: [rng.integers(N, size=size) for _ in range(3)], "exactly once"),
        (lambda N, size, rng: [rng.permutation(N)], "larger than asked for"),
        (lambda N, size, rng: epoch(N, 1, rng), "need fewer than 10"),
        (lambda N, size, rng: np.array_split(np.arange(N), 3), "old order"),
        (lambda N, size, rng: epoch(N, size, np.random.default_rng(7)), "Another generator"),
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
    question = next(q for q in questions("gradient_descent", "by_hand") if q["id"] == name)
    assert CHECKS[name](question["answer"]).says == question["says"]
    assert CHECKS[name](question["answer"])
    for mistake in question["mistakes"]:
        verdict = CHECKS[name](mistake["value"])
        assert verdict.right is False
        assert verdict.says == mistake["says"]
    assert CHECKS[name](0.123).says == question["otherwise"]


@pytest.mark.parametrize("name", NUMBERS)
def test_a_wrong_verdict_never_shows_the_right_number(name):
    right = f"{RIGHT[name][0]:.3g}".replace("-", "−")
    for answer in np.linspace(-8, 8, 321).round(2):
        verdict = CHECKS[name](answer)
        assert verdict or right not in verdict.says, verdict
