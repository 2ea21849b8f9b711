"""n-grams: the next token from counts of what followed the last n − 1 tokens in a text."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib._validate import whole

__all__ = ["NGrams"]


class _Counts(NamedTuple):
    """Counts behind contexts of one length; a context and a token are numbers in base V."""

    followed: np.ndarray  # context · V + token, sorted: what occurs
    times: np.ndarray  # how often each of them does
    contexts: np.ndarray  # sorted: the contexts that occur
    total: np.ndarray  # how many tokens followed each of them
    kinds: np.ndarray  # and how many different ones


class NGrams:
    """p(w | h) = (c(h w) + d(h) p(w | h′)) / (c(h) + d(h)), h′ being h without its first token.

    h is the last ``order`` − 1 tokens, c(h w) says how often w followed h in the text, c(h) how
    often anything did, and d(h) how many different tokens did: a context with many kinds of
    continuation is trusted less, and a new one not at all. The shortest context is none at all,
    and behind it stands 1/V for all V tokens. ids (n,) from 0 to V − 1.
    ValueError for order < 1, a text shorter than order, ids outside 0 to V − 1, and a V and order
    whose numbers of contexts do not fit 63 bits.
    Source: Witten and Bell (1991), interpolated as in Chen and Goodman (1999).
    """

    def __init__(self, ids, order: int, vocabulary: int) -> None:
        self.order, self.vocabulary = whole(order, "order"), whole(vocabulary, "vocabulary", 2)
        if self.vocabulary**self.order >= 2**63:
            raise ValueError(
                f"order: expected vocabulary ** order below 2 ** 63, got {self.vocabulary} ** "
                f"{self.order}; take a lower order"
            )
        ids = self._checked(ids, self.order)
        self._counts = [self._count(ids, length) for length in range(self.order)]

    def _count(self, ids, length) -> _Counts:
        V = self.vocabulary
        followed, times = np.unique(
            self._contexts(ids, length) * V + ids[length:], return_counts=True
        )
        contexts, first, kinds = np.unique(followed // V, return_index=True, return_counts=True)
        return _Counts(followed, times, contexts, np.add.reduceat(times, first), kinds)

    def _contexts(self, ids, length):
        """The ``length`` tokens before each token from number ``length`` on, as one number."""
        found = np.zeros(len(ids) - length, np.int64)
        for back in range(length):
            found = found * self.vocabulary + ids[back : len(ids) - length + back]
        return found

    def losses(self, ids) -> np.ndarray:
        """−log p of each token (n,) behind those before it, in nats, (n,).

        The first tokens have shorter contexts. The mean is the loss of a model of the text.
        ValueError for ids outside 0 to V − 1 and for none.
        """
        ids = self._checked(ids, 1)
        p = np.full(len(ids), 1 / self.vocabulary)
        for length, counts in enumerate(self._counts[: len(ids)]):
            context = self._contexts(ids, length)
            times = _found(counts.followed, counts.times, context * self.vocabulary + ids[length:])
            total, kinds = (
                _found(counts.contexts, values, context) for values in (counts.total, counts.kinds)
            )
            p[length:] = _mixed(times, total, kinds, p[length:])
        return -np.log(p)

    def distribution(self, context) -> np.ndarray:
        """p(w | context) for every token w, (V,); of the context the last ``order`` − 1 count."""
        V = self.vocabulary
        context = self._checked(context, 0)
        p = np.full(V, 1 / V)
        for length, counts in enumerate(self._counts[: len(context) + 1]):
            h = 0
            for token in context[len(context) - length :]:
                h = h * V + int(token)
            i = np.searchsorted(counts.contexts, h)
            if i == len(counts.contexts) or counts.contexts[i] != h:
                break  # what never occurred did not occur with more before it either
            rows = slice(*np.searchsorted(counts.followed, (h * V, (h + 1) * V)))
            times = np.zeros(V)
            times[counts.followed[rows] - h * V] = counts.times[rows]
            p = _mixed(times, counts.total[i], counts.kinds[i], p)
        return p

    @property
    def count(self) -> int:
        """How many counts are kept: one for each token behind each context that occurred."""
        return sum(len(counts.followed) for counts in self._counts)

    def _checked(self, ids, least):
        found = np.asarray(ids)
        if found.ndim != 1 or len(found) < least or (found.size and found.dtype.kind not in "iu"):
            raise ValueError(
                f"ids: expected at least {least} whole numbers, shape (n,), got dtype "
                f"{found.dtype} with shape {found.shape}; a tokeniser's encode gives them"
            )
        if found.size and not 0 <= found.min() <= found.max() < self.vocabulary:
            raise ValueError(
                f"ids: expected numbers from 0 to {self.vocabulary - 1}, got {found.min()} to "
                f"{found.max()}; vocabulary is the size of the tokeniser"
            )
        return found.astype(np.int64)


def _mixed(times, total, kinds, p):
    """(c(h w) + d(h) p) / (c(h) + d(h)), and p where the context is new."""
    seen = np.asarray(total) > 0
    return np.where(seen, (times + kinds * p) / np.where(seen, total + kinds, 1), p)


def _found(keys, values, wanted):
    """The value of each wanted key, 0 where it is not among the sorted keys."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)
