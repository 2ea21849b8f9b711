"""The byte pairs and the knobs in JavaScript against the library; marking of pairs and numbers."""

import math
from itertools import islice

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.data import shakespeare
from lecturelib.gpt import next_probabilities
from lecturelib.tokenizer import BytePairs, best_pairs, pieces
from lecturelib.widgets import Bpe

LEARN, CUT, KNOBS = Bpe.spec()["view"]["among"]
WORDS = Bpe.spec()["text"]["start"]


class TestBpe(WidgetContract):
    widget = Bpe
    state = {"done": 1, "word": "that"}
    other = {
        "view": KNOBS,
        "text": "to be or not to be",
        "word": "tobe",
        "done": 3,
        "counts": True,
        "weights": [40.0, 30, 20, 5],
        "temperature": 0.5,
        "top_k": 2,
        "top_p": 0.9,
        "stage": 2,
    }
    controls = "range number text select-one checkbox button"
    sentences = """
    {} 0 merges. 75 bytes are 75 tokens.
    {"done": 1} 1 merge: at. 75 bytes are 60 tokens.
    {"done": 4} 4 merges: at, cat, hat, cats. 75 bytes are 41 tokens.
    {"done": 12} 6 merges: at, cat, hat, cats, ho, hot. 75 bytes are 35 tokens. No pair is left.
    {"text": ""} 0 merges. 0 bytes are 0 tokens. No pair is left.
    {"text": "é a é", "done": 1} 1 merge: é. 7 bytes are 5 tokens.
    {"view": "cut a new text", "done": 2} 2 merges: at, cat. The new text has 14 bytes.
    {"view": "sampling knobs"} At the start 4 of 4 tokens can come; the likeliest has 0.50.
    {"view": "sampling knobs", "stage": 1} After temperature 4 of 4 tokens can come; the likeliest
      has 0.37.
    {"view": "sampling knobs", "stage": 3, "top_k": 0} After top-p 3 of 4 tokens can come; the
      likeliest has 0.44.
    {"view": "sampling knobs", "stage": 3, "temperature": 0} After top-p 1 of 4 tokens can come;
      the likeliest has 1.00.
    """

    def test_a_pair_is_named_then_merged_then_the_next(self, desk):
        desk.set(self.default())
        field, verdict = desk.page.get_by_label("The next pair"), desk.page.locator(".dl-verdict")
        field.fill("ca")
        field.press("Enter")
        assert verdict.first.inner_text().startswith("✗ Not yet. It stands 10 times")
        field.fill("at")
        field.press("Enter")
        assert verdict.first.inner_text().startswith("✓ Right.")
        desk.button("Merge").click()
        assert desk.state()["done"] == 1
        assert field.input_value() == verdict.first.inner_text() == ""
        field.fill("c+at")
        field.press("Enter")
        assert verdict.first.inner_text().startswith("✓ Right.")
        text = desk.page.get_by_label("text to learn from")
        text.fill("aa ab")
        assert desk.state()["done"] == 0
        assert "5 bytes" in desk.words()
        desk.button("From the start").click()

    def test_the_knobs_are_shown_one_after_the_other(self, desk):
        desk.set(self.default() | {"view": KNOBS})
        drawing = desk.page.locator("svg.dl-diagram")
        assert drawing.text_content().count("?") == 12
        desk.button("Next knob").click()
        assert drawing.text_content().count("?") == 8
        for _ in range(3):
            desk.button("Next knob").click()
        assert desk.state()["stage"] == 3
        assert "?" not in drawing.text_content()


# Byte pairs


def texts():
    rng, source = np.random.default_rng(0), shakespeare()
    for _ in range(25):
        start = rng.integers(len(source) - 200)
        yield source[start : start + 200]
    yield from (WORDS, "", "aaaa aaa  a", "é à ñ é é 日本語 日本 🙂🙂")
    yield "x_1 = 'don't' -- 3½%\t\u00a0 ²"


TEXTS = list(texts())


