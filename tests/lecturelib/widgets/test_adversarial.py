"""The adversarial example: the JavaScript against lecturelib, the record, the figure itself."""

from functools import cache

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib import data
from lecturelib.activations import softmax
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.robustness import fgsm, input_gradient
from lecturelib.widgets import Adversarial


def untrained(sizes=(64, 16, 10), **settings):
    return FFNN(sizes, rng=np.random.default_rng(11), **settings)


@cache
def figure():
    """A network by chance and the first picture of each digit: the same on every machine."""
    digits = data.digits()
    first = [np.flatnonzero(digits.y == c)[0] for c in range(10)]
    return Adversarial.of(untrained(), digits.X[first])


def record():
    return figure()._record


def coins(digit):
    """The signs of ``random``: a linear congruential generator, modulo 2³²."""
    seed, signs = (digit + 1) * 2654435761 % 2**32, []
    for _ in range(64):
        seed = (seed * 1664525 + 1013904223) % 2**32
        signs.append(1 if seed >= 2**31 else -1)
    return np.array(signs)


def nudged(state):
    """The changed picture of a state, (1, 64)."""
    y = state["digit"]
    x = figure().pictures()[y : y + 1]
    if state["direction"] == "random":
        return np.clip(x + state["epsilon"] * coins(y), 0, 1)
    return fgsm(figure().network(), CrossEntropy(), x, np.array([y]), state["epsilon"])


class TestAdversarial(WidgetContract):
    widget = Adversarial
    state = {"digit": 8, "epsilon": 0.12}
    other = {"digit": 4, "epsilon": 0.25, "direction": "random"}
    controls = "range number select-one"

    def make(self, **state):
        return Adversarial(_record=record(), **(self.state | state))

    sentences = """
    {} Unchanged: the 3 is read as 3 with p = 0.28. Right.
    {"epsilon": 0.05, "direction": "random"} Every pixel moved by up to 0.05, random signs: the
      3 is read as 3 with p = 0.28. Right.
    {"epsilon": 0.3} Every pixel moved by up to 0.30, gradient sign: the 3 is read as 4 with p =
      0.14. Wrong: the 3 has p = 0.14.
    """

    def test_pixels_that_gain_are_squares_and_those_that_lose_circles(self, desk):
        state = {"digit": 3, "epsilon": 0.3, "direction": "gradient"}
        desk.set(state | {"epsilon": 0})
        picture = desk.page.locator(".dl-drawing svg").first
        assert picture.locator(".dl-plus, .dl-minus").count() == 0
        desk.set(state)
        change = nudged(state) - figure().pictures()[3]
        assert picture.locator(".dl-plus").count() == (change > 0).sum()
        assert picture.locator(".dl-minus").count() == (change < 0).sum()

    def test_the_bars_are_the_probabilities(self, desk):
        state = {"digit": 5, "epsilon": 0.1, "direction": "gradient"}
        desk.set(state)
        o = softmax(figure().network().predict(nudged(state)))[0]
        bars = desk.page.locator(".dl-share")
        widths = bars.evaluate_all("all => all.map((e) => e.width.baseVal.value)")
        np.testing.assert_allclose(widths, 176 * o, atol=0.006)
        assert desk.page.locator(".dl-true").count() == 1
        assert desk.page.get_by_text("5 true").count() == 1


LOAD = "const a = m.adversarial, net = a.decode(record);"
DIRECTIONS = ["gradient", "random"]


def blanks():
    return np.zeros((10, 64))


def test_probabilities_and_loss_are_those_of_the_library(javascript):
    X = np.random.default_rng(1).random((12, 64))
    body = f"""(m, [record, X]) => {{ {LOAD}
      const all = X.map((x) => a.forward(net, x));
      return all.map(({{ o, loss }}) => [o, o.map((_, k) => loss(k))]);
    }}"""
    found = javascript(body, [record(), X.tolist()])
    z = figure().network().predict(X)
    np.testing.assert_allclose([o for o, _ in found], softmax(z), rtol=0, atol=1e-9)
    for n, (_, losses) in enumerate(found):
        expected = [CrossEntropy().forward(z[n : n + 1], np.array([k])) for k in range(10)]
        np.testing.assert_allclose(losses, expected, rtol=0, atol=1e-9)


