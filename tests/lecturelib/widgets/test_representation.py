"""The recorded layers: the JavaScript against lecturelib, the record, the figure itself."""

import gzip
import json
from functools import cache

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.losses import CrossEntropy
from lecturelib.representation import layer_outputs, linear_probe
from lecturelib.training import accuracy
from lecturelib.widgets import Representation
from lecturelib.widgets.record import pack

DATA, WIDTHS, LAYERS = ["circles", "spiral", "moons"], [8, 2], [0, 2, 4, 6]


@cache
def figure():
    """Points and networks by chance: the same on every machine, and made at once."""
    rng = np.random.default_rng(6)
    arrays = {name: rng.normal(size=(120, 2)) for name in DATA}
    for name in DATA:
        for w in WIDTHS:
            arrays[f"{name} {w}"] = rng.normal(size=(21, 3 * (5 * w + 2) + 6))
    return Representation(_record=pack(arrays, 1024))


class TestRepresentation(WidgetContract):
    widget = Representation
    state = {"data": "spiral", "layer": 4, "epoch": 300}
    other = {"data": "moons", "width": 2, "layer": 2, "epoch": 620, "mesh": False}
    controls = "range number checkbox select-one"
    plays = True

    def make(self, **state):
        return Representation(_record=figure()._record, **(self.state | state))

    sentences = """
    {"layer": 0, "data": "moons"} two moons, 8 units in layers 1, 3 and 5, epoch 0: in the
      input, a line separates 53 % of the points (63 of 120).
    {"epoch": 430} two circles, 8 units in layers 1, 3 and 5, epoch 450 (the recorded one
      nearest to 430): after layer 6, a line separates 59 % of the points (71 of 120); in the
      input 58 %.
    {"data": "spiral", "width": 2, "epoch": 1000, "layer": 4} spiral, 2 units in layers 1, 3 and
      5, epoch 1000: after layer 4, a line separates 52 % of the points (62 of 120); in the
      input 52 %.
    """

    def test_one_plane_shows_at_a_time_with_crosses_and_a_grid_on_demand(self, desk):
        state = {"data": "circles", "width": 8, "layer": 0, "epoch": 1000}
        desk.set(state)
        assert len(desk.all(".dl-drawing svg:visible")) == 2
        shown = desk.page.locator(".dl-drawing svg:visible").first
        assert shown.locator(".dl-cross").count() == 120 - round(120 * separated(state)) > 0
        assert shown.locator(".dl-ring").count() == shown.locator(".dl-square").count() == 60
        assert shown.locator(".dl-contour").get_attribute("d").count("M") == 18
        desk.page.get_by_role("checkbox").uncheck()
        assert shown.locator(".dl-contour").get_attribute("d") == ""

    def test_without_a_record_it_says_so(self, show):
        page, log = show(Representation())
        assert "No training is recorded" in page.locator(".dl-state").inner_text()
        page.get_by_role("button", name="Step", exact=True).click()
        assert log.problems() == []


@cache
def trained():
    return Representation.trained(rng=np.random.default_rng(3))


STATES = [
    {"data": data, "width": width, "layer": layer, "epoch": epoch}
    for data in DATA
    for width in WIDTHS
    for layer in LAYERS
    for epoch in (0, 50, 500, 1000)
]
LOAD = "const d = m.representation, r = d.unpack(record);"


def outputs(state, X):
    net = figure().network(state["data"], state["width"], state["epoch"])
    return layer_outputs(net, X)[state["layer"]]


def separated(state):
    X, y = figure().points(state["data"])
    H = outputs(state, X)
    return accuracy(linear_probe(H, y).predict(H), y)


def test_layers_are_those_of_the_library(javascript):
    spots = np.random.default_rng(1).uniform(-3, 3, (30, 2))
    body = f"""(m, [record, states, spots]) => {{ {LOAD}
      return states.map((s) => spots.map((x) => d.forward(d.network(r, s), s.layer, x)));
    }}"""
    found = javascript(body, [figure()._record, STATES, spots.tolist()])
    for state, values in zip(STATES, found, strict=True):
        np.testing.assert_allclose(values, outputs(state, spots), rtol=0, atol=1e-9)


def test_probe_and_accuracy_are_those_of_the_library(javascript):
    body = f"""(m, [record, states]) => {{ {LOAD}
      return states.map((s) => {{
        const {{ all, line, right }} = d.seen(r, s);
        return {{ all, right, margins: all.map((p) => d.margin(line, p)) }};
      }});
    }}"""
    for state, found in zip(STATES, javascript(body, [figure()._record, STATES]), strict=True):
        X, y = figure().points(state["data"])
        H = outputs(state, X)
        z = linear_probe(H, y).predict(H)
        np.testing.assert_allclose(found["all"], np.column_stack([H, y]), rtol=0, atol=1e-9)
        np.testing.assert_allclose(found["margins"], z[:, 1] - z[:, 0], rtol=0, atol=1e-9)
        assert found["right"] == round(120 * separated(state))