def test_pieces_merges_and_encoding_are_the_librarys(javascript):
    body = """({bpe: w}, [all, other]) => all.map((text) => {
      const { merges, tokens } = w.learn(text, 12);
      return [w.pieces(text), merges, tokens.slice(256), w.encode(other, merges)];
    })"""
    other = " the chats that hot aaa é日 " + TEXTS[0][:60]
    for text, found in zip(TEXTS, javascript(body, [TEXTS, other]), strict=True):
        expected = list(islice(best_pairs(text), 12))
        tokenizer = BytePairs(pair for pair, _ in expected)
        assert found[0] == pieces(text)
        assert found[1] == [[*pair, count] for pair, count in expected]
        assert found[2] == [list(token) for token in tokenizer.tokens[256:]]
        assert found[3] == tokenizer.encode(other).tolist()


PAIR = "({bpe: w}, all) => all.map(([raw, typed]) => w.markPair(w.clean(raw), typed))"


@pytest.mark.parametrize(
    ("state", "typed", "says"),
    [
        ({}, "at", None),
        ({"done": 1}, "cat", None),
        ({"text": "ba,bc"}, "ba", None),
        ({"text": "a b a b c"}, " b", None),
        ({"text": "a b a b c"}, "␣b", None),
        ({}, "ha", "It stands 5 times; another"),
        ({}, "ts", "It stands 4 times; another"),
        ({"text": "ba,bc"}, "bc", "Of equal ones the pair with the lower left id"),
        ({"done": 1}, "at", "That was merge 1"),
        ({"done": 1}, "ca", "not as two whole tokens"),
        ({}, "cat", "three tokens are no pair"),
        ({}, "c", "That is one token"),
        ({}, "", "Write the two tokens"),
        ({"text": "up to"}, "pt", "reach over the end of a word"),
        ({}, "zz", "nowhere neighbours"),
    ],
)
def test_the_next_pair_is_marked_and_a_wrong_one_named(javascript, state, typed, says):
    (found,) = javascript(PAIR, [(Bpe(**state).state(), typed)])
    assert found["right"] is (says is None)
    assert says is None or says in found["says"]


def test_no_reply_to_a_wrong_pair_names_the_right_one(javascript):
    typed = ["ha", "ts", "cat", "c", "", "zz", "ho"]
    for found in javascript(PAIR, [(Bpe().state(), one) for one in typed]):
        assert not found["right"]
        assert "at." not in found["says"].replace("that.", "")


NUMBER = "({bpe: w}, [name, all]) => all.map(([raw, v]) => w[name](w.clean(raw), v))"


@pytest.mark.parametrize(
    ("state", "value", "says"),
    [
        ({"done": 4, "word": "chats"}, 3, None),
        ({"done": 4, "word": "that"}, 2, None),
        ({"done": 4, "word": "chats"}, 5, "Those are the bytes"),
        ({"done": 4, "word": "chats"}, 1, "Those are the words"),
        ({"done": 4, "word": "chats"}, 4, "began with the last"),
        ({"done": 4, "word": "chats"}, 9, "Start from the bytes"),
        # bc is learned first; the longest from the left would be ab, c.
        ({"done": 2, "text": "bc,bc,bc,ab,ab", "word": "abcbc"}, 3, None),
        # Learned: bc, abc, cd. In this order abcd is abc, d; with the last first a, b, cd.
        ({"done": 3, "text": "bc,bc,bc,bc,abc,abc,cd", "word": "abcd"}, 2, None),
        ({"done": 3, "text": "bc,bc,bc,bc,abc,abc,cd", "word": "abcd"}, 3, "began with the last"),
    ],
)
def test_the_number_of_tokens_is_marked(javascript, state, value, says):
    (found,) = javascript(NUMBER, ["markCut", [(Bpe(view=CUT, **state).state(), value)]])
    assert found["right"] is (says is None)
    assert says is None or says in found["says"]


def test_other_ways_to_cut_are_known(javascript):
    # In the order bc, ab, cd the word is a, bc, d; the longest first, or from the last, ab, cd.
    state = {"done": 3, "text": "bc,bc,bc,bc,bc,ab,ab,ab,ab,cd,cd,cd", "word": "abcd"}
    tokenizer = BytePairs.learn(state["text"], 3)
    assert tokenizer.tokens[256:] == (b"bc", b"ab", b"cd")
    assert len(tokenizer.encode("abcd")) == 3
    body = "({bpe: w}, s) => w.otherCuts(s.word, w.learn(s.text, s.done))"
    found = javascript(body, state)
    assert found == {"letters": 4, "longest": 2, "reversed": 2, "words": 1}


