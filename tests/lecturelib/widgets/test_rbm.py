"""The lecture's machine in JavaScript: against the library, marking, and the figure itself."""

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.rbm import (
    RBM,
    distribution,
    draw,
    expected_contrast,
    joint,
    likelihood_gradient,
    states,
    transition,
)
from lecturelib.widgets import Rbm

HAND, GIBBS, CDK, ALL = Rbm.spec()["view"]["among"]
NAMES = ["p", "q", "p1", "step", "free"]


class TestRbm(WidgetContract):
    widget = Rbm
    state = {"v": "011", "done": 2, "h": "0000", "j": 3, "k": 2}
    other = {
        "view": GIBBS,
        "v": "101",
        "h": "1010",
        "bits": [1, -1, 2, 0.5, 3, 1, -2, 0, 0, 2, 1, -3],
        "u": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
        "i": 2,
        "j": 4,
        "done": 4,
        "steps": 50,
        "chain": 2,
        "k": 10,
    }
    controls = "range number text select-one button unit"
    sentences = """
    {} 0 of 5 values shown.
    {"done": 1} 1 of 5 values shown: p(h1 = 1 | v) = 0.80. Drawn: h = (1, 0, 1, 1).
    {"done": 5} 5 of 5 values shown: p(h1 = 1 | v) = 0.80, p(v1′ = 1 | h) = 0.80,
      p(h1 = 1 | v′) = 0.67, step of W11 = 0.13, F(v) in bits = −7.29.
      Drawn: h = (1, 0, 1, 1), v′ = (1, 0, 1).
    {"view": "Gibbs"} No step yet; the chain starts at v = (1, 1, 0).
    {"view": "CD-k"} CD-1 on average, for the data (1, 1, 0): off by 0.075 at most,
      2.0° from the true gradient.
    {"view": "CD-k", "bits": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "v": "000"} CD-1 on average, for
      the data (0, 0, 0): off by 0.000 at most, 0.0° from the true gradient.
    {"view": "all 128 states"} v = (1, 1, 0), h = (1, 1, 0, 1): energy −6.00 bits,
      probability 0.140.
    """

    def test_an_answer_then_show_then_the_next(self, desk):
        desk.set(self.default())
        field, verdict = desk.page.get_by_label("Your p(h1 = 1 | v)"), desk.all(".dl-verdict")[0]
        field.fill("4/5")
        field.press("Enter")
        assert verdict.inner_text().startswith("✓ Right.")
        desk.button("Show").press("Enter")
        assert desk.state()["done"] == 1
        assert desk.page.get_by_label("Your p(v1′ = 1 | h)").is_visible()
        for _ in range(5):
            desk.button("Show").click()
        assert desk.state()["done"] == 5
        assert not desk.page.locator(".dl-ask").is_visible()
        desk.button("Hide all").click()
        assert desk.state()["done"] == 0

    def test_units_are_switched_and_the_chain_goes_on(self, desk):
        desk.set(self.default())
        desk.page.get_by_role("button", name="v3: 0").click()
        assert desk.look()[0]["v"] == "111"
        desk.set({"view": ALL})
        desk.page.get_by_role("button", name="h3: 0").press("Enter")
        assert desk.look()[0]["h"] == "1111"
        desk.set({"view": GIBBS})
        for name in ("+1", "+10", "+100"):
            desk.button(name).click()
        state, words = desk.look()
        assert state["steps"] == 111
        assert words.startswith("After 111 steps")


def cases(count=30, seed=3):
    rng = np.random.default_rng(seed)
    for n in range(count):
        yield Rbm(
            bits=rng.uniform(-6 if n % 5 == 0 else -2, 3, 12),
            v=f"{n % 8:03b}",
            u=rng.random(7),
            i=n % 3 + 1,
            j=n % 4 + 1,
            k=[1, 2, 10][n % 3],
        ).state()


CASES = [Rbm().state(), *cases()]


def machine(state):
    rbm = RBM(3, 4, biases=False, rng=np.random.default_rng(0))
    rbm.W = np.log(2) * np.reshape(state["bits"], (3, 4))
    return rbm


def row(text):
    return np.array([[float(unit) for unit in text]])


class Given:
    def __init__(self, uniforms):
        self.uniforms = uniforms

    def random(self, shape, dtype):
        return np.array(self.uniforms, dtype).reshape(shape)


def by_the_library(state):
    """Every value that is asked for, by the library."""
    rbm, i, j, v = machine(state), state["i"] - 1, state["j"] - 1, row(state["v"])
    p = rbm.hidden(v)
    q = rbm.visible(draw(p, Given(state["u"][:4])))
    v1 = draw(q, Given(state["u"][4:]))
    p1 = rbm.hidden(v1)
    values = [p[0, j], q[0, i], p1[0, j], (v.T @ p - v1.T @ p1)[i, j]]
    return dict(zip(NAMES, [*values, rbm.free_energy(v)[0] / np.log(2)], strict=True))


