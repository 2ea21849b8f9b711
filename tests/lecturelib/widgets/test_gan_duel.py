"""The duel's JavaScript against the library, marking, and rounds."""

import math

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.gan import Minimax, NonSaturating
from lecturelib.layers import Linear, Sequential
from lecturelib.widgets import GanDuel

NAMES = ["real", "fake", "loss", "slope", "w", "minimax", "other"]


class TestGanDuel(WidgetContract):
    widget = GanDuel
    state = {"theta": -1.5, "done": 2}
    other = {"w": 0.5, "real": 2.0, "theta": 0.25, "rate": 0.5, "loss": "minimax", "done": 5}
    controls = "range number text select-one button"
    sentences = """
    {} 0 of 7 values shown.
    {"done": 3} 3 of 7 values shown: D(real) = 0.750, D(θ) = 0.250, D’s loss = 0.575.
    {"done": 7} 7 of 7 values shown: D(real) = 0.750, D(θ) = 0.250, D’s loss = 0.575,
      dL/dw = −0.500, the new w = 1.599, the minimax slope of θ = −0.275, the non-saturating
      slope of θ = −0.824.
    {"done": 7, "theta": -8} 7 of 7 values shown: D(real) = 0.750, D(θ) = 0.000,
      D’s loss = 0.288, dL/dw = −0.251, the new w = 1.350, the minimax slope of θ = 0.000, the
      non-saturating slope of θ = −1.098. D sees through the fake: the minimax loss hardly
      teaches.
    {"done": 7, "theta": 1, "w": 0} 7 of 7 values shown: D(real) = 0.500, D(θ) = 0.500,
      D’s loss = 1.386, dL/dw = 0.000, the new w = 0.000, the minimax slope of θ = 0.000, the
      non-saturating slope of θ = 0.000. D can hardly tell the two apart.
    """

    def test_an_answer_then_show_then_a_round(self, desk):
        desk.set(self.default())
        field, verdict = desk.page.get_by_label("Your D(real)"), desk.page.locator(".dl-verdict")
        field.fill("3/4")
        field.press("Enter")
        assert verdict.inner_text().startswith("✓ Right.")
        drawn = desk.page.locator(".dl-drawing").text_content()
        assert drawn.count("?") == 6
        for _ in range(7):
            desk.button("Show").click()
        assert not desk.page.locator(".dl-ask").is_visible()
        words = desk.page.locator(".dl-drawing").text_content()
        assert "?" not in words
        assert "θ → −0.725" in words
        assert "θ → −0.176" in words
        desk.button("Next round").click()
        state = desk.look()[0]
        assert state["done"] == 0
        assert state["w"] == pytest.approx(1.599, abs=5e-4)
        assert state["theta"] == pytest.approx(-0.176, abs=5e-4)


def by_the_library(state):
    """The values of a round by the library's losses and layers."""
    D = Sequential(Linear(1, 1, rng=np.random.default_rng(0), bias=False))
    D.layers[0].W = [[state["w"]]]
    a = D.forward(np.array([[state["real"]], [state["theta"]]], float))
    L, *da = NonSaturating().discriminator(a[:1], a[1:])
    D.backward(np.concatenate(da))
    slope = D.layers[0].dW.item()
    values = dict(zip(NAMES, [*(1 / (1 + np.exp(-a[:, 0]))), L, slope], strict=False))
    values["w"] = state["w"] - state["rate"] * slope
    for name, loss in (("minimax", Minimax()), ("other", NonSaturating())):
        _, da = loss.generator(D.forward(np.array([[float(state["theta"])]])))
        values[name] = D.backward(da).item()
    return values


def cases(count=80):
    rng = np.random.default_rng(1)
    for k in range(count):
        yield GanDuel(
            w=rng.uniform(-8, 8) if k % 4 == 0 else rng.normal(),
            real=rng.uniform(-3, 3),
            theta=rng.uniform(-8, 8) if k % 4 == 0 else rng.normal(),
            rate=rng.uniform(0, 2),
            loss=["minimax", "non-saturating"][k % 2],
        ).state()


CASES = list(cases())


def test_a_round_is_the_librarys(javascript):
    got = javascript("({gan_duel: w}, all) => all.map((s) => [w.play(s), w.next(s)])", CASES)
    for state, (found, after) in zip(CASES, got, strict=True):
        expected = by_the_library(state)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
        slope = expected["minimax" if state["loss"] == "minimax" else "other"]
        assert after["w"] == pytest.approx(np.clip(expected["w"], -8, 8))
        assert after["theta"] == pytest.approx(
            np.clip(state["theta"] - state["rate"] * slope, -8, 8)
        )


