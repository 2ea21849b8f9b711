"""The unrolled network's JavaScript against lecturelib.rnn, and the marking of answers."""

import math

import numpy as np
import pytest
import traitlets
from contracts.widgets import WidgetContract

from lecturelib.activations import softmax
from lecturelib.rnn import RNN, step
from lecturelib.widgets import RnnUnroll


class TestRnnUnroll(WidgetContract):
    widget = RnnUnroll
    state = {"letters": "hello", "t": 3, "done": 2, "entry": "s2"}
    other = {"letters": "ole", "W": [0.5] * 9, "t": 2, "done": 3, "entry": "o4"}
    controls = "number text select-one unit"
    plays = True
    misread = {"letters": "oeooho", "t": 1, "done": 0}
    sentences = """
    {} Step 1 of 4, input h: s₁ = (0.54, 0.20, 0.72), o₁ = (0.32, 0.21, 0.24, 0.22). Most
      probable next letter: h, 0.32.
    {"t": 2} Step 2 of 4, input e: not computed yet. Enter a₂, unit 1, or press Step.
    {"t": 2, "entry": "o3"} Step 2 of 4, input e: not computed yet. Enter o₂, letter l, or press
      Step.
    {"U": [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4], "W": [4, 4, 4, 4, 4, 4, 4, 4, 4], "t": 2,
      "done": 2} Step 2 of 4, input e: s₂ = (1.00, 1.00, 1.00), o₂ = (0.43, 0.14, 0.29, 0.13).
      Most probable next letter: h, 0.43. All units are saturated: they hardly tell inputs
      apart.
    """

    def test_step_answer_and_word_by_hand(self, desk):
        desk.set(self.default())
        desk.button("Step").click()
        assert desk.state()["t"] == 2
        field = desk.page.get_by_label("Your a₂, unit 1, to two decimals:")
        verdict = desk.page.locator(".dl-verdict")
        right = f"{forward(BASE)[1]['a'][0]:.2f}"
        for text, start in {"0.80": "✗ Not yet. W s of", "2.5": "✗", right: "✓ Right."}.items():
            field.fill(text)
            field.press("Enter")
            assert verdict.inner_text().startswith(start)
        desk.page.get_by_role("button", name="s₂, unit 2").press("Enter")
        assert desk.state()["entry"] == "s2"
        word = desk.page.get_by_label("letters", exact=True)
        word.fill("Olé, hello")
        word.press("Enter")
        assert desk.state().items() >= {"letters": "olhell", "t": 1, "done": 0}.items()

    def test_focus_stays_on_the_step_that_was_chosen(self, desk):
        desk.set(self.default() | {"done": 3})
        desk.page.get_by_role("button", name="Step 3, input l").press("Enter")
        assert desk.state()["t"] == 3
        assert desk.page.evaluate("document.activeElement.dataset.t") == "3"

    def test_a_step_beyond_the_word_or_the_known_is_brought_back(self, javascript):
        raws = [{"letters": "he", "t": 6, "done": 6}, {"t": 4, "done": 0}, {"letters": "HELLO!lo"}]
        found = javascript("({rnn_unroll: w}, raws) => raws.map(w.clean)", raws)
        assert [[s["letters"], s["t"], s["done"]] for s in found] == [
            ["he", 2, 2],
            ["hell", 1, 0],
            ["hellol", 1, 1],
        ]


SIZES = {"U": (3, 4), "W": (3, 3), "V": (4, 3)}
ENTRIES = ["a1", "a2", "a3", "s1", "s2", "s3", "o1", "o2", "o3", "o4"]


