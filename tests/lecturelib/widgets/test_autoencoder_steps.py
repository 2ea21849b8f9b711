"""The autoencoder by hand: its JavaScript against the library, and its marking."""

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.autoencoder import Autoencoder
from lecturelib.losses import MeanSquaredError
from lecturelib.widgets import AutoencoderSteps


class TestAutoencoderSteps(WidgetContract):
    widget = AutoencoderSteps
    state = {"x": [2.0, -1.0], "done": 2}
    other = {"x": [1.0, 4.0], "w": [0.5, -1.5], "v": [2.0, 0.3], "done": 7}
    controls = "range number text button"
    sentences = """
    {} 0 of 9 values shown.
    {"done": 4} 4 of 9 values shown: z = 3.00, x̂₁ = 3.00, x̂₂ = 3.00, L = 2.00.
    {"done": 9} 9 of 9 values shown: z = 3.00, x̂₁ = 3.00, x̂₂ = 3.00, L = 2.00, dv₁ = 0.00,
      dv₂ = 6.00, dz = 2.00, dw₁ = 6.00, dw₂ = 2.00.
    {"x": [2, 2], "done": 9} 9 of 9 values shown: z = 2.00, x̂₁ = 2.00, x̂₂ = 2.00, L = 0.00,
      dv₁ = 0.00, dv₂ = 0.00, dz = 0.00, dw₁ = 0.00, dw₂ = 0.00. Every gradient is 0: a step would
      change nothing.
    """

    def test_an_answer_then_show_then_the_next(self, desk):
        desk.set(self.default())
        field, verdict = desk.page.get_by_label("Your z"), desk.page.locator(".dl-verdict")
        field.fill("4")
        field.press("Enter")
        assert "decoder's weights" in verdict.inner_text()
        field.fill("3")
        field.press("Enter")
        assert verdict.inner_text().startswith("✓ Right.")
        drawing = desk.page.locator("svg.dl-diagram")
        assert drawing.text_content().count("?") == 4
        desk.button("Show").press("Enter")
        assert desk.page.get_by_label("Your x̂₁").is_visible()
        assert drawing.text_content().count("?") == 3
        for _ in range(8):
            desk.button("Show").click()
        assert not desk.page.locator(".dl-ask").is_visible()
        assert "d 6.00" in drawing.text_content()
        desk.button("Hide all").click()
        assert desk.state()["done"] == 0


def by_the_library(state):
    """The nine values; the mean of two squares is half of their sum."""
    model, loss = Autoencoder([2, 1], rng=np.random.default_rng(0)), MeanSquaredError()
    encoder, decoder = model.encoder.layers[0], model.decoder.layers[0]
    encoder.W, decoder.W = [state["w"]], np.reshape(state["v"], (2, 1))
    x = np.array([state["x"]])
    out = model.forward(x)
    value = loss.forward(out, x)
    model.backward(loss.backward())
    dz = loss.backward() @ decoder.W
    gradients = [*decoder.dW.ravel(), dz.item(), *encoder.dW.ravel()]
    return [model.encode(x).item(), *out.ravel(), value, *gradients]


def cases(count=100):
    rng = np.random.default_rng(5)
    for _ in range(count):
        x, w, v = rng.uniform(-5, 5, 2), rng.uniform(-3, 3, 2), rng.uniform(-3, 3, 2)
        yield AutoencoderSteps(x=x, w=w, v=v).state()


CASES = list(cases())
MARK = "({autoencoder_steps: w}, all) => all.map(([state, v]) => w.mark(state, v))"


def test_the_values_are_the_librarys(javascript):
    body = "({autoencoder_steps: w}, all) => all.map((s) => w.values(s).all)"
    for state, found in zip(CASES, javascript(body, CASES), strict=True):
        np.testing.assert_allclose(found, by_the_library(state), rtol=1e-9, atol=1e-12)


def test_the_example_of_the_page_is_there_from_the_start(javascript):
    start = AutoencoderSteps().state()
    found = javascript("({autoencoder_steps: w}, s) => w.values(s).all", start)
    assert found == [3, 3, 3, 2, 0, 6, 2, 6, 2]


def test_the_right_value_is_right_also_when_rounded(javascript):
    asked = []
    for state in CASES[:30]:
        for done, value in enumerate(by_the_library(state)):
            asked += [(state | {"done": done}, v) for v in (value, float(f"{value:.2f}"))]
    assert all(found["right"] for found in javascript(MARK, asked))


# x = (3, 2), w = (0.5, −1), v = (2, 3): z = −0.5, x̂ = (−1, −1.5), e = (−4, −3.5), dz = −18.5.
BASE = AutoencoderSteps(x=[3, 2], w=[0.5, -1], v=[2, 3]).state()
MISTAKES = [
    (0, 12, "decoder's weights"),
    (0, 1.5, "second input is missing"),
    (0, -2, "first input is missing"),
    (0, 5, "multiplied by its weight first"),
    (0, 0.5, "sign is turned"),
    (0, 77, "times its encoder's weight, added"),
    (1, -1.5, "other output's weight"),
    (1, -0.25, "encoder's weights; the decoder"),
    (1, 6, "sees the code, not the input"),
    (1, -0.5, "multiplied by the decoder's weight"),
    (1, 2, "The weight multiplies the code"),
    (2, -1, "other output's weight"),
    (3, 28.25, "factor ½"),
    (3, 28.125, "Square each residual first"),
    (3, 3.75, "residuals are squared"),
    (3, 1.625, "subtract it first"),
    (4, -4, "factor z is missing"),
    (4, -12, "multiplied the code, not the input"),
    (4, 4, "cancel"),
    (4, -8, "share of dz"),
    (4, 1.75, "residual of the other output"),
    (4, 0.5, "Start from the residual"),
    (4, -2, "sign is turned round: the residual"),
    (5, -3.5, "factor z is missing"),
    (6, -8, "second output is missing"),
    (6, -10.5, "first output is missing"),
    (6, 1.5, "through the decoder's weights"),
    (6, -7.5, "weighted by its decoder's weight"),
    (6, 9.25, "z itself is no factor"),
    (7, -18.5, "factor of the input is missing"),
    (7, -9.25, "gradient of the input"),
    (7, 9.25, "multiplied the input, not the code"),
    (7, -37, "other input"),
    (7, -12, "start from dz"),
    (8, -55.5, "other input"),
    (8, 1, "times what the weight multiplied"),
]


@pytest.mark.parametrize(("done", "value", "says"), MISTAKES)
def test_the_mistake_is_named_and_the_answer_is_not(javascript, done, value, says):
    (found,) = javascript(MARK, [(BASE | {"done": done}, value)])
    assert found["right"] is False
    assert says in found["says"]
    assert f"{by_the_library(BASE)[done]:.2f}" not in found["says"]
