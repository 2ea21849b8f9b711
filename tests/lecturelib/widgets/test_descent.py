"""The descent's JavaScript against NumPy, for hundreds of settings at once; its answer fields."""

import itertools
import math

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.gradcheck import numerical_gradient
from lecturelib.widgets import Descent


class TestDescent(WidgetContract):
    widget = Descent
    state = {"kind": "valley", "start": [-3, 1.5], "rate": 0.05, "steps": 60}
    other = {"kind": "four minima", "start": [1, -1], "rate": 0.3, "steps": 25}
    controls = "range number text select-one handle"
    plays = True
    sentences = """
    {} After 0 steps with η = 0.1: w = (−4.00, 2.00), loss 20.000. The rate is below 2/λ = 2/2 =
      1.
    {"kind": "bowl", "rate": 1.5, "steps": 30} Diverged: with η = 1.5, step 5 went more than 100
      away. From 2/λ = 2/2 = 1 on, every step overshoots by more than it mends.
    {"kind": "four minima", "rate": 3, "steps": 30} Diverged: with η = 3, step 3 went more than
      100 away. Each overshoot ends on steeper ground. Take a smaller rate.
    {"kind": "saddle", "start": [3, 0], "rate": 0.5, "steps": 60} After 60 steps with η = 0.5: w
      = (0.00, 0.00), loss 1.000. The gradient is almost zero: flat, yet no minimum.
    {"kind": "saddle", "start": [3, 0.1], "rate": 0.5, "steps": 60} After 60 steps with η = 0.5:
      w = (0.00, 2.00), loss below 0.001. The gradient is almost zero: a minimum.
    {"kind": "saddle", "start": [3, 1]} After 0 steps with η = 0.1: w = (3.00, 1.00), loss
      5.063. The gradient is (3.00, −0.75).
    {"rate": 1, "steps": 3} After 3 steps with η = 1: w = (4.00, −2.00), loss 20.000. The rate
      is exactly 2/λ = 2/2 = 1: it never settles.
    {"kind": "valley", "rate": 0.11, "steps": 2} After 2 steps with η = 0.11: w = (−3.17, 2.88),
      loss 87.963. The rate is above 2/λ = 2/20 = 0.1.
    """

    def test_step_and_the_answers(self, desk):
        desk.set(POINT)
        field = desk.page.get_by_label("next w₂ =")
        field.fill("0")
        field.press("Enter")
        verdict = desk.page.locator(".dl-ask", has=field).locator(".dl-verdict")
        assert verdict.inner_text().startswith("✓ Right.")
        desk.button("Step").click()
        assert desk.state()["steps"] == 1
        formula = desk.page.locator(".dl-formula").inner_text()
        assert "step 1: w − η∇L = (4.00, 1.50) − 0.05 · (4.00, 30.00) = (3.80, 0.00)" in formula
        assert verdict.inner_text() == field.input_value() == ""  # another question now

    def test_a_path_that_left_asks_nothing_and_steps_no_more(self, desk):
        desk.set({"kind": "bowl", "rate": 2, "steps": 50})
        assert desk.page.locator(".dl-ask:visible").count() == 0
        desk.button("Step").click()
        assert desk.state()["steps"] == 50

    def test_the_axis_of_the_rate_obeys_keys(self, desk):
        desk.set({"rate": 0.1})
        dot = desk.page.get_by_role("slider", name="rate η", exact=True)
        for key, rate in {"ArrowRight": 0.112, "ArrowLeft": 0.1, "Shift+ArrowRight": 0.316}.items():
            dot.press(key)
            assert desk.state()["rate"] == rate
        for _ in range(9):
            dot.press("Shift+ArrowLeft")
        assert desk.state()["rate"] == 0.001
        desk.set({"rate": 1.02})
        assert dot.get_attribute("aria-valuetext") == "1.02"

    def test_a_tap_on_the_map_drops_the_start_there_and_the_end_of_a_drag_does_not(self, desk):
        box, place = desk.page.locator(".dl-plane").first.bounding_box(), [2.0, -3.0]
        scale = box["width"] / 340
        # The plane of 340 by 340 has margins of 44 on the left, 12 right and top, 38 below.
        x = box["x"] + scale * (44 + (place[0] + 5) / 10 * (340 - 56))
        y = box["y"] + scale * (340 - 38 - (place[1] + 5) / 10 * (340 - 50))
        desk.page.mouse.click(x, y)
        before = desk.state()["start"]
        assert before == pytest.approx(place, abs=0.1)
        desk.page.mouse.move(x + 8, y)  # off the centre of the point, yet on it
        desk.page.mouse.down()
        desk.page.mouse.move(x + 8, y - 40, steps=4)
        desk.page.mouse.up()
        after = desk.state()["start"]
        assert after[0] == before[0]
        assert after[1] > before[1]


