"""n-grams: counted by hand, against a plain loop, and on Shakespeare."""

from collections import Counter

import numpy as np
import pytest

from lecturelib.data import shakespeare
from lecturelib.ngrams import NGrams
from lecturelib.tokenizer import Characters

IDS = np.array([0, 1, 0, 2, 0, 1, 1, 0, 1, 3, 0, 1])


def plain(ids, order, V, context, token):
    """The formula as it stands, with a dictionary of counts for each length."""
    p = 1 / V
    for length in range(order):
        if length > len(context):
            break
        h = tuple(context[len(context) - length :])
        counts = Counter(
            ids[i + length] for i in range(len(ids) - length) if tuple(ids[i : i + length]) == h
        )
        if counts:
            c, d = counts.total(), len(counts)
            p = (counts[token] + d * p) / (c + d)
    return p


def test_a_bigram_by_hand():
    # Behind 0 stood 1, 2, 1, 1, 1, five of two kinds; of all twelve 1 is five, of four kinds.
    alone = (5 + 4 / 4) / (12 + 4)
    p = NGrams(IDS, 2, 4).distribution([3, 0])
    assert p[1] == pytest.approx((4 + 2 * alone) / (5 + 2))


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_it_is_the_formula(order):
    model, rng = NGrams(IDS, order, 5), np.random.default_rng(order)
    for length in (0, 1, 2, 3, 6):
        context = rng.integers(5, size=length)
        p = model.distribution(context)
        assert p.sum() == pytest.approx(1, abs=1e-12)
        expected = [plain(IDS.tolist(), order, 5, context.tolist(), w) for w in range(5)]
        np.testing.assert_allclose(p, expected, rtol=1e-12)


def test_losses_are_the_logarithms_of_the_distributions():
    model, ids = NGrams(IDS, 3, 5), np.random.default_rng(0).integers(5, size=40)
    expected = [-np.log(model.distribution(ids[:t])[ids[t]]) for t in range(len(ids))]
    np.testing.assert_allclose(model.losses(ids), expected, rtol=1e-12)
    np.testing.assert_allclose(model.losses(ids[:1]), expected[:1], rtol=1e-12)


def test_the_last_tenth_of_the_packaged_shakespeare():
    text = shakespeare()
    tokenizer = Characters.learn(text)
    ids = tokenizer.encode(text)
    split = int(0.9 * len(ids))
    found = [NGrams(ids[:split], n, tokenizer.size).losses(ids[split:]).mean() for n in range(2, 7)]
    assert np.round(found, 2).tolist() == [2.46, 1.96, 1.67, 1.59, 1.65]


def test_it_counts_what_it_keeps():
    # Four different tokens, and the pairs 01, 10, 02, 20, 11, 13, 30.
    assert NGrams(IDS, 2, 4).count == 4 + 7


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (lambda: NGrams(IDS, 0, 4), r"order: expected a whole number of at least 1"),
        (lambda: NGrams(IDS, 2, 1), r"vocabulary: expected a whole number of at least 2"),
        (lambda: NGrams(IDS[:2], 3, 4), r"ids: expected at least 3 whole numbers"),
        (lambda: NGrams(IDS, 2, 3), r"ids: expected numbers from 0 to 2, got 0 to 3"),
        (lambda: NGrams(IDS / 2, 2, 4), r"ids: expected .* got dtype float64"),
        (lambda: NGrams(IDS, 32, 4), r"order: expected vocabulary \*\* order below"),
        (lambda: NGrams(IDS, 2, 4).losses([]), r"ids: expected at least 1 whole numbers"),
        (lambda: NGrams(IDS, 2, 4).distribution([[0]]), r"ids: expected .* shape \(1, 1\)"),
        (lambda: NGrams(IDS, 2, 4).distribution([7]), r"ids: expected numbers from 0 to 3, got 7"),
    ],
)
def test_what_makes_no_sense_is_refused(what, says):
    with pytest.raises(ValueError, match=says):
        what()
