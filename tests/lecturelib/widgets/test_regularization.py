"""The ridge and lasso figure's JavaScript against the library, and the marking of answers."""

import itertools

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.regularization import lasso, ridge
from lecturelib.widgets import Regularization

ROWS = np.array([[1.0, 2.0], [2.0, -1.0]])  # ROWS.T @ ROWS = 5 I
SOLVE = {"ridge": ridge, "lasso": lasso}


class TestRegularization(WidgetContract):
    widget = Regularization
    state = {"penalty": "lasso", "strength": 2, "least": [-2, 1.5], "shown": True}
    other = {"penalty": "ridge", "strength": 7.5, "least": [1, -3], "shown": False}
    controls = "range number text checkbox select-one handle"
    sentences = """
    {} Ridge with λ = 5, least squares at (3.00, 1.00). The solution is hidden: compute it and
      enter it.
    {"shown": true} Ridge with λ = 5, least squares at (3.00, 1.00): w = (1.50, 0.50). Both
      weights are multiplied by 5/(5 + λ) = 0.50.
    {"penalty": "lasso", "shown": true, "strength": 2.5} Lasso with λ = 2.5, least squares at
      (3.00, 1.00): w = (2.50, 0.50). Each weight moves by λ/5 = 0.50 towards zero; none is
      exactly zero.
    {"penalty": "lasso", "shown": true} Lasso with λ = 5, least squares at (3.00, 1.00): w =
      (2.00, 0.00). Each weight moves by λ/5 = 1.00 towards zero; one is exactly zero.
    {"penalty": "lasso", "shown": true, "strength": 20} Lasso with λ = 20, least squares at
      (3.00, 1.00): w = (0.00, 0.00). Each weight moves by λ/5 = 4.00 towards zero; both are
      exactly zero.
    {"strength": 0, "shown": true} Ridge with λ = 0, least squares at (3.00, 1.00): w = (3.00,
      1.00). Without a penalty it is least squares.
    """

    def test_both_weights_are_marked_until_the_solution_is_shown(self, desk):
        desk.set(self.default() | {"penalty": "lasso"})
        formula = desk.page.locator(".dl-formula")
        assert "w₁ = ?" in formula.inner_text()
        for name, typed, verdict in [
            ("w₁", "1,5", "✗ Not yet. That is the ridge"),
            ("w₂", "0", "✓"),
        ]:
            field = desk.page.get_by_label(f"λ = 5: {name} =")
            field.fill(typed)
            field.press("Enter")
            said = desk.page.locator(".dl-ask", has=field).locator(".dl-verdict").inner_text()
            assert said.startswith(verdict)
        desk.page.get_by_label("show the solution").check()
        assert desk.page.locator(".dl-ask:visible").count() == 0
        assert "w₁ = S(15.00, 5) / 5 = 10.00 / 5 = 2.00" in formula.inner_text()

    def test_a_tap_drops_the_least_squares_point(self, desk):
        box = desk.page.locator(".dl-plane").first.bounding_box()
        scale = box["width"] / 340
        # The plane of 340 by 340 has margins of 44 on the left, 12 right and top, 38 below.
        x = box["x"] + scale * (44 + (1 + 4) / 8 * (340 - 56))
        y = box["y"] + scale * (340 - 38 - (-2 + 4) / 8 * (340 - 50))
        desk.page.mouse.click(x, y)
        assert desk.state()["least"] == pytest.approx([1, -2], abs=0.1)


def cases():
    """Random states, then edges: no penalty, all zero, a weight on the threshold."""
    rng = np.random.default_rng(0)
    for penalty in SOLVE:
        for _ in range(100):
            strength = float(rng.uniform(0, 25))
            yield {
                "penalty": penalty,
                "strength": strength,
                "least": rng.uniform(-4, 4, 2).tolist(),
            }
        for strength, least in itertools.product((0, 5, 25), ([3, 1], [0, 0], [-4, 4], [1, -1])):
            yield {"penalty": penalty, "strength": strength, "least": least}


CASES = list(cases())


def solved(state):
    """Both weights by the library, on rows whose squares are 5."""
    y = ROWS @ state["least"]
    return SOLVE[state["penalty"]](ROWS, y, state["strength"])


