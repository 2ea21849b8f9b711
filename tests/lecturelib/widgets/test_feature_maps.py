"""Inside a trained network: the JavaScript against the library, the pad, the figure itself."""

import json
from functools import cache

import numpy as np
import pytest
from contracts.widgets import WidgetContract, centre

from lecturelib.activations import softmax
from lecturelib.data import mnist
from lecturelib.shifts import cnn, shifted, trained_cnn
from lecturelib.widgets import FeatureMaps


@cache
def figure():
    images, y = mnist().images, mnist().y
    return FeatureMaps.of(trained_cnn(), images, y)


def held():
    return {"_record": figure()._record, "_examples": figure()._examples}


def text(levels):
    return "".join(f"{int(v):x}" for v in np.ravel(levels))


BAR = np.zeros((28, 28), int)
BAR[5:23, 13:16] = 15


class TestFeatureMaps(WidgetContract):
    widget = FeatureMaps
    state = {"digit": 7, "right": 2}
    other = {"digit": 4, "down": -3, "right": 1, "cover": "middle", "map": 9, "pen": [3, 5]}
    other |= {"ink": text(BAR).rstrip("0"), "erase": True}
    controls = "select-one checkbox unit"
    sentences = """
    {"ink": "0"} The image is empty: draw a digit, or choose an example.
    {"digit": 1} The example 1 is read as 1 with p = 1.00.
    {"down": 2, "right": -1, "cover": "middle", "digit": 0} The example 0, moved 2 down and 1 left,
      middle covered, is read as 0 with p = 1.00.
    """

    def make(self, **state):
        return FeatureMaps(**held(), **(self.state | state))

    def test_a_digit_is_drawn_by_mouse_and_by_finger(self, desk, phone):
        for device in (desk, phone):
            device.set({"ink": "0", "erase": False})
            pad = device.page.get_by_role("application")
            pad.scroll_into_view_if_needed()
            x, y = centre(pad)
            page = device.page
            if device is desk:
                page.mouse.move(x, y - 60)
                page.mouse.down()
                page.mouse.move(x, y + 60, steps=4)
                page.mouse.up()
            else:
                page.touchscreen.tap(x, y)
            state, words = device.look()
            ink = [int(v, 16) for v in state["ink"]]
            assert max(ink) == 15
            assert words.startswith("Your drawing")

    def test_a_digit_is_drawn_by_keys(self, desk):
        desk.set({"ink": "0", "erase": False, "pen": [10, 10]})
        pad = desk.page.get_by_role("application")
        for key in ("ArrowRight", "ArrowDown", "Space"):
            pad.press(key)
        state, _ = desk.look()
        assert state["pen"] == [11, 11]
        assert state["ink"][11 * 28 + 11] == "f"
        pad.press("Backspace")
        assert desk.look()[1].startswith("The image is empty")

    def test_buttons_move_the_digit(self, desk):
        for name in ("left", "left", "up", "down", "down"):
            desk.button(f"Move {name}").click()
        state, words = desk.look()
        assert (state["down"], state["right"]) == (1, 0)
        assert "moved 1 down," in words

    def test_a_map_is_chosen(self, desk):
        desk.page.get_by_role("button", name="map 12 of 16").click()
        assert desk.look()[0]["map"] == 11


RUN = """({feature_maps: f}, [record, images]) => {
  const net = f.decode(record);
  return images.map((x) => Object.fromEntries(Object.entries(f.forward(net, x))
    .map(([name, t]) => [name, Array.from(t.data ?? t)])));
}"""


def test_every_map_is_that_of_the_library(javascript):
    images = np.concatenate([mnist().images[::700], np.random.default_rng(0).random((2, 28, 28))])
    found = javascript(RUN, [figure()._record, images.reshape(len(images), -1).tolist()])
    h, model, expected = images[:, None].astype(np.float32), figure().network(), []
    for layer in model.layers:
        h = layer.predict(h)
        expected.append(h)
    for n, one in enumerate(found):
        for name, i in (("first", 1), ("pooled", 2), ("second", 4), ("small", 5), ("z", 7)):
            a = expected[i][n].ravel()
            np.testing.assert_allclose(one[name], a, rtol=1e-6, atol=1e-6 * np.abs(a).max())
        np.testing.assert_allclose(one["o"], softmax(expected[7][n : n + 1])[0], atol=1e-6)


def test_rounded_weights_give_the_same_answers():
    images = mnist().images[::20, None].astype(np.float32)
    o, rounded = (softmax(m.predict(images)) for m in (trained_cnn(), figure().network()))
    assert np.abs(o - rounded).max() < 0.01


def test_images_move_and_are_covered_as_told(javascript):
    body = "({feature_maps: f}, [examples, all]) => all.map((s) => f.seen(examples, s))"
    start = {"digit": 5, "ink": "", "down": 0, "right": 0, "cover": "nothing"}
    states = [start | {"down": d, "right": r} for d, r in ((0, 0), (3, -2), (-8, 8))]
    states += [start | {"ink": text(BAR)}, start | {"cover": "lower left"}]
    found = np.reshape(javascript(body, [figure()._examples, states]), (5, 28, 28))
    own = np.array([int(v, 16) for v in figure()._examples[5]]).reshape(28, 28) / 15
    for image, state in zip(found[:3], states[:3], strict=True):
        np.testing.assert_allclose(image, shifted(own, state["down"], state["right"]))
    np.testing.assert_allclose(found[3], BAR / 15)
    own[14:24, 4:14] = 0
    np.testing.assert_allclose(found[4], own)


def test_ink_goes_to_text_and_back_and_brushes_stay_in_range(javascript):
    body = """({feature_maps: f}, ink) => {
      const back = f.inkOf(f.inkText(ink), 28), line = f.stroke(ink, 28, [-3, 2], [31, 40]);
      const gone = f.stroke(line, 28, [-3, 2], [31, 40], true);
      return [back, line, gone, f.inkOf("<z", 28)];
    }"""
    ink = np.random.default_rng(0).integers(0, 16, 784)
    back, line, gone, junk = javascript(body, ink.tolist())
    np.testing.assert_array_equal(back, ink)
    assert (np.array(line) >= ink).all()
    assert max(line) == 15
    assert (np.array(gone) <= line).all()
    assert not any(junk)


def test_what_travels_is_small():
    assert len(json.dumps(held())) <= 60_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda model, X, y: (cnn(8, rng=np.random.default_rng(0)), X, y), "^model: expected the"),
        (lambda model, X, y: ("model", X, y), r"^model: expected the layers .* got str"),
        (lambda model, X, y: (model, X[:50], y[:50]), r"^images: expected shape .* ten digits"),
        (lambda model, X, y: (model, 255 * X, y), r"^images: .* scale the pixels"),
        (lambda model, X, y: (model, X.reshape(5000, 784), y), r"^images: expected shape"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    model, images, y = change(trained_cnn(), mnist().images, mnist().y)
    with pytest.raises(ValueError, match=message):
        FeatureMaps.of(model, images, y)


def test_weights_too_large_for_the_record_are_refused():
    model = trained_cnn()
    model.layers[7].W[0, 0] = 9
    with pytest.raises(ValueError, match=r"^model: expected weights below 8 in size"):
        FeatureMaps.of(model, mnist().images, mnist().y)
