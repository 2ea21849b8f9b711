"""What gates, cells and attention are good for: ``python -m experiments.lstm``.

Writes ``lecturelib/data/lstm.csv`` line by line. Broken off, it goes on where it stopped; delete
the file to measure anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from experiments.record import DATA, Record, arguments
from lecturelib.data import shakespeare
from lecturelib.losses import CrossEntropy, MeanSquaredError
from lecturelib.lstm import GRU, LSTM, Seq2Seq
from lecturelib.lstm.tasks import adding_problem, reversal
from lecturelib.optim import Adam, clip_gradients
from lecturelib.rnn import RNN

OUTPUT = DATA / "lstm.csv"
RECORD = Record("lstm", "task;model;length;seed;score;parameters", keys=(str, str, int, int))
# What `score` is: mean squared error, nats a character, share of sequences without an error.
TASKS = {
    "adding": (("RNN", "LSTM", "LSTM, forget bias 0", "GRU"), (50,)),
    "characters": (("RNN", "LSTM", "LSTM, 31 units", "GRU"), (16,)),
    "reversal": (("one state", "attention"), (4, 8, 12)),
}


def network(model: str, sizes: tuple[int, int, int], rng):
    """The network of a row, in float32."""
    made = {"rng": rng, "dtype": np.float32}
    kind = model.partition(",")[0]
    if kind == "RNN":
        return RNN(*sizes, bias=True, **made)
    if kind == "GRU":
        return GRU(*sizes, **made)
    return LSTM(*sizes, forget_bias=0.0 if "bias 0" in model else 1.0, **made)


def adding(model: str, T: int, seed: int, steps: int = 1200):
    """Mean squared error on 2000 new sequences after Adam on fresh batches of 64; the model."""
    rng = np.random.default_rng(seed)
    net = network(model, (2, 32, 1), rng)
    optimiser, loss = Adam(net, 3e-3), MeanSquaredError()
    for _ in range(steps):
        x, y = adding_problem(T, 64, rng)
        loss.forward(net.forward(x, last_only=True), y)
        _update(net, loss.backward(), optimiser)
    x, y = adding_problem(T, 2000, np.random.default_rng(999))
    return loss.forward(net.predict(x, last_only=True), y), net


def characters(model: str, T: int, seed: int, epochs: int = 3, lr: float = 0.012):
    """Nats a character on the last 40,000 of Shakespeare, trained as in the chapter ``rnn``."""
    text = shakespeare()
    codes = np.unique(np.array(list(text)), return_inverse=True)[1]
    train, held, C = codes[:-40_000], codes[-40_000:], len(set(text))
    eye, streams = np.eye(C, dtype=np.float32), 32
    net = network(model, (C, 31 if "31" in model else 64, C), np.random.default_rng(seed))
    length = (len(train) - 1) // streams
    X, Y = (train[i : i + streams * length].reshape(streams, length).T for i in (0, 1))
    optimiser, loss, pieces = Adam(net, lr), CrossEntropy(), length // T
    for i in range(epochs * pieces):
        part = slice(i % pieces * T, (i % pieces + 1) * T)
        z = net.forward(eye[X[part]], *(() if part.start == 0 else _state(net)))
        loss.forward(z.reshape(-1, C), Y[part].ravel())
        optimiser.lr = lr * (1 - i / epochs / pieces)
        _update(net, loss.backward().reshape(z.shape), optimiser)
    z = net.predict(eye[held[:-1]][:, None])[:, 0]
    return loss.forward(z, held[1:]), net


def reversing(model: str, T: int, seed: int, steps: int = 1200, lr: float = 0.01):
    """Share of 500 new sequences of ten symbols that are written backwards without an error."""
    rng, N, K = np.random.default_rng(seed), 64, 10
    net = Seq2Seq(K, K + 1, 32, rng=rng, attention=model == "attention", dtype=np.float32)
    eye, optimiser, loss = np.eye(K + 1, dtype=np.float32), Adam(net, lr), CrossEntropy()
    for i in range(steps):
        read, wanted = reversal(T, N, K, rng)
        before = np.concatenate([np.full((1, N), K), wanted[:-1]])  # K begins every writing
        z = net.forward(eye[read][..., :K], eye[before])
        loss.forward(z.reshape(-1, K + 1), wanted.ravel())
        optimiser.lr = lr * (1 - i / steps)
        _update(net, loss.backward().reshape(z.shape), optimiser)
    read, wanted = reversal(T, 500, K, np.random.default_rng(999))
    written, _ = net.write(eye[read][..., :K], K, T)
    return float((written == wanted).all(axis=0).mean()), net


def _update(net, dz, optimiser):
    optimiser.zero_grad()
    net.backward(dz)
    clip_gradients(net.gradients, 1.0)
    optimiser.step()


def _state(net):
    return (net.states[-1],) if isinstance(net, RNN) else net.state


RUN = {"adding": adding, "characters": characters, "reversal": reversing}


def wanted(seeds) -> Iterator[tuple[str, str, int, int]]:
    """(task, model, length, seed), seed by seed: a file broken off holds whole rounds."""
    for seed in seeds:
        for task, (models, lengths) in TASKS.items():
            yield from ((task, m, length, seed) for length in lengths for m in models)


def main(path: Path, seeds) -> None:
    """Append what is missing, a line a training."""
    for task, model, length, seed in RECORD.missing(path, wanted(seeds)):
        score, net = RUN[task](model, length, seed)
        RECORD.append(path, f"{task};{model};{length};{seed};{score:.5f};{net.count}")


if __name__ == "__main__":
    main(*arguments(__doc__, OUTPUT, 3))
