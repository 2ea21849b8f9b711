"""The optimisers' JavaScript against lecturelib.optim, and the marking of the reader's next w."""

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.optim import SGD, AdaGrad, Adam, AdamW, RMSProp
from lecturelib.widgets import OptimizerRace

KINDS = ["SGD", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "Adam + L2", "AdamW"]


class TestOptimizerRace(WidgetContract):
    widget = OptimizerRace
    state = {"kind": "momentum", "shown": ["SGD", "AdamW"], "start": [-3, 2], "steps": 12}
    other = {"kind": "AdamW", "shown": ["Adam"], "start": [2, 3], "decay": 0.3, "steps": 5}
    controls = "range number text select-one checkbox handle"
    plays = True
    sentences = """
    {} After 0 steps of Adam with η = 1: w = (4.000, 1.000), loss 10.000.
    {"steps": 1} After 1 step of Adam with η = 1: w = (3.000, 0.000), loss 4.500.
    {"kind": "AdamW", "steps": 1} After 1 step of AdamW with η = 1: w = (2.600, −0.100), loss
      3.400.
    {"kind": "SGD", "rates": [0.7, 0, 0, 0, 0, 0, 0, 0], "steps": 9} SGD diverged: after 9 steps
      with η = 0.7 it is farther than 100 away.
    """

    def test_the_reader_enters_the_next_point_and_steps(self, desk):
        desk.set({"kind": "AdaGrad", "start": [4, 1], "steps": 1})
        field = desk.page.get_by_label("next w₁ =")
        verdict = desk.page.locator(".dl-ask", has=field).locator(".dl-verdict")
        field.fill("2")
        field.press("Enter")
        assert "adds up all squares so far" in verdict.inner_text()
        field.fill("2.4")
        field.press("Enter")
        assert verdict.inner_text().startswith("✓ Right.")
        desk.button("Step").click()
        assert desk.words().startswith("After 2 steps of AdaGrad with η = 1: w = (2.400, 0.000)")
        formula = desk.page.locator(".dl-formula").inner_text()
        assert "v = 16.000 + 3.000² = 25.000, 3.000 − 1 · 3.000/√25.000 = 2.400" in formula
        assert verdict.inner_text() == field.input_value() == ""  # another question now

    def test_a_path_that_left_asks_nothing_and_steps_no_more(self, desk):
        desk.set({"kind": "SGD", "rates": [2, 0, 0, 0, 0, 0, 0, 0], "steps": 9})
        assert desk.page.locator(".dl-ask:visible").count() == 0
        desk.button("Step").click()
        assert desk.state()["steps"] == 9

    def test_the_rate_is_that_of_the_chosen_optimiser(self, desk):
        rate = desk.page.get_by_label("its rate η, typed")
        for i in (1, 5):
            desk.set({"kind": KINDS[i]})
            rate.fill(f"{0.5 + i / 10}")
            assert desk.state()["rates"][i] == 0.5 + i / 10


def optimiser(state, model):
    """The library's optimiser with the settings of a state."""
    kind, rate = state["kind"], state["rates"][KINDS.index(state["kind"])]
    beta, betas = state["beta1"], (state["beta1"], state["beta2"])
    make = {
        "SGD": lambda: SGD(model, rate),
        "momentum": lambda: SGD(model, rate, beta),
        "Nesterov": lambda: SGD(model, rate, beta, nesterov=True),
        "AdaGrad": lambda: AdaGrad(model, rate),
        "RMSProp": lambda: RMSProp(model, rate, alpha=state["beta2"]),
        "Adam": lambda: Adam(model, rate, betas),
        "Adam + L2": lambda: Adam(model, rate, betas, weight_decay=state["decay"]),
        "AdamW": lambda: AdamW(model, rate, betas, weight_decay=state["decay"]),
    }
    return make[kind]()


def walk(state):
    """All points of the path that lecturelib.optim takes, (steps + 1, 2)."""
    model = {"w": np.array(state["start"], dtype=float)}, {"w": np.zeros(2)}
    made, points = optimiser(state, model), [np.array(state["start"], dtype=float)]
    for _ in range(state["steps"]):
        model[1]["w"][:] = model[0]["w"] * [1, 4]
        made.step()
        points.append(model[0]["w"].copy())
    return np.array(points)


