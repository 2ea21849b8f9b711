"""What parts a Transformer needs, and what recurrent networks make of its tasks.

``python -m experiments.transformer`` writes ``lecturelib/data/transformer.csv`` line by line.
Broken off, it goes on where it stopped; delete the file to measure anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from experiments.cnn import split_of
from experiments.record import DATA, Record, arguments
from lecturelib.data import digits
from lecturelib.layers import Layer
from lecturelib.lstm import LSTM, Bidirectional
from lecturelib.rnn import RNN
from lecturelib.shifts import accuracy_when_shifted, train
from lecturelib.transformer import TokenLinear, Transformer, ViT
from lecturelib.transformer.tasks import added, held_out_pairs, learn, question, reversal, sums

OUTPUT = DATA / "transformer.csv"
RECORD = Record("transformer", "task;model;seed;score;places;parameters", keys=(str, str, int))
# The word of a table -> what is different in the model.
PARTS = {
    "whole": {},
    "no positions": {"positions": "none"},
    "sinusoidal positions": {"positions": "sinusoidal"},
    "rotary positions": {"positions": "rotary"},
    "no scaling": {"scaled": False},
    "no residual": {"residual": False},
    "no norm": {"norm": "none"},
    "neither residual nor norm": {"residual": False, "norm": "none"},
    "1 head": {"heads": 1},
    "2 heads": {"heads": 2},
}
# Recurrent networks of the same size -> learning rate and steps.
RIVALS = {
    "reversal": {
        "LSTM, both ways": (2e-3, 400),
        "LSTM, both ways, rate 0.03": (3e-2, 400),
        "LSTM, both ways, rate 0.03, 2000 steps": (3e-2, 2000),
    },
    "addition": {
        "LSTM, rate 0.02": (2e-2, 500),
        "LSTM, rate 0.02, 2000 steps": (2e-2, 2000),
        "RNN": (5e-3, 500),
    },
}
UNITS = {"reversal": {"LSTM": 34}, "addition": {"LSTM": 74, "RNN": 151}}
# `score`: the share of sequences, or of sums, without an error; the share of digits named right.
# `places`: the share of single tokens that are right; of the digits that on moved ones.
TASKS = {
    "reversal": (*PARTS, *RIVALS["reversal"]),
    "reversal, 6 blocks": ("whole", "no residual", "no norm"),
    "addition": (
        *("whole", "no positions", "no scaling", "no residual", "1 head"),
        *RIVALS["addition"],
    ),
    "digits": ("ViT, 2 × 2", "ViT, 4 × 4", "ViT, no positions"),
}


class Recurrent(Layer):
    """z_t = V s_t + b of a recurrent network that reads one-hot tokens (N, T);  -> (N, T, C)."""

    def __init__(self, kind: str, C: int, H: int, *, rng) -> None:
        made = {"rng": rng, "dtype": np.float32}
        self._eye = np.eye(C, dtype=np.float32)
        self.head = None
        if kind == "RNN":
            self.net = RNN(C, H, C, bias=True, **made)
        elif kind == "LSTM":
            self.net = LSTM(C, H, C, **made)
        else:
            self.net = Bidirectional("lstm", C, H, **made)
            self.head = TokenLinear(2 * H, C, init="xavier", **made)

    def forward(self, tokens):
        """The logits at every token."""
        z = self.net.forward(self._eye[tokens.T])  # time first
        return (z if self.head is None else self.head.forward(z)).transpose(1, 0, 2)

    def backward(self, dz) -> None:
        """All gradients are added up."""
        dz = np.ascontiguousarray(dz.transpose(1, 0, 2))
        self.net.backward(dz if self.head is None else self.head.backward(dz))

    def write(self, tokens, steps: int):
        """The tokens and the likeliest ones behind them."""
        for _ in range(steps):
            new = self.predict(tokens)[:, -1:].argmax(axis=-1)
            tokens = np.concatenate([tokens, new], axis=1)
        return tokens


def made(task: str, name: str, rng, **sizes):
    """The model of a row, its learning rate and its steps."""
    if name in RIVALS[task]:
        kind = name.split(", rate")[0]
        C = sizes["vocabulary"]
        return Recurrent(kind, C, UNITS[task][kind[:4].rstrip(",")], rng=rng), *RIVALS[task][name]
    lr, steps = {"reversal": (2e-3, 400), "addition": (5e-3, 500)}[task]
    options = {"heads": 4, "n": 32, "rng": rng, "dtype": np.float32}
    return Transformer(**options | sizes | PARTS[name]), lr, steps


def reversing(name: str, seed: int, depth: int = 1):
    """Of 1000 new rows of ten digits: whole rows right, places right; the model."""
    rng = np.random.default_rng(seed)
    model, lr, steps = made("reversal", name, rng, vocabulary=10, length=10, depth=depth)
    learn(model, lambda: reversal(64, 10, 10, rng), steps=steps, lr=lr)
    x, y = reversal(1000, 10, 10, np.random.default_rng(999))
    right = model.predict(x).argmax(axis=-1) == y
    return right.all(axis=1).mean(), right.mean(), model


def deep(name: str, seed: int):
    """The same with six blocks."""
    return reversing(name, seed, depth=6)


def adding(name: str, seed: int):
    """Of 1000 held-out pairs: sums right, places right if those before are; the model."""
    rng = np.random.default_rng(seed)
    pairs, test = held_out_pairs(rng)
    rows = sums(pairs)
    sizes = {"vocabulary": 12, "length": 8, "depth": 2, "causal": True}
    model, lr, steps = made("addition", name, rng, **sizes)
    learn(model, lambda: question(rows[rng.integers(len(rows), size=128)]), steps=steps, lr=lr)
    x, y = question(sums(test))
    places = (model.predict(x).argmax(axis=-1) == y)[y >= 0].mean()
    return added(model.write, test), places, model


def seeing(name: str, seed: int):
    """Accuracy on 450 digits, and on them moved by a pixel; trained as the networks of ``cnn``."""
    X, y, X_test, y_test = split_of(digits(), seed, 450)
    rng = np.random.default_rng(seed)
    model = ViT(8, 4 if "4" in name else 2, 24, 4, 2, 10, rng=rng, dtype=np.float32)
    if name == "ViT, no positions":
        model = WithoutPositions(model)
    train(model, X, y, epochs=20, rng=rng)
    return *(accuracy_when_shifted(model, X_test, y_test, k) for k in (0, 1)), model


class WithoutPositions(Layer):
    """A ViT whose P is 0 and stays so: it sees which patches there are, not where."""

    def __init__(self, vit: ViT) -> None:
        self.vit = vit
        vit.P[...] = 0

    def forward(self, x):
        """The logits of each picture."""
        return self.vit.forward(x)

    def backward(self, dz, *, input_gradient: bool = True):
        """As the ViT's, and dP = 0."""
        dx = self.vit.backward(dz, input_gradient=input_gradient)
        self.vit.dP[...] = 0
        return dx


RUN = {"reversal": reversing, "reversal, 6 blocks": deep, "addition": adding, "digits": seeing}


def wanted(seeds) -> Iterator[tuple[str, str, int]]:
    """(task, model, seed), seed by seed: a file broken off holds whole rounds."""
    for seed in seeds:
        for task, models in TASKS.items():
            yield from ((task, model, seed) for model in models)


def main(path: Path, seeds) -> None:
    """Append what is missing, a line a training."""
    for task, name, seed in RECORD.missing(path, wanted(seeds)):
        score, places, model = RUN[task](name, seed)
        RECORD.append(path, f"{task};{name};{seed};{score:.4f};{places:.4f};{model.count}")


if __name__ == "__main__":
    main(*arguments(__doc__, OUTPUT, 3))