# The knobs


def cases(count=150, seed=4):
    rng = np.random.default_rng(seed)
    for k in range(count):
        yield Bpe(
            view=KNOBS,
            weights=rng.uniform(1, 100, 4) if k % 4 else [10.0, 30, 30, 10],
            temperature=0 if k % 10 == 0 else rng.uniform(0.05, 5),
            top_k=int(rng.integers(5)),
            top_p=rng.uniform(0.05, 1),
        ).state()


CASES = list(cases())


def by_the_library(state):
    """The distribution after each knob."""
    logits, T = np.log(np.array(state["weights"])), state["temperature"]
    knobs = {"temperature": T}, {"top_k": state["top_k"]}, {"top_p": state["top_p"]}
    return [
        next_probabilities(logits, **dict(x for one in knobs[:n] for x in one.items()))
        for n in range(4)
    ]


def test_the_pipeline_is_the_librarys(javascript):
    got = javascript("({bpe: w}, all) => all.map((s) => w.pipeline(s))", CASES)
    for state, found in zip(CASES, got, strict=True):
        np.testing.assert_allclose(found, by_the_library(state), rtol=1e-9, atol=1e-12)


def test_the_right_probability_is_right_also_when_rounded(javascript):
    asked = []
    for state in CASES[:50]:
        for stage in range(3):
            value = by_the_library(state)[stage + 1].max()
            asked += [(state | {"stage": stage}, v) for v in (value, float(f"{value:.2f}"))]
    assert all(found["right"] for found in javascript(NUMBER, ["markKnob", asked]))


BASE = {"temperature": 2.0, "top_k": 3, "top_p": 0.7}
P = np.array([0.5, 0.25, 0.15, 0.1])
WARM = np.sqrt(P) / np.sqrt(P).sum()


@pytest.mark.parametrize(
    ("state", "value", "says"),
    [
        ({"stage": 0}, 0.37, None),
        ({"stage": 0}, 0.25, "divides the logits"),
        ({"stage": 0}, 0.5, "That is temperature 1"),
        ({"stage": 0}, math.sqrt(0.5), "The sum is no longer 1"),
        ({"stage": 0}, 0.25 / (P**2).sum(), "turned round"),
        ({"stage": 0}, 0.9, "power 1/τ"),
        ({"stage": 1}, WARM[0] / WARM[:3].sum(), None),
        ({"stage": 1}, WARM[0], "not divided by its sum"),
        ({"stage": 1}, 1 / 3, "equally likely"),
        ({"stage": 1}, 0.5 / 0.9, "not the first probabilities"),
        ({"stage": 1}, WARM[0] / WARM[:2].sum(), "One token too few"),
        ({"stage": 1}, 0.05, "Keep the k likeliest"),
        ({"stage": 2}, WARM[0] / WARM[:2].sum(), None),
        ({"stage": 2}, WARM[0] / WARM[:3].sum(), "not divided by its sum"),
        ({"stage": 2}, 1, "One token too few"),
        ({"stage": 2, "top_k": 0}, 0.5 / 0.75, "not the first probabilities"),
        ({"stage": 2, "top_k": 0}, WARM[0] / WARM[:3].sum(), None),
        ({"stage": 2, "top_p": 0.4}, WARM[0] / WARM[:2].sum(), "One token too many"),
        ({"stage": 2}, 0.05, "Keep the fewest"),
    ],
)
def test_the_mistake_in_a_knob_is_named(javascript, state, value, says):
    case = Bpe(view=KNOBS, **(BASE | state)).state()
    (found,) = javascript(NUMBER, ["markKnob", [(case, float(value))]])
    assert found["right"] is (says is None)
    assert says is None or says in found["says"]
    if says:
        right = by_the_library(case)[case["stage"] + 1].max()
        assert f"{right:.2f}" not in found["says"]
