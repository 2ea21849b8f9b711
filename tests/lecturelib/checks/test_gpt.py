"""The checks of the chapter on GPT."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import gpt
from lecturelib.gpt import bits_per_character, dpo_loss, next_probabilities, perplexity
from lecturelib.tokenizer import BytePairs, best_pairs
from lecturelib.transformer import TokenCrossEntropy


def plain(z, temperature, top_k, top_p, *, late=False, more=0, back=True):
    p = np.exp((z - z.max()) / (1 if late else temperature))
    p = p / p.sum()
    order = np.argsort(-p, kind="stable")
    s = p[order]
    for knob in "kp":
        if knob == "k":
            s[top_k:] = 0
        else:
            before = np.cumsum(s) - s
            s[max(1, int((before < top_p).sum()) + more) :] = 0
        s = s / s.sum()
    if late:
        s = s ** (1 / temperature)
        s = s / s.sum()
    if not back:
        return s
    p[order] = s
    return p


def by_the_library(z, temperature, top_k, top_p):
    return next_probabilities(z, temperature=temperature, top_k=top_k, top_p=top_p)


def unnormalised(z, temperature, top_k, top_p):
    p = np.exp((z - z.max()) / temperature)
    p = p / p.sum()
    return np.where(by_the_library(z, temperature, top_k, top_p) > 0, p, 0)


def nll(z, y):
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(log_p, y[..., None], axis=-1)


def moved(z, x):
    return nll(z[:, :-1], x[:, 1:]).mean()


class TestGpt(CheckContract):
    check = gpt
    NUMBERS = {
        "first_count": [13, 9, 3, 10, 48],
        "second_count": [9, 6, 4, 13, 3],
        "tokens_after": [22, 35, 26, 19, 7, 15],
        "perplexity_of_four": [4, 2, 1.386, 3.556, 256, 7.389],
        "untrained": [6.238, 9, 2.709, 0.001953, 512],
        "bits_of_tokens": [1.847, 1.28, 4.617, 11.54, 0.887],
        "sharpened": [0.5333, 0.16, 0.3254, 0.8, 0.4],
        "then_top_p": [0.64, 0.5333, 0.5517, 0.4444, 0.5714, 1],
        "lora_size": [1024, 12288, 256, 768, 3072, 512],
        "dpo_value": [0.1269, 0.01815, 2.1269, 1.3133, 0.8808, 0.6931, 0.000335],
    }
    CHOICES = {
        "target": "The token behind it",
        "compare": "That cannot be said",
        "temperature": "It halves the logits",
        "cache": "Earlier tokens do not look",
        "likelihood": "Not by itself",
    }
    RIGHT = {
        "knobs": [plain, by_the_library],
        "next_token_loss": [moved, lambda z, x: TokenCrossEntropy().forward(z[:, :-1], x[:, 1:])],
    }
    WRONG = {
        "knobs": [
            (lambda z, t, k, p: plain(z, 1.0, k, p), "temperature has no effect"),
            (lambda z, t, k, p: plain(z, 1 / t, k, p), "temperature is turned round"),
            (lambda *a: plain(*a, late=True), "temperature comes first"),
            (unnormalised, "has to add up to 1"),
            (lambda z, t, k, p: plain(z, t, k, 1.0), "Top-p cuts nothing"),
            (lambda z, t, k, p: plain(z, t, 9, p), "Top-k cuts nothing"),
            (lambda *a: plain(*a, more=-1), "reaches top-p is kept"),
            (lambda *a: plain(*a, back=False), "back in their places"),
            (lambda z, t, k, p: np.full(len(z), 1 / len(z)), "Softmax of z/τ"),
        ],
        "next_token_loss": [
            (lambda z, x: nll(z, x).mean(), "only has to copy"),
            (lambda z, x: nll(z[:, 1:], x[:, :-1]).mean(), "the wrong way"),
            (lambda z, x: nll(z, np.roll(x, -1, axis=1)).mean(), "wrap around"),
            (lambda z, x: nll(z[:, :-1], x[:, 1:]).sum(), "not a sum"),
            (lambda z, x: -moved(z, x), "sign is turned round"),
            (lambda z, x: nll(z[:, :-1], x[:, 1:]).sum() / x.size, "T − 1 predictions"),
            (lambda z, x: 7.0, "which rows have a target"),
        ],
    }

    def test_the_numbers_are_those_of_the_library(self):
        words = ",".join(["sun"] * 6 + ["run"] * 4 + ["suns"] * 3 + ["rag"] * 2)
        counts = [count for _, (_, count) in zip(range(2), best_pairs(words), strict=False)]
        assert gpt.first_count(counts[0])
        assert gpt.second_count(counts[1])
        assert gpt.tokens_after(len(BytePairs.learn(words, 3).encode(words)) - words.count(","))
        assert gpt.perplexity_of_four(perplexity(np.log([2, 4, 8, 4]).mean()))
        assert gpt.bits_of_tokens(bits_per_character(3.2, 100, 250))
        z = np.log([0.4, 0.3, 0.2, 0.1])
        assert gpt.sharpened(next_probabilities(z, temperature=0.5)[0])
        assert gpt.then_top_p(next_probabilities(z, temperature=0.5, top_p=0.8)[0])
        one, zero = np.ones(1), np.zeros(1)
        assert gpt.dpo_value(dpo_loss(one, -3 * one, zero, zero, 0.5).loss)
