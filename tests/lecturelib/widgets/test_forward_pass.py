"""The 2-3-2 network's JavaScript against NumPy, and the marking of results entered by hand."""

import math
import re

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib import activations
from lecturelib.widgets import ForwardPass


class TestForwardPass(WidgetContract):
    widget = ForwardPass
    state = {"x": [2, -1], "activation": "tanh", "done": 3}
    other = {"x": [1, 1.5], "W": [1, -1, 0.5, 2, -2, 0], "unit": "z2", "done": 5}
    controls = "number text select-one unit"
    plays = True
    sentences = """
    {} h₁ is marked and not computed yet. 0 of 7 values are shown.
    {"done": 1} h₁ = ReLU(2.00) = 2.00. 1 of 7 values are shown.
    {"done": 4, "unit": "z1"} z₁ = 1.50. 4 of 7 values are shown.
    {"done": 7, "unit": "o2"} o₂ = 0.18. 7 of 7 values are shown. The network says class 1, with
      probability 0.82.
    {"b": [-4, -4, -4], "done": 7, "unit": "o1"} o₁ = 0.38. 7 of 7 values are shown. All hidden
      outputs are zero: the logits are the biases c. The network says class 2, with probability
      0.62.
    """

    def test_the_reader_enters_results_and_steps_on(self, desk):
        desk.set(BASE)
        field = desk.page.get_by_label("Your h₁, to two decimals:")
        verdict = desk.page.locator(".dl-ask .dl-verdict")
        field.fill("-0.75")
        desk.button("Check").click()
        assert "pre-activation" in verdict.inner_text()
        field.fill("−0,64")
        field.press("Enter")
        assert verdict.inner_text().startswith("✓ Right.")
        desk.button("Step").click()
        assert desk.words().startswith("h₁ = tanh(−0.75) = −0.64.")
        assert not field.is_visible()
        desk.button("Step").click()
        assert desk.words().startswith("h₂ is marked")
        assert desk.page.get_by_label("Your h₂, to two decimals:").input_value() == ""
        desk.button("Hide all").click()
        assert "0 of 7 values" in desk.words()

    def test_units_are_chosen_by_mouse_and_by_keys(self, desk):
        unit = desk.page.get_by_role("button", name=re.compile("^z₂"))
        for how in ("click", "Enter", "Space"):
            desk.set(BASE)
            unit.click() if how == "click" else unit.press(how)
            assert desk.words().startswith("z₂ is marked")
            assert unit.get_attribute("aria-pressed") == "true"
            assert unit.get_attribute("aria-label") == "z₂, not computed yet"

    def test_every_number_has_its_field(self, desk):
        fields = desk.all(".dl-fields input")
        assert len(fields) == sum(SIZES.values())
        for field in fields:
            field.fill("0.5")
        assert desk.state().items() >= {name: [0.5] * n for name, n in SIZES.items()}.items()


NAMES = ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu"]
SIZES = {"x": 2, "W": 6, "b": 3, "V": 6, "c": 2}
ORDER = ["h1", "h2", "h3", "z1", "z2", "o1", "o2"]


def networks(count=300, seed=1):
    """Random networks with random progress, then the ends of the ranges."""
    rng = np.random.default_rng(seed)
    for i in range(count + 3):
        draw = {
            name: rng.uniform(-4, 4, n).tolist() if i < count else [(i - count - 1) * 4.0] * n
            for name, n in SIZES.items()
        }
        more = {"activation": NAMES[i % 6], "unit": ORDER[i % 7], "done": i % 8}
        yield {**draw, **more}


CASES = list(networks())


def forward(state, digits=None):
    """The same values in NumPy, rounded to ``digits`` decimals on the way where asked for."""

    def rounded(values):
        return values if digits is None else np.floor(values * 10.0**digits + 0.5) / 10.0**digits

    x, W, b, V, c = (np.array(state[name]) for name in SIZES)
    a = rounded(W.reshape(3, 2) @ x + b)
    name = state["activation"]
    h = rounded(a if name == "identity" else getattr(activations, name)(a))
    z = rounded(V.reshape(2, 3) @ h + c)
    return {"a": a, "h": h, "z": z, "o": rounded(activations.softmax(z))}


