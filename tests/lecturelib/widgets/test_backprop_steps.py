"""The JavaScript of the hand example against the library's layers; the answer field's replies."""

import itertools
import json

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.gradcheck import check_gradients
from lecturelib.layers import Linear, Sigmoid
from lecturelib.losses import MeanSquaredError
from lecturelib.widgets import BackpropSteps


class TestBackpropSteps(WidgetContract):
    widget = BackpropSteps
    state = {"x": [1, -2], "y": 0.8, "rate": 3, "step": 12}
    other = {"V": [4, 4], "c": 4, "rate": 10, "parameter": "v2", "step": 23}
    controls = "range number text select-one"
    plays = True
    sentences = """
    {} Nothing is computed yet. Step begins with a₁.
    {"step": 1} Forward, step 1 of 23: a₁ = 0.000.
    {"step": 11} Backward, step 11 of 23: da₁ = −0.144.
    {"step": 18} Gradients, step 18 of 23: dw₁₂ = −0.575.
    {"step": 23} Update, step 23 of 23: the loss goes from 0.359 to 0.041.
    {"step": 23, "rate": 10, "y": 0.7} Update, step 23 of 23: the loss goes from 0.010 to 0.063.
      It rises: the learning rate is too large.
    {"step": 23, "rate": 10, "V": [-4, 4], "W": [2, -1, 4, 4]} Update, step 23 of 23: the loss
      goes from 0.875 to 0.001. A parameter would leave ±4: take a smaller rate.
    {"step": 9, "V": [4, 4], "c": 4} Backward, step 9 of 23: dz = 2.5e−4. The output unit is
      saturated: hardly any gradient gets past it.
    {"step": 17, "V": [4, 4], "c": 4, "y": 1} Gradients, step 17 of 23: dw₁₁ = −1.5e−8. The
      output unit is saturated: hardly any gradient gets past it.
    """

    def test_step_goes_forward_back_to_the_gradients_and_updates(self, desk):
        desk.set(self.default())
        step, take = desk.button("Step"), desk.button("Apply update")
        for _ in range(23):
            assert take.is_disabled()
            step.click()
            assert desk.page.locator(".dl-formula").inner_text() != ""
        said = desk.words()
        assert said == "Update, step 23 of 23: the loss goes from 0.359 to 0.041."
        step.click()
        assert desk.words() == said
        take.press("Enter")
        assert desk.words().startswith("Nothing is computed yet")
        assert desk.state()["V"][1] == pytest.approx(2.89206, abs=1e-5)

    def test_an_update_that_would_leave_the_range_is_not_applied(self, desk):
        desk.set(self.default() | {"V": [-4, 3], "rate": 10, "step": 23})
        assert desk.button("Apply update").is_disabled()
        desk.set({"rate": 0})
        assert desk.button("Apply update").is_enabled()

    def test_an_own_gradient_is_marked_and_the_field_goes_when_it_is_shown(self, desk):
        desk.set(self.default() | {"parameter": "w22"})
        field = desk.page.get_by_label("Your dw₂₂, to three digits:")
        for text, verdict in (("0.162", "✗ Not yet. The factor x₂"), ("0.648", "✓ Right.")):
            field.fill(text)
            field.press("Enter")
            assert desk.page.locator(".dl-verdict").inner_text().startswith(verdict)
        desk.set({"step": 22})
        assert not field.is_visible()
        assert "gradient 0.646939" in desk.page.locator(".dl-formula").inner_text()

    def test_the_way_back_is_drawn_dashed_and_forward_solid(self, desk):
        desk.set(self.default())
        dashed = desk.page.locator(".dl-steps path.dl-series-3")
        shown = "all => all.filter((e) => e.style.display !== 'none').length"
        assert dashed.evaluate_all(shown) == 0
        desk.set({"step": 22})
        assert dashed.evaluate_all(shown) == 10
        assert desk.page.locator(".dl-steps path.dl-series-0").count() == 11
        assert dashed.first.evaluate("e => getComputedStyle(e).strokeDasharray") != "none"


PARAMETERS = BackpropSteps.spec()["parameter"]["among"]
SHAPES = {"x": 2, "W": 4, "b": 2, "V": 2}


