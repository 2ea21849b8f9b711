"""A gradient on its way back through time: two states, one rotating and scaling matrix W."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Flag, Number, Numbers


class BpttFlow(BookWidget, module="bptt_flow"):
    """∂L_T/∂s_{T−j} after ``lag`` of ``length`` steps back, W a turn by 30° times ``radius``.

    s_t = f(W s_{t−1} + b) with f = ``activation``, s_0 = (0.8, −0.4) and b = 0; ``start`` is
    ∂L_T/∂s_T. db is the sum of the steps walked; with ``clip`` it is scaled down to ``threshold``.
    Nothing passes more than ``truncate`` steps, as in ``RNN.backward``; at ``length`` or above that
    cuts nothing. A value outside its range raises ``TraitError``.
    """

    heights = (900, 1350)
    radius = Number(0.8, 0.1, 3)
    length = Number(20, 1, 100, whole=True)
    lag = Number(0, 0, 100, whole=True)
    activation = Choice("linear", ["linear", "tanh"])
    start = Numbers([1.0, 0.5], -2, 2)
    truncate = Number(100, 1, 100, whole=True)
    clip = Flag(False)
    threshold = Number(1, 0.1, 10)
