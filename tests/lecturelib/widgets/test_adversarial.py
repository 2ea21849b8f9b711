"""The adversarial example: the JavaScript against lecturelib, the record, the figure itself."""

import adversarial_words
import numpy as np
import pytest
import traitlets

from lecturelib.activations import softmax
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.robustness import input_gradient
from lecturelib.widgets import Adversarial

LOAD = "const a = m.adversarial, net = a.decode(record);"
DIRECTIONS = ["gradient", "random"]


def record():
    return adversarial_words.trained()._record


def untrained(sizes=(64, 6, 10), **settings):
    return FFNN(sizes, rng=np.random.default_rng(2), **settings)


def blanks():
    return np.zeros((10, 64))


def test_probabilities_and_loss_are_those_of_the_library(javascript):
    X = np.random.default_rng(1).random((12, 64))
    body = f"""(m, [record, X]) => {{ {LOAD}
      const all = X.map((x) => a.forward(net, x));
      return all.map(({{ o, loss }}) => [o, o.map((_, k) => loss(k))]);
    }}"""
    found = javascript(body, [record(), X.tolist()])
    z = adversarial_words.trained().network().predict(X)
    np.testing.assert_allclose([o for o, _ in found], softmax(z), rtol=0, atol=1e-9)
    for n, (_, losses) in enumerate(found):
        expected = [CrossEntropy().forward(z[n : n + 1], np.array([k])) for k in range(10)]
        np.testing.assert_allclose(losses, expected, rtol=0, atol=1e-9)


def test_gradients_are_those_of_the_library(javascript):
    X = np.random.default_rng(3).random((10, 64))
    body = f"(m, [record, X]) => {{ {LOAD} return X.map((x, y) => a.gradient(net, x, y)); }}"
    found = javascript(body, [record(), X.tolist()])
    model = adversarial_words.trained().network()
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
        np.testing.assert_allclose(found, adversarial_words.nudged(state)[0], rtol=0, atol=1e-9)


def test_coins_are_fair_and_the_same_each_time(javascript):
    body = "({adversarial: a}) => Array.from({ length: 10 }, (_, k) => [a.coins(k), a.coins(k)])"
    found = np.array(javascript(body))
    np.testing.assert_array_equal(found[:, 0], found[:, 1])
    np.testing.assert_array_equal(found[:, 0], [adversarial_words.coins(k) for k in range(10)])
    assert abs(found[:, 0].mean()) < 0.1
    assert np.abs(np.corrcoef(found[:, 0]) - np.eye(10)).max() < 0.5  # each digit has its own


def test_extreme_logits_stay_finite(javascript):
    body = """({adversarial: a}) => {
      const one = (c) => ({ W: new Array(64).fill(0), b: [0], V: new Array(10).fill(0), c });
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


@pytest.mark.parametrize(
    "wrong", [{"digit": 10}, {"digit": 2.5}, {"epsilon": 0.31}, {"direction": "down"}]
)
def test_python_refuses_what_is_no_state(wrong):
    with pytest.raises(traitlets.TraitError):
        Adversarial(**wrong)


def test_whatever_comes_in_a_valid_state_comes_out(javascript):
    garbage = [None, "1", True, [], {}, float("nan"), float("inf"), "constructor", -1e308, 1e308]
    names = Adversarial.state_names()
    assert names == ["digit", "direction", "epsilon"]
    raws = [{}, *({name: value} for name in names for value in garbage)]
    found = javascript("({adversarial: a}, raws) => raws.map(a.clean)", raws)
    for state in found:
        assert Adversarial(**state).state() == state
    assert found[0] == Adversarial().state()


# In the page


def test_raising_epsilon_fools_it_and_random_signs_do_not(show):
    page, log = show(adversarial_words.figure(digit=3))
    said, picture = page.locator(".dl-state"), page.locator(".dl-drawing svg").first
    assert said.inner_text().startswith("Unchanged: the 3 is read as 3")
    assert picture.locator(".dl-plus, .dl-minus").count() == 0
    page.get_by_label("ε, typed").fill("0.3")
    assert "Wrong: the 3 has p = " in said.inner_text()
    change = adversarial_words.nudged({"digit": 3, "epsilon": 0.3, "direction": "gradient"})
    change -= adversarial_words.trained().pictures()[3]
    assert picture.locator(".dl-plus").count() == (change > 0).sum()
    assert picture.locator(".dl-minus").count() == (change < 0).sum()
    page.get_by_label("ε, typed").fill("0.05")
    page.locator("label", has_text="direction").locator("select").select_option("random")
    assert "random signs: the 3 is read as 3" in said.inner_text()
    assert log.problems() == []


def test_the_bars_are_the_probabilities(show):
    page, log = show(adversarial_words.figure(digit=5, epsilon=0.1))
    state = {"digit": 5, "epsilon": 0.1, "direction": "gradient"}
    o = softmax(adversarial_words.trained().network().predict(adversarial_words.nudged(state)))[0]
    widths = page.locator(".dl-share").evaluate_all("all => all.map((e) => e.width.baseVal.value)")
    np.testing.assert_allclose(widths, 176 * o, atol=0.006)
    assert page.locator(".dl-true").count() == 1
    assert page.get_by_text("5 true").count() == 1
    assert log.problems() == []


def test_the_arrow_keys_move_epsilon_by_a_hundredth(show, state_of):
    page, _ = show(adversarial_words.figure(digit=5, epsilon=0.1))
    page.get_by_role("slider").press("ArrowRight")
    assert state_of(page, "adversarial")["epsilon"] == 0.11


def test_without_a_record_it_says_so(show):
    page, log = show(Adversarial())
    assert "No network is recorded" in page.locator(".dl-state").inner_text()
    assert log.problems() == []
