"""A GPT in the page: the JavaScript against the library, the tokeniser, the draw, the figure."""

from functools import cache

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.data import shakespeare_gpt
from lecturelib.exchange.int8 import quantised
from lecturelib.gpt import GPT, draw, next_probabilities
from lecturelib.tokenizer import BytePairs
from lecturelib.widgets import Gpt
from lecturelib.widgets.record import unpack_typed

TEXT = "ROMEO:\nBut soft, what light through yonder window breaks?\nIt is the east, what light."
CONTEXT = 16


@cache
def arrays():
    """A small GPT that was never trained, packaged as the large one is."""
    merges = BytePairs.learn(TEXT, 12).merges
    rng = np.random.default_rng(3)
    V = 256 + len(merges)
    model = GPT(V, CONTEXT, 12, 2, 4, rng=rng)
    for name, p in model.parameters.items():
        if name.endswith((".b", ".beta", "b_qkv", "b_out")):
            p[...] = 0.3 * rng.standard_normal(p.shape)
        elif name != "norm.gamma":
            p *= 5 if name == "head.W" else 2  # so that heads and tokens differ
    after = np.stack([rng.permutation(V)[:6] for _ in range(V + 2)]).astype(np.int16)
    p = np.sort(rng.dirichlet(np.ones(9), V + 2)[:, :6])[:, ::-1].astype(np.float16)
    others = {"heads": np.array([4], np.int16), "merges": np.array(merges, np.int16)}
    others |= {"pairs": np.array([[116, 256], [257, 44]], np.int16), "after": after, "p": p}
    return quantised(model.parameters) | others


@cache
def small():
    return Gpt.of(arrays())


class TestGpt(WidgetContract):
    widget = Gpt
    state = {"prompt": "what light", "seed": 5}
    other = {"prompt": TEXT, "drawn": "1k2w", "seed": 7, "temperature": 1.5, "top_k": 0}
    other |= {"top_p": 0.5, "back": 4, "head": "2.3", "off": ["1.2", "2.1"]}
    controls = "range number checkbox unit"
    plays = True
    most = 40 * 1024
    sentences = """
    {"prompt": ""} The prompt is empty: behind nothing there is nothing to predict. Type something.
    {"prompt": "x"} 1 token. Behind “x” the model expects “‹12›”, p = 0.04; the n-gram “3”, 0.43.
      The next draw, u = 0.95, takes “‹d9›”. Head 1.1 looks most at “x”, 1.00.
    {"prompt": "what light", "temperature": 0} 4 tokens. Behind “t” the model expects “N”, p = 0.02;
      the n-gram “*”, 0.25. The next draw, u = 0.95, takes “N”. Head 1.1 looks most at
      “·ligh”, 1.00.
    {"drawn": "05!07"} 21 tokens, of which the last 16 are seen. Behind “‹07›” the model expects
      “9”, p = 0.03; the n-gram “6”, 0.27. The next draw, u = 0.26, takes “G”. Head 1.1 looks most
      at “s”, 1.00.
    {"prompt": "what light", "back": 2, "head": "2.2"} 4 tokens. Behind “hat” the model expects “q”,
      p = 0.02; the n-gram “0”, 0.30. The text goes on with “·ligh”, p = 0.00. Head 2.2 looks most
      at “w”, 1.00.
    {"prompt": "what light", "head": "1.2", "off": ["1.2", "2.4"]} 4 tokens. Behind “t” the model
      expects “*”, p = 0.02; the n-gram “*”, 0.25. The next draw, u = 0.95, takes “‹db›”. Head 1.2
      is off. Off: 1.2, 2.4; with all heads “*” has p = 0.02.
    {"prompt": "light", "drawn": "DRAWN"} 103 tokens, of which the last 16 are seen. Behind “‹07›”
      the model expects “&”, p = 0.04; the n-gram “6”, 0.27. 100 tokens are drawn: this is the end.
      Head 1.1 looks most at “‹07›”, 0.99.
    """.replace("DRAWN", "07" * 100)

    def make(self, **state):
        return Gpt(_record=small()._record, **(self.state | state))

    def test_steps_draw_and_undo_takes_back(self, desk):
        desk.set({"temperature": 1, "top_k": 0, "top_p": 1})
        for _ in range(3):
            desk.button("Step").click()
        state, words = desk.look()
        assert len(state["drawn"]) == 6
        assert "The next draw" in words
        desk.button("Undo").click()
        assert desk.look()[0]["drawn"] == state["drawn"][:4]
        desk.button("Step").click()
        assert desk.look()[0] == state  # the same seed and place, the same draw

    def test_a_prompt_is_typed_and_a_token_is_chosen_by_key(self, desk):
        desk.set({"drawn": "1k"})
        desk.page.get_by_label("prompt").fill("what light\nbreaks")
        state, words = desk.look()
        assert (state["prompt"], state["drawn"]) == ("what light\nbreaks", "")
        chip = desk.page.locator(".dl-chip").first
        chip.press("Enter")
        state, words = desk.look()
        assert "The text goes on with" in words
        assert chip.get_attribute("aria-pressed") == "true"
        desk.page.get_by_role("button", name="head 2.4").press("Enter")
        assert desk.look()[0]["head"] == "2.4"


