"""The gradient flow's JavaScript against the library for hundreds of settings; its answers."""

import itertools

import numpy as np
import pytest
import traitlets
from bptt_words import walk, words

from lecturelib.rnn import clip_gradients, gradient_norms_by_lag, spectral_radius
from lecturelib.widgets import BpttFlow


def cases(count=300, seed=5):
    """Random states, then the edges of the ranges."""
    rng = np.random.default_rng(seed)
    rows = [(rng.uniform(0.1, 3), int(rng.integers(1, 101))) for _ in range(count)]
    rows += itertools.product((0.1, 0.5, 1, 1.5, 3), (1, 2, 30, 100))
    edges = [row for row in rows[count:] for _ in range(2)]  # once linear, once with tanh
    for i, (radius, length) in enumerate(rows[:count] + edges):
        yield {
            "radius": float(radius),
            "length": length,
            "lag": int(rng.integers(0, length + 1)) if i < count else length,
            "activation": ["linear", "tanh"][i % 2],
            "start": rng.uniform(-2, 2, 2).tolist() if i % 7 or i >= count else [0, 0],
            "truncate": int(rng.integers(1, 101)) if i < count else 100,
            "clip": bool(i % 3),
            "threshold": float(rng.uniform(0.1, 10)),
        }


CASES = list(cases())


def test_gradients_and_their_norms(javascript):
    got = javascript("({'bptt-flow': w}, cases) => cases.map(w.flow)", CASES)
    for case, found in zip(CASES, got, strict=True):
        g, *_ = walk(case)
        # Relative to the norm: an entry next to zero hangs on the last bit of the others.
        scale = np.linalg.norm(g, axis=1, keepdims=True) + 1e-300
        np.testing.assert_allclose(
            np.array(found["g"], float) / scale, g / scale, rtol=0, atol=1e-9
        )
        norms = np.array(found["norms"], float)
        np.testing.assert_allclose(norms, scale[:, 0], rtol=1e-9, atol=1e-200)


def test_norms_are_those_of_the_library(javascript):
    whole = [case | {"truncate": 100, "clip": False} for case in CASES]
    got = javascript("({'bptt-flow': w}, cases) => cases.map((c) => w.flow(c).norms)", whole)
    for case, norms in zip(whole, got, strict=True):
        _, W, _, s = walk(case)
        s = s[:, None] if case["activation"] == "tanh" else np.zeros((len(s), 1, 2))
        expected = gradient_norms_by_lag(W, s, np.array([case["start"]]))[:, 0]
        np.testing.assert_allclose(np.array(norms, float), expected, rtol=1e-9)


def test_the_radius_is_the_spectral_radius(javascript):
    radii = [0.1, 0.8, 1, 3]
    found = javascript("({'bptt-flow': w}, r) => r.map((x) => w.matrix(x))", radii)
    for r, W in zip(radii, found, strict=True):
        assert spectral_radius(np.array(W)) == pytest.approx(r, abs=1e-12)
        np.testing.assert_allclose(np.linalg.svd(W)[1], r)


def test_the_sum_and_its_clipping(javascript):
    got = javascript("({'bptt-flow': w}, cases) => cases.map(w.flow)", CASES)
    clipped = 0
    for case, found in zip(CASES, got, strict=True):
        _, _, db, _ = walk(case)
        scale = max(1, np.abs(db).max())
        np.testing.assert_allclose(np.array(found["db"], float) / scale, db / scale, atol=1e-9)
        gradients = {"b": db.copy()}
        norm = clip_gradients(gradients, case["threshold"])
        assert found["total"] == pytest.approx(norm, rel=1e-9, abs=1e-12)
        expected = gradients["b"] if case["clip"] else db
        np.testing.assert_allclose(
            np.array(found["clipped"], float), expected, rtol=1e-6, atol=1e-9 * scale
        )
        clipped += found["factor"] < 1
    assert 20 < clipped < len(CASES) - 20


def test_state_in_words(javascript):
    got = javascript("({'bptt-flow': w}, cases) => cases.map(w.describe)", CASES)
    assert got == [words(case) for case in CASES]
    said = " ".join(got)
    for part in ("underflow", "overflow", "Vanished", "Exploded", "truncation cuts", "clipped to"):
        assert part in said


