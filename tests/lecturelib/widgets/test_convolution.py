"""The convolution by hand: its JavaScript against the library, and the marking of results."""

import itertools

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.conv import Conv2d, output_size
from lecturelib.widgets import Convolution

OWN = {name: trait["start"] for name, trait in Convolution.spec().items()}


class TestConvolution(WidgetContract):
    widget = Convolution
    state = {"padding": 1, "place": 5, "kernel": [1, 0, -1, 2, 0, -2, 3, 0, -1]}
    other = {
        "image": [3, 2, 0, 1] * 4,
        "kernel": [0, 1, 0, 0, 2, 0, 0, -1, 0],
        "stride": 2,
        "ask": "dK",
        "entry": 2,
        "show": True,
    }
    controls = "number text select-one unit checkbox"
    sentences = """
    {} 2 × 2 outputs. Y[0, 0] is asked for.
    {"show": true, "place": 35} 2 × 2 outputs. Y[1, 1] = −1.
    {"padding": 1, "stride": 2} 2 × 2 outputs. The stride does not divide 3: one row and column is
      in no window. Y[0, 0] is asked for.
    {"padding": 2, "stride": 3, "ask": "dK", "show": true} 2 × 2 outputs. The stride does not divide
      5: two rows and columns are in no window. dK[1, 2] = 0.
    {"dilation": 2} The kernel spans 5 pixels, the image with its padding has 4: there is no place
      for it.
    """

    def test_the_reader_enters_results_and_chooses_others(self, desk):
        desk.set(OWN)
        field = desk.page.get_by_label("Your Y[0, 0]:")
        verdict = desk.page.locator(".dl-ask .dl-verdict")
        field.fill("4")
        desk.button("Check").click()
        assert "turned the kernel by 180°" in verdict.inner_text()
        field.fill("−4")
        field.press("Enter")
        assert verdict.inner_text().startswith("✓ Right.")
        entry = desk.page.get_by_role("button", name="compute dK[1, 2]")
        for how in ("click", "Enter"):
            desk.set(OWN)
            entry.click() if how == "click" else entry.press(how)
            assert desk.words() == "2 × 2 outputs. dK[1, 2] is asked for."
        desk.page.get_by_label("Your dK[1, 2]:").fill("3")
        desk.button("Check").click()
        assert verdict.inner_text().startswith("✓ Right.")


def layer_of(state):
    names = ("padding", "stride", "dilation")
    layer = Conv2d(1, 1, 3, rng=np.random.default_rng(0), **{name: state[name] for name in names})
    layer.W = np.reshape(state["kernel"], (1, 1, 3, 3))
    return layer


def cases():
    rng = np.random.default_rng(3)
    for p, s, d in itertools.product((0, 1, 2), (1, 2, 3), (1, 2)):
        if 4 + 2 * p >= 2 * d + 1:
            drawn = {"image": rng.uniform(-9, 9, 16), "kernel": rng.uniform(-9, 9, 9)}
            moves = {"padding": p, "stride": s, "dilation": d}
            yield OWN | moves | {name: values.tolist() for name, values in drawn.items()}


def test_outputs_sizes_and_gradients_are_those_of_the_library(javascript):
    body = """({convolution: w}, all) => all.map((s) =>
      [w.side(s), w.outputs(s), w.given(s), w.gradient(s)])"""
    states = list(cases())
    for state, (side, Y, dY, dK) in zip(states, javascript(body, states), strict=True):
        moves = {name: state[name] for name in ("padding", "stride", "dilation")}
        assert side == output_size(4, 3, **moves)
        layer = layer_of(state)
        h = layer.forward(np.reshape(state["image"], (1, 1, 4, 4)))
        np.testing.assert_allclose(Y, h.ravel(), atol=1e-9)
        layer.backward(np.reshape(dY, h.shape))
        np.testing.assert_allclose(dK, layer.dW.ravel(), atol=1e-9)


MARK = "({convolution: w}, all) => all.map(([s, value]) => w.mark(s, value))"


def test_the_right_value_is_right_and_one_beside_it_is_not(javascript):
    body = """({convolution: w}, all) => all.flatMap((s) => [
      ...w.outputs(s).map((value, place) => [{ ...s, ask: "Y", place }, value]),
      ...w.gradient(s).map((value, entry) => [{ ...s, ask: "dK", entry }, value])])"""
    asked = javascript(body, list(cases()))
    assert all(found["right"] for found in javascript(MARK, asked))
    wrong = javascript(MARK, [(s, value + 0.37) for s, value in asked])
    assert not any(found["right"] for found in wrong)
    assert all(found["says"] for found in wrong)


X = [1, 2, 0, 1, 0, 1, 3, 1, 2, 0, 1, 0, 1, 1, 0, 2]
ODD = {"kernel": [1, 2, -1, 4, 0, -3, 1, 5, -2]}
MISTAKES = [
    ({}, 4, "turned the kernel by 180°"),
    ({}, 10, "minus sign got lost"),
    ({}, 1, "That is the output Y[0, 1]"),
    ({}, -5, "product of K[0, 0] is missing"),
    ({}, 0.3, "Lay the kernel on the marked window"),
    (ODD, 1 + 8 - 0 + 0 + 0 + 15 - 2 - 0 - 2, "The kernel is transposed"),
    (ODD | {"padding": 1}, -4, "Padding moves the first window"),
    ({"padding": 2, "stride": 2, "place": 1}, -2, "one pixel further; the kernel moves"),
    ({"padding": 2, "dilation": 2, "place": 0, **ODD}, -2, "dilation leaves out pixels"),
    ({"ask": "dK"}, 0, "That is the last place only"),
    ({"ask": "dK", "entry": 0}, 1, "first place only"),
    ({"ask": "dK", "entry": 0, "image": [5, *X[1:]]}, 6, "one of them is −1"),
    ({"ask": "dK", "entry": 3}, 3, "entry on the opposite side"),
    ({"ask": "dK"}, -2, "That is the weight itself"),
    ({"ask": "dK"}, 0.75, "mean over the places"),
    ({"ask": "dK"}, -3, "sign is turned round"),
    ({"ask": "dK"}, 9, "Which pixel lay under this entry"),
]


@pytest.mark.parametrize(("changed", "typed", "words"), MISTAKES)
def test_the_mistake_is_named_and_the_answer_is_not(javascript, changed, typed, words):
    (found,) = javascript(MARK, [(OWN | changed, typed)])
    assert not found["right"]
    assert words in found["says"], found