def test_the_step_by_hand_is_the_librarys(javascript):
    found = javascript("({rbm: w}, all) => all.map((s) => w.hand(s))", CASES)
    for state, one in zip(CASES, found, strict=True):
        for name, expected in by_the_library(state).items():
            assert one[name] == pytest.approx(expected, rel=1e-9, abs=1e-12), name


def test_distributions_energies_and_gradients_are_the_librarys(javascript):
    body = """({rbm: w}, all) => all.map((s) => ({p: w.exact(s.bits), T: w.transition(s.bits),
      ...w.contrast(s), all: w.landscape(s.bits)}))"""
    close = {"rtol": 1e-9, "atol": 1e-12}
    for state, found in zip(CASES, javascript(body, CASES), strict=True):
        rbm, v = machine(state), row(state["v"])
        np.testing.assert_allclose(found["p"], distribution(rbm), **close)
        np.testing.assert_allclose(found["T"], transition(rbm), **close)
        np.testing.assert_allclose(found["all"]["p"], joint(rbm), **close)
        E = [rbm.energy(np.repeat(one[None], 16, 0), states(4)) for one in states(3)]
        np.testing.assert_allclose(np.log(2) * np.array(found["all"]["E"]), E, **close)
        truth, cd = likelihood_gradient(rbm, v)["W"], expected_contrast(rbm, v, state["k"])["W"]
        np.testing.assert_allclose(found["truth"], truth.ravel(), **close)
        np.testing.assert_allclose(found["cd"], cd.ravel(), **close)


def test_the_chain_visits_states_as_often_as_they_are_likely(javascript):
    body = "({rbm: w}, all) => all.map((s) => w.histogram(s).shares)"
    chains = [CASES[n] | {"steps": 20000, "chain": c} for n in (0, 2, 3) for c in (1, 4)]
    for state, shares in zip(chains, javascript(body, chains), strict=True):
        assert sum(shares) == pytest.approx(1)
        np.testing.assert_allclose(shares, distribution(machine(state)), atol=0.02)


# Marking

MARK = "({rbm: w}, all) => all.map(([s, v]) => w.mark(s, v))"


def test_the_right_value_is_right_also_when_rounded(javascript):
    asked = []
    for state in CASES:
        for done, name in enumerate(NAMES):
            value = by_the_library(state)[name]
            asked += [(state | {"done": done}, v) for v in (value, float(f"{value:.2f}"))]
    assert all(found["right"] for found in javascript(MARK, asked))


E2 = 1 / (1 + np.exp(-2))
MISTAKES = [
    (0, 0.2, "unit is off"),
    (0, E2, "powers of 2"),
    (0, 4, "Those are the odds"),
    (0, 1, "That is the sample"),
    (0, 2 / 3, "Units that are 0 add nothing"),
    (0, 0.3, "2 to that power"),
    (1, 0.2, "unit is off"),
    (1, 1 / (1 + 2**-2.2), "You passed on probabilities"),
    (1, E2, "powers of 2"),
    (1, 4, "Those are the odds"),
    (1, 1, "That is the sample"),
    (2, 0.8, "That belongs to v"),
    (2, 1 / 3, "unit is off"),
    (2, 1 / (1 + 2 ** (2 / 3 - 1.6)), "v′ is a sample"),
    (2, 1 / (1 + np.exp(-1)), "powers of 2"),
    (2, 2, "Those are the odds"),
    (3, -2 / 15, "The sign"),
    (3, 0.8, "What the chain says is missing"),
    (3, 2 / 3, "What the data say is missing"),
    (3, 1 / 3, "its probability is counted"),
    (3, 0.8 - 0.8 * 2 / 3, "v′ is a sample"),
    (3, 0.5, "v p(h|v) − v′ p(h|v′)"),
    (4, 7.29, "The sign"),
    (4, -7.29 * np.log(2), "in nats"),
    (4, -4, "all hidden units on"),
    (4, -2, "drawn h"),
    (4, -np.log2([1 + np.exp(2)] * 3 + [1 + np.exp(-2)]).sum(), "powers of 2"),
    (4, 99, "minus their sum"),
]


@pytest.mark.parametrize(("done", "value", "says"), MISTAKES)
def test_the_mistake_is_named_and_the_answer_is_not(javascript, done, value, says):
    state = Rbm(done=done).state()
    (found,) = javascript(MARK, [(state, float(value))])
    assert found["right"] is False
    assert says in found["says"]
    assert f"{by_the_library(state)[NAMES[done]]:.2f}" not in found["says"]


def test_a_step_with_the_wrong_units_is_named(javascript):
    """Where v and v′ differ in the visible unit that is followed."""
    state = Rbm(done=3, i=2).state()  # v₂ = 1, v′₂ = 0
    p = by_the_library(state)
    for value, says in [
        (p["p"] - p["p1"], "visible unit of v′"),
        (1 - 0, "its probability is counted"),
    ]:
        (found,) = javascript(MARK, [(state, float(value))])
        assert says in found["says"]
    state |= {"i": 3}  # v₃ = 0, v′₃ = 1
    (found,) = javascript(MARK, [(state, -0.8)])
    assert "hidden probability of v′" in found["says"]
