"""Likelihood of RBMs over training, and pretraining against a random start: ``… experiments.dbn``.

Writes ``lecturelib/data/dbn.csv`` line by line and the network of the figure DbnSamples,
``lecturelib/data/digit_dbn.npz``. Broken off, it goes on where it stopped; delete the files to
measure anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from experiments.record import DATA, Record, arguments
from lecturelib.data import digits
from lecturelib.dbn import DBN, pretrain, unroll
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import SGD, Adam
from lecturelib.rbm import RBM, annealed_log_partition, data_biases, log_likelihood, train
from lecturelib.training import accuracy, fit

RECORD = Record(
    "dbn",
    "part;case;seed;x;value",
    keys=(str, str, int),
    notes=(
        "training, test: mean log-likelihood of 1347 and 450 black-and-white digits, by epoch",
        "labels: accuracy on 450 digits, by the number of labels",
    ),
)
SEEDS = 5
SIZES = [64, 128, 128, 64]
EPOCHS = {100: 200, 1347: 30}  # by labels
EPOCHS_A_LAYER = 30
WATCHED = (1, 2, 5, 10, 20, 50)
LEARNING = {"CD-1": {}, "CD-10": {"k": 10}, "PCD": {"persistent": True}}
RATES = (0.05, 0.01)
STARTS = (
    "random, sigmoid, SGD",
    "random, sigmoid, SGD at rate 1",
    "random, sigmoid, Adam",
    "random, ReLU, Adam",
    "DBN, sigmoid, SGD",
    "DBN of the labelled alone, sigmoid, SGD",
)


def split_of(seed: int, X=None):
    """(X, y, X_test, y_test) of the digits, 1347 and 450, in an order that the seed draws."""
    data = digits()
    X = (data.X if X is None else X).astype(np.float32)
    order = np.random.default_rng(100 + seed).permutation(len(X))
    test, own = order[:450], order[450:]
    return X[own], data.y[own], X[test], data.y[test]


def likelihood(case: str, seed: int) -> Iterator[tuple[str, int, float]]:
    """(part, epoch, mean log p) of a machine 64-128 on pixels that are black or white."""
    name, rate = case.split(", rate ")
    X, _, X_test, _ = split_of(seed, digits().X > 0.5)
    rng, found = np.random.default_rng(seed), []
    rbm = RBM(64, 128, rng=rng, dtype=np.float32)
    rbm.c = base = data_biases(X)

    def look(rbm, history):
        if (epoch := len(history.train_loss)) in WATCHED:
            log_z = annealed_log_partition(rbm, rng=np.random.default_rng(7), base=base).log_z
            for part, rows in (("training", X), ("test", X_test)):
                found.append((part, epoch, float(log_likelihood(rbm, rows, log_z).mean())))

    options = {"epochs": WATCHED[-1], "batch_size": 20, "rng": rng, "lr": float(rate)}
    train(rbm, X, callbacks=[look], **options, **LEARNING[name])
    yield from found


def labels(case: str, seed: int) -> Iterator[tuple[str, int, float]]:
    """("labels", how many, accuracy): the machines see all 1347 images, or the labelled alone."""
    for n in EPOCHS:
        if "alone" not in case or n == min(EPOCHS):
            yield "labels", n, with_labels(case, seed, n)


def with_labels(case: str, seed: int, n: int) -> float:
    """Accuracy on the test images after training on the first n labelled ones."""
    X, y, X_test, y_test = split_of(seed)
    rng = np.random.default_rng(seed)
    if case.startswith("DBN"):
        net = unroll(stack(X[:n] if "alone" in case else X, rng), 10, rng=rng)
    else:
        kind = "relu" if "ReLU" in case else "sigmoid"
        net = FFNN([*SIZES, 10], kind, rng=rng, dtype=np.float32)
    optimiser = Adam(net) if "Adam" in case else SGD(net, 1.0 if "rate 1" in case else 0.1)
    options = {"epochs": EPOCHS[n], "batch_size": 20, "rng": rng}
    fit(net, CrossEntropy(), optimiser, X[:n], y[:n], **options)
    return accuracy(net.predict(X_test), y_test)


def stack(X, rng) -> DBN:
    """Three machines on grey digits, as many steps whatever the number of images."""
    dbn = DBN(SIZES, rng=rng, dtype=np.float32)
    epochs = round(EPOCHS_A_LAYER * 1347 / len(X))
    pretrain(dbn, X, epochs=epochs, batch_size=20, rng=rng, mean_field=True)
    return dbn


PARTS = {
    "likelihood": (likelihood, [f"{name}, rate {rate}" for name in LEARNING for rate in RATES]),
    "labels": (labels, list(STARTS)),
}
ROWS = {"likelihood": "training", "labels": "labels"}  # the part under which a row begins


def wanted(seeds) -> Iterator[tuple[str, str, int]]:
    """(part, case, seed), seed by seed: a file broken off holds whole rounds."""
    for seed in seeds:
        for part, (_, cases) in PARTS.items():
            yield from ((part, case, seed) for case in cases if part == "labels" or seed < 3)


def main(path: Path, seeds) -> None:
    """Append what is missing, the lines of a case and seed at a time."""
    key = lambda case: (ROWS[case[0]], *case[1:])  # noqa: E731
    for part, case, seed in RECORD.missing(path, wanted(seeds), key):
        found = PARTS[part][0](case, seed)
        RECORD.append(path, *(f"{name};{case};{seed};{x};{value:.4f}" for name, x, value in found))


def digit_network(path: Path) -> None:
    """The network of the figure, trained on all 1797 digits, black and white."""
    X = (digits().X > 0.5).astype(np.float32)
    rng = np.random.default_rng(0)
    dbn = DBN([64, 64, 64], rng=rng, dtype=np.float32)
    dbn.rbms[0].c = data_biases(X)
    pretrain(dbn, X, epochs=60, batch_size=20, rng=rng, lr=0.05, k=5)
    arrays = {name: p.astype(np.float16) for name, p in dbn.parameters.items()}
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    if not (network := DATA / "digit_dbn.npz").exists():
        digit_network(network)
    main(*arguments(__doc__, DATA / "dbn.csv", SEEDS))
