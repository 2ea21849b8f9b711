"""The checks of the chapter on regularisation."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import regularization


def dropout(x, p, rng, scale=None, size=None, turned=False):
    draw = rng.random(x.shape if size is None else size)
    kept = draw < p if turned else draw >= p
    return kept * x / (1 - p if scale is None else scale)


def soft(v, s):
    return np.sign(v) * np.maximum(np.abs(v) - s, 0)


def mixup(X, T, alpha, rng, orders=1, shares=1, fixed=False):
    order = rng.permutation(len(X))
    share = rng.beta(alpha, alpha, (len(X), 1))
    other_order = rng.permutation(len(X)) if orders == 2 else order
    other_share = rng.beta(alpha, alpha, (len(X), 1)) if shares == 2 else share
    if fixed:
        order = other_order = np.zeros(len(X), int)
    rows = share * X + (1 - share) * X[order]
    return rows, other_share * T + (1 - other_share) * T[other_order]


def one_share(X, T, alpha, rng):
    share, order = rng.beta(alpha, alpha), rng.permutation(len(X))
    return share * X + (1 - share) * X[order], share * T + (1 - share) * T[order]


class TestRegularization(CheckContract):
    check = regularization
    NUMBERS = {
        "ridge_w1": [-1.5, -3, -2, 1.5, -1, -2.5, -15],
        "ridge_w2": [2, 4, 3, -2, -1.5],
        "lasso_w1": [-2, -3, -1.5, -1, 0, -4, 2],
        "all_zero": [20, 15, 4, 100, 35],
        "smoothed": [0.75, 0.7, 0.76, 0.05],
        "kept": [12, 3, 0.75, 4, 0],
        "stops_after": [8, 7, 9, 5, 6, 3],
    }
    CHOICES = {
        "underfit": "A larger network",
        "calls_differ": "Switching",
        "exact_zero": "The slope of λ|w|",
        "leaks": ("Selecting", "Reporting"),
        "adam_l2": "Its gradient",
    }
    RIGHT = {
        "soft_threshold": [
            soft,
            lambda v, s: np.where(v > s, v - s, np.where(v < -s, v + s, 0)),
        ],
        "dropout": [dropout, lambda x, p, rng: rng.binomial(1, 1 - p, x.shape) * x / (1 - p)],
        "mixup": [mixup, one_share],
    }
    WRONG = {
        "soft_threshold": [
            (lambda v, s: v - s * np.sign(v), "pushed through zero"),
            (lambda v, s: v - s, "move away from zero"),
            (lambda v, s: np.maximum(v - s, 0), "all become zero"),
            (lambda v, s: np.abs(soft(v, s)), "sign is lost"),
            (lambda v, s: v * (np.abs(v) > s), "have not moved"),
            (lambda v, s: v / (1 + s), "as ridge does"),
            (lambda v, s: v, "one number a time"),
            (lambda v, s: soft(v, s)[0], r"not of shape \(\)"),
        ],
        "dropout": [
            (lambda x, p, rng: x, "No entry is dropped"),
            (lambda x, p, rng: dropout(x, p, rng, size=(1, x.shape[1])), "share one draw"),
            (lambda x, p, rng: dropout(x, p, rng, turned=True), "drops what it should keep"),
            (lambda x, p, rng: dropout(x, 0.5, rng), "drops (49|50|51)%"),
            (lambda x, p, rng: dropout(x, p, rng, scale=1), "not scaled"),
            (lambda x, p, rng: dropout(x, p, rng, scale=p), "divided by p"),
            (lambda x, p, rng: dropout(x, p, rng, scale=2), "wrong size"),
            (lambda x, p, rng: dropout(x, p, np.random.default_rng(5)), "Another generator"),
            (lambda x, p, rng: dropout(x, p, rng)[0], r"returned shape \(40,\)"),
        ],
        "mixup": [
            (lambda *a: mixup(*a)[0], "two arrays"),
            (lambda X, T, a, rng: (X, T), "not mixed at all"),
            (lambda X, T, a, rng: (mixup(X, T, a, rng)[0], 2 * T), "the sum 1"),
            (lambda *a: mixup(*a, orders=2), "do not belong together"),
            (lambda *a: mixup(*a, shares=2), "do not belong together"),
            (lambda *a: mixup(*a, fixed=True), "same partner: shuffle"),
            (lambda X, T, a, rng: (X[0], T), r"returned shape \(4,\)"),
        ],
    }