def test_gradients_are_those_of_the_library(javascript):
    X = np.random.default_rng(3).random((10, 64))
    body = f"(m, [record, X]) => {{ {LOAD} return X.map((x, y) => a.gradient(net, x, y)); }}"
    found = javascript(body, [record(), X.tolist()])
    model = figure().network()
    expected = [
        input_gradient(model, CrossEntropy(), X[y : y + 1], np.array([y]))[0] for y in range(10)
    ]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)
    assert np.abs(expected).max() > 0.01


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_pictures_are_those_of_the_library(direction, javascript):
    rng = np.random.default_rng(4)
    states = [
        {"digit": digit, "epsilon": float(rng.uniform(0, 0.3)), "direction": direction}
        for digit in range(10)
    ]
    body = f"(m, [record, states]) => {{ {LOAD} return states.map((s) => a.nudged(net, s)); }}"
    for state, found in zip(states, javascript(body, [record(), states]), strict=True):
        np.testing.assert_allclose(found, nudged(state)[0], rtol=0, atol=1e-9)


def test_coins_are_fair_and_the_same_each_time(javascript):
    body = "({adversarial: a}) => Array.from({ length: 10 }, (_, k) => [a.coins(k), a.coins(k)])"
    found = np.array(javascript(body))
    np.testing.assert_array_equal(found[:, 0], found[:, 1])
    np.testing.assert_array_equal(found[:, 0], [coins(k) for k in range(10)])
    assert abs(found[:, 0].mean()) < 0.1
    assert np.abs(np.corrcoef(found[:, 0]) - np.eye(10)).max() < 0.5  # each digit has its own


def test_extreme_logits_stay_finite(javascript):
    body = """({adversarial: a}) => {
      const zero = (n) => new Array(n).fill(0), V = Array.from({ length: 10 }, () => [0]);
      const one = (c) => ({ layers: [{ W: [zero(64)], b: [0] }, { W: V, b: c }] });
      const c = [800, ...new Array(9).fill(-800)], f = a.forward(one(c), new Array(64).fill(0));
      return [f.o[0], f.o[1], f.loss(0), f.loss(1)];
    }"""
    np.testing.assert_allclose(javascript(body), [1, 0, 0, 1600], atol=1e-12)


# The record


def test_the_record_is_the_network_rounded():
    model, X = untrained(), np.random.default_rng(0).random((10, 64))
    figure = Adversarial.of(model, X, digit=7)
    assert figure.digit == 7
    np.testing.assert_allclose(figure.pictures(), X, rtol=0, atol=1 / 4096)
    for name, p in figure.network().parameters.items():
        np.testing.assert_allclose(p, model.parameters[name], rtol=0, atol=1 / 4096)


@pytest.mark.parametrize("model", ["net", untrained((64, 10)), untrained((63, 6, 10))])
def test_other_networks_are_refused(model):
    with pytest.raises(ValueError, match=r"model: expected a ReLU FFNN .*; train"):
        Adversarial.of(model, blanks())


def test_other_activations_and_huge_weights_are_refused():
    with pytest.raises(ValueError, match="with tanh"):
        Adversarial.of(untrained(activation="tanh"), blanks())
    model = untrained()
    model.parameters["layers.2.b"][3] = -16
    with pytest.raises(ValueError, match="below 16"):
        Adversarial.of(model, blanks())


@pytest.mark.parametrize(
    ("X", "message"), [(np.zeros((9, 64)), "ten pictures"), (np.full((10, 64), 16), "scale")]
)
def test_other_pictures_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        Adversarial.of(untrained(), X)


def test_without_a_record_there_is_no_network():
    with pytest.raises(ValueError, match=r"make the figure by Adversarial\.of"):
        Adversarial().network()
