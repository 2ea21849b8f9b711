"""Checks for the chapter "LSTM and GRU"."""

from __future__ import annotations

import numpy as np

from lecturelib.activations import softmax
from lecturelib.checks import code, number

cell = number("lstm", "by_hand", "cell")
state = number("lstm", "by_hand", "state")
into_cell = number("lstm", "by_hand", "into_cell")
forget = number("lstm", "by_hand", "forget")
cell_before = number("lstm", "by_hand", "cell_before")
lstm_size = number("lstm", "counting", "lstm_size")
gru_size = number("lstm", "counting", "gru_size")
gru_pytorch = number("lstm", "conventions", "gru_pytorch")
gru_other = number("lstm", "conventions", "gru_other")
left_over = number("lstm", "numbers", "left_over")
greedy = number("lstm", "beam", "greedy")
beam = number("lstm", "beam", "beam")

_rng = np.random.default_rng(0)


def _carried(f, ig, start, dc_last, *, gate=lambda f, t: f[t], slope=True, cell=0, add=True):
    """dc_0 and the gradients of the forget gates' pre-activations, or with one mistake."""
    cells = [start]
    for f_t, new in zip(f, ig, strict=True):
        cells.append(f_t * cells[-1] + new)
    dc, rows = dc_last, []
    for t in reversed(range(len(f))):
        da = dc * cells[t + cell] * (f[t] * (1 - f[t]) if slope else 1)
        rows.insert(0, da)
        dc = dc * gate(f, t)
    return np.array([*rows, dc]) if add else np.array(rows)


# What each mistake changes in the loop above.
_PATHS = {
    "The gradient passes the step unchanged; the forget gate is missing.": {"gate": lambda f, t: 1},
    "1 − f stands where f should: what was kept is what passes back.": {
        "gate": lambda f, t: 1 - f[t]
    },
    "The factor of the neighbouring step is used: c_{t−1} was multiplied by f_t.": {
        "gate": lambda f, t: f[t - 1]
    },
    "The slope of the sigmoid is missing.": {"slope": False},
    "f_t multiplied the cell before the step, c_{t−1}, not the new one.": {"cell": 1},
    "The last row, the gradient of c_0, is missing.": {"add": False},
}


@code(
    (
        _rng.uniform(0.2, 0.9, (4, 2, 3)),
        _rng.normal(size=(4, 2, 3)),
        _rng.normal(size=(2, 3)),
        _rng.normal(size=(2, 3)),
    ),
    otherwise="Go back from the last step: first the gate's own gradient, then the factor f.",
    says="The cell's line has one factor a step.",
)
def along_the_cell(f: np.ndarray, ig: np.ndarray, start: np.ndarray, dc: np.ndarray) -> tuple:
    """A function (f, ig, start, dc): T rows ∂L/∂a_f and ∂L/∂c_0 of c_t = f_t c_{t−1} + ig_t."""
    wrong = {says: _carried(f, ig, start, dc, **how) for says, how in _PATHS.items()}
    return _carried(f, ig, start, dc), wrong


def _looked(q, k, lengths, *, hide=True, scores=None, renew=True, axis=0):
    """The masked attention of the exercise, or with one mistake."""
    e = (k * q).sum(axis=2) if scores is None else scores  # (T, N)
    there = np.arange(len(k))[:, None] < lengths
    if hide and renew:
        e = np.where(there, e, -np.inf)
    a = softmax.bare(e, axis=axis) if axis == 1 else softmax.bare(e.T).T
    if hide and not renew:
        a = a * there
    return (a[..., None] * k).sum(axis=0)


@code(
    (_rng.normal(size=(3, 4)), _rng.normal(size=(5, 3, 4)), np.array([5, 2, 3])),
    otherwise="Look at the weights of one sequence: they must add up to 1 over its own steps.",
    says="Padding gets the weight 0, and the others add up to 1.",
)
def attention(q: np.ndarray, k: np.ndarray, lengths: np.ndarray) -> tuple:
    """A function (q, k, lengths): the mean of k over each sequence's own steps, weighted."""
    there = np.arange(len(k))[:, None] < lengths
    e = (k * q).sum(axis=2)
    wrong = {
        "The padding takes part: its scores have to be −∞ before the softmax.": _looked(
            q, k, lengths, hide=False
        ),
        "A score of 0 is no weight of 0: e⁰ is 1.": _looked(
            q, k, lengths, hide=False, scores=e * there
        ),
        "After the mask the weights no longer add up to 1: mask the scores, not the weights.": (
            _looked(q, k, lengths, renew=False)
        ),
        "The softmax runs over the batch; the weights of one sequence run over its steps.": _looked(
            q, k, lengths, hide=False, axis=1
        ),
        "That is the plain mean; the scores are not used.": _looked(
            q, k, lengths, scores=np.zeros_like(e)
        ),
        "That is the last state of each sequence; attention takes all of them.": k[
            lengths - 1, np.arange(len(lengths))
        ],
    }
    return _looked(q, k, lengths), wrong