LAMBDA = {"bowl": 2, "valley": 20}


def hills(w):
    p, q = w[0] ** 2 + w[1] - 11, w[0] + w[1] ** 2 - 7
    return p, q


LOSS = {
    "bowl": lambda w: w[0] ** 2 + w[1] ** 2,
    "valley": lambda w: w[0] ** 2 / 2 + 10 * w[1] ** 2,
    "saddle": lambda w: w[0] ** 2 / 2 + (w[1] ** 2 - 4) ** 2 / 16,
    "four minima": lambda w: sum(np.square(hills(w))) / 50,
}
GRADIENT = {
    "bowl": lambda w: 2 * w,
    "valley": lambda w: w * [1, 20],
    "saddle": lambda w: np.array([w[0], w[1] ** 3 / 4 - w[1]]),
    "four minima": lambda w: (
        np.array(
            [4 * w[0] * hills(w)[0] + 2 * hills(w)[1], 2 * hills(w)[0] + 4 * w[1] * hills(w)[1]]
        )
        / 50
    ),
}


def settings(count=300, seed=3):
    """Random states, then the edges of the ranges."""
    rng = np.random.default_rng(seed)
    kinds = itertools.cycle(LOSS)
    for kind in itertools.islice(kinds, count):
        start = rng.uniform(-5, 5, 2).tolist()
        rate = float(10 ** rng.uniform(-3, math.log10(3)))
        yield {"kind": kind, "start": start, "rate": rate, "steps": int(rng.integers(0, 101))}
    for kind, rate, start in itertools.product(LOSS, (0.001, 0.1, 1, 3), ([0, 0], [5, -5], [3, 0])):
        yield {"kind": kind, "start": start, "rate": rate, "steps": 100}


CASES = list(settings())


def walk(state):
    """The same path in NumPy: points, and the step that went farther than 100 away (or 0)."""
    points = [np.array(state["start"], dtype=float)]
    for step in range(1, state["steps"] + 1):
        w = points[-1] - state["rate"] * GRADIENT[state["kind"]](points[-1])
        if not np.hypot(*w) <= 100:
            return points, step
        points.append(w)
    return points, 0


