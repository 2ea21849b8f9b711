"""The neuron's JavaScript against the library, for hundreds of settings at once."""

import itertools
import math

import numpy as np
import pytest

from lecturelib import activations
from lecturelib.widgets import Neuron

NAMES = ["step", "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu"]
TASKS = {"AND": np.logical_and, "OR": np.logical_or, "XOR": np.logical_xor}
TASKS["NAND"] = lambda x, y: ~np.logical_and(x, y)
LIMITS = [-4, -1, 0, 1, 4]


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


def test_state_in_words_says_both_special_cases(javascript):
    body = "({neuron}, raws) => raws.map((raw) => neuron.describe(neuron.clean(raw)))"
    flat, on, solved = javascript(
        body, [{"weights": [0, 0]}, {"inputs": [1, 0.5]}, {"task": "AND", "bias": -1.5}]
    )
    assert flat == "Both weights are zero: there is no line, and every input gives a = b = −1.50."
    assert on.endswith("a is exactly zero: on the line.")
    assert solved.endswith("AND: 4 of 4 corners right, solved.")


# The kit: numbers, links


def printed_exactly(javascript, values, digits=2):
    body = "({neuron}, [values, digits]) => values.map((x) => neuron.format(x, digits))"
    return javascript(body, [values, digits])


def test_format(javascript):
    expected = {
        0: "0.00",
        -0.004: "0.00",
        -0.006: "−0.01",
        0.125: "0.13",
        -1.5: "−1.50",
        -99999.0: "−99999.00",
        123456.0: "1.2e+5",
        -1e9: "−1.0e+9",
        math.inf: "∞",
        -math.inf: "−∞",
        math.nan: "undefined",
    }
    assert printed_exactly(javascript, list(expected)) == list(expected.values())
    assert printed_exactly(javascript, [-0.0, -0.4, -0.5, 2], 0) == ["0", "0", "−1", "2"]


def test_format_agrees_with_python(javascript):
    values = np.random.default_rng(2).uniform(-1e4, 1e4, 300).tolist()
    expected = [f"{x:.3f}".replace("-", "−") for x in values]
    assert printed_exactly(javascript, values, 3) == expected


GARBAGE = [None, "1", True, [], {}, [[1]], float("nan"), float("inf"), "<b>", -1e308, 1e308]


def test_whatever_comes_in_a_valid_state_comes_out(javascript):
    names = Neuron.state_names()
    raws = [{name: value} for name in names for value in [*GARBAGE, GARBAGE, [1], ["1", 2, 3]]]
    raws += [{"activation": "maxout"}, {"activation": "toString"}, {"task": "constructor"}]
    for state in javascript("({neuron}, raws) => raws.map(neuron.clean)", raws):
        assert Neuron(**state).state() == state


def test_each_bad_entry_falls_back_alone(javascript):
    raw = {"weights": [9, "x"], "bias": -9, "inputs": [None, -0.5], "task": "XOR"}
    assert javascript("({neuron}, raw) => neuron.clean(raw)", raw) == {
        "weights": [4, 1],
        "bias": -4,
        "inputs": [1, -0.5],
        "activation": "sigmoid",
        "task": "XOR",
    }


ADDRESS = "https://example.org/book/neuron.html"


def test_a_link_carries_the_state(javascript):
    body = """({neuron}, [cases, address]) => cases.map((state) => {
      const link = neuron.toLink("neuron-2", state, address);
      const [back, other] = ["neuron-2", "neuron"].map((key) => neuron.fromLink(key, link));
      return { link, back, other };
    })"""
    for address in (ADDRESS, f"{ADDRESS}?old=1&neuron-2=%7B%7D#part", "file:///a%20b/neuron.html"):
        found = javascript(body, [CASES[:60], address])
        assert [case["back"] for case in found] == CASES[:60]
        assert all(case["other"] == {} for case in found)
        start = address.split("?")[0]
        assert all(case["link"].startswith(f"{start}?neuron-2=") for case in found)
        assert all(case["link"].endswith("#neuron-2") for case in found)


@pytest.mark.parametrize(
    "query", ["", "?neuron=", "?neuron={", "?neuron=[1]", "?neuron=null", "?neuron=3", "?neuron=%"]
)
def test_a_broken_link_is_no_state(javascript, query):
    assert javascript("({neuron}, at) => neuron.fromLink('neuron', at)", ADDRESS + query) == {}
