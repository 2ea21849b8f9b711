"""Measure networks on moved images, their depth, and transfer: ``python -m experiments.cnn``.

Writes ``lecturelib/data/cnn.csv`` line by line and the network of the figure FeatureMaps,
``lecturelib/data/digit_cnn.npz``. Broken off, it goes on where it stopped; delete the files to
measure anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from experiments.record import DATA, Record, arguments
from lecturelib.conv import AvgPool2d, Conv2d, GlobalAveragePool, ResidualBlock
from lecturelib.data import digits, mnist
from lecturelib.layers import Linear, ReLU, Sequential
from lecturelib.shifts import NETWORKS, accuracy_when_shifted, cnn, mlp, pooled_cnn, train

RECORD = Record("cnn", "part;case;seed;x;value", keys=(str, str, int))
SEEDS = range(3)
SHIFTS = range(4)
EPOCHS = {"mnist": 6, "digits": 20, "depth": 6, "before": 6, "after": 40}
DEPTHS = (4, 16, 32)
LABELS = (2, 5, 20)  # of each class
STARTS = ("from scratch", "kept, then trained on", "kept as they are")

SMALL = {
    "MLP": lambda rng: mlp(8, 36, rng=rng),
    "CNN": lambda rng: cnn(8, rng=rng, channels=(8, 16)),
    "CNN, global pooling": lambda rng: pooled_cnn(8, rng=rng, channels=(8, 12, 12)),
}


def images_of(data) -> tuple[np.ndarray, np.ndarray]:
    """Images (N, 1, side, side) in float32, and their labels."""
    return data.images[:, None].astype(np.float32), data.y


def split_of(data, seed: int, n_test: int):
    """(X, y, X_test, y_test), in an order that the seed alone draws."""
    X, y = images_of(data)
    order = np.random.default_rng(100 + seed).permutation(len(X))
    return X[order[n_test:]], y[order[n_test:]], X[order[:n_test]], y[order[:n_test]]


def shifts(case: str, seed: int) -> Iterator[tuple[int, float]]:
    """(pixels, accuracy) of a network trained on 3000 digits of MNIST, tested on 1000."""
    name, _, moved = case.partition(" + ")
    X, y, X_test, y_test = split_of(mnist(), seed, 1000)
    rng = np.random.default_rng(seed)
    model = NETWORKS[name](rng)
    train(model, X[:3000], y[:3000], epochs=EPOCHS["mnist"], rng=rng, most=3 if moved else 0)
    for pixels in SHIFTS:
        yield pixels, accuracy_when_shifted(model, X_test, y_test, pixels)


def small(case: str, seed: int) -> Iterator[tuple[int, float]]:
    """The same on the digits of 8 × 8 pixels: 1347 to train, 450 to test, moved by 0 or 1."""
    X, y, X_test, y_test = split_of(digits(), seed, 450)
    rng = np.random.default_rng(seed)
    model = SMALL[case](rng)
    train(model, X, y, epochs=EPOCHS["digits"], rng=rng)
    for pixels in SHIFTS[:2]:
        yield pixels, accuracy_when_shifted(model, X_test, y_test, pixels)


def tower(depth: int, residual: bool, *, rng, channels: int = 8) -> Sequential:
    """``depth`` convolutions in pairs; each pair adds to its input, from 0 on, or replaces it."""
    made = {"rng": rng, "dtype": np.float32}
    layers = [Conv2d(1, channels, 3, padding=1, **made), ReLU()]
    for _ in range(depth // 2):
        pair = [Conv2d(channels, channels, 3, padding=1, **made) for _ in range(2)]
        if residual:
            pair[1].W *= 0
            layers += [ResidualBlock(pair[0], ReLU(), pair[1]), ReLU()]
        else:
            layers += [pair[0], ReLU(), pair[1], ReLU()]
    return Sequential(*layers, GlobalAveragePool(), Linear(channels, 10, init="xavier", **made))


def deep(case: str, seed: int) -> Iterator[tuple[int, float]]:
    """(epoch, training loss) of a tower on the digits; at epoch 0 the test accuracy at the end."""
    kind, depth = case.split()
    X, y, X_test, y_test = split_of(digits(), seed, 450)
    rng = np.random.default_rng(seed)
    model = tower(int(depth), kind == "residual", rng=rng)
    losses = train(model, X, y, epochs=EPOCHS["depth"], rng=rng, lr=2e-3)
    yield 0, accuracy_when_shifted(model, X_test, y_test, 0)
    yield from enumerate(losses, 1)


def shrunk(images: np.ndarray) -> np.ndarray:
    """28 × 28 pixels as 8 × 8, like the digits: the middle 24, in means of 3 × 3, at most 1."""
    small = AvgPool2d(3).forward(images[:, :, 2:26, 2:26])
    return np.minimum(small / small.max(axis=(2, 3), keepdims=True), 1)


def transfer(case: str, seed: int) -> Iterator[tuple[int, float]]:
    """(labels a class, accuracy on 450 digits) with convolutions that MNIST taught, or not."""
    X, y, X_test, y_test = split_of(digits(), seed, 450)
    rng = np.random.default_rng(seed)
    taught = SMALL["CNN"](rng)
    if case != STARTS[0]:
        big, big_y = images_of(mnist())
        train(taught, shrunk(big), big_y, epochs=EPOCHS["before"], rng=rng)
    for labels in LABELS:
        rows = np.concatenate([np.flatnonzero(y == c)[:labels] for c in range(10)])
        yield (
            labels,
            accuracy_when_shifted(adapted(taught, case, X[rows], y[rows], seed), X_test, y_test, 0),
        )


def adapted(taught, case: str, X, y, seed: int) -> Sequential:
    """A network with the convolutions of ``taught`` and a dense layer of its own, trained."""
    rng = np.random.default_rng(seed)
    model = SMALL["CNN"](rng)
    for i in (0, 3):
        for name, p in taught.layers[i].parameters.items():
            model.layers[i].parameters[name] = p
    body, head = Sequential(*model.layers[:-1]), Sequential(model.layers[-1])
    if case == STARTS[2]:
        train(head, body.predict(X), y, epochs=EPOCHS["after"], rng=rng)
    else:
        train(model, X, y, epochs=EPOCHS["after"], rng=rng)
    return model


PARTS = {
    "mnist": (shifts, [name + moved for name in NETWORKS for moved in ("", " + shifts")]),
    "digits": (small, list(SMALL)),
    "depth": (deep, [f"{kind} {n}" for n in DEPTHS for kind in ("plain", "residual")]),
    "transfer": (transfer, list(STARTS)),
}


def main(path: Path, seeds) -> None:
    """Append what is missing, the lines of a case and seed at a time."""
    RECORD.fill(path, PARTS, seeds)


def digit_network(path: Path) -> None:
    """The network of the figure, trained on all 5000 digits, moved by up to 3 pixels."""
    X, y = images_of(mnist())
    rng = np.random.default_rng(0)
    model = NETWORKS["CNN"](rng)
    train(model, X, y, epochs=8, rng=rng, most=3)
    np.savez_compressed(path, **model.parameters)


if __name__ == "__main__":
    if not (network := DATA / "digit_cnn.npz").exists():
        digit_network(network)
    main(*arguments(__doc__, DATA / "cnn.csv", len(SEEDS)))