MARK = "({gan_duel: w}, all) => all.map(([s, v]) => w.mark(s, v))"


def test_the_right_value_is_right_also_when_rounded(javascript):
    asked = []
    for state in CASES:
        if abs(state["w"]) < 3 and abs(state["theta"]) < 3:
            for done, name in enumerate(NAMES):
                value = by_the_library(state)[name]
                asked += [(state | {"done": done}, v) for v in (value, float(f"{value:.3f}"))]
    assert all(found["right"] for found in javascript(MARK, asked))


BASE = GanDuel(w=0.8, real=1.5, theta=-0.5, rate=0.7).state()
D_REAL, D_FAKE = 1 / (1 + math.exp(-1.2)), 1 / (1 + math.exp(0.4))
SLOPE = (D_REAL - 1) * 1.5 - 0.5 * D_FAKE
LEFT = (1 - D_FAKE) * 0.5
NEW = 0.8 - 0.7 * SLOPE
AT_NEW = 1 / (1 + math.exp(0.5 * NEW))
MISTAKES = [
    (0, 1.2, "That is the logit"),
    (0, 1 - D_REAL, "probability of a fake"),
    (0, 1 / (1 + math.exp(-1.5)), "weight is missing"),
    (0, 1 / (1 + math.exp(-0.8)), "sample is missing"),
    (0, 9, "then the sigmoid"),
    (1, -0.4, "That is the logit"),
    (1, 1 - D_FAKE, "sign of θ got lost"),
    (1, 1 / (1 + math.exp(0.5)), "weight is missing"),
    (2, -math.log(D_REAL) - math.log(D_FAKE), "its term has 1 − D"),
    (2, -math.log(D_REAL), "term of the fake is missing"),
    (2, -math.log(1 - D_FAKE), "term of the real sample is missing"),
    (2, (-math.log(D_REAL) - math.log(1 - D_FAKE)) / 2, "nothing halves"),
    (2, -math.log(1 - D_REAL) - math.log(D_FAKE), "targets changed places"),
    (3, (D_REAL - 1) * 1.5 + 0.5 * D_FAKE, "an x of its own"),
    (3, D_REAL - 1 + D_FAKE, "slopes by the logits"),
    (3, (D_REAL - 1) * 1.5, "fake is missing"),
    (3, -0.5 * D_FAKE, "real sample is missing"),
    (3, SLOPE + LEFT, "generator’s step leaves behind"),
    (3, (D_REAL - 1) * 1.5 - 0.5 * (D_FAKE - 1), "target of the fake"),
    (3, D_REAL * 1.5 - 0.5 * D_FAKE, "target of the real sample is missing"),
    (3, SLOPE / 2, "nothing halves"),
    (3, -SLOPE, "sign is turned"),
    (4, 0.8 + 0.7 * SLOPE, "not up"),
    (4, 0.8 - 0.7 * (SLOPE + LEFT), "gradient was not cleared"),
    (4, SLOPE, "the step is missing"),
    (4, -0.7 * SLOPE, "starts at the old w"),
    (4, 0.8 - SLOPE, "rate is missing"),
    (5, -(1 - D_FAKE) * 0.8, "That is the non-saturating loss"),
    (5, D_FAKE * 0.8, "falls where D rises"),
    (5, -D_FAKE, "one more factor"),
    (5, -D_FAKE * (1 - D_FAKE) * 0.8, "once too often"),
    (5, -AT_NEW * NEW, "at the new w"),
    (5, -0.5 + 0.7 * D_FAKE * 0.8, "That is the new θ"),
    (6, -D_FAKE * 0.8, "That is the minimax loss"),
    (6, (1 - D_FAKE) * 0.8, "falls where D rises"),
    (6, -(1 - D_FAKE), "one more factor"),
    (6, -(1 - AT_NEW) * NEW, "at the new w"),
    (6, -0.5 + 0.7 * (1 - D_FAKE) * 0.8, "That is the new θ"),
    (6, 9, "from θ to the logit"),
]


def test_the_mistake_is_named_and_the_answer_is_not(javascript):
    found = javascript(MARK, [(BASE | {"done": done}, value) for done, value, _ in MISTAKES])
    right = by_the_library(BASE)
    for (done, _, says), verdict in zip(MISTAKES, found, strict=True):
        assert verdict["right"] is False
        assert says in verdict["says"]
        assert f"{right[NAMES[done]]:.3f}" not in verdict["says"]