RUN = """({gpt: f}, [record, ids, off]) => {
  const net = f.decode(record), t = f.run(net, ids, off), list = (a) => Array.from(a);
  return { kept: t.kept, stages: t.stages.map((stage) => stage.map(list)),
    rows: t.rows.map((block) => block.map((heads) => heads.map(list))),
    logits: t.seen.map((_, i) => list(f.logits(net, t.stages.at(-1)[i]))),
    early: t.stages.map((stage) => list(f.logits(net, stage.at(-1)))) };
}"""


def passed(model, ids):
    """Stages of the residual stream (S, T, D), weights a block (heads, T, T), logits (T, V)."""
    h = model.embedding.forward(ids[None])
    stages = [h]
    for block in model.stack:
        stages.append(block.attend.forward(stages[-1]))
        stages.append(block.think.forward(stages[-1]))
    z = model.forward(ids[None])[0]
    return np.concatenate(stages), [w[0] for w in model.weights], z


@pytest.fixture(params=["small", "trained"])
def figure(request):
    """A figure of a small random GPT, and the packaged one."""
    return small() if request.param == "small" else Gpt.of(shakespeare_gpt())


def ids_of(figure, n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, figure.tokenizer().size, n)


@pytest.mark.parametrize("n", [1, 11, 64])
def test_every_number_inside_is_that_of_the_library(javascript, figure, n):
    model = figure.network()
    ids = ids_of(figure, n)
    found = javascript(RUN, [figure._record, ids.tolist(), []])
    stages, weights, z = passed(model, ids[-model.context :])
    np.testing.assert_allclose(found["stages"], stages, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found["logits"], z, atol=1e-4)
    for block, rows in zip(weights, found["rows"], strict=True):
        for t, heads in enumerate(rows):
            assert np.shape(heads) == (4, t + 1)  # nobody looks ahead
            np.testing.assert_allclose(heads, block[:, t, : t + 1], atol=1e-4)
    early = model.head.forward(model.norm.forward(stages[:, -1]))
    np.testing.assert_allclose(found["early"], early, atol=1e-4)


def test_a_head_that_is_off_adds_nothing(javascript, figure):
    ids, model = ids_of(figure, 12), figure.network()
    d = model.width // 4
    for off in (["1.2"], ["2.1", "1.4"], ["2.3", "2.4"]):
        silent = figure.network()
        for name in off:
            block, head = (int(part) - 1 for part in name.split("."))
            silent.stack[block].attention.W_out[:, head * d : (head + 1) * d] = 0
        found = javascript(RUN, [figure._record, ids.tolist(), off])
        np.testing.assert_allclose(found["logits"], silent.forward(ids[None])[0], atol=1e-4)
        assert np.abs(found["logits"] - model.forward(ids[None])[0]).max() > 0.01


