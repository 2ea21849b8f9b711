"""Characters and byte pairs: the hand example, ties, the order of merges, and the way back."""

from itertools import islice, pairwise

import numpy as np
import pytest

from lecturelib.data import shakespeare
from lecturelib.tokenizer import BytePairs, Characters, best_pairs, pieces

WORDS = "\n".join(["cat"] * 6 + ["hat"] * 5 + ["cats"] * 4 + ["hot"] * 3)
# Scripts, signs, white space, letters with marks, characters of one to four bytes.
ANY = [
    "",
    " ",
    "a  b\n\n\tc ",
    "Đồ án môn học",
    "e\u0301 ñ ß İ",
    "日本語, русский, עברית",
    "🙂👩‍👩‍👧 \U0010ffff\x00",
    "x_1 = 'don't' -- 3.5%",
    "\u00a0\u2028\u3000 end",
    "aaaaaaa",
]


def spelled(tokenizer, text):
    return [tokenizer.tokens[i].decode() for i in tokenizer.encode(text)]


# The example that is done by hand


def test_the_merges_of_the_hand_example():
    found = list(islice(best_pairs(WORDS), 4))
    tokens = BytePairs(pair for pair, _ in found).tokens[256:]
    assert list(zip(tokens, (n for _, n in found), strict=True)) == [
        (b"at", 15),
        (b"cat", 10),
        (b"hat", 5),
        (b"cats", 4),
    ]


def test_58_letters_become_24_tokens_and_new_words_are_cut_as_by_hand():
    four = BytePairs.learn(WORDS, 4)
    assert sum(map(str.isalpha, WORDS)) == 58
    assert len(four.encode(WORDS)) - WORDS.count("\n") == 24
    assert spelled(four, "chats") == ["c", "hat", "s"]
    assert spelled(four, "that") == ["t", "hat"]
    assert spelled(four, "cats") == ["cats"]


# Learning


def test_of_equal_pairs_the_lower_ids_come_first_whatever_the_order_of_the_text():
    for text in ("zy\nba\nbc", "bc\nba\nzy"):
        pairs = [tuple(map(chr, pair)) for pair, _ in best_pairs(text)]
        assert pairs == [("b", "a"), ("b", "c"), ("z", "y")]


def test_no_token_reaches_over_the_end_of_a_word():
    tokens = BytePairs.learn("to be or not to be " * 9, 9).tokens[256:]
    assert all(b" " not in token[1:] for token in tokens)
    assert b" to" in tokens


def naive_pairs(text):
    """Count everything anew before each merge."""
    words, new = [list(piece.encode()) for piece in pieces(text)], 256
    while True:
        counts = {}
        for pair in (pair for ids in words for pair in pairwise(ids)):
            counts[pair] = counts.get(pair, 0) + 1
        if not counts:
            return
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        yield best, counts[best]
        words = [merged(ids, best, new) for ids in words]
        new += 1


def merged(ids, pair, new):
    found = []
    for i in ids:
        if found and (found[-1], i) == pair:
            found[-1] = new
        else:
            found.append(i)
    return found


@pytest.mark.parametrize("text", [WORDS, "aaaa aaa aa", shakespeare()[:3000]])
def test_the_kept_counts_are_those_of_counting_anew(text):
    assert list(islice(best_pairs(text), 60)) == list(islice(naive_pairs(text), 60))


def test_500_merges_of_the_packaged_text_and_the_way_back():
    text = shakespeare()
    tokenizer = BytePairs.learn(text, 500)
    ids = tokenizer.encode(text)
    assert tokenizer.size == 756
    assert len(text) / len(ids) == pytest.approx(2.237, abs=0.001)
    assert tokenizer.decode(ids) == text


# Encoding


def test_merges_are_made_in_their_order():
    # "bc" was learned first: in "abc" it goes before "ab", which stands further left.
    tokenizer = BytePairs([(ord("b"), ord("c")), (ord("a"), ord("b"))])
    assert spelled(tokenizer, "abc") == ["a", "bc"]
    assert spelled(tokenizer, "abd") == ["ab", "d"]


def test_encoding_the_text_that_was_learned_from_gives_what_learning_left():
    text = shakespeare()[:20_000]
    tokenizer = BytePairs.learn(text, 80)
    words = [list(piece.encode()) for piece in pieces(text)]
    for m, pair in enumerate(tokenizer.merges):
        words = [merged(ids, pair, 256 + m) for ids in words]
    assert tokenizer.encode(text).tolist() == [i for ids in words for i in ids]


@pytest.mark.parametrize("text", ANY)
def test_any_text_comes_back(text):
    tokenizer = BytePairs.learn(shakespeare()[:5000] + "".join(ANY), 60)
    assert "".join(pieces(text)) == text
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.encode(text).dtype == np.int64


def test_bytes_that_are_no_character_are_shown_as_such():
    assert BytePairs([]).decode([0xC4, 0x61]) == "\N{REPLACEMENT CHARACTER}a"


def test_characters_come_back_in_the_order_of_unicode():
    tokenizer = Characters.learn("baca")
    assert tokenizer.tokens == ("a", "b", "c")
    assert tokenizer.encode("cab").tolist() == [2, 0, 1]
    assert tokenizer.decode([1, 0, 2]) == "bac"
    assert tokenizer.encode("").shape == (0,)
    assert tokenizer.decode([]) == ""


# Refusals


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (lambda: Characters.learn(""), r"text: expected a text that is not empty, got ''"),
        (lambda: Characters(["ab"]), r"alphabet: expected single characters"),
        (lambda: Characters("aa"), r"alphabet: expected single characters, each once"),
        (lambda: Characters.learn("ab").encode("abé"), r"expected characters out of the 2 .*'é'"),
        (lambda: Characters.learn("ab").decode([2]), r"ids: expected numbers from 0 to 1, got 2"),
        (lambda: Characters.learn("ab").decode([[0]]), r"ids: expected whole numbers in a row"),
        (lambda: Characters.learn("ab").decode([0.5]), r"ids: expected whole numbers in a row"),
        (lambda: BytePairs.learn("", 1), r"text: expected a text that is not empty"),
        (lambda: BytePairs.learn(b"ab", 1), r"text: expected a text .*bytes"),
        (lambda: BytePairs.learn("abc", 3), r"merges: expected at most 2 for this text.* got 3"),
        (lambda: BytePairs.learn("abc", -1), r"merges: expected a whole number of at least 0"),
        (lambda: BytePairs([]).encode("\ud800"), r"text: expected characters, got '\\ud800'"),
        (lambda: BytePairs([]).encode(["a"]), r"text: expected a text, got \['a'\]"),
        (lambda: BytePairs([]).decode([256]), r"ids: expected numbers from 0 to 255, got 256"),
        (lambda: BytePairs([]).decode([-1]), r"ids: expected numbers from 0 to 255, got -1"),
        (lambda: BytePairs([(97, 256)]), r"merges: expected new pairs of ids below 256 at place 0"),
        (lambda: BytePairs([(97, 98)] * 2), r"merges: expected new pairs .* at place 0"),
    ],
)
def test_what_makes_no_sense_is_refused(what, says):
    with pytest.raises(ValueError, match=says):
        what()