BASE = {"radius": 0.5, "length": 20, "start": [1.2, 1.6], "lag": 2}  # norm 2, then 1, then 0.5
MISTAKES = [
    ({}, 0.5, "the norm shown"),
    ({}, 0.125, "one step too far"),
    ({"start": [0.6, 0.8], "radius": 0.9}, 0.81, "the norm shown"),
    ({"radius": 0.9}, 0.729, "norm at the start is missing"),
    ({}, 3, "multiplied by the number of steps"),
    ({}, 1, "You divided"),
    ({}, -0.25, "never negative"),
    ({}, 0.7, "What does one more step"),
    ({"activation": "tanh", "radius": 1.5, "lag": 5}, None, "slopes 1 − s² are missing"),
    ({"truncate": 3}, 0.25, "lets nothing through"),
]


def verdict(javascript, state, value):
    body = "({'bptt-flow': w}, [raw, value]) => w.mark(w.clean(raw), value)"
    return javascript(body, [state, value])


@pytest.mark.parametrize(("change", "value", "says"), MISTAKES)
def test_the_answer_field_names_the_mistake(javascript, change, value, says):
    state = BASE | change
    if value is None:
        full = {"truncate": 100, "clip": False, "threshold": 1, "activation": "linear"}
        value = 1.5 * np.linalg.norm(walk(full | state)[0][5])
    found = verdict(javascript, state, value)
    assert found["right"] is False
    assert says in found["says"]


def test_the_answer_field_takes_the_right_answer_and_never_tells_it(javascript):
    assert verdict(javascript, BASE, 0.25)["right"]
    assert verdict(javascript, BASE, 0.252)["right"]
    assert verdict(javascript, BASE | {"truncate": 3}, 0)["right"]
    for value in np.linspace(-1, 4, 101):
        found = verdict(javascript, BASE, float(value))
        assert found["right"] or "0.25" not in found["says"]


def test_whatever_comes_in_a_valid_state_comes_out(javascript):
    garbage = [None, "1", True, [], {}, [[1]], float("nan"), "<b>", -1e308, 1e308, 2.5]
    raws = [{name: value} for name in BpttFlow.state_names() for value in [*garbage, garbage, [1]]]
    raws += [{"lag": 30, "length": 10}, {"activation": "relu"}, {"activation": "constructor"}]
    states = javascript("({'bptt-flow': w}, raws) => raws.map(w.clean)", raws)
    for state in states:
        assert BpttFlow(**state).state() == state
        assert state["lag"] <= state["length"]
    assert javascript("({'bptt-flow': w}) => w.clean({})") == BpttFlow().state()


@pytest.mark.parametrize("wrong", [{"radius": 0}, {"length": 101}, {"start": [1]}, {"clip": "yes"}])
def test_python_refuses_what_is_out_of_range(wrong):
    with pytest.raises(traitlets.TraitError):
        BpttFlow(**wrong)


def test_step_all_reset_and_the_answer(show, state_of):
    page, log = show(BpttFlow(**BASE))
    lag = lambda: state_of(page, "bptt-flow")["lag"]  # noqa: E731
    field = page.get_by_label("norm at lag 3")
    field.fill("1/4")
    field.press("Enter")
    assert page.locator(".dl-ask .dl-verdict").inner_text().startswith("✓ Right.")
    page.get_by_role("button", name="Step").press("Enter")
    assert lag() == 3
    assert page.locator(".dl-ask .dl-verdict").inner_text() == ""
    assert page.locator(".dl-bar").count() == 4
    page.get_by_role("button", name="All").click()
    assert lag() == 20
    assert not page.locator(".dl-ask").is_visible()
    page.get_by_role("button", name="Step").click()
    assert lag() == 20
    page.get_by_role("button", name="Reset").click()
    assert lag() == 2
    page.get_by_role("button", name="Run").click()
    page.wait_for_function("document.querySelectorAll('.dl-bar').length >= 5")
    page.get_by_role("button", name="Pause").click()
    assert lag() >= 4
    assert log.problems() == []


def test_a_shorter_sequence_takes_the_lag_with_it(show, state_of):
    page, log = show(BpttFlow(length=30, lag=25))
    page.get_by_label("length T, typed").fill("10")
    assert state_of(page, "bptt-flow")["lag"] == 10
    assert log.problems() == []
