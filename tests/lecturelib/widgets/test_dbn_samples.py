"""A deep belief network to draw for: the JavaScript against the library, the figure itself."""

import json
from functools import cache

import numpy as np
import pytest
from contracts.widgets import WidgetContract, centre

from lecturelib.data import digits
from lecturelib.dbn import DBN, trained_dbn
from lecturelib.widgets import DbnSamples


@cache
def figure():
    return DbnSamples.of(trained_dbn(), digits().images, digits().y)


def held():
    return {"_record": figure()._record, "_examples": figure()._examples}


def text(levels):
    return "".join(f"{int(v):x}" for v in np.ravel(levels))


BAR = np.zeros((8, 8), int)
BAR[1:7, 3:5] = 15


class TestDbnSamples(WidgetContract):
    widget = DbnSamples
    state = {"digit": 7, "steps": 2}
    other = {"digit": 4, "steps": 30, "chain": 5, "pen": [3, 5]}
    other |= {"ink": text(BAR).rstrip("0"), "erase": True}
    controls = "range number select-one checkbox unit"
    sentences = """
    {"ink": "0"} The pad is empty: draw a digit, or choose an example.
    {"digit": 1} The example 1 switches on 8 of 64 hidden units. Without a step of the top machine
      it comes straight down again; 4 of 64 pixels have changed.
    """

    def make(self, **state):
        return DbnSamples(**held(), **(self.state | state))

    def test_a_digit_is_drawn_by_mouse_and_by_keys(self, desk):
        desk.set({"ink": "0", "erase": False, "pen": [2, 2]})
        pad = desk.page.get_by_role("application")
        pad.scroll_into_view_if_needed()
        x, y = centre(pad)
        desk.page.mouse.move(x, y - 40)
        desk.page.mouse.down()
        desk.page.mouse.move(x, y + 40, steps=4)
        desk.page.mouse.up()
        state, words = desk.look()
        assert max(int(v, 16) for v in state["ink"]) == 15
        assert words.startswith("Your drawing switches on")
        desk.set({"ink": "0"})
        for key in ("ArrowRight", "ArrowDown", "Space"):
            pad.press(key)
        state, _ = desk.look()
        assert state["pen"] == [3, 3]
        assert state["ink"][3 * 8 + 3] == "f"

    def test_buttons_take_steps_and_other_numbers(self, desk):
        desk.set(self.default() | {"digit": 3})
        for name in ("+1 step", "+10 steps", "+100 steps", "Other numbers"):
            desk.button(name).click()
        state, words = desk.look()
        assert (state["steps"], state["chain"]) == (111, 2)
        assert "After 111 steps of the top machine" in words
        desk.button("Empty the pad").click()
        assert desk.state()["steps"] == 0


RUN = """({dbn_samples: f}, [record, images, steps, u]) => {
  const net = f.decode(record);
  return images.map((v) => f.forward(net, v, steps, () => u));
}"""


class Half:
    """A generator whose every number is the same: a unit is on if it is likelier than that."""

    def random(self, shape, dtype=float):
        return np.full(shape, 0.5, dtype)


@pytest.mark.parametrize("steps", [0, 1, 5])
def test_every_layer_is_that_of_the_library(javascript, steps):
    images = (digits().X[::150] > 0.5).astype(float)
    found = javascript(RUN, [figure()._record, images.tolist(), steps, 0.5])
    dbn = figure().network()
    lower, upper = dbn.rbms
    first = (lower.hidden(images) > 0.5) * 1.0
    second = first
    for _ in range(steps):
        top = (upper.hidden(second) > 0.5) * 1.0
        second = (upper.visible(top) > 0.5) * 1.0
    if not steps:
        top = (upper.hidden(first) > 0.5) * 1.0
    for name, expected in {"first": first, "top": top, "second": second}.items():
        np.testing.assert_array_equal([one[name] for one in found], expected)
    image = [one["image"] for one in found]
    np.testing.assert_allclose(image, lower.visible(second), rtol=1e-9)


def test_units_are_drawn_as_often_as_they_are_likely(javascript):
    body = """({dbn_samples: f}, [record, v]) => {
      const net = f.decode(record), random = f.random(7), counts = Array(64).fill(0);
      for (let t = 0; t < 2000; t++) f.forward(net, v, 0, random).first
        .forEach((on, j) => (counts[j] += on));
      return counts.map((n) => n / 2000);
    }"""
    v = (digits().X[5] > 0.5).astype(float)
    shares = javascript(body, [figure()._record, v.tolist()])
    np.testing.assert_allclose(shares, figure().network().rbms[0].hidden(v[None])[0], atol=0.05)


def test_what_travels_is_small_and_close_to_the_network():
    assert len(json.dumps(held())) <= 30_000
    for ours, theirs in zip(
        figure().network().parameters.values(), trained_dbn().parameters.values(), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=0.6 / 1024)


def large():
    dbn = trained_dbn()
    dbn.rbms[0].W[0, 0] = 40
    return dbn


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y: (DBN([64, 8], rng=np.random.default_rng(0)), X, y), r"^dbn: .*\[64, 8\]"),
        (lambda X, y: ("dbn", X, y), r"^dbn: expected a DBN of the sizes .* got str"),
        (lambda X, y: (large(), X, y), r"^dbn: expected weights below 32"),
        (lambda X, y: (trained_dbn(), X[:5], y[:5]), r"^images: expected shape .* ten digits"),
        (lambda X, y: (trained_dbn(), 16 * X, y), r"^images: .* scale the pixels"),
        (lambda X, y: (trained_dbn(), X.reshape(-1, 64), y), r"^images: expected shape"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        DbnSamples.of(*change(digits().images, digits().y))
