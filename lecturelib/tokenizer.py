"""Tokenisers: text as whole numbers, and back.

``Characters`` gives every character a number. ``BytePairs`` starts from the bytes of the text in
UTF-8, which can write any text, and learns which neighbours to join. Both have ``encode(text)``,
an array of ids (n,), ``decode(ids)``, the text, ``size``, how many ids there are, and ``tokens``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

import numpy as np

from lecturelib._validate import whole

__all__ = ["BytePairs", "Characters", "best_pairs", "pieces"]

Pair = tuple[int, int]

# A word with the space before it, a run of signs with the space before it, or white space; of a run
# of white space the last one goes to the word behind it.
_PIECE = re.compile(r" ?\w+| ?[^\w\s]+|\s+(?!\S)|\s+")


class Characters:
    """One id a character: 0 for the first in the order of Unicode, then 1, 2, …

    ``alphabet`` holds each character once. ValueError for none and for one that stands twice.
    """

    def __init__(self, alphabet: Sequence[str]) -> None:
        self.tokens = tuple(alphabet)
        self._ids = {character: i for i, character in enumerate(self.tokens)}
        if (
            not self.tokens
            or len(self._ids) < len(self.tokens)
            or set(map(len, self.tokens)) != {1}
        ):
            raise ValueError(
                f"alphabet: expected single characters, each once, got {alphabet!r:.60}; "
                "Characters.learn(text) takes those of a text"
            )

    @classmethod
    def learn(cls, text: str) -> Characters:
        """The characters of a text. ValueError for an empty one and for what is no text."""
        return cls(sorted(set(_text(text, least=1))))

    @property
    def size(self) -> int:
        """How many different ids there are."""
        return len(self.tokens)

    def encode(self, text: str) -> np.ndarray:
        """The ids (n,) of the n characters; ValueError for one that is not in the alphabet."""
        unknown = sorted(set(_text(text)) - self._ids.keys())
        if unknown:
            raise ValueError(
                f"text: expected characters out of the {self.size} that this tokeniser knows, got "
                f"{unknown[:5]}; leave them out, or take BytePairs, which can write any text"
            )
        return np.array([self._ids[character] for character in text], dtype=np.int64)

    def decode(self, ids) -> str:
        """The text of the ids (n,); ValueError for an id that there is not."""
        return "".join(self.tokens[i] for i in _ids(ids, self.size))


class BytePairs:
    """Byte pair encoding: ids 0 to 255 are the bytes, id 256 + m is the pair that merge m joined.

    ``merges`` (M pairs of ids) are made in their order, within the ``pieces`` of a text: no token
    reaches over the end of a word. ValueError for a pair of ids that are not there yet, and for a
    pair that stands twice. Source: Gage (1994); for text Sennrich, Haddow and Birch (2016).
    """

    def __init__(self, merges: Iterable[Pair]) -> None:
        self.merges = [(int(a), int(b)) for a, b in merges]
        self._ranks = {pair: m for m, pair in enumerate(self.merges)}
        tokens = [bytes([i]) for i in range(256)]
        for m, (a, b) in enumerate(self.merges):
            known = min(a, b) >= 0 and max(a, b) < 256 + m
            if not known or self._ranks[a, b] != m:
                raise ValueError(
                    f"merges: expected new pairs of ids below {256 + m} at place {m}, got "
                    f"{(a, b)}; the order of the merges is part of the tokeniser"
                )
            tokens.append(tokens[a] + tokens[b])
        self.tokens = tuple(tokens)

    @classmethod
    def learn(cls, text: str, merges: int) -> BytePairs:
        """Join the most frequent pair of neighbours, ``merges`` times over; see ``best_pairs``.

        ValueError where the text has fewer pairs to join, and for an empty text.
        """
        merges = whole(merges, "merges", least=0)
        found = list(islice(best_pairs(_text(text, least=1)), merges))
        if len(found) < merges:
            raise ValueError(
                f"merges: expected at most {len(found)} for this text, whose pieces are single "
                f"tokens then, got {merges}; ask for fewer or take more text"
            )
        return cls(pair for pair, _ in found)

    @property
    def size(self) -> int:
        """How many different ids there are: 256 bytes, and one for each merge."""
        return len(self.tokens)

    def encode(self, text: str) -> np.ndarray:
        """The ids (n,) of any text: in each piece the earliest merge that fits, again and again.

        ValueError for half of a surrogate pair, which is no character.
        """
        known: dict[str, list[int]] = {}
        found: list[int] = []
        for piece in pieces(text):
            if piece not in known:
                known[piece] = self._joined(list(_utf8(piece)))
            found += known[piece]
        return np.array(found, dtype=np.int64)

    def _joined(self, ids: list[int]) -> list[int]:
        """One piece, all merges made in their order."""
        none = len(self.merges)
        while len(ids) > 1:
            pair = min(pairwise(ids), key=lambda pair: self._ranks.get(pair, none))
            if pair not in self._ranks:
                break
            ids = _merged(ids, pair, 256 + self._ranks[pair])
        return ids

    def decode(self, ids) -> str:
        """The text of the ids (n,); bytes that form no character become �, U+FFFD.

        ValueError for an id that there is not.
        """
        return b"".join(self.tokens[i] for i in _ids(ids, self.size)).decode("utf-8", "replace")


def pieces(text: str) -> list[str]:
    """The text cut into words, signs and white space, which joined give the text again.

    A space goes with the word or sign behind it, so that " the" within a line is one piece.
    """
    return _PIECE.findall(_text(text))


def best_pairs(text: str) -> Iterator[tuple[Pair, int]]:
    """((left, right), count) of the most frequent pair of neighbours; then that pair is joined.

    Of pairs that stand equally often the one with the lower left id comes first, then the lower
    right id: the outcome does not depend on the order of the text. "aaa" counts as two pairs, of
    which one is joined. Pieces that occur more than once are counted, not gone through again, and
    after a merge only the pieces with that pair.
    """
    words = Counter(pieces(text))
    ids, times = [list(_utf8(word)) for word in words], list(words.values())
    counts: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)
    for w in range(len(ids)):
        _count(ids[w], times[w], w, counts, where)
    new = 256
    while counts:
        most = max(counts.values())
        pair = min(pair for pair, count in counts.items() if count == most)
        yield pair, most
        for w in where.pop(pair):
            _count(ids[w], -times[w], w, counts, where)
            ids[w] = _merged(ids[w], pair, new)
            _count(ids[w], times[w], w, counts, where)
        new += 1


def _count(ids, times, w, counts, where) -> None:
    """Add the pairs of piece w, which stands ``times`` times, or take them away."""
    for pair in pairwise(ids):
        counts[pair] += times
        if times > 0:
            where[pair].add(w)
        elif not counts[pair]:
            del counts[pair]


def _merged(ids: list[int], pair: Pair, new: int) -> list[int]:
    """``new`` for every ``pair``, from the left."""
    found, at = [], 0
    while at < len(ids):
        both = tuple(ids[at : at + 2]) == pair
        found.append(new if both else ids[at])
        at += 2 if both else 1
    return found


def _text(value, least: int = 0) -> str:
    """``value`` if it is a text of at least ``least`` characters, or ValueError."""
    if not isinstance(value, str) or len(value) < least:
        raise ValueError(
            f"text: expected a text{' that is not empty' * bool(least)}, got {value!r:.60} "
            f"({type(value).__name__}); ids are turned into text by decode"
        )
    return value


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"text: expected characters, got {text[error.start]!r}, half of a surrogate pair; read "
            "the file again with its right encoding"
        ) from error


def _ids(value, size: int) -> list[int]:
    """``value`` as ids from 0 to size − 1 in a row, or ValueError."""
    found = np.asarray(value)
    if found.size and (found.ndim != 1 or found.dtype.kind not in "iu"):
        raise ValueError(
            f"ids: expected whole numbers in a row, shape (n,), got dtype {found.dtype} with shape "
            f"{found.shape}; decode one row of a batch at a time"
        )
    if found.size and not 0 <= found.min() <= found.max() < size:
        raise ValueError(
            f"ids: expected numbers from 0 to {size - 1}, got {found.min()} to {found.max()}; take "
            "the tokeniser that wrote them"
        )
    return found.ravel().tolist()