def networks(count=300, seed=4):
    """Random networks, words and steps, then the ends of the ranges."""
    rng = np.random.default_rng(seed)
    for i in range(count + 3):
        size = int(rng.integers(1, 7))
        draw = {
            name: (
                rng.uniform(-4, 4, shape) if i < count else np.full(shape, (i - count - 1) * 4.0)
            ).ravel()
            for name, shape in SIZES.items()
        }
        more = {"letters": "".join(rng.choice(list("helo"), size)), "entry": ENTRIES[i % 10]}
        done = int(rng.integers(0, size + 1))
        t = int(rng.integers(1, min(size, done + 1) + 1))
        yield {name: M.tolist() for name, M in draw.items()} | more | {"done": done, "t": t}


CASES = list(networks())


def forward(state, digits=None):
    """a, s, z and o of every step by the library's step, rounded on the way where asked for."""

    def rounded(values):
        return values if digits is None else np.floor(values * 10.0**digits + 0.5) / 10.0**digits

    U, W, V = (np.reshape(state[name], shape) for name, shape in SIZES.items())
    s, steps = np.zeros((1, 3)), []
    for letter in state["letters"]:
        x = np.eye(4)[["helo".index(letter)]]
        a = rounded(step(x, s, U, W)[0])
        s = rounded(np.tanh(a))
        z = rounded(s @ V.T)
        steps.append({"a": a[0], "s": s[0], "z": z[0], "o": rounded(softmax(z))[0]})
    return steps


def value(state, digits=None):
    kind, i = state["entry"][0], int(state["entry"][1]) - 1
    return float(forward(state, digits)[state["t"] - 1][kind][i])


def test_every_value_of_every_step(javascript):
    body = "({rnn_unroll: w}, cases) => cases.map((s) => w.compute(s))"
    for state, found in zip(CASES, javascript(body, CASES), strict=True):
        for one, expected in zip(found, forward(state), strict=True):
            for name in "aszo":
                np.testing.assert_allclose(one[name], expected[name], rtol=0, atol=1e-9)


def test_the_whole_sequence_is_that_of_the_network(javascript):
    body = "({rnn_unroll: w}, cases) => cases.map((s) => w.compute(s))"
    model = RNN(4, 3, 4, rng=np.random.default_rng(0))
    for state, found in zip(CASES[:50], javascript(body, CASES[:50]), strict=True):
        for name, shape in SIZES.items():
            setattr(model, name, np.reshape(state[name], shape))
        z = model.forward(np.eye(4)[["helo".index(c) for c in state["letters"]]][:, None])
        np.testing.assert_allclose([one["z"] for one in found], z[:, 0], rtol=0, atol=1e-9)
        states = [one["s"] for one in found]
        np.testing.assert_allclose(states, model.states[1:, 0], rtol=0, atol=1e-9)


def test_it_opens_with_the_example_of_the_slide(javascript):
    first = javascript("({rnn_unroll: w}) => w.compute(w.clean({}))[0]")
    printed = {name: [f"{v:.2f}" for v in first[name]] for name in "aso"}
    assert printed["a"] == ["0.60", "0.20", "0.90"]
    assert printed["s"] == ["0.54", "0.20", "0.72"]
    assert printed["o"] == ["0.32", "0.21", "0.24", "0.22"]


# Marking

MARK = "({rnn_unroll: w}, all) => all.map(([s, v]) => w.mark(s, v))"


def test_the_right_value_is_right(javascript):
    states = [{**s, "entry": entry} for s in CASES[:60] for entry in ENTRIES]
    asked = [(s, v) for s in states for v in (value(s), value(s, 2), float(f"{value(s):.2f}"))]
    assert all(found["right"] for found in javascript(MARK, asked))


def test_a_value_a_little_off_is_wrong(javascript):
    asked = [(s, value(s) + d) for s in CASES[:200] for d in (-0.4, 0.4)]
    found = javascript(MARK, asked)
    assert not any(verdict["right"] for verdict in found)
    assert all(verdict["says"] for verdict in found)


