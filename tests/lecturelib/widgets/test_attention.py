"""The figure of attention against the library, and the marking of a weight."""

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.attention import attention, causal_mask
from lecturelib.widgets import Attention

OWN = {name: trait["start"] for name, trait in Attention.spec().items()}
CAUSAL = [1, 0, 0, 1, 1, 0, 1, 1, 1]


class TestAttention(WidgetContract):
    widget = Attention
    state = {"mask": CAUSAL, "place": 4, "temperature": 2.0}
    other = {
        "q": [2, 0, 1, 0, 1, 3, 0, 0, 1, 1, -1, 1],
        "k": [1, -2, 0, 0, 1, 1, 0, 2, 1, 0, 1, 1],
        "v": [5, 0, 0, 7, 1, 2],
        "scaled": False,
        "order": "2, 3, 1",
        "show": True,
    }
    controls = "range number text select-one unit checkbox button"
    sentences = """
    {} The weight of query 3 for key 3 is asked for.
    {"show": true} The weight of query 3 for key 3 is 0.67.
    {"mask": [1, 0, 0, 1, 1, 0, 1, 1, 1], "place": 4, "show": true} The weight of query 2 for key 2
      is 0.73.
    {"mask": [0, 0, 0, 1, 1, 0, 0, 0, 0], "place": 0, "show": true} The weight of query 1 for key 1
      is 0.00. Query 1 and 3 may look nowhere: weights and output are 0.
    {"order": "3, 1, 2"} The weight of query 3 for key 3 is asked for. Each token has the output
      that it had before they changed places.
    {"order": "3, 2, 1", "mask": [1, 0, 0, 1, 1, 0, 1, 1, 1]} The weight of query 3 for key 3 is
      asked for. The outputs have changed: the mask belongs to the places.
    """

    def test_a_weight_is_entered_and_the_mask_clicked(self, desk):
        desk.set(OWN)
        field = desk.page.get_by_label("Your weight of query 3 for key 3")
        verdict = desk.page.locator(".dl-ask .dl-verdict")
        field.fill("0.867")
        field.press("Enter")
        assert verdict.inner_text().startswith("✗ Not yet. Unscaled")
        field.fill("0,665")
        field.press("Enter")
        assert verdict.inner_text().startswith("✓ Right.")
        cell = desk.page.get_by_role("button", name="query 1 may look at key 2")
        cell.click()
        assert desk.state()["mask"] == [1, 0, *[1] * 7]
        cell.press("Enter")
        assert desk.state()["mask"] == [1] * 9
        desk.button("Mask: causal").click()
        assert desk.state()["mask"] == CAUSAL
        desk.page.get_by_role("button", name="compute the weight of query 2 for key 1").click()
        assert desk.words() == "The weight of query 2 for key 1 is asked for."
        assert desk.page.locator("svg.dl-diagram").text_content().count("?") == 4


def cases(count=80, seed=0):
    rng = np.random.default_rng(seed)
    for i in range(count):
        yield Attention(
            q=rng.integers(-3, 4, 12),
            k=rng.integers(-3, 4, 12),
            v=rng.integers(-9, 10, 6),
            mask=rng.integers(0, 2, 9),
            temperature=rng.uniform(0.1, 10),
            scaled=bool(i % 2),
            order=Attention.spec()["order"]["among"][i % 4],
            place=int(rng.integers(9)),
        ).state()


CASES = list(cases())


def by_the_library(state, mask=None, divided=None):
    order = [int(one) - 1 for one in state["order"].split(", ")]
    q, k, v = (np.reshape(state[name], (3, -1))[order] for name in "qkv")
    divided = (2 if state["scaled"] else 1) * state["temperature"] if divided is None else divided
    mask = np.reshape(state["mask"], (3, 3)) > 0 if mask is None else mask
    return attention(q, k, v, mask, 1 / divided)


def test_weights_and_outputs_are_the_librarys(javascript):
    body = """({attention: w}, all) => all.map((s) =>
      [[0, 1, 2].map((t) => w.weights(s, t)), [0, 1, 2].map((t) => w.output(s, t))])"""
    for state, (p, h) in zip(CASES, javascript(body, CASES), strict=True):
        expected, weights = by_the_library(state)
        np.testing.assert_allclose(p, weights, atol=1e-12)
        np.testing.assert_allclose(h, expected, atol=1e-11)


def test_without_a_mask_a_permutation_permutes(javascript):
    states = [state | {"mask": [1] * 9} for state in CASES]
    assert all(javascript("({attention: w}, all) => all.map(w.permutes)", states))
    changed = [OWN | {"mask": CAUSAL, "order": "2, 3, 1"}]
    assert javascript("({attention: w}, all) => all.map(w.permutes)", changed) == [False]


# Marking

MARK = "({attention: w}, all) => all.map(([raw, v]) => w.mark(w.clean(raw), v))"


def test_the_right_weight_is_right_also_when_rounded(javascript):
    asked = []
    for state in CASES:
        value = by_the_library(state)[1].flat[state["place"]]
        asked += [(state, value), (state, float(f"{value:.2f}"))]
    assert all(found["right"] for found in javascript(MARK, asked))


BASE = OWN | {"q": [1, 0, 0, 0, 1, 1, 1, 0, 2, 0, 0, 1], "place": 4}
HOT = BASE | {"temperature": 3.0}
LATE = BASE | {"mask": CAUSAL}


def weight(state, **how):
    return by_the_library(state, **how)[1].flat[state["place"]]


def down_the_column(state):
    q, k = (np.reshape(state[name], (3, 4)) for name in "qk")
    e = np.exp(q @ k.T / 2)
    return (e / e.sum(axis=0))[1, 1]


MISTAKES = [
    (BASE, weight(BASE, divided=1), "Unscaled"),
    (BASE, weight(BASE, divided=4), "divided by d; it is its root"),
    (BASE, down_the_column(BASE), "down the column"),
    (BASE, 1.0, "That is the score"),
    (BASE, 2.0, "That is the dot product"),
    (BASE, 2 / 5, "shares of the scores"),
    (BASE | {"place": 5}, by_the_library(BASE)[1][2, 1], "queries are rows"),
    (BASE, by_the_library(BASE)[1][1, 0], "weight of key 1 in this row"),
    (BASE, 7, "Take the dot products"),
    (LATE, weight(LATE, mask=np.ones((3, 3), bool)), "Masked too late"),
    (LATE, np.exp(1) / (np.exp(1) + np.exp(0) + 1), "e⁰ is 1"),
    (LATE | {"place": 1}, weight(BASE | {"place": 1}), "hidden from this query"),
    (BASE | {"scaled": False}, weight(BASE), "switched off"),
    (HOT, weight(HOT, divided=2), "temperature is missing"),
    (HOT, weight(HOT, divided=2 / 3), "does not multiply"),
]


@pytest.mark.parametrize(("state", "value", "says"), MISTAKES)
def test_the_mistake_is_named_and_the_answer_is_not(javascript, state, value, says):
    (found,) = javascript(MARK, [(state, float(value))])
    assert found["right"] is False
    assert says in found["says"]
    assert f"{weight(state):.2f}" not in found["says"]


def test_the_chapters_example(javascript):
    for place, mask, expected in ((8, [1] * 9, 0.665), (4, CAUSAL, 0.731), (0, CAUSAL, 1)):
        state = OWN | {"place": place, "mask": mask}
        assert weight(state) == pytest.approx(expected, abs=5e-4)
        assert javascript(MARK, [(state, expected)])[0]["right"]
    assert np.array_equal(np.reshape(CAUSAL, (3, 3)) > 0, causal_mask(3))
