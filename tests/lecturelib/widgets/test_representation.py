"""The recorded layers: the JavaScript against lecturelib, the record, the figure itself."""

import gzip
from functools import cache

import numpy as np
import pytest
import traitlets

from lecturelib.losses import CrossEntropy
from lecturelib.representation import layer_outputs, linear_probe
from lecturelib.training import accuracy
from lecturelib.widgets import Representation

DATA, WIDTHS, LAYERS = ["circles", "spiral", "moons"], [8, 2], [0, 2, 4, 6]


@cache
def trained():
    return Representation.trained(rng=np.random.default_rng(3))


def figure(**state):
    return Representation(_record=trained()._record, **state)


STATES = [
    {"data": data, "width": width, "layer": layer, "epoch": epoch}
    for data in DATA
    for width in WIDTHS
    for layer in LAYERS
    for epoch in (0, 50, 500, 1000)
]
LOAD = "const d = m.representation, r = d.decode(record);"


def outputs(state, X):
    net = trained().network(state["data"], state["width"], state["epoch"])
    return layer_outputs(net, X)[state["layer"]]


def separated(state):
    X, y = trained().points(state["data"])
    H = outputs(state, X)
    return accuracy(linear_probe(H, y).predict(H), y)


def test_layers_are_those_of_the_library(javascript):
    spots = np.random.default_rng(1).uniform(-3, 3, (30, 2))
    body = f"""(m, [record, states, spots]) => {{ {LOAD}
      return states.map((s) => spots.map((x) => d.forward(d.network(r, s), s.layer, x)));
    }}"""
    found = javascript(body, [trained()._record, STATES, spots.tolist()])
    for state, values in zip(STATES, found, strict=True):
        np.testing.assert_allclose(values, outputs(state, spots), rtol=0, atol=1e-9)


def test_probe_and_accuracy_are_those_of_the_library(javascript):
    body = f"""(m, [record, states]) => {{ {LOAD}
      return states.map((s) => {{
        const {{ all, line, right }} = d.seen(r, s);
        return {{ all, right, margins: all.map((p) => d.margin(line, p)) }};
      }});
    }}"""
    for state, found in zip(STATES, javascript(body, [trained()._record, STATES]), strict=True):
        X, y = trained().points(state["data"])
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
    for name, found in zip(DATA, javascript(body, trained()._record), strict=True):
        X, y = trained().points(name)
        np.testing.assert_array_equal(found, np.column_stack([X, y]))


def test_the_mesh_is_the_image_of_the_grid(javascript):
    state = {"data": "moons", "width": 8, "layer": 4, "epoch": 300}
    body = f"""(m, [record, s]) => {{ {LOAD}
      const net = d.network(r, s);
      return [d.mesh(net, 0), d.mesh(net, s.layer)];
    }}"""
    grid, image = map(np.array, javascript(body, [trained()._record, state]))
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
    assert len(gzip.compress(trained()._record.encode())) < 30_000


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


@pytest.mark.parametrize(
    "wrong", [{"width": 5}, {"data": "xor"}, {"epoch": 1001}, {"mesh": 1.5}, {"layer": 1}]
)
def test_python_refuses_what_is_no_state(wrong):
    with pytest.raises(traitlets.TraitError):
        Representation(**wrong)


def test_whatever_comes_in_a_valid_state_comes_out(javascript):
    garbage = [None, "1", True, [], {}, float("nan"), float("inf"), "constructor", -1e308, 1e308]
    names = Representation.state_names()
    assert names == ["data", "epoch", "layer", "mesh", "width"]
    raws = [{}, *({name: value} for name in names for value in garbage)]
    found = javascript("({representation: d}, raws) => raws.map(d.clean)", raws)
    for state in found:
        assert Representation(**state).state() == state
    assert found[0] == Representation().state()


# In the page


def choose(page, label, value):
    page.locator("label", has_text=label).locator("select").select_option(value)


def share(state):
    return f"of the points ({120 * separated(state):.0f} of 120)"


def test_scrubbing_walking_through_the_layers_and_running(show):
    page, log = show(figure(data="spiral"))
    said = page.locator(".dl-state")
    state = {"data": "spiral", "width": 8, "layer": 6, "epoch": 0}
    assert share(state) in said.inner_text()
    page.get_by_label("epoch, typed").fill("430")
    assert share(state | {"epoch": 450}) in said.inner_text()
    for layer in LAYERS:
        choose(page, "shown", str(layer))
        assert share(state | {"epoch": 450, "layer": layer}) in said.inner_text()
        assert page.locator(".dl-drawing svg:visible").count() == 2
    choose(page, "width", "2")
    assert share(state | {"epoch": 450, "width": 2}) in said.inner_text()
    page.get_by_role("button", name="Step", exact=True).click()
    assert share(state | {"epoch": 500, "width": 2}) in said.inner_text()
    page.get_by_label("epoch, typed").fill("950")
    page.get_by_role("button", name="Run").click()
    page.get_by_text("epoch 1000").wait_for()
    page.get_by_role("button", name="Run").wait_for()
    assert log.problems() == []


def test_wrong_points_are_crossed_and_the_grid_comes_on_demand(show):
    state = {"data": "circles", "width": 8, "layer": 0, "epoch": 1000}
    page, log = show(figure(**state))
    shown = page.locator(".dl-drawing svg:visible").first
    assert shown.locator(".dl-cross").count() == 120 - round(120 * separated(state)) > 0
    assert shown.locator(".dl-ring").count() == shown.locator(".dl-square").count() == 60
    assert shown.locator(".dl-contour").get_attribute("d").count("M") == 18
    page.get_by_role("checkbox").uncheck()
    assert shown.locator(".dl-contour").get_attribute("d") == ""
    assert log.problems() == []


def test_without_a_record_it_says_so(show):
    page, log = show(Representation())
    assert "No training is recorded" in page.locator(".dl-state").inner_text()
    page.get_by_role("button", name="Step", exact=True).click()
    assert log.problems() == []
