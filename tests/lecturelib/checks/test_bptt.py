"""The checks of the chapter on backpropagation through time."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import bptt
from lecturelib.gradcheck import numerical_gradient
from lecturelib.rnn import clip_gradients


def slope(s, t):
    return 1 - (s[t + 1] - s[t]) ** 2


def shares(dh, s, W, back=lambda da, W: da @ W, direct=1, slope=slope, shift=0):
    """What every step adds to dW, the last step first."""
    terms, ds = [], np.zeros_like(s[0])
    for t in reversed(range(len(dh))):
        ds = dh[t] + ds
        da = slope(s, t) * ds
        terms.append(da.T @ s[t + shift])
        ds = direct * ds + back(da, W)
    return terms


def loop(*arguments, **how):
    return sum(shares(*arguments, **how))


def by_differences(dh, s, W):
    """Central differences of Σ dh_t · s_t over W, with the inputs that lead to these states."""
    fixed = np.arctanh(np.diff(s, axis=0)) - s[:-1] @ W.T  # U x_t

    def total(W):
        state, value = s[0], 0.0
        for t in range(len(dh)):
            state = state + np.tanh(fixed[t] + state @ W.T)
            value += (dh[t] * state).sum()
        return value

    return numerical_gradient(total, W)


def clipped(gradients, max_norm):
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
    return (clipped if some else always)(gradients, max_norm)


def without_root(gradients, max_norm):
    square = sum((g**2).sum() for g in gradients.values())
    return {name: g * min(1, max_norm / square) for name, g in gradients.items()}


class TestBptt(CheckContract):
    check = bptt
    NUMBERS = {
        "ds1": [-0.5, 0.5, -1, -2, -8, -0.25],
        "dw": [-6, 6, -4, -2, -8, -5],
        "dw_truncated": [-4, -6, 4, 0, -2],
    }
    CHOICES = {
        "sum": "Because every step",
        "two": "From both, added",
        "radius": ("grow", "shrink"),
        "clip": "Hardly",
        "truncate": "Remember longer",
    }
    RIGHT = {"steps_back": [44, "44", 44.0], "dW": [loop, by_differences], "clip": [clipped]}
    WRONG = {
        "steps_back": [
            (43, "still at"),
            (45, "before that already"),
            (43.7, "whole number"),
            (44.3, "whole number"),
            (-3, "whole number"),
        ],
        "dW": [
            (lambda dh, s, W: 1.0, r"not of shape \(\)"),
            (lambda *a: shares(*a)[0], "Only the last time step"),
            (lambda *a: shares(*a)[-1], "Only the first time step"),
            (lambda *a: loop(*a, back=lambda da, W: 0, direct=0), "later steps is missing"),
            (lambda *a: loop(*a, back=lambda da, W: 0), "path back through W is missing"),
            (lambda *a: loop(*a, direct=0), "reaches the next one directly"),
            (lambda *a: loop(*a, back=lambda da, W: da @ W.T), "wrong way round"),
            (lambda *a: loop(*a, slope=lambda s, t: 1), "slope of tanh"),
            (lambda *a: loop(*a, slope=lambda s, t: 1 - s[t + 1] ** 2), "no longer the value"),
            (lambda *a: loop(*a, shift=1), "pairs da_t with s_t"),
            (lambda *a: loop(*a).T, "transpose"),
            (lambda *a: loop(*a) / 2, "mean over the batch"),
            (lambda *a: loop(*a) / 5, "mean over time"),
            (lambda dh, s, W: W, "which term is off"),
        ],
        "clip": [
            (lambda g, c: list(g), "Return a dict"),
            (in_place, "handed in have changed"),
            (lambda g, c: {n: clipped({n: x}, c)[n] for n, x in g.items()}, "Each array"),
            (lambda g, c: {n: np.clip(x, -c, c) for n, x in g.items()}, "Each entry is clipped"),
            (without_root, "root of the sum"),
            (lambda g, c: {n: x.copy() for n, x in g.items()}, "longer than the threshold"),
            (lambda g, c: always(g, 1.0), "norm 1 whatever"),
            (lambda g, c: {n: 3 * x for n, x in g.items()}, "one factor for all"),
            (always, "shorter than the threshold must stay"),
            (no_zero, "of zero must stay zero"),
        ],
    }

    def test_the_answers_are_those_of_a_network(self):
        """ds_1 and dw of the exercise by central differences."""

        def loss(w, shift=0.0):
            s = 0.0
            for t, x in enumerate((2.0, 1.0, 0.0)):
                s = w * s + x + (shift if t == 0 else 0)
            return (s - 3) ** 2 / 2

        eps = 1e-6
        assert bptt.dw((loss(0.5 + eps) - loss(0.5 - eps)) / (2 * eps))
        assert bptt.ds1((loss(0.5, eps) - loss(0.5, -eps)) / (2 * eps))

    def test_a_wrong_number_of_steps_is_not_told_the_right_one(self):
        for answer in [*range(1, 44), *range(45, 60)]:
            assert "44" not in bptt.steps_back(answer).says
