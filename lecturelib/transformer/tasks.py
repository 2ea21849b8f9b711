"""Two tasks made of numbers, and the training loop that learns them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib._validate import generator, whole
from lecturelib.layers import Layer
from lecturelib.optim import Adam, clip_gradients
from lecturelib.schedules import OneCycle
from lecturelib.transformer.loss import TokenCrossEntropy

__all__ = ["SYMBOLS", "added", "held_out_pairs", "learn", "question", "reversal", "sums"]

SYMBOLS = "0123456789+="
_ANSWER = slice(6, 9)


def reversal(N: int, T: int, symbols: int, rng) -> tuple[np.ndarray, np.ndarray]:
    """N rows of T random symbols, and the same rows backwards;  -> x, y (N, T), whole numbers.

    ValueError for sizes below 1 and no Generator.
    """
    shape = whole(N, "N"), whole(T, "T")
    x = generator(rng).integers(whole(symbols, "symbols"), size=shape)
    return x, x[:, ::-1]


def held_out_pairs(rng, n_test: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of numbers from 0 to 99 in random order, in two parts;  -> (P, 2), (n_test, 2).

    No pair of the second part is in the first. ValueError unless n_test leaves both parts some.
    """
    n_test = whole(n_test, "n_test")
    if n_test >= 10_000:
        raise ValueError(f"n_test: expected fewer than the 10,000 pairs, got {n_test}; take 1000")
    pairs = np.stack(np.divmod(generator(rng).permutation(10_000), 100), axis=1)
    return pairs[n_test:], pairs[:n_test]


def sums(pairs) -> np.ndarray:
    """47, 85 as "47+85=231", the digits of the sum from the units on;  (P, 2) -> (P, 9).

    The places of ``SYMBOLS``. Units first, as one adds on paper: a digit then needs the carry of
    digits that stand before it. ValueError for numbers below 0 and above 99.
    """
    pairs = np.asarray(pairs)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.min() < 0 or pairs.max() > 99:
        raise ValueError(
            f"pairs: expected shape (P, 2) with numbers from 0 to 99, got shape {pairs.shape}; one "
            "pair is a row"
        )
    (a, b), s = pairs.T, pairs.sum(axis=1)
    plus, equals = (np.full(len(a), SYMBOLS.index(c)) for c in "+=")
    columns = a // 10, a % 10, plus, b // 10, b % 10, equals, s % 10, s // 10 % 10, s // 100
    return np.stack(columns, axis=1)


def question(rows) -> tuple[np.ndarray, np.ndarray]:
    """What to read and what is asked for: the next token, in the answer only;  -> x, y (P, 8).

    y is −1 where nothing is asked. y_t is the token *behind* x_t.
    """
    x, y = rows[:, :-1], rows[:, 1:].copy()
    y[:, : _ANSWER.start - 1] = -1
    return x, y


def added(write: Callable, pairs) -> float:
    """The share of pairs whose three digits are all right; ``write(tokens, 3)`` adds tokens."""
    rows = sums(pairs)
    written = write(rows[:, : _ANSWER.start], 3)
    return float((written[:, _ANSWER] == rows[:, _ANSWER]).all(axis=1).mean())


def learn(model: Layer, draw: Callable, *, steps: int, lr: float) -> list[float]:
    """Adam with ``OneCycle(lr)`` on a fresh batch x, y = draw() a step;  -> the losses.

    x is a tuple for a model with two inputs. y is −1 where nothing is asked. The gradient is
    clipped to norm 1.
    """
    optimiser, loss, rate, losses = Adam(model), TokenCrossEntropy(), OneCycle(lr, steps), []
    for t in range(1, steps + 1):
        x, y = draw()
        z = model.forward(*x) if isinstance(x, tuple) else model.forward(x)
        losses.append(loss.forward(z, y))
        optimiser.zero_grad()
        model.backward(loss.backward())
        clip_gradients(model.gradients, 1.0)
        optimiser.lr = rate(t)
        optimiser.step()
    return losses