BASE = RnnUnroll(letters="hello", t=3, done=2).state()
TWO, THREE = forward(BASE)[1:3]
_W = np.reshape(BASE["W"], (3, 3))
_V = np.reshape(BASE["V"], (4, 3))
ALONE = np.array([0.4, 0.8, 0.1])  # the column of U for the letter l
Z = THREE["z"]
MISTAKES = [
    ("a1", 0.4, "W s of the step before is missing"),
    ("a2", THREE["s"][1], "That is the state already"),
    ("a1", THREE["a"][0] - 0.4, "column of U for this letter is missing"),
    ("a3", 0.1 + _W[:, 2] @ TWO["s"], "down a column of W"),
    ("a2", 0.8 + _W[1] @ TWO["a"], "you took its a"),
    ("a2", THREE["a"][1] - 0.8 + 0.2, "column of U of another letter"),
    ("a2", TWO["a"][1], "an earlier step"),
    ("a1", THREE["a"][1], "another unit"),
    ("a1", -THREE["a"][0], "sign is turned round"),
    ("a1", 3.21, "Take one entry of U"),
    ("s1", THREE["a"][0], "tanh has not been applied"),
    ("s1", 1 / (1 + math.exp(-THREE["a"][0])), "That is the sigmoid"),
    ("s1", math.tanh(0.4), "W s of the step before is missing"),
    ("s1", 0.4, "missing, and tanh as well"),
    ("s1", 1.7, "between −1 and 1"),
    ("s3", -0.05, "Take tanh"),
    ("o1", Z[0], "That is the logit"),
    ("o1", math.exp(Z[0]), "divide it by the sum of all four"),
    ("o4", Z[3] / Z.sum(), "divided the logits themselves"),
    ("o2", 1 / (1 + math.exp(-Z[1])), "sigmoid of one logit"),
    ("o1", softmax(_V @ np.tanh(ALONE))[0], "W s of the step before is missing"),
    ("o1", softmax(_V @ THREE["a"])[0], "takes the state, after tanh"),
    ("o1", THREE["o"][2], "another letter"),
    ("o1", -0.2, "A probability"),
    ("o1", 0.05, "Divide the exponential"),
]


@pytest.mark.parametrize(("entry", "typed", "words"), MISTAKES)
def test_the_mistake_is_named(javascript, entry, typed, words):
    (found,) = javascript(MARK, [[{**BASE, "entry": entry}, float(typed)]])
    assert found["right"] is False
    assert words in found["says"]


def test_a_wrong_verdict_never_says_a_number(javascript):
    asked = [({**BASE, "entry": e}, v) for e in ENTRIES for v in np.linspace(-3, 3, 61).tolist()]
    for found in javascript(MARK, asked):
        said = found["says"].replace("between 0 and 1", "").replace("between −1 and 1", "")
        assert found["right"] or not any(c.isdigit() for c in said)


# Steps, words and states


def test_step_shows_then_goes_on(javascript):
    body = """({rnn_unroll: w}, start) => {
      const seen = [];
      let state = w.clean(start);
      for (let patch; (patch = w.next(state)); state = w.clean({ ...state, ...patch })) {
        seen.push(patch);
      }
      return seen;
    }"""
    start = {"letters": "he", "t": 1, "done": 0}
    assert javascript(body, start) == [{"done": 1}, {"t": 2}, {"done": 2}]


def test_words_and_formula_hide_what_is_not_computed(javascript):
    body = "({rnn_unroll: w}, s) => [w.describe(s), ...w.calculation(s).flat()]"
    for state in CASES:
        words, *formula = javascript(body, state)
        right = value(state)
        hidden = state["t"] > state["done"]
        assert ("not computed yet" in words) == hidden
        result = "?" if hidden else f"{abs(right):.2f}"
        assert formula[-1].endswith(result) or math.isclose(right * 100 % 1, 0.5, abs_tol=1e-6)


@pytest.mark.parametrize("word", ["", "hex", "HE"])
def test_python_refuses_other_letters(word):
    with pytest.raises(traitlets.TraitError, match="one to six of h, e, l and o"):
        RnnUnroll(letters=word)