def test_kept_keys_and_values_change_nothing(javascript, figure):
    """Token by token, beyond the context, with a head off in between, and back again."""
    body = """({gpt: f}, [record, texts]) => {
      const net = f.decode(record), numbers = (t) =>
        [t.stages, t.rows].flat(4).map((x) => Array.from(x)).flat();
      let before = null;
      return texts.map(([ids, off]) => {
        before = f.run(net, ids, off, before);
        const a = numbers(before), b = numbers(f.run(net, ids, off));
        return [before.kept, a.length - b.length, Math.max(...a.map((x, i) => Math.abs(x - b[i])))];
      });
    }"""
    context = figure.network().context
    ids = ids_of(figure, context + 3).tolist()
    counts = [1, 2, 3, 7, 7, 5, 6, context - 1, context, context + 1, context + 2, 4]
    texts = [[ids[:n], []] for n in counts]
    texts[4:4] = [[ids[:8], ["1.1"]], [ids[:9], ["1.1"]]]
    texts += [[[*ids[:3], ids[3] ^ 1, *ids[4:6]], []], [[*ids[:2], ids[2] ^ 1], []]]
    found = javascript(body, [figure._record, texts])
    kept, differ, off_by = zip(*found, strict=True)
    assert kept == (0, 1, 2, 3, 0, 8, 0, 4, 5, 6, context - 1, 0, 0, 0, 3, 2)
    assert not any(differ)
    assert max(off_by) == 0


def test_texts_become_the_tokens_of_the_tokeniser(javascript, figure):
    texts = [TEXT, "", " ", "\n\n \n x", "a\t  b  ", "it's I've 3 ½ don't--stop!", "É_2 ²"]
    texts += [
        "Lê Anh Cường, Tôn Đức Thắng",
        "日本語 🙂👩‍👩‍👧",
        "e\u0301a",
        "  the   the\n\n\nthe",
        "½ Ⅷ x²",
    ]
    tokenizer = figure.tokenizer()
    body = """({gpt: f}, [record, texts]) => {
      const net = f.decode(record);
      return texts.map((text) => [f.encode(net, text), f.textOf(net, f.encode(net, text))]);
    }"""
    for text, (ids, back) in zip(texts, javascript(body, [figure._record, texts]), strict=True):
        assert ids == tokenizer.encode(text).tolist(), text
        assert back == text


def test_merges_are_made_in_their_order(javascript):
    merges = [(98, 99), (97, 98), (256, 100), (257, 257)]
    text = "abcd abab bcdab"
    body = """({gpt: f}, [merges, text]) => f.encode(
      { ranks: new Map(merges.map(([a, b], m) => [a * 65536 + b, 256 + m])) }, text)"""
    assert javascript(body, [merges, text]) == BytePairs(merges).encode(text).tolist()


KNOBS = [(1.0, 0, 1.0), (0.5, 0, 1.0), (2.0, 5, 1.0), (0.7, 0, 0.6), (1.6, 9, 0.7), (0.3, 1, 0.05)]
KNOBS += [(0.0, 0, 1.0), (0.0, 3, 0.5), (0.01, 40, 0.95)]


@pytest.mark.parametrize(("temperature", "top_k", "top_p"), KNOBS)
def test_temperature_top_k_and_top_p_come_in_this_order(javascript, temperature, top_k, top_p):
    rng = np.random.default_rng(0)
    z = [3 * rng.standard_normal(30), np.log([0.5, 0.25, 0.15, 0.1]), np.zeros(7)]
    knobs = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    body = "({gpt: f}, [z, knobs]) => z.map((one) => f.chances(one, knobs))"
    for one, found in zip(z, javascript(body, [[a.tolist() for a in z], knobs]), strict=True):
        p = next_probabilities(one, **knobs)
        np.testing.assert_allclose(found["p"], p, atol=1e-9)
        few = next_probabilities(one, temperature=temperature, top_k=top_k)
        np.testing.assert_allclose(found["few"], few, atol=1e-9)
        warm = next_probabilities(one, temperature=temperature)
        np.testing.assert_allclose(found["warm"], warm, atol=1e-9)
        np.testing.assert_allclose(found["plain"], next_probabilities(one), atol=1e-9)


class Drawn(np.random.Generator):
    """A generator whose next number is known."""

    def __init__(self, u):
        super().__init__(np.random.PCG64(0))
        self.u = u

    def random(self, n):
        return np.full(n, self.u)


