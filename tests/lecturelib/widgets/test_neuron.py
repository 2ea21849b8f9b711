"""The neuron's JavaScript against the library, for hundreds of settings at once."""

import itertools

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib import activations
from lecturelib.widgets import Neuron

NAMES = ["step", "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu"]
TASKS = {"AND": np.logical_and, "OR": np.logical_or, "XOR": np.logical_xor}
TASKS["NAND"] = lambda x, y: ~np.logical_and(x, y)
LIMITS = [-4, -1, 0, 1, 4]


class TestNeuron(WidgetContract):
    widget = Neuron
    state = {"weights": [2, -1], "bias": 0.5, "task": "OR"}
    other = {"weights": [-1.5, 0.5], "bias": 1, "inputs": [0.5, -0.5], "task": "XOR"}
    controls = "range number select-one handle"
    sentences = """
    {} a = −0.50, sigmoid(a) = 0.38. a is below zero: the neuron says 0.
    {"task": "XOR"} a = −0.50, sigmoid(a) = 0.38. a is below zero: the neuron says 0. XOR: 1 of
      4 corners right.
    {"weights": [0, 0]} Both weights are zero: there is no line, and every input gives a = b =
      −1.50.
    {"inputs": [1, 0.5]} a = 0.00, sigmoid(a) = 0.50. a is exactly zero: on the line.
    {"inputs": [1, 1], "activation": "leaky_relu", "task": "AND"} a = 0.50, Leaky ReLU(a) =
      0.50. a is above zero: the neuron says 1. AND: 4 of 4 corners right, solved.
    {"bias": -3.5, "activation": "leaky_relu"} a = −2.50, Leaky ReLU(a) = −0.25. a is below
      zero: the neuron says 0.
    """


def neurons(count=400, seed=1):
    """Random neurons, then every corner of the ranges and every zero."""
    rng = np.random.default_rng(seed)
    rows = [*rng.uniform(-4, 4, (count, 3)), *itertools.product(LIMITS, repeat=3)]
    for i, (w1, w2, b) in enumerate(rows):
        inputs = [[-2, 2], [0, 0], [2, 1]][i % 3] if i >= count else rng.uniform(-2, 2, 2)
        yield {
            "weights": [float(w1), float(w2)],
            "bias": float(b),
            "inputs": [float(x) for x in inputs],
            "activation": NAMES[i % len(NAMES)],
            "task": ["none", *TASKS][i % 5],
        }


CASES = list(neurons())


def output(name, a):
    own = {"step": lambda a: (a > 0).astype(float), "identity": lambda a: a}
    return own.get(name, getattr(activations, name, None))(a)


def test_sum_and_output(javascript):
    got = javascript("({neuron}, cases) => cases.map(neuron.compute)", CASES)
    w, x = (np.array([case[name] for case in CASES]) for name in ("weights", "inputs"))
    a = (w * x).sum(axis=1) + [case["bias"] for case in CASES]
    np.testing.assert_allclose([case["products"] for case in got], w * x, rtol=0, atol=1e-9)
    np.testing.assert_allclose([case["a"] for case in got], a, rtol=0, atol=1e-9)
    # On the line itself the step would hang on the last bit of a.
    a_js = np.array([case["a"] for case in got])
    for name in NAMES:
        mine = [i for i, case in enumerate(CASES) if case["activation"] == name]
        np.testing.assert_allclose(
            [got[i]["h"] for i in mine], output(name, a_js[mine]), rtol=0, atol=1e-9
        )


def test_corners(javascript):
    got = javascript("({neuron}, cases) => cases.map(neuron.corners)", CASES)
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    for case, found in zip(CASES, got, strict=True):
        side = corners @ case["weights"] + case["bias"] > 0
        assert [corner["side"] for corner in found] == side.astype(int).tolist()
        if case["task"] == "none":
            assert {corner["right"] for corner in found} == {None}
        else:
            right = side == TASKS[case["task"]](*corners.T.astype(bool))
            assert [corner["right"] for corner in found] == right.tolist()


def area(polygon):
    """Half the sum of x_i y_{i+1} − x_{i+1} y_i (the shoelace formula)."""
    if not polygon:
        return 0.0
    x, y = np.array(polygon).T
    return abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def positive_area(w, b, r):
    """Exact: the length of {y : w·x + b > 0} is piecewise linear in x; sum it between its bends."""
    if w[1] == 0:
        share = np.clip((r * abs(w[0]) + b) / (2 * r * abs(w[0])), 0, 1) if w[0] else float(b > 0)
        return 4 * r * r * share
    bends = [-(b + w[1] * y) / w[0] for y in (-r, r)] if w[0] else []
    x = np.unique([-r, *np.clip(bends, -r, r), r])
    edge = np.clip(-(w[0] * x + b) / w[1], -r, r)
    length = r - edge if w[1] > 0 else edge + r
    return float(np.sum(np.diff(x) * (length[1:] + length[:-1]) / 2))


def test_positive_side(javascript):
    body = "({neuron}, cases) => cases.map((c) => neuron.positiveSide(c.weights, c.bias, 2))"
    for case, polygon in zip(CASES, javascript(body, CASES), strict=True):
        w, b = case["weights"], case["bias"]
        assert area(polygon) == pytest.approx(positive_area(w, b, 2), abs=1e-9)
        for x, y in polygon:
            assert w[0] * x + w[1] * y + b >= -1e-9
            assert max(abs(x), abs(y)) <= 2 + 1e-9


def test_line(javascript):
    body = "({neuron}, cases) => cases.map((c) => neuron.line(c.weights, c.bias))"
    for case, points in zip(CASES, javascript(body, CASES), strict=True):
        w, b = case["weights"], case["bias"]
        if w == [0, 0]:
            assert points == []
            continue
        p, q = np.array(points)
        for point in (p, q, (p + q) / 2):
            assert point @ w + b == pytest.approx(0, abs=1e-9)
        assert np.linalg.norm(p - q) == pytest.approx(20)
        # The middle is the foot of the perpendicular, so a line that meets the square crosses it.
        assert np.linalg.norm((p + q) / 2) == pytest.approx(abs(b) / np.linalg.norm(w), abs=1e-9)
