"""Checks for the chapter "GPT"."""

from __future__ import annotations

import numpy as np

from lecturelib.checks import code, number
from lecturelib.gpt import next_probabilities

first_count = number("gpt", "merges", "first_count")
second_count = number("gpt", "merges", "second_count")
tokens_after = number("gpt", "merges", "tokens_after")
perplexity_of_four = number("gpt", "likelihood", "perplexity_of_four")
untrained = number("gpt", "likelihood", "untrained")
bits_of_tokens = number("gpt", "likelihood", "bits_of_tokens")
sharpened = number("gpt", "knobs", "sharpened")
then_top_p = number("gpt", "knobs", "then_top_p")
lora_size = number("gpt", "adapting", "lora_size")
dpo_value = number("gpt", "adapting", "dpo_value")

_rng = np.random.default_rng(0)


def _turned(z, temperature, top_k, top_p):
    """The distribution as the library has it."""
    return next_probabilities(z, temperature=temperature, top_k=int(top_k), top_p=top_p)


def _late(z, temperature, top_k, top_p):
    """The knobs of 1, then the temperature on what they have left."""
    p = _turned(z, 1.0, top_k, top_p) ** (1 / temperature)
    return p / p.sum()


def _cut_only(z, temperature, top_k, top_p):
    """What is kept, not divided by its sum."""
    kept = _turned(z, temperature, top_k, top_p) > 0
    return np.where(kept, _turned(z, temperature, 0, 1.0), 0)


@code(
    (np.array([1.3, -1.1, 0.0, 0.2, 0.3, -0.6, -1.0, 0.2, 0.2]), 0.6, 7, 0.64),
    otherwise="Softmax of z/τ, cut to the k likeliest, renormalise, cut to top-p, renormalise.",
    says="Temperature, top-k, top-p, and everything back in its place.",
)
def knobs(z: np.ndarray, temperature: float, top_k: int, top_p: float) -> tuple:
    """A function (z, temperature, top_k, top_p): the distribution of the next token, (V,)."""
    given = z, temperature, top_k, top_p
    right = _turned(*given)
    wrong = {
        "The temperature has no effect: it divides the logits, before the softmax.": _turned(
            z, 1.0, top_k, top_p
        ),
        "The temperature is turned round: the logits are divided by it.": _turned(
            z, 1 / temperature, top_k, top_p
        ),
        "The temperature comes first, not last: top-p sees what it has left.": _late(*given),
        "What is left has to add up to 1.": _cut_only(*given),
        "Top-p cuts nothing: it sees what top-k has left.": _turned(z, temperature, top_k, 1.0),
        "Top-k cuts nothing.": _turned(z, temperature, 0, top_p),
        "The token that reaches top-p is kept as well.": _turned(
            z, temperature, top_k, _one_less(*given)
        ),
        "The probabilities stand in sorted order: put them back in their places.": -np.sort(-right),
    }
    return right, wrong


def _one_less(z, temperature, top_k, top_p):
    """A top-p that keeps one token less."""
    p = -np.sort(-_turned(z, temperature, top_k, 1.0))
    kept = int((_turned(z, temperature, top_k, top_p) > 0).sum())
    return float(p[: kept - 1].sum()) - 1e-3


def _cross_entropy(z, y):
    shifted = z - z.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(log_p, y[..., None], axis=-1)[..., 0]


@code(
    (_rng.normal(size=(3, 5, 4)), _rng.integers(0, 4, (3, 5))),
    otherwise="Row t of z is about token t + 1: which rows have a target, which tokens are one?",
    says="Row t of the logits is about token t + 1.",
)
def next_token_loss(z: np.ndarray, x: np.ndarray) -> tuple:
    """A function (z, x): the mean cross-entropy of logits (N, T, V) for the next of the ids."""
    each = _cross_entropy(z[:, :-1], x[:, 1:])
    wrong = {
        "The target is the input itself: the model only has to copy it.": _cross_entropy(
            z, x
        ).mean(),
        "That is moved the wrong way: row t is about the token behind, not before it.": (
            _cross_entropy(z[:, 1:], x[:, :-1]).mean()
        ),
        "The first token is no target, and the last row has none: nothing may wrap around.": (
            _cross_entropy(z, np.roll(x, -1, axis=1)).mean()
        ),
        "It is a mean over all predictions, not a sum.": each.sum(),
        "The sign is turned round: the loss is −log p.": -each.mean(),
        "That is divided by B · T, but a window of T tokens has T − 1 predictions.": (
            each.sum() / x.size
        ),
    }
    return each.mean(), wrong