def value(state, unit):
    return float(forward(state)[unit[0]][int(unit[1]) - 1])


def test_every_value(javascript):
    got = javascript("({forward_pass: w}, cases) => cases.map((s) => w.compute(s))", CASES)
    for state, found in zip(CASES, got, strict=True):
        for name, expected in forward(state).items():
            np.testing.assert_allclose(found[name], expected, rtol=0, atol=1e-9)


def test_softmax_does_not_overflow(javascript):
    logits = [[1000, 0], [-1000, -1001], [0, 0], [700, 710], [3, -2]]
    got = javascript("({forward_pass: w}, all) => all.map(w.softmax)", logits)
    np.testing.assert_allclose(got, activations.softmax(np.array(logits)), rtol=0, atol=1e-12)


def test_the_terms_add_up_to_the_sum(javascript):
    body = "({forward_pass: w}, cases) => cases.map((s) => w.terms(s, s.unit))"
    cases = [state for state in CASES if state["unit"][0] != "o"]
    for state, found in zip(cases, javascript(body, cases), strict=True):
        kind, i = state["unit"][0], int(state["unit"][1]) - 1
        all_ = forward(state)
        inputs = state["x"] if kind == "h" else all_["h"]
        n = len(inputs)
        weights = state["W" if kind == "h" else "V"][i * n : (i + 1) * n]
        np.testing.assert_allclose(
            found["products"], np.multiply(weights, inputs), rtol=0, atol=1e-9
        )
        assert found["bias"] == state["b" if kind == "h" else "c"][i]
        assert sum(found["products"]) + found["bias"] == pytest.approx(found["sum"], abs=1e-9)
        assert found["sum"] == pytest.approx(all_["a" if kind == "h" else "z"][i], abs=1e-9)


# Marking

MARK = "({forward_pass: w}, all) => all.map(([s, unit, v]) => w.mark(s, unit, v))"


def test_the_right_value_is_right_for_every_unit(javascript):
    asked = [(s, unit, value(s, unit)) for s in CASES[:80] for unit in ORDER]
    assert all(found["right"] for found in javascript(MARK, asked))


def test_two_decimals_are_enough_also_on_the_way(javascript):
    asked = []
    for state in CASES[:80]:
        coarse = forward(state, 2)
        for unit in ORDER:
            asked.append((state, unit, float(coarse[unit[0]][int(unit[1]) - 1])))
            asked.append((state, unit, float(f"{value(state, unit):.2f}")))
    assert all(found["right"] for found in javascript(MARK, asked))


def test_a_value_a_little_off_is_wrong(javascript):
    asked = [(s, u, value(s, u) + d) for s in CASES[:40] for u in ORDER for d in (-0.5, 0.5)]
    found = javascript(MARK, asked)
    assert not any(verdict["right"] for verdict in found)
    assert all(verdict["says"] for verdict in found)


