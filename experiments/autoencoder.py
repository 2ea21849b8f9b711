"""Measure autoencoders on digits, train those of a figure: ``python -m experiments.autoencoder``.

Writes ``lecturelib/data/autoencoder.csv`` line by line and the networks of the figure Latent,
``lecturelib/data/latent.npz``. Broken off, it goes on where it stopped; delete the files to measure
anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from experiments.record import DATA, Record, arguments
from lecturelib.autoencoder import (
    VAE,
    Autoencoder,
    Corruption,
    L1Penalty,
    SummedCrossEntropy,
    SummedSquaredError,
    decibels,
    nearest,
    neighbour_accuracy,
    pretrain,
    roc_area,
)
from lecturelib.autoencoder.sparse import hidden_features, recovered, unit_columns
from lecturelib.data import digits
from lecturelib.losses import MeanSquaredError
from lecturelib.optim import Adam
from lecturelib.representation import principal_components
from lecturelib.training import fit

RECORD = Record("autoencoder", "part;case;seed;name;value", keys=(str, str, int))
SEEDS = range(3)
DEEP = [64, 48, 32, 16]
FLAT = [64, 64, 32, 2]
EPOCHS = {"greedy": 25, "joint": 60, "codes": 150, "noise": 60, "strange": 60, "sparse": 40}
NOISES = {"gaussian": 0.3, "mask": 0.4}
STRENGTHS = ("0", "0.05", "0.1", "0.2", "0.4")


def split_of(seed: int):
    """(X, y, X_test, y_test): 1347 and 450 digits in float32, drawn by the seed alone."""
    data = digits()
    order = np.random.default_rng(100 + seed).permutation(len(data.y))
    X, y = data.X[order].astype(np.float32), data.y[order]
    return X[450:], y[450:], X[:450], y[:450]


def error(model, X) -> float:
    """Mean squared error a pixel of the reconstructions."""
    return float(np.square(model.predict(X) - X).mean())


def taught(model, X, epochs: int, rng, loss=MeanSquaredError):
    """The model after so many epochs with Adam, rate 0.002, batches of 32;  -> the model."""
    fit(model, loss(), Adam(model, 2e-3), X, X, epochs=epochs, batch_size=32, rng=rng)
    return model


def linear_error(X, X_test, k: int) -> float:
    """The same of k principal components of X."""
    found = principal_components(X, k)
    return float(np.square(found.decode(found.encode(X_test)) - X_test).mean())


def stacked(case: str, seed: int) -> Iterator[tuple[str, float]]:
    """(training, error on test digits) of 64-48-32-16, with one activation everywhere."""
    X, _, X_test, _ = split_of(seed)

    def new():
        rng = np.random.default_rng(seed)
        options = {"code": case, "output": case, "dtype": np.float32}
        return Autoencoder(DEEP, case, rng=rng, **options), rng

    model, rng = new()
    pretrain(model, X, epochs=EPOCHS["greedy"], batch_size=32, rng=rng)
    yield "layer by layer", error(model, X_test)
    yield "then jointly", error(taught(model, X, EPOCHS["joint"], rng), X_test)
    model, rng = new()
    yield "from scratch", error(taught(model, X, EPOCHS["joint"], rng), X_test)
    more = 3 * EPOCHS["greedy"]
    yield "from scratch, as many epochs", error(taught(model, X, more, rng), X_test)
    yield "PCA", linear_error(X, X_test, DEEP[-1])


def plane_autoencoder(X, rng) -> Autoencoder:
    """64-64-32-2 with ReLU and a sigmoid at the output, trained."""
    model = Autoencoder(FLAT, "relu", output="sigmoid", rng=rng, dtype=np.float32)
    return taught(model, X, EPOCHS["codes"], rng)


def plane_vae(X, rng) -> VAE:
    """The same as a variational autoencoder, trained."""
    model = VAE(FLAT, "relu", rng=rng, dtype=np.float32)
    return taught(model, X, EPOCHS["codes"], rng, SummedCrossEntropy)


def codes(case: str, seed: int) -> Iterator[tuple[str, float]]:
    """Error and neighbours of codes of two numbers."""
    X, y, X_test, y_test = split_of(seed)
    rng = np.random.default_rng(seed)
    if case == "PCA":
        model = principal_components(X, 2)
        both = [model.encode(part) for part in (X, X_test)]
    elif case == "autoencoder":
        model = plane_autoencoder(X, rng)
        both = [model.encode(part) for part in (X, X_test)]
    else:
        model = plane_vae(X, rng)
        both = [model.encode(part)[0] for part in (X, X_test)]
        yield "KL", model.kl(X_test)
    yield "error", float(np.square(model.decode(both[1]) - X_test).mean())
    yield "neighbours", neighbour_accuracy(both[0], y, both[1], y_test)


def linear_map(X, Y, X_new, ridge: float = 1.0):
    """The images that a linear map with a bias, fitted from X to Y, makes of X_new."""
    ones = [np.column_stack([part, np.ones(len(part))]).astype(float) for part in (X, X_new)]
    normal = ones[0].T @ ones[0] + ridge * np.eye(len(ones[0][0]))
    return (ones[1] @ np.linalg.solve(normal, ones[0].T @ Y)).astype(np.float32)


def noise(case: str, seed: int) -> Iterator[tuple[str, float]]:
    """Decibels of spoilt test digits and of what five ways make of them."""
    X, _, X_test, _ = split_of(seed)
    spoil = Corruption(case, NOISES[case], rng=np.random.default_rng(200 + seed))
    spoilt, spoilt_X = spoil.corrupt(X_test), spoil.corrupt(X)
    yield "nothing", decibels(spoilt, X_test)
    found = principal_components(X, 16)
    cleaned = found.decode(found.encode(spoilt)).astype(np.float32)
    yield "PCA, 16 numbers", decibels(cleaned, X_test)
    yield "linear map", decibels(linear_map(spoilt_X, X, spoilt), X_test)
    for name, corrupts in (("autoencoder, clean", False), ("autoencoder, spoilt", True)):
        rng = np.random.default_rng(seed)
        corruption = Corruption(case, NOISES[case], rng=rng) if corrupts else None
        options = {"code": "relu", "output": "sigmoid", "dtype": np.float32}
        model = Autoencoder([64, 128], rng=rng, corruption=corruption, **options)
        taught(model, X, EPOCHS["noise"], rng)
        yield name, decibels(model.predict(spoilt), X_test)


def strange(case: str, seed: int) -> Iterator[tuple[str, float]]:
    """Area below the ROC curve where the digit ``case`` is missing from the training rows."""
    X, y, X_test, y_test = split_of(seed)
    X, odd = X[y != int(case)], y_test == int(case)
    found = principal_components(X, DEEP[-1])
    rebuilt = found.decode(found.encode(X_test))
    yield "PCA", roc_area(np.square(rebuilt - X_test).sum(axis=1), odd)[2]
    rng = np.random.default_rng(seed)
    model = Autoencoder(DEEP, "tanh", rng=rng, dtype=np.float32)
    rebuilt = taught(model, X, EPOCHS["strange"], rng).predict(X_test)
    yield "autoencoder", roc_area(np.square(rebuilt - X_test).sum(axis=1), odd)[2]
    yield "nearest digit", roc_area(nearest(X, X_test)[1][:, 0], odd)[2]


def sparse(case: str, seed: int) -> Iterator[tuple[str, float]]:
    """What a sparse autoencoder finds of 40 directions in 20 dimensions, by the strength of L1."""
    X, directions = hidden_features(6000, rng=np.random.default_rng(300 + seed))
    rng = np.random.default_rng(seed)
    options = {"code": "relu", "rng": rng, "dtype": np.float32}
    model = Autoencoder([20, 40], penalty=L1Penalty(float(case)), **options)
    settings = {"epochs": EPOCHS["sparse"], "batch_size": 64, "callbacks": [unit_columns]}
    fit(model, SummedSquaredError(), Adam(model, 3e-3), X, X, rng=rng, **settings)
    yield "found", float((recovered(model, directions) > 0.9).mean())
    yield "active", float((model.encode(X) > 1e-3).sum(axis=1).mean())


PARTS = {
    "stacked": (stacked, ["tanh", "sigmoid"]),
    "codes": (codes, ["PCA", "autoencoder", "VAE"]),
    "noise": (noise, list(NOISES)),
    "strange": (strange, [str(digit) for digit in range(10)]),
    "sparse": (sparse, list(STRENGTHS)),
}


def main(path: Path, seeds) -> None:
    """Append what is missing, the lines of a case and seed at a time."""
    RECORD.fill(path, PARTS, seeds)


def networks(path: Path) -> None:
    """The two networks of the figure, trained on the 1347 digits of seed 0, in half precision."""
    X = split_of(0)[0]
    made = {"autoencoder": plane_autoencoder, "vae": plane_vae}
    arrays = {}
    for kind, teach in made.items():
        model = teach(X, np.random.default_rng(0))
        arrays |= {f"{kind}.{name}": p.astype(np.float16) for name, p in model.parameters.items()}
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    if not (latent := DATA / "latent.npz").exists():
        networks(latent)
    main(*arguments(__doc__, DATA / "autoencoder.csv", len(SEEDS)))