def settings(count=200, seed=5):
    """Random networks, then the corners of the ranges, where the sigmoids are saturated."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        state = {name: rng.uniform(-4, 4, size).tolist() for name, size in SHAPES.items()}
        state |= {"c": float(rng.uniform(-4, 4)), "y": float(rng.uniform()), "rate": 0.7}
        yield state | {"parameter": PARAMETERS[i % 9], "step": i % 24}
    for x, W, V, y in itertools.product((-4, 4), (-4, 0, 4), (-4, 0, 4), (0, 1)):
        state = {"x": [x, -x], "W": [W] * 4, "b": [4, -4], "V": [V, V], "c": 0, "y": y}
        yield state | {"rate": 1, "parameter": "w12", "step": 23}


CASES = list(settings())


def network(state):
    """Linear, Sigmoid, Linear, Sigmoid with the numbers of the state."""
    rng = np.random.default_rng(0)
    layers = [Linear(2, 2, rng=rng), Sigmoid(), Linear(2, 1, rng=rng), Sigmoid()]
    layers[0].W, layers[0].b = np.reshape(state["W"], (2, 2)), np.array(state["b"])
    layers[2].W, layers[2].b = np.array([state["V"]]), np.array([state["c"]])
    return layers


def both_ways(state):
    """Every value and every gradient by the library, under the widget's names."""
    layers, loss, found = network(state), MeanSquaredError(), {}
    x = np.array([state["x"]])
    for names, layer in zip((("a1", "a2"), ("h1", "h2"), ("z",), ("o",)), layers, strict=True):
        x = layer.forward(x)
        found |= dict(zip(names, x[0], strict=True))
    found["L"], dx = loss.forward(x, [[state["y"]]]), loss.backward()
    found["do"] = dx[0, 0]
    names = (("dz",), ("dh1", "dh2"), ("da1", "da2"))
    for name, layer in zip(names, layers[:0:-1], strict=True):
        dx = layer.backward(dx)
        found |= dict(zip(name, dx[0], strict=True))
    layers[0].backward(dx)
    names = ["dw11", "dw12", "dw21", "dw22", "db1", "db2", "dv1", "dv2", "dc"]
    arrays = [layers[0].dW, layers[0].db, layers[2].dW, layers[2].db]
    return found | dict(zip(names, np.concatenate([a.ravel() for a in arrays]), strict=True))


def steps(javascript, body, argument=None):
    """``body`` is a function of the module, with its ``clean``, and of the argument."""
    clean = f"clean: m.backprop_steps.cleaner({json.dumps(BackpropSteps.spec())})"
    return javascript(f"(m, x) => ({body})({{ ...m.backprop_steps, {clean} }}, x)", argument)


def test_every_number_of_both_passes(javascript):
    got = steps(javascript, "(m, cases) => cases.map(m.compute)", CASES)
    for state, found in zip(CASES, got, strict=True):
        for name, value in both_ways(state).items():
            assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-9), (name, state)


def test_the_rules_name_every_step_once(javascript):
    rules, order, found = steps(javascript, "(m, s) => [m.RULES, m.STEPS, m.compute(s)]", CASES[0])
    assert [*rules, "update"] == order
    assert len(order) == BackpropSteps.spec()["step"]["high"]
    assert set(rules) == set(both_ways(CASES[0]))
    for name, rule in rules.items():
        # What a formula says is what the program computes.
        text = rule.replace("²", "**2").replace("−", "-").replace("·", "*")
        for slope, value in (
            ("f′(a1)", "h1*(1-h1)"),
            ("f′(a2)", "h2*(1-h2)"),
            ("f′(z)", "o*(1-o)"),
        ):
            text = text.replace(slope, value)
        names = {key: value for key, value in found.items() if "f" not in key}
        value = eval(text, {"f": lambda a: 1 / (1 + np.exp(-a))}, names | {"do": found["do"]})
        assert value == pytest.approx(found[name], rel=1e-9, abs=1e-12), name


def test_the_finite_difference_is_that_of_the_library(javascript):
    body = "(m, cases) => cases.map((s) => m.difference(s, s.parameter))"
    for state, found in zip(CASES, steps(javascript, body, CASES), strict=True):
        gradient = both_ways(state)[f"d{state['parameter']}"]
        assert found == pytest.approx(gradient, rel=1e-5, abs=1e-9)