def test_the_weights_are_the_librarys(javascript):
    found = javascript("({regularization: m}, cases) => cases.map(m.solve)", CASES)
    np.testing.assert_allclose(found, [solved(case) for case in CASES], rtol=0, atol=1e-9)


def test_the_cost_is_the_one_that_is_minimised(javascript):
    body = "({regularization: m}, rows) => rows.map(([state, w]) => m.cost(state, w))"
    rng = np.random.default_rng(1)
    rows = [(case, rng.uniform(-4, 4, 2).tolist()) for case in CASES]
    for (state, w), found in zip(rows, javascript(body, rows), strict=True):
        error = 0.5 * np.sum((ROWS @ (np.array(w) - state["least"])) ** 2)
        size = np.sum(np.square(w)) / 2 if state["penalty"] == "ridge" else np.abs(w).sum()
        assert found["error"] == pytest.approx(error, abs=1e-9)
        assert found["penalty"] == pytest.approx(state["strength"] * size, abs=1e-9)
        best = solved(state)
        least = 0.5 * np.sum((ROWS @ (best - state["least"])) ** 2)
        size = np.sum(best**2) / 2 if state["penalty"] == "ridge" else np.abs(best).sum()
        assert least + state["strength"] * size <= found["error"] + found["penalty"] + 1e-9


def test_the_balls_have_one_penalty_all_round(javascript):
    body = "({regularization: m}, [kind, w]) => m.ball(kind, w)"
    circle, diamond = (np.array(javascript(body, [kind, [1.5, -2]])) for kind in SOLVE)
    np.testing.assert_allclose(np.hypot(*circle.T), 2.5)
    np.testing.assert_allclose(np.abs(diamond).sum(axis=1), 3.5)
    assert len(circle) > 50


# The reader's own weights

RIDGE = {"penalty": "ridge", "strength": 10, "least": [3.0, -1.0]}  # Xᵀy = (15, −5): (1, −1/3)
LASSO = {"penalty": "lasso", "strength": 4, "least": [3.0, -0.5]}  # (15, −2.5): (2.2, 0)


@pytest.mark.parametrize(
    ("state", "i", "value", "words"),
    [
        (RIDGE, 0, 3, "That is least squares"),
        (RIDGE, 0, 15, "entry of Xᵀy"),
        (RIDGE, 1, 0, "lasso's answer"),
        (RIDGE, 1, 1, "You subtracted"),
        (RIDGE, 0, 15 / 25, "its slope is λw"),
        (RIDGE, 0, 15 / 11, "not the identity"),
        (RIDGE, 0, 1.5, "divided by λ alone"),
        (RIDGE, 0, -3, "not taken away"),
        (RIDGE, 0, -1 / 3, "other weight"),
        (RIDGE, 0, -1, "the sign is not"),
        (RIDGE, 0, 9, "Divide the entry"),
        (LASSO, 0, 15 / 9, "ridge answer"),
        (LASSO, 1, -0.5 + 0.8, "beyond zero: at the kink"),
        (LASSO, 0, 3, "That is least squares"),
        (LASSO, 0, 15, "entry of Xᵀy"),
        (LASSO, 0, 11 / 9, "Penalised both ways"),
        (LASSO, 0, 0, "by λ itself"),
        (LASSO, 0, -1, "and beyond zero"),
        (LASSO, 0, 11, "not divided yet"),
        (LASSO, 0, 2.6, "½ belongs to squares"),
        (LASSO, 0, 3.8, "away from zero"),
        ({**LASSO, "strength": 1}, 0, -0.3, "other weight"),
        (LASSO, 0, -2.2, "the sign is not"),
        (LASSO, 0, 7, "Move the entry"),
    ],
)
def test_the_mistake_is_named_and_the_answer_is_not(javascript, state, i, value, words):
    body = "({regularization: m}, [s, i, value]) => m.mark(s, i, value)"
    found = javascript(body, [state, i, value])
    assert not found["right"]
    assert words in found["says"]
    assert not any(digit in found["says"] for digit in "0123456789")


def test_the_right_weights_are_right(javascript):
    body = "({regularization: m}, rows) => rows.map(([s, i, value]) => m.mark(s, i, value).right)"
    right = [(case, i, round(float(solved(case)[i]), 2)) for case in CASES for i in (0, 1)]
    assert all(javascript(body, right))
    wrong = [(case, i, value + 0.02) for case, i, value in right]
    assert not any(javascript(body, wrong))
