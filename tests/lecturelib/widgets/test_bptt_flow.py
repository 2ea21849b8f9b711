"""The gradient flow's JavaScript against the library for hundreds of settings; its answers."""

import itertools
import math

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.rnn import clip_gradients, gradient_norms_by_lag, spectral_radius
from lecturelib.widgets import BpttFlow

BASE = {"radius": 0.5, "length": 20, "start": [1.2, 1.6], "lag": 2}  # norm 2, then 1, then 0.5
C, S = math.cos(math.pi / 6), math.sin(math.pi / 6)


class TestBpttFlow(WidgetContract):
    widget = BpttFlow
    state = {"radius": 1.2, "lag": 8, "clip": True, "start": [0.5, -1]}
    other = {"radius": 0.6, "length": 12, "lag": 6, "activation": "tanh", "truncate": 9}
    controls = "range number text checkbox select-one handle button"
    plays = True
    misread = {"length": 1, "lag": 0}
    sentences = """
    {"start": [0, 0]} The gradient starts at zero: there is nothing to carry back.
    {} The loss sends a gradient of norm 1.12 into the last state.
    {"lag": 4} After 4 of 20 steps back the gradient shrank: norm 0.458, 0.41 times the start, a
      factor of 0.8 a step. db of the steps walked has norm 2.78.
    {"radius": 1, "lag": 20} After 20 of 20 steps back the gradient kept its size: norm 1.12, 1
      times the start, a factor of 1 a step. db of the steps walked has norm 3.74.
    {"radius": 1.3, "lag": 10, "clip": true, "threshold": 0.5} After 10 of 20 steps back the
      gradient grew: norm 15.4, 13.8 times the start, a factor of 1.3 a step. db of the steps
      walked has norm 22.5, clipped to 0.5 in the same direction.
    {"radius": 1.3, "lag": 10, "clip": true, "threshold": 10, "start": [0.01, 0]} After 10 of 20
      steps back the gradient grew: norm 0.138, 13.8 times the start, a factor of 1.3 a step. db
      of the steps walked has norm 0.201, below the threshold.
    {"radius": 0.1, "length": 100, "lag": 60} After 60 of 100 steps back the gradient shrank:
      norm 1.12e−60, 1.00e−60 times the start, a factor of 0.1 a step. float32 would hold 0:
      underflow. db of the steps walked has norm 1.22.
    {"radius": 3, "length": 100, "lag": 100} After 100 of 100 steps back the gradient grew: norm
      5.76e+47, 5.15e+47 times the start, a factor of 3 a step. float32 would hold infinity:
      overflow. db of the steps walked has norm 2.63e+47.
    {"radius": 0.1, "lag": 10} After 10 of 20 steps back the gradient shrank: norm 1.12e−10,
      1.00e−10 times the start, a factor of 0.1 a step. Vanished: float32's seven digits lose it
      beside the last step's gradient. db of the steps walked has norm 1.22.
    {"radius": 3, "lag": 10} After 10 of 20 steps back the gradient grew: norm 66000, 59000
      times the start, a factor of 3 a step. Exploded: one update throws the weights far away.
      db of the steps walked has norm 30100.
    {"lag": 6, "truncate": 4} After 4 steps the truncation cuts: nothing reaches lag 6. db of
      the steps walked has norm 2.78.
    """

    def test_step_all_and_the_answer(self, desk):
        desk.set(self.default() | BASE)
        field, verdict = desk.page.get_by_label("norm at lag 3"), desk.page.locator(".dl-verdict")
        field.fill("1/4")
        field.press("Enter")
        assert verdict.inner_text().startswith("✓ Right.")
        desk.button("Step").press("Enter")
        assert desk.state()["lag"] == 3
        assert verdict.inner_text() == ""
        assert len(desk.all(".dl-bar")) == 4
        desk.button("All").click()
        assert desk.state()["lag"] == 20
        assert not desk.page.locator(".dl-ask").is_visible()
        desk.button("Step").click()
        assert desk.state()["lag"] == 20

    def test_a_shorter_sequence_takes_the_lag_with_it(self, desk):
        desk.set(self.default() | {"length": 30, "lag": 25})
        desk.page.get_by_label("length T, typed").fill("10")
        assert desk.state()["lag"] == 10


def walk(state):
    """The same in NumPy: the gradients at all lags, W, and db of the steps walked."""
    W = state["radius"] * np.array([[C, -S], [S, C]])
    s = [np.array([0.8, -0.4])]
    for _ in range(state["length"]):
        s.append(np.tanh(W @ s[-1]))
    tanh, k = state["activation"] == "tanh", state["truncate"]
    g, db = [np.array(state["start"], dtype=float)], np.zeros(2)
    for j, s_t in enumerate(s[:0:-1]):
        da = g[-1] * (1 - s_t**2) if tanh else g[-1]
        db += da if j < state["lag"] else 0
        g.append(W.T @ da if j + 1 < k or k >= state["length"] else np.zeros(2))
    return np.array(g), W, db, np.array(s)


