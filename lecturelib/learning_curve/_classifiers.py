"""The five classifiers that the chapter on performance and data compares, in one form.

Each is a function (X, y, seed) -> Trained. Classes are 0, 1, …; scikit-learn and torch are imported
where they are needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

import numpy as np

from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import fit

SEEN = 120_000  # examples that a network is shown in training, however few different ones there are
HIDDEN = (256, 128)
BATCH = 50


class Trained(NamedTuple):
    """``predict(X)`` gives classes; how many numbers it keeps and how much work a prediction is."""

    predict: Callable[[np.ndarray], np.ndarray]
    parameters: int
    operations: int


def logistic_regression(X, y, seed) -> Trained:
    """softmax(V x + c), a network without hidden layer, fitted to its optimum."""
    model = _sklearn("linear_model").LogisticRegression(max_iter=2000).fit(X, y)
    return Trained(model.predict, model.coef_.size + model.intercept_.size, model.coef_.size)


def svm(X, y, seed) -> Trained:
    """One against one, Gaussian kernel: keeps the training rows near the boundaries."""
    model = _sklearn("svm").SVC(C=10.0, gamma="scale").fit(X, y)
    kept = model.support_vectors_.size
    # A row costs its squared distance to every kept row, then a weighted sum for each other class.
    weights = model.dual_coef_.size
    return Trained(model.predict, kept + weights + model.intercept_.size, kept + weights)


def random_forest(X, y, seed) -> Trained:
    """100 trees grown on resampled rows: parameters are nodes, operations are comparisons."""
    model = _sklearn("ensemble").RandomForestClassifier(100, random_state=seed).fit(X, y)
    nodes = sum(tree.tree_.node_count for tree in model.estimators_)
    depth = sum(float(np.mean(tree.decision_path(X).sum(axis=1))) - 1 for tree in model.estimators_)
    return Trained(model.predict, nodes, round(depth))


def mlp(X, y, seed) -> Trained:
    """ReLU layers of 256 and 128 units; Adam, the rate falling from 0.003 to 0."""
    return train_mlp([X.shape[1], *HIDDEN, int(y.max()) + 1], X, y, seed)


def train_mlp(sizes, X, y, seed, seen: int = SEEN, lr: float = 3e-3) -> Trained:
    """A network of these sizes after ``seen`` examples, whole epochs."""
    rng = np.random.default_rng(seed)
    net, loss = FFNN(sizes, rng=rng), CrossEntropy()
    optimiser, epochs = Adam(net, lr=lr), math.ceil(seen / len(X))
    for epoch in range(epochs):
        optimiser.lr = lr * (1 - epoch / epochs)
        done = fit(net, loss, optimiser, X, y, epochs=1, batch_size=BATCH, rng=rng)
        if not done.train_loss.size:  # fit was interrupted, and then so is this
            raise KeyboardInterrupt
    weights = sum(p.size for p in net.parameters.values() if p.ndim == 2)
    count = sum(p.size for p in net.parameters.values())
    return Trained(lambda rows: net.predict(rows).argmax(axis=1), count, weights)


def cnn(X, y, seed) -> Trained:
    """Three convolutions of 32 channels along the signal, each halving it; AdamW, one cycle."""
    torch = _torch()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = _convolutions(torch, X.shape[1], int(y.max()) + 1)
        _train(torch, net, _signal(torch, X), torch.as_tensor(y))

    def predict(rows):
        with torch.inference_mode():
            return net(_signal(torch, rows)).argmax(dim=1).numpy()

    count = sum(p.numel() for p in net.parameters())
    return Trained(predict, count, _multiply_adds(net, X.shape[1]))


def _convolutions(torch, length, classes):
    nn, layers, channels = torch.nn, [], 1
    for kernel in (5, 3, 3):
        layers += [nn.Conv1d(channels, 32, kernel, stride=2, padding=kernel // 2), nn.ReLU()]
        channels, length = 32, (length + 1) // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * length, classes))


def _train(torch, net, X, y):
    batches = math.ceil(len(X) / BATCH)
    epochs = math.ceil(SEEN / len(X))
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=epochs * batches)
    for _ in range(epochs):
        for rows in torch.randperm(len(X)).split(BATCH):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(net(X[rows]), y[rows]).backward()
            optimiser.step()
            cycle.step()


def _multiply_adds(net, length):
    """Every weight of a convolution is used at each of its output positions."""
    total = 0
    for p in net.parameters():
        if p.ndim == 3:
            length = (length + 1) // 2
            total += p.numel() * length
        elif p.ndim == 2:
            total += p.numel()
    return total


def _signal(torch, X):
    return torch.as_tensor(X, dtype=torch.float32)[:, None, :]


def _sklearn(part):
    try:
        return import_module(f"sklearn.{part}")
    except ImportError as error:
        message = 'the classic models need scikit-learn: pip install "lecturelib[classic]"'
        raise ImportError(message) from error


def _torch():
    try:
        import torch
    except ImportError as error:
        message = 'the CNN needs PyTorch: pip install "lecturelib[torch]"'
        raise ImportError(message) from error
    return torch


MODELS: dict[str, Callable[..., Trained]] = {
    "logistic regression": logistic_regression,
    "SVM": svm,
    "random forest": random_forest,
    "MLP": mlp,
    "CNN": cnn,
}
