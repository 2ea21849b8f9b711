"""The recorded networks: the JavaScript against lecturelib, the record, the figure itself."""

import gzip
import json
from functools import cache

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib import activations
from lecturelib.losses import CrossEntropy
from lecturelib.training import accuracy
from lecturelib.widgets import DecisionBoundary
from lecturelib.widgets.record import pack

DATA = ["moons", "circles", "xor", "spiral"]
WIDTHS = [1, 2, 3, 4, 8, 24]


@cache
def figure():
    """Points and networks by chance: the same on every machine, and made at once."""
    rng = np.random.default_rng(5)
    arrays = {name: rng.normal(size=(120, 2)) for name in DATA}
    arrays["circles"][:, 0] = np.repeat([-1, 1], 60)
    for name in DATA:
        for w in WIDTHS:
            arrays[f"{name} {w}"] = rng.normal(size=(21, 5 * w + 2))
    # The last network of this width reads the sign of x₁: no point is on the wrong side.
    arrays["circles 8"][-1] = [*[2, 0] * 8, *[0] * 8, *[-1] * 8, *[1] * 8, 0, 0]
    return DecisionBoundary(_record=pack(arrays, 1024))


class TestDecisionBoundary(WidgetContract):
    widget = DecisionBoundary
    state = {"data": "xor", "width": 8, "epoch": 300}
    other = {"data": "spiral", "width": 3, "epoch": 650, "lines": True}
    controls = "range number checkbox select-one"
    plays = True

    def make(self, **state):
        return DecisionBoundary(_record=figure()._record, **(self.state | state))

    sentences = """
    {} two moons, 4 hidden units, epoch 0: loss 1.20, 62 of 120 points right (52 %). 58 on the
      wrong side.
    {"data": "xor", "width": 1, "epoch": 430} XOR clouds, 1 hidden unit, epoch 450 (the recorded
      one nearest to 430): loss 1.24, 54 of 120 points right (45 %). 66 on the wrong side.
    {"data": "circles", "width": 8, "epoch": 1000} two circles, 8 hidden units, epoch 1000: loss
      0.00, 120 of 120 points right (100 %). No point lies on the wrong side.
    """

    def test_wrong_points_are_crossed_and_lines_come_on_demand(self, desk):
        desk.set({"data": "moons", "width": 2, "epoch": 1000, "lines": False})
        X, y = figure().points("moons")
        wrong = 120 - round(120 * accuracy(figure().network("moons", 2, 1000).predict(X), y))
        assert len(desk.all(".dl-cross")) == wrong > 0
        assert len(desk.all(".dl-ring")) == len(desk.all(".dl-square")) == 60
        assert desk.page.locator(".dl-thin").get_attribute("d") == ""
        desk.page.get_by_role("checkbox").check()
        assert desk.page.locator(".dl-thin").get_attribute("d").count("M") == 2

    def test_without_a_record_it_says_so(self, show):
        page, log = show(DecisionBoundary())
        assert "No training is recorded" in page.locator(".dl-state").inner_text()
        page.get_by_role("button", name="Step", exact=True).click()
        assert log.problems() == []


@cache
def trained():
    return DecisionBoundary.trained(rng=np.random.default_rng(0))


STATES = [
    {"data": data, "width": width, "epoch": epoch}
    for data in DATA
    for width in WIDTHS
    for epoch in (0, 50, 500, 1000)
]
LOAD = "const r = m.decision_boundary.unpack(record), d = m.decision_boundary;"


def test_outputs_are_those_of_the_library(javascript):
    spots = np.random.default_rng(1).uniform(-3, 3, (40, 2))
    body = f"""(m, [record, states, spots]) => {{ {LOAD}
      return states.map((s) => spots.map(([x, y]) => d.output(d.network(r, s), x, y)));
    }}"""
    found = javascript(body, [figure()._record, STATES, spots.tolist()])
    for state, values in zip(STATES, found, strict=True):
        z = figure().network(**state).predict(spots)
        np.testing.assert_allclose(values, activations.softmax(z)[:, 1], rtol=0, atol=1e-9)


def test_loss_and_accuracy_are_those_of_the_library(javascript):
    body = f"""(m, [record, states]) => {{ {LOAD}
      return states.map((s) => d.score(d.network(r, s), d.points(r, s.data)));
    }}"""
    for state, found in zip(STATES, javascript(body, [figure()._record, STATES]), strict=True):
        X, y = figure().points(state["data"])
        z = figure().network(**state).predict(X)
        assert found["loss"] == pytest.approx(CrossEntropy().forward(z, y), abs=1e-9)
        assert found["right"] == round(120 * accuracy(z, y))


def test_points_are_the_same(javascript):
    body = f"(m, record) => {{ {LOAD} return {DATA}.map((name) => d.points(r, name)); }}"
    for name, found in zip(DATA, javascript(body, figure()._record), strict=True):
        X, y = figure().points(name)
        np.testing.assert_array_equal(found, np.column_stack([X, y]))