def test_the_probe_of_any_points(javascript):
    rng = np.random.default_rng(2)
    cases = [rng.normal(size=(20, 2)) * rng.uniform(0.1, 50, 2) + 5 for _ in range(20)]
    cases.append(np.column_stack([rng.normal(size=20), np.full(20, 0.1)]))  # a unit that is dead
    y = np.arange(20) % 3 // 2  # classes of unequal size
    tables = [np.column_stack([H, y]).tolist() for H in cases]
    body = """({representation: d}, tables) => tables.map((all) => {
      const line = d.probe(all);
      return all.map((p) => d.margin(line, p));
    })"""
    for H, found in zip(cases, javascript(body, tables), strict=True):
        z = linear_probe(H, y).predict(H)
        np.testing.assert_allclose(found, z[:, 1] - z[:, 0], rtol=0, atol=1e-9)


def test_points_are_the_same(javascript):
    body = f"(m, record) => {{ {LOAD} return {DATA}.map((name) => d.points(r, name)); }}"
    for name, found in zip(DATA, javascript(body, figure()._record), strict=True):
        X, y = figure().points(name)
        np.testing.assert_array_equal(found, np.column_stack([X, y]))


def test_the_mesh_is_the_image_of_the_grid(javascript):
    state = {"data": "moons", "width": 8, "layer": 4, "epoch": 300}
    body = f"""(m, [record, s]) => {{ {LOAD}
      const net = d.network(r, s);
      return [d.mesh(net, 0), d.mesh(net, s.layer)];
    }}"""
    grid, image = map(np.array, javascript(body, [figure()._record, state]))
    assert grid.shape == image.shape == (18, 33, 2)
    upright, level = grid[::2], grid[1::2]
    np.testing.assert_array_equal(upright[:, 0, 0], np.arange(-2, 2.1, 0.5))
    assert (upright[:, :, 0] == upright[:, :1, 0]).all()
    np.testing.assert_array_equal(level, upright[:, :, ::-1])
    expected = outputs(state, grid.reshape(-1, 2)).reshape(image.shape)
    np.testing.assert_allclose(image, expected, rtol=0, atol=1e-9)


def test_the_line_and_its_side(javascript):
    lines = np.random.default_rng(4).normal(size=(40, 3)).tolist()
    body = """({representation: d}, lines) => lines.map(([a, b, c]) => {
      const line = { v: [a, b], c };
      return [d.ends(line), d.half((p) => d.margin(line, p), 2)];
    })"""
    ticks = np.linspace(-2, 2, 801)
    ticks = (ticks[1:] + ticks[:-1]) / 2
    for (a, b, c), (two, polygon) in zip(lines, javascript(body, lines), strict=True):
        np.testing.assert_allclose(np.array(two) @ [a, b] + c, 0, atol=1e-9)
        share = (a * ticks[:, None] + b * ticks + c > 0).mean()
        x, y = np.array(polygon).T if polygon else np.zeros((2, 1))
        area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
        assert area == pytest.approx(16 * share, abs=0.03)
    assert javascript("({representation: d}) => d.ends({ v: [0, 0], c: 1 })") is None


def test_the_rule_is_printed_with_its_signs(javascript):
    body = "({representation: d}, [v, c, layer]) => d.rule({ v, c }, layer)"
    assert javascript(body, [[0.5, -1.25], 0.1, 2]) == "0.50 h₁ − 1.25 h₂ + 0.10 > 0: class 1"
    assert javascript(body, [[-0.5, 2], -3, 0]) == "−0.50 x₁ + 2.00 x₂ − 3.00 > 0: class 1"


# The record


def test_the_same_seed_gives_the_same_record():
    assert Representation.trained(rng=np.random.default_rng(3))._record == trained()._record


def test_the_record_is_small():
    assert len(gzip.compress(json.dumps(trained()._record).encode())) < 30_000


def test_training_makes_the_loss_smaller_and_no_weight_is_cut_off():
    for data in DATA:
        X, y = trained().points(data)
        assert np.abs(X).max() < 2.2  # inside the plane
        for width in WIDTHS:
            first, last = (trained().network(data, width, epoch) for epoch in (0, 1000))
            losses = [CrossEntropy().forward(net.predict(X), y) for net in (first, last)]
            assert losses[1] < losses[0]
            assert max(np.abs(p).max() for p in last.parameters.values()) < 31


@pytest.mark.parametrize("call", [("moons", 5, 0), ("moons", 8, 30), ("xor", 8, 0)])
def test_what_is_not_recorded_is_refused(call):
    with pytest.raises(ValueError, match=r"expected .*; "):
        trained().network(*call)


def test_without_a_record_there_are_no_points():
    with pytest.raises(ValueError, match=r"make the figure by Representation\.trained"):
        Representation().points("moons")


def test_a_generator_is_asked_for():
    with pytest.raises(ValueError, match="rng"):
        Representation.trained(rng=0)
