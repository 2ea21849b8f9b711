"""The double-descent figure's JavaScript against the library's ``ridge``."""

import itertools

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.regularization import ridge
from lecturelib.widgets import DoubleDescent

DEFAULT = DoubleDescent.spec()["y"]["start"]
GRID = np.linspace(-1, 1, 101)


class TestDoubleDescent(WidgetContract):
    widget = DoubleDescent
    state = {"width": 30, "strength": 0.01, "y": [0.5, -1, 1, 0, -1.2, 1, 1.4, 0]}
    other = {"width": 3, "strength": 0.1, "y": [-0.5, 0, 0, 1, 1, -1, 2, -2]}
    controls = "range number select-one handle"
    sentences = """
    {} 4 cosines, λ = 0: root mean square distance 0.19 from the points and 0.20 from the sine;
      norm of the weights 2.09. Fewer weights than points: in general no curve goes through all
      of them.
    {"width": 1} 1 cosine, λ = 0: root mean square distance 0.59 from the points and 0.71 from the
      sine; norm of the weights 0.09. Fewer weights than points: in general no curve goes through
      all of them.
    {"width": 8} 8 cosines, λ = 0: root mean square distance 0.00 from the points and 44.00 from
      the sine; norm of the weights 188. As many weights as points: one curve goes through all
      of them, whatever weights it takes.
    {"width": 120} 120 cosines, λ = 0: root mean square distance 0.00 from the points and 0.23 from
      the sine; norm of the weights 2.47. More weights than points: of all curves through them this
      one has the smallest norm.
    {"width": 8, "strength": 0.01} 8 cosines, λ = 0.01: root mean square distance 0.15 from the
      points and 0.24 from the sine; norm of the weights 2.13. The penalty keeps the weights small.
    """

    def test_a_point_moves_up_and_down_alone(self, desk):
        desk.set(self.default())
        point = desk.page.get_by_label("Height of point 3", exact=True)
        for key in ("ArrowUp", "ArrowUp", "ArrowRight", "ArrowLeft"):
            point.press(key)
        assert desk.state()["y"] == [*DEFAULT[:2], 0.0, *DEFAULT[3:]]


def features(x, width):
    k = np.arange(width)
    return np.cos(np.pi * k * (np.array(x)[:, None] + 1) / 2) / (1 + k)


def cases():
    rng = np.random.default_rng(0)
    for width, strength in itertools.product([1, 2, 5, 7, 8, 9, 10, 40, 120], [0, 0.001, 0.1]):
        for y in (DEFAULT, rng.uniform(-2, 2, 8).round(1).tolist()):
            yield {"width": width, "strength": strength, "y": y}


def test_the_fit_and_its_distances_are_those_of_ridge(javascript):
    states = list(cases())
    places, found = javascript("({double_descent: m}, s) => [m.X, s.map(m.measure)]", states)
    for state, one in zip(states, found, strict=True):
        H = features(places, state["width"])
        w = ridge(H, state["y"], state["strength"])
        np.testing.assert_allclose(one["w"], w, rtol=1e-5, atol=1e-6 * np.abs(w).max())
        assert one["norm"] == pytest.approx(np.linalg.norm(w), rel=1e-6)
        for name, rows, targets in [
            ("points", H, state["y"]),
            ("sine", features(GRID, state["width"]), np.sin(np.pi * GRID)),
        ]:
            expected = np.sqrt(np.mean((rows @ w - targets) ** 2))
            assert one[name] == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_the_error_peaks_where_the_weights_are_as_many_as_the_points(javascript):
    body = "({double_descent: m}, states) => states.map((state) => m.measure(state).sine)"
    states = [{"width": n, "strength": 0, "y": DEFAULT} for n in range(1, 121)]
    errors = np.array(javascript(body, states))
    assert errors.argmax() + 1 == len(DEFAULT)
    assert errors[:8].argmin() + 1 == 4
    assert errors[3] < errors[-1] < 1.2 * errors[3]
