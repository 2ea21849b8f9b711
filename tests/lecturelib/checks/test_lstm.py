"""The checks of the chapter on LSTM and GRU."""

import math

import numpy as np
import pytest
from contracts.checks import CheckContract

from lecturelib.checks import lstm
from lecturelib.lstm import LSTM, attend, gru_step, lstm_step_backward


def carried(f, ig, start, dc, factor=None, slope=True, new=False):
    cells = [start]
    for t in range(len(f)):
        cells.append(f[t] * cells[-1] + ig[t])
    rows = []
    for t in range(len(f))[::-1]:
        rows.append(dc * cells[t + new] * (f[t] * (1 - f[t]) if slope else 1))
        dc = dc * (f[t] if factor is None else factor(f, t))
    return np.array([*rows[::-1], dc])


def by_the_library(f, ig, start, dc):
    """lstm_step_backward with i = 1, g = ig, and nothing that leaves the cell."""
    cells, rows, nothing = [start], [], np.zeros_like(start)
    for f_t, new in zip(f, ig, strict=True):
        cells.append(f_t * cells[-1] + new)
    for t in reversed(range(len(f))):
        gates = np.ones_like(f[t]), f[t], ig[t], nothing
        da, dc = lstm_step_backward(nothing, dc, cells[t], cells[t + 1], gates)
        rows.insert(0, np.split(da, 4, axis=1)[1])
    return np.array([*rows, dc])


def looked(q, k, lengths, fill=-np.inf, mask=None, axis=0):
    e = np.einsum("nh,tnh->tn", q, k)
    there = np.arange(len(k))[:, None] < lengths
    e = np.where(there, e, fill) if fill is not None else e
    a = np.exp(e) / np.exp(e).sum(axis=axis, keepdims=True)
    a = a * there if mask else a
    return np.einsum("tn,tnh->nh", a, k)


def one_by_one(q, k, lengths):
    """Each sequence alone, by the library."""
    rows = [attend(q[None, n : n + 1], k[:m, n : n + 1])[0][0, 0] for n, m in enumerate(lengths)]
    return np.array(rows)


class TestLstm(CheckContract):
    check = lstm
    NUMBERS = {
        "cell": [1.4, 2.2, 1.8, 4.4, 1.332, 0.443],
        "state": [0.443, 0.7, 0.885, 0.604, 1.4],
        "into_cell": [0.108, 0.5, 0.216, 0.402, 0.443],
        "forget": [0.081, 0.432, 0.0284, 0.405, 0.0162],
        "cell_before": [0.027, 0.108, 0.054, 0.25, 0.432],
        "lstm_size": [2480, 2560, 620, 1860, 2400, 880],
        "gru_size": [1920, 1860, 1880, 2560],
        "gru_pytorch": [0.5, -0.1, 0.7, 0.2],
        "gru_other": [-0.1, 0.5, -0.4],
        "left_over": [0.0222, 26.42, 0.881, 0.333, 1.944e-28, 0.105],
        "greedy": [0.18, 0.28, 0.42, 0.9],
        "beam": [0.28, 0.18, 0.46, 0.42],
    }
    CHOICES = {
        "path": "The forget gate",
        "bias": "So that the gradient survives",
        "padding": "The one after step 3",
        "attention": "A direct way",
        "both_ways": "Predicting the next",
    }
    RIGHT = {"along_the_cell": [carried, by_the_library], "attention": [looked, one_by_one]}
    WRONG = {
        "along_the_cell": [
            (lambda *a: carried(*a, factor=lambda f, t: 1), "forget gate is missing"),
            (lambda *a: carried(*a, factor=lambda f, t: 1 - f[t]), "1 − f stands"),
            (lambda *a: carried(*a, factor=lambda f, t: f[t - 1]), "neighbouring step"),
            (lambda *a: carried(*a, slope=False), "slope of the sigmoid is missing"),
            (lambda *a: carried(*a, new=True), "not the new one"),
            (lambda *a: carried(*a)[:-1], "gradient of c_0, is missing"),
            (lambda *a: carried(*a)[::-1], "Go back from the last step"),
        ],
        "attention": [
            (lambda *a: looked(*a, fill=None), "padding takes part"),
            (lambda *a: looked(*a, fill=0), "no weight of 0"),
            (lambda *a: looked(*a, fill=None, mask=True), "no longer add up"),
            (lambda *a: looked(*a, fill=None, axis=1), "runs over the batch"),
            (lambda q, k, n: looked(0 * q, k, n), "plain mean"),
            (lambda q, k, n: k[n - 1, [0, 1, 2]], "last state"),
            (lambda q, k, n: q, "must add up to 1"),
        ],
    }

    def test_the_sizes_are_those_of_the_networks(self):
        torch = pytest.importorskip("torch")
        assert lstm.lstm_size(LSTM(10, 20, rng=np.random.default_rng(0)).count)
        assert lstm.gru_size(sum(p.numel() for p in torch.nn.GRU(10, 20).parameters()))

    def test_the_conventions_are_those_of_the_library(self):
        zero, b = np.zeros((3, 1)), [0, math.log(3), math.atanh(-0.4)]
        for check, z_keeps in ((lstm.gru_pytorch, True), (lstm.gru_other, False)):
            assert check(gru_step([[0.0]], [[0.8]], zero, zero, b, [0.0], z_keeps)[0].item())
