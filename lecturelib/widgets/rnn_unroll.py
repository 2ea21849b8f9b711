"""The lecture's recurrent network, unrolled over the letters that the reader types."""

from __future__ import annotations

import traitlets

from lecturelib.widgets.base import BookWidget, Choice, Number, Numbers, Text


class RnnUnroll(BookWidget, module="rnn_unroll"):
    """a_t = U x_t + W s_{t−1}, s_t = tanh(a_t), o_t = softmax(V s_t), letter by letter.

    The reader's own results are marked, with the mistake named. ``letters`` is the input, one to
    six of h, e, l and o; each is a one-hot x_t (4,), and s_0 = 0.
    ``U`` (3, 4), ``W`` (3, 3) and ``V`` (4, 3) are lists, row after row, of numbers from −4 to 4.
    ``t`` is the step looked at, ``done`` how many steps are shown already, and ``entry`` the value
    that is spelt out: a1 … a3, s1 … s3, o1 … o4. Other values raise ``TraitError``; a ``t`` or
    ``done`` beyond the last letter is brought back to it by the view. Slide: "RNN example".
    """

    heights = (1122, 1425)
    letters = Text("hell", 6)
    U = Numbers([0.6, 0.8, 0.4, 0.8, 0.2, 0.2, 0.8, 0.7, 0.9, 0.8, 0.1, 0.2], -4, 4)
    W = Numbers([0.1, 0.5, 0.1, 0.5, 0.9, 0.3, 0.3, 0.2, 0.1], -4, 4)
    V = Numbers([0.9, 0.8, 0.3, 0.2, 0.3, 0.4, 0.6, 0.9, 0.1, 0.5, 0.0, 0.3], -4, 4)
    t = Number(1, 1, 6, whole=True)
    done = Number(1, 0, 6, whole=True)
    entry = Choice("a1", ["a1", "a2", "a3", "s1", "s2", "s3", "o1", "o2", "o3", "o4"])

    @traitlets.validate("letters")
    def _known_letters(self, proposal):
        letters = proposal["value"]
        if not letters or set(letters) - set("helo"):
            raise traitlets.TraitError(
                f"letters: expected one to six of h, e, l and o, got {letters!r}"
            )
        return letters
