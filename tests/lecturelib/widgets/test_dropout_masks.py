"""The masks' JavaScript against the library's layer, their statistics, and the marked answer."""

import itertools

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.regularization import Dropout
from lecturelib.widgets import DropoutMasks

H = [1.0, 3.0, -2.0, 0.5, 2.0, -1.0]


class TestDropoutMasks(WidgetContract):
    widget = DropoutMasks
    state = {"p": 0.25, "draws": 7, "h": [2, -1, 1, 3, -3, 0.5]}
    other = {"p": 0.6, "draws": 40, "h": [-1, 2, 0.5, 1, 1, -2]}
    controls = "range number text"
    plays = True
    sentences = """
    {} No mask is drawn yet. With p = 0.50, each unit is dropped with that probability.
    {"p": 0, "draws": 3} With p = 0 every mask keeps all units: dropout does nothing.
    {"draws": 200} Mask 200 keeps 4 of 6 units. Over 200 masks the mean is off the full layer by
      0.33 at most.
    """

    def test_the_answer_then_a_mask(self, desk):
        desk.set(self.default())
        field = desk.page.get_by_label("h₁ = 1.00, p = 0.50, kept: h̃₁ =")
        for typed, verdict in [("1", "✗ Not yet. That is not scaled"), ("2", "✓ Right.")]:
            field.fill(typed)
            field.press("Enter")
            assert desk.page.locator(".dl-verdict").inner_text().startswith(verdict)
        desk.button("Step").click()
        assert desk.state()["draws"] == 1
        assert desk.page.locator(".dl-ask:visible").count() == 0


class Given(np.random.Generator):
    """A generator that draws the numbers that it was given."""

    def __init__(self, numbers):
        super().__init__(np.random.PCG64(0))
        self.numbers = numbers

    def random(self, size=None, dtype=np.float64, out=None):
        return np.array(self.numbers).reshape(size)


def test_a_mask_and_its_outputs_are_the_layers(javascript):
    body = """({dropout_masks: m}, [h, cases]) => cases.map(([p, draw]) =>
      [h.map((_, i) => m.uniform(draw, i)), m.drop(h, p, m.mask(p, draw))])"""
    cases = list(itertools.product([0, 0.05, 0.25, 0.5, 0.75], range(1, 60)))
    found = javascript(body, [H, cases])
    for (p, _), (numbers, out) in zip(cases, found, strict=True):
        expected = Dropout(p, rng=Given(numbers)).forward(np.array([H]))[0]
        np.testing.assert_allclose(out, expected, rtol=0, atol=1e-9)


def test_the_masks_are_even_and_their_mean_is_the_full_layer(javascript):
    body = "({dropout_masks: m}) => [...Array(3000)].map((_, k) => m.mask(0.5, k + 1))"
    masks = np.array(javascript(body, None))
    np.testing.assert_allclose(masks.mean(axis=0), 0.5, atol=0.04)
    correlation = np.corrcoef(masks.T) - np.eye(6)
    assert np.abs(correlation).max() < 0.08
    assert np.abs(np.corrcoef(masks[:-1].T, masks[1:].T)[:6, 6:]).max() < 0.08
    states = [{"h": H, "p": p, "draws": 200} for p in (0, 0.25, 0.5, 0.75)]
    follow = "({dropout_masks: m}, states) => states.map((s) => m.follow(s))"
    for state, found in zip(states, javascript(follow, states), strict=True):
        spread = np.abs(H) * np.sqrt(state["p"] / (1 - state["p"]) / 200)
        assert (np.abs(np.subtract(found["mean"], H)) <= 4 * spread + 1e-9).all()
        assert found["out"] == pytest.approx(
            np.multiply(found["kept"], H) / (1 - state["p"]), abs=1e-9
        )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2, "not scaled"),
        (2 * 0.75, "original form"),
        (8, "probability of dropping"),
        (0, "this one is kept"),
        (-2 / 0.75, "the sign is not"),
        (5, "Divide the output"),
    ],
)
def test_a_wrong_answer_is_met_with_its_mistake(javascript, value, words):
    body = "({dropout_masks: m}, [s, value]) => m.mark(s, value)"
    state = {"h": [2, *H[1:]], "p": 0.25, "draws": 0}
    found = javascript(body, [state, value])
    assert not found["right"]
    assert words in found["says"]
    assert not any(digit in found["says"] for digit in "0123456789")
    assert javascript(body, [state, 2.67])["right"]
