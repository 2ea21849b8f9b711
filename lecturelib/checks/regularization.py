"""Checks for the chapter "Regularisation"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, called, check, code, number

ridge_w1 = number("regularization", "by_hand", "ridge_w1")
ridge_w2 = number("regularization", "by_hand", "ridge_w2")
lasso_w1 = number("regularization", "by_hand", "lasso_w1")
all_zero = number("regularization", "by_hand", "all_zero")
smoothed = number("regularization", "numbers", "smoothed")
kept = number("regularization", "numbers", "kept")
stops_after = number("regularization", "numbers", "stops_after")

_values = np.array([3.0, -2.5, 0.5, -0.4, 0.0])


@code(
    (_values, 1.0),
    otherwise="Try it on one number a time: 3, then −3, then 0.5.",
    says="Towards zero by λ, and not beyond.",
)
def soft_threshold(v: np.ndarray, strength: float) -> tuple:
    """A function (v, strength): sign(v) max(|v| − strength, 0)."""
    right = np.sign(v) * np.maximum(np.abs(v) - strength, 0)
    return right, {
        "Small numbers are pushed through zero to the other side: stop there.": v
        - strength * np.sign(v),
        "Negative numbers move away from zero.": v - strength,
        "Negative numbers all become zero: they move up to it, by the same amount.": np.maximum(
            v - strength, 0
        ),
        "The size is right, but the sign is lost.": np.abs(right),
        "Small numbers are zero, but large ones have not moved.": v * (np.abs(v) > strength),
        "That divides, as ridge does.": v / (1 + strength),
    }


@check
def dropout(answer: Callable) -> str:
    """A function (x, p, rng): inverted dropout of x, one draw of rng an entry."""
    x, p = np.full((50, 40), 3.0), 0.25
    h = _array(called(answer, x, p, np.random.default_rng(0)), x.shape)
    dropped = np.mean(h == 0)
    if dropped == 0:
        raise AnswerError("No entry is dropped.")
    if (h == h[:1]).all() or (h == h[:, :1]).all():
        raise AnswerError("Whole rows or columns share one draw: every entry needs its own.")
    if abs(dropped - (1 - p)) < 0.05:
        raise AnswerError("It drops what it should keep: p is the probability of a zero.")
    if abs(dropped - p) > 0.05:
        raise AnswerError(f"With p = {p} it drops {dropped:.0%} of the entries.")
    size = h[h != 0]
    if np.allclose(size, 3):
        raise AnswerError("What is kept is not scaled: the mean is smaller than the full layer's.")
    if np.allclose(size, 3 / p):
        raise AnswerError("You divided by p: what is the probability that an entry is kept?")
    if not np.allclose(size, 3 / (1 - p)):
        raise AnswerError("The entries that are kept have the wrong size.")
    again = _array(called(answer, x, p, np.random.default_rng(1)), x.shape)
    if np.array_equal(h, again):
        raise AnswerError("Another generator must give another mask: use the rng handed in.")
    return "Its mean over the masks is the full layer."


@check
def mixup(answer: Callable) -> str:
    """A function (X, T, alpha, rng): mixed rows and targets."""
    # Each row is filled with its own label, so the mixture shows in both results.
    labels = np.arange(30)
    X, T = np.tile(labels[:, None], (1, 4)).astype(float), np.eye(30)
    mixed = called(answer, X, T, 0.8, np.random.default_rng(0))
    if not isinstance(mixed, tuple) or len(mixed) != 2:
        raise AnswerError("It must return two arrays: the rows and the targets.")
    rows, targets = _array(mixed[0], X.shape), _array(mixed[1], T.shape)
    if np.array_equal(rows, X) or np.array_equal(targets, T):
        raise AnswerError("Rows or targets are not mixed at all.")
    if not np.allclose(targets.sum(axis=1), 1):
        raise AnswerError("The shares of a target do not have the sum 1.")
    partners = [set(np.flatnonzero(t > 0)) for t in targets]
    blend = (targets[:, :, None] * X).sum(axis=1)
    if not np.allclose(rows, blend):
        raise AnswerError(
            "An image and its target do not belong together: are both mixed with the same partner, "
            "and with the same share?"
        )
    if set.intersection(*partners):
        raise AnswerError("All rows have the same partner: shuffle them.")
    return "Image and target are the same mixture."


def _array(value, shape) -> np.ndarray:
    found = np.asarray(value, dtype=float)
    if found.shape != shape:
        raise AnswerError(f"For shape {shape} it returned shape {found.shape}.")
    return found
