"""The gated unit's JavaScript against the library; marking, the latch, the gradient bars."""

import math

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.lstm import LSTM, gru_step, lstm_step, lstm_step_backward
from lecturelib.rnn import gradient_norms_by_lag
from lecturelib.widgets import LstmCell

VIEWS = LstmCell.spec()["view"]["among"]
HAND, WEIGHTS, KEEPS, RENEWS, LATCH, BARS = VIEWS
LATCHED = [20.0, -10.0, -20.0, 10.0]
NAMES = ["c", "s", "dc", "da", "back"]


class TestLstmCell(WidgetContract):
    widget = LstmCell
    state = {"f": 0.75, "done": 2, "c": 1.0}
    other = {
        "view": WEIGHTS,
        "f": 0.25,
        "i": 0.5,
        "g": 0.8,
        "o": 0.5,
        "c": 3.0,
        "s": -0.5,
        "x": 0.5,
        "W": [0.5, 0.5, 0.2, 1, 0.5, 1.5, 1, 1, 1, 0.5, 1, 0.5],
        "ds": 1.0,
        "dc": 0.25,
        "done": 4,
        "latch": LATCHED,
        "w": 1.5,
    }
    controls = "range number text select-one button"
    sentences = """
    {} 0 of 5 values shown.
    {"done": 2} 2 of 5 values shown: c′ = 0.50, s′ = 0.46.
    {"f": 1, "done": 5} 5 of 5 values shown: c′ = 1.50, s′ = 0.91, dc′ = 1.09, da_f = 0.00,
      dc = 1.09. The forget gate is saturated: it learns nothing.
    {"view": "GRU, z keeps", "f": 0.25, "g": 0.6, "done": 1} 1 of 1 value shown: s′ = 0.50.
    {"view": "GRU, z renews", "f": 0.25, "g": 0.6} 0 of 1 value shown.
    {"view": "latch"} Written +1, the cell ends at 0.27; written −1, at 0.27. That is no latch
      yet.
    {"view": "latch", "latch": [20, -10, -20, 10]} Written +1, the cell ends at 0.96; written −1,
      at −0.96. It is a latch: both bits are kept.
    {"view": "gradient bars", "f": 0.9} After 20 steps back 0.12 of the gradient is left in the
      cell, 0.03 in the tanh unit.
    {"view": "gradient bars", "f": 0.5, "w": 0} After 20 steps back less than 0.01 of the
      gradient is left in the cell, 0.00 in the tanh unit.
    """

    def test_an_answer_then_show_then_the_next(self, desk):
        desk.set(self.default())
        field, verdict = desk.page.get_by_label("Your c′"), desk.page.locator(".dl-verdict")
        field.fill("1/2")
        field.press("Enter")
        assert verdict.inner_text().startswith("✓ Right.")
        desk.button("Show").press("Enter")
        assert desk.state()["done"] == 1
        assert desk.page.get_by_label("Your s′").is_visible()
        for _ in range(5):
            desk.button("Show").click()
        assert desk.state()["done"] == 5
        assert not desk.page.locator(".dl-ask").is_visible()
        desk.button("Hide all").click()
        assert desk.state()["done"] == 0

    def test_the_drawing_keeps_what_is_not_shown(self, desk):
        desk.set(self.default() | {"f": 0.37, "c": 3.1})
        words = desk.page.locator("svg.dl-diagram").text_content()
        assert words.count("?") == 5
        desk.button("Show").click()
        words = desk.page.locator("svg.dl-diagram").text_content()
        assert words.count("?") == 4
        assert f"{0.37 * 3.1 - 0.5:.2f}" in words


def cases(count=200, seed=3):
    rng = np.random.default_rng(seed)
    for k in range(count):
        yield LstmCell(
            view=[HAND, WEIGHTS][k % 2],
            f=rng.uniform(),
            i=rng.uniform(),
            g=rng.uniform(-1, 1),
            o=rng.uniform(),
            c=rng.uniform(-4, 4),
            s=rng.uniform(-1, 1),
            x=rng.uniform(-2, 2),
            W=rng.uniform(-10 if k % 5 == 0 else -2, 2, 12),
            ds=rng.uniform(-2, 2),
            dc=rng.uniform(-2, 2),
            w=rng.uniform(0, 2),
            latch=rng.uniform(-20, 20, 4),
        ).state()