def test_a_draw_is_that_of_the_library_with_the_same_number(javascript):
    rng = np.random.default_rng(1)
    p = rng.dirichlet(np.ones(12)) * (np.arange(12) % 3 > 0)
    p /= p.sum()
    numbers = [0, 0.25, 0.5, 0.9, 1 - 1e-9, *rng.random(40)]
    found = javascript("({gpt: f}, [p, us]) => us.map((u) => f.pick(p, u))", [p.tolist(), numbers])
    assert found == [int(draw(p[None], Drawn(u))[0]) for u in numbers]
    assert {i % 3 for i in found} == {1, 2}


def test_the_random_numbers_are_even_and_follow_from_seed_and_place(javascript):
    body = """({gpt: f}) => [0, 1, 9999].map((seed) =>
      Array.from({ length: 2000 }, (_, n) => f.uniform(seed, n)))"""
    a, b, c = found = np.array(javascript(body))
    assert found.min() >= 0
    assert found.max() < 1
    np.testing.assert_allclose(found.mean(axis=1), 0.5, atol=0.02)
    np.testing.assert_allclose(np.histogram(found, 10, (0, 1))[0], 600, atol=100)
    for one, other in ((a, b), (b, c), (a[1:], a[:-1]), (a[1:], b[:-1])):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.06


GROW = """({gpt: f}, [record, state, n]) => {
  const net = f.decode(record);
  let before = null;
  for (let i = 0; i < n; i++) {
    before = f.analyse(net, state, before);
    state.drawn += before.next.toString(36).padStart(2, "0");
  }
  return f.analyse(net, state, before).ids;
}"""


@pytest.mark.parametrize("off", [[], ["2.2"]])
def test_what_is_written_is_what_the_library_writes(javascript, figure, off):
    """Greedily far beyond the context, as ``GPT.generate`` does."""
    model = figure.network()
    d = model.width // 4
    if off:
        model.stack[1].attention.W_out[:, d : 2 * d] = 0
    prompt = figure.tokenizer().encode(TEXT[:20])
    state = {"prompt": TEXT[:20], "drawn": "", "seed": 0, "temperature": 0, "top_k": 0}
    state |= {"top_p": 1, "back": 0, "head": "1.1", "off": off}
    ids = model.generate(prompt, 70, rng=np.random.default_rng(0), temperature=0)
    assert javascript(GROW, [figure._record, state, 70]) == ids.tolist()


def test_the_n_gram_looks_at_two_tokens_or_at_one(javascript):
    a = arrays()
    V = len(a["after"]) - 2
    body = "({gpt: f}, [record, all]) => all.map((ids) => f.nGram(f.decode(record), ids))"
    contexts = {(5, 116, 256): V, (257, 44): V + 1, (44, 257): 257, (7,): 7}
    found = javascript(body, [small()._record, [list(ids) for ids in contexts]])
    for rule, row in zip(found, contexts.values(), strict=True):
        assert [i for i, _ in rule] == a["after"][row].tolist()
        np.testing.assert_allclose([p for _, p in rule], a["p"][row])


def test_what_travels_is_what_is_packaged():
    figure = Gpt.of(shakespeare_gpt())
    record, packaged = unpack_typed(figure._record), shakespeare_gpt()
    assert record.keys() == packaged.keys()
    for name, values in packaged.items():
        np.testing.assert_array_equal(record[name], values)
        assert record[name].dtype == values.dtype
    assert figure.network().blocks >= 2


def test_what_does_not_fit_is_refused():
    less = {name: a for name, a in arrays().items() if name != "pairs"}
    with pytest.raises(ValueError, match=r"^arrays: .* missing \['pairs'\]; take shakespeare_gpt"):
        Gpt.of(less)
    one = {name: a for name, a in arrays().items() if not name.startswith("stack.1")}
    with pytest.raises(ValueError, match=r"^arrays: .* got 1 blocks"):
        Gpt.of(one)
    with pytest.raises(ValueError, match=r"^arrays: .* with 4 heads"):
        Gpt.of(arrays() | {"heads": np.array([2], np.int16)})
    with pytest.raises(ValueError, match=r"^Gpt: expected a figure with a record"):
        Gpt().network()