def states(count=240, seed=0):
    """Random settings of every optimiser in turn."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        yield {
            "kind": KINDS[i % 8],
            "start": rng.uniform(-5, 5, 2).tolist(),
            "rates": rng.uniform(0.01, 0.4 if i % 8 < 3 else 2, 8).tolist(),
            "beta1": float(rng.uniform(0.05, 0.95)),
            "beta2": float(rng.uniform(0.3, 0.95)),
            "decay": float(rng.uniform(0.05, 1)),
            "steps": int(rng.integers(0, 41)),
            "shown": [],
        }


CASES = list(states())
BASE = {**OptimizerRace().state(), "steps": 1}
WALK = "({optimizer_race: w}, all) => all.map((s) => w.race(s))"


def test_every_path_is_the_librarys(javascript):
    compared = 0
    for state, found in zip(CASES, javascript(WALK, CASES), strict=True):
        points = walk(state)
        # Where a start moved by 1e-13 ends elsewhere, machines may differ too.
        moved = walk(state | {"start": [c + 1e-13 for c in state["start"]]})
        if np.abs(points - moved).max() < 1e-9:
            compared += 1
            np.testing.assert_allclose(found["points"], points, rtol=1e-9, atol=1e-9)
    assert compared > 0.8 * len(CASES)


def test_the_memory_is_the_librarys(javascript):
    body = "({optimizer_race: w}, all) => all.map((s) => w.memory(s))"
    for state, rows in zip(CASES, javascript(body, CASES), strict=True):
        model = {"w": np.array(state["start"], dtype=float)}, {"w": np.zeros(2)}
        made = optimiser(state, model)
        for _ in range(state["steps"]):
            model[1]["w"][:] = model[0]["w"] * [1, 4]
            made.step()
        for name, value in rows:
            held = getattr(made, f"_{name[0]}")["₁₂".index(name[-1])]
            t = state["steps"]
            if len(name) == 3 and t:  # corrected
                held /= 1 - state["beta1" if name[0] == "m" else "beta2"] ** t
            assert value == pytest.approx(held, rel=1e-6, abs=1e-6), name


def test_loss(javascript):
    W = np.random.default_rng(0).uniform(-5, 5, (50, 2))
    found = javascript("({optimizer_race: w}, W) => W.map(w.loss)", W.tolist())
    np.testing.assert_allclose(found, (W**2 @ [1, 4]) / 2, rtol=1e-12)


# Marking

MARK = "({optimizer_race: w}, all) => all.map(([s, i, value]) => w.mark(s, i, value))"


def test_the_right_next_point_is_right_to_two_decimals(javascript):
    asked = []
    for state in CASES[:80]:
        state = state | {"steps": state["steps"] % 4}
        for i, value in enumerate(walk(state | {"steps": state["steps"] + 1})[-1]):
            asked += [(state, i, float(f"{value:.2f}"))]
    assert all(found["right"] for found in javascript(MARK, asked))
    wrong = javascript(MARK, [(s, i, v + d) for s, i, v in asked for d in (-0.02, 0.02)])
    assert not any(found["right"] for found in wrong)


# From (3, 0), the second step; g = (3, 0). Adam (½, ¾): m̂ = 10/3, v̂ = 12.
ADAM = 3 - (10 / 3) / 12**0.5


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("SGD", 0, "learning rate is missing"),
        ("SGD", 3.75, "uphill"),
        ("SGD", 0.75, "step alone"),
        ("momentum", 2.25, "this gradient alone"),
        ("momentum", -2, "learning rate is missing"),
        ("momentum", 3 - 0.25 * (3 + 2.5), "looks ahead"),
        ("momentum", 3 - 0.25 * (2 + 1.5), "1 − β₁ is Adam's"),
        ("Nesterov", 2.5 - 0.25 * 4.5, "plain momentum"),
        ("AdaGrad", 3 - 3 / 25, "root of v"),
        ("AdaGrad", 2, "adds up all squares"),
        ("AdaGrad", 0, "this gradient alone"),
        ("RMSProp", 2 - 2 / 4, "root of v"),
        ("RMSProp", 2 - 2 / (4 / (1 - 0.75**2)) ** 0.5, "does not correct its mean"),
        ("RMSProp", 2 - 2 / (4 + 4) ** 0.5, "takes a mean"),
        ("Adam", 3 - 2.5 / 5.25**0.5, "correction is missing"),
        ("Adam", 3 - 2.5 * 0.75 / (5.25 * 0.4375) ** 0.5, "do not multiply"),
        ("Adam", 3 - (10 / 3) / 12, "root of v"),
        ("Adam", 3 - 3 / 12**0.5, "the corrected m"),
        ("Adam", 6 - ADAM, "uphill"),
        ("Adam + L2", 1.174, "decay is missing"),
        ("Adam + L2", 0.970, "as AdamW does"),
        ("AdamW", 0.600, "decay is missing"),
        ("AdamW", 0.580, "it is Adam + L2"),
        ("Adam", 9, "Gradient first"),
    ],
)
def test_a_wrong_next_point_is_met_with_its_mistake(javascript, kind, value, words):
    # The two with decay are asked after two steps: the first one of Adam + L2 equals Adam's.
    state = BASE | {"kind": kind, "steps": 2 if kind in ("Adam + L2", "AdamW") else 1}
    (found,) = javascript(MARK, [(state, 0, value)])
    assert not found["right"]
    assert words in found["says"]


def test_the_formula_has_the_numbers_of_the_last_step(javascript):
    body = "({optimizer_race: w}, all) => all.map((s) => w.formula(s))"
    before, adam, decoupled = javascript(
        body, [BASE | {"steps": 0}, BASE | {"steps": 2}, BASE | {"kind": "AdamW"}]
    )
    assert len(before) == 1
    assert "m̂ = 3.333, v̂ = 12.000, 3.000 − 1 · 3.333/√12.000 = 2.038" in adam[1]
    assert decoupled[1].endswith("(1 − 1 · 0.1) · 4.000 − 1 · 4.000/√16.000 = 2.600")