CASES = list(cases())


def by_the_library(state):
    """The step and its way back by lstm_step and lstm_step_backward."""
    W = np.reshape(state["W"], (4, 3))
    one = [np.array([[float(state[name])]]) for name in ("x", "s", "c")]
    if state["view"] == WEIGHTS:
        s, c, gates = lstm_step(*one, W[:, :1], W[:, 1:2], W[:, 2])
    else:
        gates = [np.array([[float(state[name])]]) for name in "ifgo"]
        c = gates[1] * one[2] + gates[0] * gates[2]
        s = gates[3] * np.tanh(c)
    back = np.array([[state["ds"]]]), np.array([[state["dc"]]])
    da, dc_prev = lstm_step_backward(*back, one[2], c, gates)
    o = gates[3]
    dc = back[1] + back[0] * o * (1 - np.tanh(c) ** 2)
    values = {"c": c, "s": s, "dc": dc, "da": da[:, 1:2], "back": dc_prev}
    return {name: value.item() for name, value in values.items()}


def test_the_step_and_its_way_back_are_the_librarys(javascript):
    got = javascript("({lstm_cell: w}, all) => all.map((s) => w.step(s))", CASES)
    for state, found in zip(CASES, got, strict=True):
        for name, expected in by_the_library(state).items():
            assert found[name] == pytest.approx(expected, rel=1e-9, abs=1e-12), name


def test_the_gru_is_the_librarys_in_both_conventions(javascript):
    states = [case | {"view": view} for case in CASES[:60] for view in (KEEPS, RENEWS)]
    got = javascript("({lstm_cell: w}, all) => all.map((s) => w.step(s).s)", states)
    zero = np.zeros((3, 1))
    for state, found in zip(states, got, strict=True):
        b = [0, math.log(state["f"] / (1 - state["f"])), math.atanh(state["g"])]
        keeps = state["view"] == KEEPS
        s, _ = gru_step([[0.0]], [[state["s"]]], zero, zero, b, [0.0], keeps)
        assert found == pytest.approx(s.item(), rel=1e-9, abs=1e-12)


def test_the_latch_is_an_lstm(javascript):
    states = [*CASES[:40], CASES[0] | {"latch": LATCHED}]
    body = "({lstm_cell: w}, all) => all.map((s) => [w.remember(s, 1), w.remember(s, -1)])"
    values = [0.6, -0.9, 0, 0.8, -0.7, 0.9, -0.4, -0.8, 0.7, 0.5, -0.9, 0.9, -0.6, 0.4, -0.8, 0.7]
    for state, found in zip(states, javascript(body, states), strict=True):
        p, q, r, t = state["latch"]
        model = LSTM(2, 1, rng=np.random.default_rng(0))
        model.W, model.b = 0 * model.W, [q, t, 0, 0]
        model.U = [[0, p], [0, r], [2, 0], [0, 0]]
        for bit, run in zip((1, -1), found, strict=True):
            x = np.zeros((16, 1, 2))
            x[:, 0, 0], x[2, 0] = values, (bit, 1)
            model.forward(x)
            np.testing.assert_allclose(run, model.cells[1:, 0, 0], rtol=1e-9, atol=1e-12)


def test_the_bars_are_the_forget_gates_and_the_gradient_of_a_tanh_unit(javascript):
    got = javascript("({lstm_cell: w}, all) => all.map(w.bars)", CASES[:60])
    for state, found in zip(CASES, got, strict=False):
        np.testing.assert_allclose(found["cell"], state["f"] ** np.arange(21.0), rtol=1e-9)
        s = [0.8]
        for _ in range(20):
            s.append(math.tanh(state["w"] * s[-1]))
        s = np.reshape(s, (21, 1, 1))
        norms = gradient_norms_by_lag([[state["w"]]], s, np.ones((1, 1)))[:, 0]
        np.testing.assert_allclose(found["rnn"], norms, rtol=1e-9, atol=1e-300)