def cases(count=300, seed=5):
    """Random states, then the edges of the ranges."""
    rng = np.random.default_rng(seed)
    rows = [(rng.uniform(0.1, 3), int(rng.integers(1, 101))) for _ in range(count)]
    rows += itertools.product((0.1, 0.5, 1, 1.5, 3), (1, 2, 30, 100))
    edges = [row for row in rows[count:] for _ in range(2)]  # once linear, once with tanh
    for i, (radius, length) in enumerate(rows[:count] + edges):
        yield {
            "radius": float(radius),
            "length": length,
            "lag": int(rng.integers(0, length + 1)) if i < count else length,
            "activation": ["linear", "tanh"][i % 2],
            "start": rng.uniform(-2, 2, 2).tolist() if i % 7 or i >= count else [0, 0],
            "truncate": int(rng.integers(1, 101)) if i < count else 100,
            "clip": bool(i % 3),
            "threshold": float(rng.uniform(0.1, 10)),
        }


CASES = list(cases())


def test_gradients_and_their_norms(javascript):
    got = javascript("({bptt_flow: w}, cases) => cases.map(w.flow)", CASES)
    for case, found in zip(CASES, got, strict=True):
        g, *_ = walk(case)
        # Relative to the norm: an entry next to zero hangs on the last bit of the others.
        scale = np.linalg.norm(g, axis=1, keepdims=True) + 1e-300
        np.testing.assert_allclose(
            np.array(found["g"], float) / scale, g / scale, rtol=0, atol=1e-9
        )
        norms = np.array(found["norms"], float)
        np.testing.assert_allclose(norms, scale[:, 0], rtol=1e-9, atol=1e-200)


def test_norms_are_those_of_the_library(javascript):
    whole = [case | {"truncate": 100, "clip": False} for case in CASES]
    got = javascript("({bptt_flow: w}, cases) => cases.map((c) => w.flow(c).norms)", whole)
    for case, norms in zip(whole, got, strict=True):
        _, W, _, s = walk(case)
        s = s[:, None] if case["activation"] == "tanh" else np.zeros((len(s), 1, 2))
        expected = gradient_norms_by_lag(W, s, np.array([case["start"]]))[:, 0]
        np.testing.assert_allclose(np.array(norms, float), expected, rtol=1e-9)


def test_the_radius_is_the_spectral_radius(javascript):
    radii = [0.1, 0.8, 1, 3]
    found = javascript("({bptt_flow: w}, r) => r.map((x) => w.matrix(x))", radii)
    for r, W in zip(radii, found, strict=True):
        assert spectral_radius(np.array(W)) == pytest.approx(r, abs=1e-12)
        np.testing.assert_allclose(np.linalg.svd(W)[1], r)


def test_the_sum_and_its_clipping(javascript):
    got = javascript("({bptt_flow: w}, cases) => cases.map(w.flow)", CASES)
    clipped = 0
    for case, found in zip(CASES, got, strict=True):
        _, _, db, _ = walk(case)
        scale = max(1, np.abs(db).max())
        np.testing.assert_allclose(np.array(found["db"], float) / scale, db / scale, atol=1e-9)
        gradients = {"b": db.copy()}
        norm = clip_gradients(gradients, case["threshold"])
        assert found["total"] == pytest.approx(norm, rel=1e-9, abs=1e-12)
        expected = gradients["b"] if case["clip"] else db
        np.testing.assert_allclose(
            np.array(found["clipped"], float), expected, rtol=1e-6, atol=1e-9 * scale
        )
        clipped += found["factor"] < 1
    assert 20 < clipped < len(CASES) - 20


MISTAKES = [
    ({}, 0.5, "the norm shown"),
    ({}, 0.125, "one step too far"),
    ({"start": [0.6, 0.8], "radius": 0.9}, 0.81, "the norm shown"),
    ({"radius": 0.9}, 0.729, "norm at the start is missing"),
    ({}, 3, "multiplied by the number of steps"),
    ({}, 1, "You divided"),
    ({}, -0.25, "never negative"),
    ({}, 0.7, "What does one more step"),
    ({"activation": "tanh", "radius": 1.5, "lag": 5}, None, "slopes 1 − s² are missing"),
    ({"truncate": 3}, 0.25, "lets nothing through"),
]


def verdict(javascript, state, value):
    body = "({bptt_flow: w}, [raw, value]) => w.mark(w.clean(raw), value)"
    return javascript(body, [state, value])


@pytest.mark.parametrize(("change", "value", "says"), MISTAKES)
def test_the_answer_field_names_the_mistake(javascript, change, value, says):
    state = BASE | change
    if value is None:
        full = {"truncate": 100, "clip": False, "threshold": 1, "activation": "linear"}
        value = 1.5 * np.linalg.norm(walk(full | state)[0][5])
    found = verdict(javascript, state, value)
    assert found["right"] is False
    assert says in found["says"]


def test_the_answer_field_takes_the_right_answer_and_never_tells_it(javascript):
    assert verdict(javascript, BASE, 0.25)["right"]
    assert verdict(javascript, BASE, 0.252)["right"]
    assert verdict(javascript, BASE | {"truncate": 3}, 0)["right"]
    for value in np.linspace(-1, 4, 101):
        found = verdict(javascript, BASE, float(value))
        assert found["right"] or "0.25" not in found["says"]
