"""A whole GPT in the page: tokens, attention, residual stream, logits and the draw of the next.

The weights travel as they are packaged, in eight bits with a scale a row; JavaScript runs the
network and keeps the keys and values of earlier tokens.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lecturelib.exchange.int8 import dequantised
from lecturelib.gpt import GPT
from lecturelib.tokenizer import BytePairs
from lecturelib.widgets.base import BookWidget, Choice, Choices, Number, Text
from lecturelib.widgets.record import Record, pack_typed, unpack_typed

__all__ = ["Gpt"]

BLOCKS, HEADS = 2, 4
NAMES = [f"{b}.{h}" for b in range(1, BLOCKS + 1) for h in range(1, HEADS + 1)]
DRAWS = 100
OTHERS = ("heads", "merges", "pairs", "after", "p")  # what the record holds beside the parameters


class Gpt(BookWidget, module="gpt"):
    """A ``gpt.GPT`` of two blocks with four heads each, run on the reader's ``prompt``.

    ``drawn`` are the tokens drawn since, two digits of base 36 each, with numbers that follow from
    ``seed``; ``temperature``, ``top_k`` (0 for all) and ``top_p`` are those of
    ``gpt.next_probabilities``. ``back`` chooses the token that is looked at, 0 the last, 1 the one
    before it; ``head`` the head, "2.1" the first of the second block; heads in ``off`` give 0. Make
    it by ``Gpt.of(shakespeare_gpt())``; without a network it stays empty.
    """

    heights = (1534, 2120)
    prompt = Text("ROMEO:\nBut soft, what light", 200)
    drawn = Text("", 2 * DRAWS)
    seed = Number(1, 0, 9999, whole=True)
    temperature = Number(0.8, 0, 2)
    top_k = Number(40, 0, 100, whole=True)
    top_p = Number(0.95, 0.05, 1)
    back = Number(0, 0, 63, whole=True)
    head = Choice("1.1", NAMES)
    off = Choices([], NAMES)
    _record = Record()

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray], **state) -> Gpt:
        """The figure of a packaged GPT: its parameters, quantised, and beside them

        ``heads`` (1,), ``merges`` of the tokeniser (M, 2), and an n-gram: ``pairs`` of tokens
        (Q, 2), the likeliest tokens ``after`` each token and then each pair (V + Q, K), and their
        probabilities ``p``. ValueError for arrays that are missing and for other sizes than two
        blocks of four heads.
        """
        missing = sorted({*OTHERS, "embedding.P"} - set(arrays))
        blocks = len({name.split(".")[1] for name in arrays if name.startswith("stack.")})
        if missing or blocks != BLOCKS or arrays["heads"] != HEADS:
            raise ValueError(
                f"arrays: expected a packaged GPT of {BLOCKS} blocks with {HEADS} heads each, got "
                f"{blocks} blocks and missing {missing}; take shakespeare_gpt()"
            )
        return cls(_record=pack_typed(arrays), **state)

    def network(self) -> GPT:
        """The recorded GPT, with its rounded weights in float32. ValueError without a record."""
        p = dequantised({k: a for k, a in self._arrays().items() if k not in OTHERS})
        vocabulary, width = p["embedding.E"].shape
        context = len(p["embedding.P"])
        rng = np.random.default_rng(0)
        model = GPT(vocabulary, context, width, BLOCKS, HEADS, rng=rng).eval()
        for name, values in p.items():
            model.parameters[name][...] = values
        return model

    def tokenizer(self) -> BytePairs:
        """The tokeniser of the recorded GPT. ValueError without a record."""
        return BytePairs(self._arrays()["merges"].tolist())

    def _arrays(self) -> dict[str, np.ndarray]:
        arrays = unpack_typed(self._record)
        if not arrays:
            raise ValueError(
                "Gpt: expected a figure with a record, got an empty one; make the figure by "
                "Gpt.of(shakespeare_gpt())"
            )
        return arrays
