"""Byte pair encoding on the reader's text, and the knobs of sampling in their order."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Flag, Number, Numbers, Text

VIEWS = ["learn merges", "cut a new text", "sampling knobs"]
# Separated by commas: a space would be a part of the word behind it.
WORDS = ",".join(["cat"] * 6 + ["hat"] * 5 + ["cats"] * 4 + ["hot"] * 3)


class Bpe(BookWidget, module="bpe"):
    """Merges learned from ``text`` one at a time, each next pair asked for and marked.

    ``done`` merges are shown, with ``counts`` the pairs and how often they stand. With them the
    second view cuts up ``word``. The third turns the four ``weights``, probabilities but for a
    factor, into the next token's distribution: ``temperature``, ``top_k`` (0 for all), ``top_p``,
    of which ``stage`` results are shown. A value outside its range raises ``TraitError``.
    """

    heights = (608, 862)
    view = Choice(VIEWS[0], VIEWS)
    text = Text(WORDS, 200)
    word = Text("chats that hat", 40)
    done = Number(0, 0, 12, whole=True)
    counts = Flag(False)
    weights = Numbers([50.0, 25, 15, 10], 1, 100)
    temperature = Number(2, 0, 5)
    top_k = Number(3, 0, 4, whole=True)
    top_p = Number(0.7, 0.05, 1)
    stage = Number(0, 0, 3, whole=True)
