"""Checks for the chapter "Optimisation methods"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, called, check, code, number

largest_rate = number("optimization", "by_hand", "largest_rate")
momentum_w2 = number("optimization", "by_hand", "momentum_w2")
adagrad_w2 = number("optimization", "by_hand", "adagrad_w2")
adam_w2 = number("optimization", "by_hand", "adam_w2")
adamw_w2 = number("optimization", "by_hand", "adamw_w2")
he_std = number("optimization", "sizes", "he_std")
warmup_rate = number("optimization", "sizes", "warmup_rate")
layer_norm = number("optimization", "sizes", "layer_norm")
rms_norm = number("optimization", "sizes", "rms_norm")
muon_entry = number("optimization", "sizes", "muon_entry")


def _adam(w, g, state, divide=True, keep=True):
    """One step of Adam with the usual settings: new weights, and (m, v, t)."""
    m, v, t = state
    t += 1
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    c1, c2 = 1 - 0.9**t, 1 - 0.999**t
    m_hat, v_hat = (m / c1, v / c2) if divide else (m * c1, v * c2)
    step = 0.001 * m_hat / (np.sqrt(v_hat) + 1e-8)
    return w - step, ((m, v, t) if keep else (m_hat, v_hat, t))


def _run(step: Callable, gradients: list) -> np.ndarray:
    """The weights after each of the gradients, (steps, 2)."""
    w, state, seen = np.array([1.0, -2.0]), (np.zeros(2), np.zeros(2), 0), []
    for g in gradients:
        result = called(step, w, g, state)
        if not isinstance(result, tuple) or len(result) != 2 or len(result[1]) != 3:
            raise AnswerError("Return two things, the weights and the state (m, v, t).")
        w, state = np.asarray(result[0], dtype=float), result[1]
        if w.shape != (2,):
            raise AnswerError(f"For two weights it returned shape {w.shape}.")
        seen.append(w)
    return np.array(seen)


@check
def mended_adam(answer: Callable) -> str:
    """A function (w, g, state): one step of Adam that divides by its bias corrections."""
    rng = np.random.default_rng(0)
    gradients = list(rng.normal(size=(4, 2)))
    found, right = _run(answer, gradients), _run(_adam, gradients)
    if np.allclose(found, right, rtol=0, atol=1e-9):
        return "The first step is as long as the rate, whatever the gradient."
    if np.allclose(found, _run(lambda *a: _adam(*a, divide=False), gradients), rtol=0, atol=1e-9):
        raise AnswerError("The first step is still many times the rate: look at both corrections.")
    if np.allclose(found[0], right[0], rtol=0, atol=1e-9):
        raise AnswerError(
            "The first step is right, a later one is not: m and v go on from what they were before "
            "the correction, and t counts up."
        )
    if np.allclose(found[0] - [1, -2], [-0.00316228, -0.00316228] * np.sign(gradients[0]), 1e-3):
        raise AnswerError("The first step is √10 times the rate: the correction is gone.")
    raise AnswerError("The first step is not the rate times the sign of the gradient.")


def _schedule(t, peak, warmup, steps):
    if t <= warmup:
        return peak * t / warmup
    return peak / 2 * (1 + np.cos(np.pi * (t - warmup) / (steps - warmup)))


@code(
    (1, 0.4, 4, 20),
    (4, 0.4, 4, 20),
    (11, 0.4, 4, 20),
    (15, 0.4, 4, 20),
    (20, 0.4, 4, 20),
    otherwise=lambda found, t, *_: f"The rate of step {t} of 20, with 4 of warm-up, is not that.",
    says="Up on a line, down on a cosine.",
)
def warmup_cosine(t: int, peak: float, warmup: int, steps: int) -> tuple:
    """A function (t, peak, warmup, steps): the rate of step t."""
    right = _schedule(t, peak, warmup, steps)
    return right, {
        "Steps count from 1: the first one has a rate above 0.": _schedule(
            t - 1, peak, warmup, steps
        ),
        "The cosine begins at the end of the warm-up, not at step 0.": peak
        / 2
        * (1 + np.cos(np.pi * t / steps)),
        "The cosine runs from 1 to −1: add 1 before you halve it.": peak
        * np.cos(np.pi * (t - warmup) / (steps - warmup)),
        "Half of it is missing: at its start 1 + cos is 2.": 2 * right,
        "Behind the warm-up the rate has to fall.": peak,
    }


_rng = np.random.default_rng(1)


@code(
    (_rng.normal(2, 3, size=(6, 3)),),
    otherwise="Compare mean and standard deviation of each column with 0 and 1.",
    says="Each column has mean 0 and standard deviation 1.",
)
def batch_norm(x: np.ndarray) -> tuple:
    """A function (x, eps): the columns of x (N, D) normalised."""
    centred, var = x - x.mean(axis=0), x.var(axis=0)
    right = centred / np.sqrt(var + 1e-5)
    rows = x - x.mean(axis=1, keepdims=True)
    return right, {
        "That is LayerNorm: the statistics go down the columns, not along the rows.": rows
        / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5),
        "Divide by the standard deviation, not by the variance.": centred / (var + 1e-5),
        "That divides by N − 1, which is for the running statistics only.": centred
        / np.sqrt(x.var(axis=0, ddof=1) + 1e-5),
        "The mean is not taken away.": x / np.sqrt(var + 1e-5),
        "One mean and one variance for all entries: each column needs its own.": (x - x.mean())
        / np.sqrt(x.var() + 1e-5),
        "It is centred, but not divided yet.": centred,
    }