def test_the_library_agrees_with_its_own_differences():
    def loss(W, b, V, c):
        state = {"x": [0.5, 4], "W": W.ravel(), "b": b, "V": V, "c": c[0], "y": 0}
        return both_ways(state)["L"]

    state = BackpropSteps().state()
    found = both_ways(state)
    arguments = {name: np.array(state[name]) for name in ("W", "b", "V")}
    arguments["c"] = np.array([state["c"]])
    names = {"W": ["dw11", "dw12", "dw21", "dw22"], "b": ["db1", "db2"], "V": ["dv1", "dv2"]}
    gradients = {k: np.array([found[n] for n in v]) for k, v in (names | {"c": ["dc"]}).items()}
    check_gradients(loss, arguments, gradients)


def test_the_update(javascript):
    for state, after in zip(
        CASES, steps(javascript, "(m, c) => c.map(m.updated)", CASES), strict=True
    ):
        d = both_ways(state)
        expected = {
            "W": np.array(state["W"])
            - state["rate"] * np.array([d["dw11"], d["dw12"], d["dw21"], d["dw22"]]),
            "b": np.array(state["b"]) - state["rate"] * np.array([d["db1"], d["db2"]]),
            "V": np.array(state["V"]) - state["rate"] * np.array([d["dv1"], d["dv2"]]),
            "c": state["c"] - state["rate"] * d["dc"],
        }
        for name, value in expected.items():
            np.testing.assert_allclose(after[name], value, rtol=0, atol=1e-9)
        assert after["step"] == 0
        assert {k: after[k] for k in ("x", "y", "rate")} == {
            k: state[k] for k in ("x", "y", "rate")
        }


MARK = "(m, [state, name, value]) => m.mark(m.clean(state), name, value)"


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_right_gradient_is_right_also_when_rounded_on_the_way(javascript, name):
    for state in (BackpropSteps().state(), *CASES[:30]):
        right = both_ways(state)[f"d{name}"]
        for value in (right, float(f"{right:.3g}")):
            assert steps(javascript, MARK, [state, name, value])["right"]
        if abs(right) > 1e-6:
            assert not steps(javascript, MARK, [state, name, 1.03 * right])["right"]


def wrong_ways():
    """Mistakes at the page's numbers: parameter, what comes of it, words of the reply."""
    d = both_ways(BackpropSteps().state())
    s, s1, s2 = (d[n] * (1 - d[n]) for n in ("o", "h1", "h2"))
    at_output = np.exp(-d["h1"]) / (1 + np.exp(-d["h1"])) ** 2
    yield "w11", -d["dw11"], "sign is turned round"
    yield "w11", d["dw11"] / s1, "slope f′(a₁) is missing"
    yield "w22", d["dw22"] / s, "slope f′(z) is missing"
    yield "w22", d["dw22"] / s / s2, "Every slope"
    yield "w22", d["da2"], "factor x₂ is missing"
    yield "w22", d["dw22"] / 3, "factor v₂ is missing"
    yield "w22", d["dw22"] / 2, "gives a factor 2"
    yield "w21", d["da2"] * d["h2"], "output h₂ of the unit"
    yield "w11", d["dw11"] / s1 * at_output, "taken at the output h₁"
    yield "w22", s2 * 4, "local derivative only"
    yield "w12", 4, "local derivative only"
    yield "w21", d["dw22"], "belongs to w₂₂"
    yield "v1", d["h1"], "local derivative only"
    yield "v2", d["dz"] * d["a2"], "after f, not a"
    yield "v1", d["dz"] * d["o"], "output o of the unit"
    yield "v2", d["do"] * d["h2"], "slope f′(z) is missing"
    yield "b1", d["dh1"], "slope f′(a₁) is missing"
    yield "b2", d["da2"] * 4, "no input"
    yield "c", d["do"], "slope f′(z) is missing"
    yield "c", d["dz"] * d["h2"], "no input"
    yield "w22", 0.777, "on the way from L to w₂₂"


@pytest.mark.parametrize(("name", "value", "words"), [*wrong_ways()])
def test_a_mistake_is_named_and_never_the_answer(javascript, name, value, words):
    verdict = steps(javascript, MARK, [{}, name, float(value)])
    right = both_ways(BackpropSteps().state())[f"d{name}"]
    assert not verdict["right"]
    assert words in verdict["says"]
    assert f"{abs(right):.3f}" not in verdict["says"]


def test_the_step_minus_eta_gradient_is_recognised(javascript):
    state = BackpropSteps(rate=3).state()
    value = -3 * both_ways(state)["dw22"]
    assert "−η" in steps(javascript, MARK, [state, "w22", value])["says"]