# Marking

MARK = "({lstm_cell: w}, all) => all.map(([raw, v]) => w.mark(w.clean(raw), v))"


def test_the_right_value_is_right_also_when_rounded(javascript):
    asked = []
    for state in CASES[:60]:
        for done, name in enumerate(NAMES):
            value = by_the_library(state)[name]
            asked += [(state | {"done": done}, v) for v in (value, float(f"{value:.2f}"))]
    assert all(found["right"] for found in javascript(MARK, asked))


BASE = LstmCell(f=0.25, i=0.5, g=0.8, o=0.5, c=3.0, s=0.3, ds=1.0, dc=0.5).state()
CELL = 0.25 * 3 + 0.5 * 0.8
OUT = math.tanh(CELL)
INTO = 0.5 + 0.5 * (1 - OUT**2)
MISTAKES = [
    (0, 0.5 * 3 + 0.25 * 0.8, "swapped"),
    (0, 0.75 + 0.8, "candidate goes in whole"),
    (0, 3 + 0.4, "old cell stays whole"),
    (0, 0.75 + 0.5 * math.tanh(0.8), "been through tanh already"),
    (0, 0.75, "candidate is missing"),
    (0, 0.4, "old cell is missing"),
    (0, -CELL, "sign is turned"),
    (0, 9, "Old cell times forget gate"),
    (1, 0.5 * CELL, "tanh is forgotten"),
    (1, OUT, "output gate is missing"),
    (1, math.tanh(0.5 * CELL), "tanh comes first"),
    (1, CELL, "That is the cell"),
    (2, 0.5, "through s′ is missing"),
    (2, 0.5 * (1 - OUT**2), "directly is missing"),
    (2, 1.0, "slope of tanh is missing"),
    (2, 0.5 + 1 - OUT**2, "output gate is missing"),
    (2, 0.5 + 0.5 * OUT, "tanh itself"),
    (2, 1.5, "Gate and slope are missing"),
    (3, INTO * 3, "slope f(1 − f)"),
    (3, INTO * CELL * 3 / 16, "not the new one"),
    (3, INTO * 0.8 * 3 / 16, "belongs to the input gate"),
    (3, INTO * 3 * 15 / 16, "slope of tanh; a gate"),
    (3, 0.5 * 3 * 3 / 16, "dc′ in full"),
    (4, INTO, "forget gate is missing"),
    (4, INTO * 0.5, "belongs to the candidate"),
    (4, INTO * 0.75, "not what was forgotten"),
    (4, 0.5 * 0.25, "dc′ in full"),
    (4, INTO * 3, "gradient of f itself"),
    (4, 9, "which gate multiplied"),
]


@pytest.mark.parametrize(("done", "value", "says"), MISTAKES)
def test_the_mistake_is_named_and_the_answer_is_not(javascript, done, value, says):
    (found,) = javascript(MARK, [(BASE | {"done": done}, value)])
    assert found["right"] is False
    assert says in found["says"]
    assert f"{by_the_library(BASE)[NAMES[done]]:.2f}" not in found["says"]


@pytest.mark.parametrize(
    ("view", "value", "says"),
    [
        (KEEPS, 0.5, None),
        (RENEWS, 0.3, None),
        (KEEPS, 0.3, "other convention"),
        (RENEWS, 0.5, "other convention"),
        (KEEPS, 0.05 + 0.6, "candidate goes in whole"),
        (KEEPS, 0.2 + 0.45, "candidate goes in whole"),
        (RENEWS, 0.2 + 0.15, "old state stays whole"),
        (RENEWS, 0.75 * 0.8, "same factor"),
        (KEEPS, 7, "1 − z before the other"),
    ],
)
def test_a_gru_in_the_wrong_convention_is_named(javascript, view, value, says):
    state = LstmCell(view=view, f=0.25, g=0.6, s=0.2).state()
    (found,) = javascript(MARK, [(state, value)])
    assert found["right"] is (says is None)
    assert says is None or says in found["says"]