BASE = {
    "x": [1.0, -2.0],
    "W": [0.5, 1.0, -1.0, 1.5, 2.0, 0.25],
    "b": [0.75, 1.25, -0.5],
    "V": [1.0, -1.0, 2.0, -0.5, 1.0, 0.5],
    "c": [0.25, 0.5],
    "activation": "tanh",
    "unit": "h1",
    "done": 0,
}
tanh = math.tanh
H = [tanh(-0.75), tanh(-2.75), tanh(1.0)]
Z = [H[0] - H[1] + 2 * H[2] + 0.25, -H[0] / 2 + H[1] + H[2] / 2 + 0.5]
SHARE = 1 / (1 + math.exp(Z[1] - Z[0]))
MISTAKES = [
    ("h1", -0.75, "the pre-activation"),
    ("h1", tanh(0.5 - 2), "bias b₁ is not added"),
    ("h1", -1.5, "Neither the bias nor f"),
    ("h1", tanh(0.5 - 2 - 0.75), "sign of the bias b₁"),
    ("h1", tanh(-0.5 - 2 + 0.75), "sign of the product w₁₁x₁"),
    ("h1", tanh(0.5 + 2 + 0.75), "sign of the product w₁₂x₂"),
    ("h1", tanh(0.5 + 0.75), "product w₁₂x₂ is missing"),
    ("h1", tanh(-1 + 1 + 0.75), "opposite order"),
    ("h1", H[1], "That is h₂"),
    ("z1", -Z[0], "sign is turned round"),
    ("h1", 0.123, "Multiply each weight"),
    ("z1", Z[0] - 0.25, "bias c₁ is not added"),
    ("z1", -0.75 + 2.75 + 2 + 0.25, "sums a of the hidden units"),
    ("z1", Z[0] - 2 * H[2], "product v₁₃h₃ is missing"),
    ("z1", Z[1], "That is z₂"),
    ("z2", Z[1] + H[0], "sign of the product v₂₁h₁"),
    ("z2", 9, "Multiply each weight of the unit's row by its own h"),
    ("o1", 1 - SHARE, "other class"),
    ("o1", Z[0], "That is the logit"),
    ("o1", math.exp(Z[0]), "That is the exponential"),
    ("o1", Z[0] / sum(Z), "divided the logits themselves"),
    ("o1", 1 / (1 + math.exp(-Z[0])), "sigmoid of one logit"),
    ("o1", -0.4, "between 0 and 1"),
    ("o1", 0.5, "Divide the exponential"),
]


@pytest.mark.parametrize(("unit", "typed", "words"), MISTAKES)
def test_the_mistake_is_named_and_the_answer_is_not(javascript, unit, typed, words):
    (found,) = javascript(MARK, [(BASE, unit, typed)])
    assert not found["right"]
    assert words in found["says"]
    assert f"{abs(value(BASE, unit)):.2f}" not in found["says"]


def test_lost_minus_signs_are_named(javascript):
    state = {**BASE, "activation": "identity"}
    (found,) = javascript(MARK, [(state, "h2", 1 + 3 + 1.25)])
    assert found == {"right": False, "says": "Minus signs got lost: some products are negative."}


# Step by step


def test_step_shows_a_value_then_marks_the_next(javascript):
    body = """({forward_pass: w}, state) => {
      const seen = [];
      for (let patch; (patch = w.next(state)); state = {...state, ...patch}) {
        seen.push(patch);
      }
      return seen;
    }"""
    expected = [
        patch
        for i, unit in enumerate(ORDER)
        for patch in ([{"unit": unit}] if i else []) + [{"done": i + 1}]
    ]
    assert javascript(body, BASE) == expected


def test_a_later_unit_that_is_chosen_shows_what_it_needs(javascript):
    chosen = {**BASE, "unit": "z2", "done": 1}
    assert javascript("({forward_pass: w}, s) => w.next(s)", chosen) == {"done": 5}


def test_the_calculation_keeps_its_results_until_they_are_shown(javascript):
    body = "({forward_pass: w}, s) => w.calculation(s, s.unit)"
    hidden = javascript(body, BASE)
    assert hidden == [
        ["w₁₁x₁", "0.50 · 1.00", "?"],
        ["w₁₂x₂", "1.00 · (−2.00)", "?"],
        ["b₁", "bias", "0.75"],
        ["a₁", "sum", "?"],
        ["h₁", "tanh(a₁)", "?"],
    ]
    shown = javascript(body, {**BASE, "done": 1})
    assert [row[2] for row in shown] == ["0.50", "−2.00", "0.75", "−0.75", "−0.64"]
    # What the step before gives is not told either.
    assert javascript(body, {**BASE, "unit": "z1"})[0] == ["v₁₁h₁", "1.00 · ?", "?"]
    rows = javascript(body, {**BASE, "unit": "o2", "done": 7})
    assert [row[0] for row in rows] == ["exp(z₁)", "exp(z₂)", "sum", "o₂"]
    assert rows[3][2] == f"{1 - SHARE:.2f}"