def test_extreme_outputs_stay_finite(javascript):
    body = """({decision_boundary: d}) => [800, -800].map((c) => {
      const net = [{ W: [[0, 0]], b: [0] }, { W: [[0], [0]], b: [0, c] }];
      return [d.output(net, 1, 1), d.score(net, [[1, 1, 0]]).loss, d.score(net, [[1, 1, 1]]).loss];
    })"""
    np.testing.assert_allclose(javascript(body), [[1, 800, 0], [0, 0, 800]], atol=1e-12)


# The border


def area(polygon):
    x, y = np.array(polygon).T
    return abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def test_the_border_of_a_linear_field_is_exact(javascript):
    body = """({decision_boundary: d}, all) => all.map(([p, q, c]) =>
      d.above(d.field((x, y) => p * x + q * y + c, 16, 2), 0, 2))"""
    cases = np.random.default_rng(2).uniform(-1, 1, (30, 3)).tolist()
    ticks = np.linspace(-2, 2, 401)
    ticks = (ticks[1:] + ticks[:-1]) / 2
    for (p, q, c), found in zip(cases, javascript(body, cases), strict=True):
        for x, y in np.reshape(found["segments"], (-1, 2)):
            assert p * x + q * y + c == pytest.approx(0, abs=1e-9)
        share = (p * ticks[:, None] + q * ticks + c > 0).mean()
        assert sum(map(area, found["polygons"])) == pytest.approx(16 * share, abs=0.03)


def test_a_saddle_cell_is_cut_twice_and_a_flat_field_never(javascript):
    body = "({decision_boundary: d}, values) => d.above(values, 0, 1)"
    assert len(javascript(body, [[1, -1], [-1, 1]])["segments"]) == 2
    assert javascript(body, [[-1, -1], [-1, -1]]) == {"polygons": [], "segments": []}
    full = javascript(body, [[1, 1], [1, 1]])
    assert full["segments"] == []
    assert sum(map(area, full["polygons"])) == 4


def test_the_border_is_where_the_network_hesitates(javascript):
    state = {"data": "circles", "width": 4, "epoch": 1000}
    body = f"""(m, [record, s]) => {{ {LOAD}
      const net = d.network(r, s);
      return d.above(d.field((x, y) => d.output(net, x, y)), 0.5).segments;
    }}"""
    segments = np.reshape(javascript(body, [trained()._record, state]), (-1, 2))
    assert len(segments) > 40
    o = activations.softmax(trained().network(**state).predict(segments))[:, 1]
    assert np.abs(o - 0.5).max() < 0.12  # the output is taken as linear within a cell
    radius = np.hypot(*segments.T)
    assert radius.min() > 0.5
    assert radius.max() < 1.5


def test_the_line_of_a_hidden_unit(javascript):
    body = f"(m, [record, s]) => {{ {LOAD} return d.hiddenLines(d.network(r, s)); }}"
    state = {"data": "moons", "width": 8, "epoch": 300}
    model = figure().network(**state)
    W, b = model.parameters["layers.0.W"], model.parameters["layers.0.b"]
    lines = javascript(body, [figure()._record, state])
    assert len(lines) == 8
    for w, bias, line in zip(W, b, lines, strict=True):
        np.testing.assert_allclose(np.array(line) @ w + bias, 0, atol=1e-9)
    nothing = "({decision_boundary: d}) => d.hiddenLines([{ W: [[0, 0]], b: [1] }])"
    assert javascript(nothing) == []


# The record


def test_the_same_seed_gives_the_same_record_and_another_another():
    assert DecisionBoundary.trained(rng=np.random.default_rng(0))._record == trained()._record


def test_the_record_is_small():
    assert len(gzip.compress(json.dumps(trained()._record).encode())) < 45_000


def test_training_makes_the_loss_smaller_and_no_weight_is_cut_off():
    for data in DATA:
        X, y = trained().points(data)
        assert X.shape == (120, 2)
        assert np.abs(X).max() < 2.2  # inside the plane
        for width in WIDTHS:
            first, last = (trained().network(data, width, epoch) for epoch in (0, 1000))
            losses = [CrossEntropy().forward(net.predict(X), y) for net in (first, last)]
            assert losses[1] < losses[0]
            assert max(np.abs(p).max() for p in last.parameters.values()) < 31


@pytest.mark.parametrize("call", [("moons", 5, 0), ("moons", 4, 30), ("moon", 4, 0)])
def test_what_is_not_recorded_is_refused(call):
    with pytest.raises(ValueError, match=r"expected .*; "):
        trained().network(*call)


def test_without_a_record_there_are_no_points():
    with pytest.raises(ValueError, match=r"make the figure by DecisionBoundary\.trained"):
        DecisionBoundary().points("moons")


def test_a_generator_is_asked_for():
    with pytest.raises(ValueError, match="rng"):
        DecisionBoundary.trained(rng=0)