def test_loss_and_gradient(javascript):
    rng = np.random.default_rng(4)
    W = rng.uniform(-5, 5, (200, 2))
    body = """({descent}, [kind, W]) => {
      const { f, df } = descent.SURFACES[kind];
      return W.map((w) => [f(w), ...df(w)]);
    }"""
    for kind, loss in LOSS.items():
        found = np.array(javascript(body, [kind, W.tolist()]))
        np.testing.assert_allclose(found[:, 0], [loss(w) for w in W], rtol=1e-12, atol=1e-9)
        expected = [GRADIENT[kind](w) for w in W]
        np.testing.assert_allclose(found[:, 1:], expected, rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(
            expected[:20], [numerical_gradient(loss, w) for w in W[:20]], rtol=1e-5, atol=1e-6
        )


def sensitive(points, gone, state):
    """Whether the path is chaotic: a start moved by 1e-13 ends elsewhere, so machines differ."""
    moved, other = walk(state | {"start": [c + 1e-13 for c in state["start"]]})
    return gone != other or np.abs(np.array(points) - np.array(moved)).max() > 1e-9


def test_path(javascript):
    got = javascript("({descent}, cases) => cases.map(descent.descend)", CASES)
    compared = 0
    for case, found in zip(CASES, got, strict=True):
        points, gone = walk(case)
        if sensitive(points, gone, case):
            continue
        compared += 1
        assert found["gone"] == gone
        np.testing.assert_allclose(found["points"], points, rtol=0, atol=1e-9)
        w = points[-1]
        assert found["w"] == found["points"][-1]
        np.testing.assert_allclose(found["g"], GRADIENT[case["kind"]](w), rtol=1e-9, atol=1e-6)
        assert found["loss"] == pytest.approx(LOSS[case["kind"]](w), rel=1e-9, abs=1e-6)
    assert compared > 0.9 * len(CASES)
    assert sum(bool(found["gone"]) for found in got) > 50


@pytest.mark.parametrize("surface", LAMBDA)
def test_the_threshold_is_the_one_that_the_words_name(javascript, surface):
    """On a quadratic the path shrinks just below 2/λ and grows just above it."""
    limit = 2 / LAMBDA[surface]
    states = [
        {"kind": surface, "start": [0, 5], "rate": limit * c, "steps": 100} for c in (0.99, 1, 1.01)
    ]
    body = (
        "({descent}, s) => s.map((x) => [descent.descend(x).points.at(-1)[1], descent.describe(x)])"
    )
    (below, low), (at, middle), (above, high) = javascript(body, states)
    assert abs(below) < 1
    assert abs(at) == pytest.approx(5)
    assert abs(above) > 30
    number = f"2/λ = 2/{LAMBDA[surface]} = {limit:g}"
    assert f"is below {number}." in low
    assert f"is exactly {number}: it never settles." in middle
    assert f"is above {number}." in high


def test_contours_lie_on_their_level(javascript):
    body = "({descent}, [kind, level]) => descent.contour(descent.SURFACES[kind].f, level)"
    for kind, level in (
        ("bowl", 9),
        ("bowl", 1),
        ("valley", 30),
        ("saddle", 2),
        ("four minima", 3),
    ):
        ends = np.array(javascript(body, [kind, level])).reshape(-1, 2)
        assert len(ends) > 20
        worst = max(abs(LOSS[kind](w) - level) for w in ends)
        # Between two corners of a square the loss is taken as straight: off by λ d²/8 at most.
        assert worst < 0.2
    circle = np.array(javascript(body, ["bowl", 9]))
    length = np.hypot(*(circle[:, 0] - circle[:, 1]).T).sum()
    assert length == pytest.approx(2 * np.pi * 3, rel=0.01)
    assert javascript(body, ["bowl", -1]) == []


# The reader's own next point

POINT = {"kind": "valley", "start": [4, 1.5], "rate": 0.05, "steps": 0}  # gradient (4, 30)


@pytest.mark.parametrize(
    ("i", "value", "words"),
    [
        (0, 4 + 0.05 * 4, "uphill"),
        (1, 1.5 + 0.05 * 30, "uphill|step alone"),
        (0, 4 - 4, "learning rate is missing"),
        (1, 1.5 - 30, "learning rate is missing"),
        (0, 4 - 0.05 * 30.5, "subtracts the loss"),
        (0, 0.2, "step alone"),
        (0, 77, "times the rate"),
    ],
)
def test_a_wrong_next_point_is_met_with_its_mistake(javascript, i, value, words):
    found = javascript("({descent}, [s, i, value]) => descent.mark(s, i, value)", [POINT, i, value])
    assert found["right"] is False
    assert any(part in found["says"] for part in words.split("|"))
    assert not any(digit in found["says"] for digit in "0123456789")


def test_the_right_next_point_is_the_path(javascript):
    body = "({descent}, [s, i, value]) => descent.mark(s, i, value).right"
    for case in CASES[::7]:
        points, gone = walk(case)
        if gone or sensitive(points, gone, case):
            continue
        w = points[-1] - case["rate"] * GRADIENT[case["kind"]](points[-1])
        for i in (0, 1):
            assert javascript(body, [case, i, round(w[i], 2)])
            assert not javascript(body, [case, i, w[i] + 0.02])
