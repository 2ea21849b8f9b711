"""What a network makes of an image that has moved: shifts, four networks, and their accuracy.

The networks have about as many parameters as one another, so that what differs is how they are
connected; ``wide MLP`` alone has five times as many. All are float32.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib._validate import finite_array, generator, labels, whole
from lecturelib.conv import Conv2d, Flatten, GlobalAveragePool, MaxPool2d
from lecturelib.data import digit_cnn
from lecturelib.exchange.npz import fill
from lecturelib.layers import Layer, Linear, ReLU, Sequential
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.regularization import shift
from lecturelib.training import accuracy, fit

__all__ = [
    "NETWORKS",
    "accuracy_when_shifted",
    "cnn",
    "mlp",
    "pooled_cnn",
    "randomly_shifted",
    "shifted",
    "train",
    "trained_cnn",
]


def shifted(images, down: int, right: int) -> np.ndarray:
    """The images moved by whole pixels, 0 where nothing comes from;  (…, H, W) -> (…, H, W).

    Negative numbers move up and to the left; what leaves the image is lost. ValueError for fewer
    than two axes and moves that are no whole numbers.
    """
    images = finite_array(images, "images")
    if images.ndim < 2:
        raise ValueError(
            f"images: expected shape (…, H, W), got {images.shape}; rows of pixels become images "
            "by x.reshape(len(x), height, width)"
        )
    H, W = images.shape[-2:]
    down, right = whole(down, "shift", least=-H), whole(right, "shift", least=-W)
    if abs(down) >= H or abs(right) >= W:
        return np.zeros_like(images)
    return shift(images.reshape(-1, H, W), down, right).reshape(images.shape)


def randomly_shifted(images, most: int, *, rng: np.random.Generator) -> np.ndarray:
    """Each image moved by its own whole numbers from −most to most;  (N, …, H, W) -> the same.

    ValueError as ``shifted``, for a negative ``most``, and for one of a whole side or more.
    """
    most = whole(most, "most", least=0)
    moves = generator(rng).integers(-most, most + 1, size=(len(images), 2))
    images = finite_array(images, "images")
    flat = images.reshape(-1, *images.shape[-2:])
    # All channels of an image move together.
    down, right = np.repeat(moves, len(flat) // len(images), axis=0).T
    return shift(flat, down, right).reshape(images.shape)


def accuracy_when_shifted(model: Layer, images, y, pixels: int) -> float:
    """Mean accuracy after moves by ``pixels`` up, down, left and right;  (N, 1, H, W), (N,).

    With 0 that of the images as they are. ValueError as ``shifted`` and ``accuracy``.
    """
    pixels, y = whole(pixels, "pixels", least=0), labels(y, "y")
    ways = [(pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels)] if pixels else [(0, 0)]
    return float(np.mean([accuracy(_outputs(model, shifted(images, *way)), y) for way in ways]))


def _outputs(model, images):
    # In parts: the rows of windows of a thousand images would not stay in the processor's cache.
    return np.concatenate(
        [model.predict(part) for part in np.array_split(images, -(-len(images) // 250))]
    )


def mlp(side: int, hidden: int, *, rng) -> Sequential:
    """One hidden layer that looks at all pixels;  (N, 1, side, side) -> (N, 10)."""
    made = {"rng": rng, "dtype": np.float32}
    return Sequential(
        Flatten(),
        Linear(side * side, hidden, **made),
        ReLU(),
        Linear(hidden, 10, init="xavier", **made),
    )


def cnn(side: int, *, rng, channels: tuple[int, int] = (8, 16)) -> Sequential:
    """Two convolutions, each with pooling, and one dense layer;  (N, 1, side, side) -> (N, 10)."""
    made = {"rng": rng, "dtype": np.float32}
    first, second = channels
    return Sequential(
        Conv2d(1, first, 3, padding=1, **made),
        ReLU(),
        MaxPool2d(2),
        Conv2d(first, second, 3, padding=1, **made),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(second * (side // 4) ** 2, 10, init="xavier", **made),
    )


def pooled_cnn(side: int, *, rng, channels: tuple[int, int, int] = (8, 16, 48)) -> Sequential:
    """Three convolutions and the mean of each map;  (N, 1, side, side) -> (N, 10)."""
    made = {"rng": rng, "dtype": np.float32}
    first, second, third = channels
    return Sequential(
        Conv2d(1, first, 3, padding=1, **made),
        ReLU(),
        MaxPool2d(2),
        Conv2d(first, second, 3, padding=1, **made),
        ReLU(),
        MaxPool2d(2),
        Conv2d(second, third, 3, padding=1, **made),
        ReLU(),
        GlobalAveragePool(),
        Linear(third, 10, init="xavier", **made),
    )


def trained_cnn() -> Sequential:
    """``cnn(28)`` with the weights that ``python -m experiments.cnn`` found;  -> the network."""
    model = cnn(28, rng=np.random.default_rng(0))
    fill(model.parameters, digit_cnn(), "digit_cnn.npz")
    return model


# For images of 28 × 28 pixels, by the name in the tables.
NETWORKS: dict[str, Callable[..., Sequential]] = {
    "MLP": lambda rng: mlp(28, 12, rng=rng),
    "wide MLP": lambda rng: mlp(28, 64, rng=rng),
    "CNN": lambda rng: cnn(28, rng=rng),
    "CNN, global pooling": lambda rng: pooled_cnn(28, rng=rng),
}


def train(model, X, y, *, epochs: int, rng, most: int = 0, lr: float = 3e-3) -> list[float]:
    """Adam on batches of 32, each epoch on images moved anew by up to ``most``;  -> its losses."""
    optimiser, loss, losses = Adam(model, lr=lr), CrossEntropy(), []
    for _ in range(whole(epochs, "epochs")):
        seen = randomly_shifted(X, most, rng=rng) if most else X
        losses += list(fit(model, loss, optimiser, seen, y, epochs=1, batch_size=32, rng=rng)[0])
    return losses
