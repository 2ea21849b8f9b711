"""Eight optimisers on L = ½(w₁² + 4w₂²), step by step, with the reader's next weights marked."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Choice, Choices, Number, Numbers

_KINDS = ["SGD", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "Adam + L2", "AdamW"]


class OptimizerRace(BookWidget, module="optimizer_race"):
    """The paths of ``steps`` steps from ``start``; that of ``kind`` with its memory and formula.

    L = ½(w₁² + 4w₂²). ``shown`` are the other paths on the map. ``rates`` has a
    learning rate for each optimiser, in the order of the choices; ``beta1`` is the momentum μ, or
    β₁ of Adam, ``beta2`` the share that RMSProp and Adam keep of the squares, ``decay`` the λ of
    Adam + L2 and AdamW. A value outside its range raises ``TraitError``.
    """

    heights = (1063, 1725)
    kind = Choice("Adam", _KINDS)
    shown = Choices(["momentum", "AdaGrad", "Adam"], _KINDS)
    start = Numbers([4.0, 1.0], -5, 5)
    rates = Numbers([0.25, 0.25, 0.25, 1.0, 1.0, 1.0, 1.0, 1.0], 0, 2)
    beta1 = Number(0.5, 0, 0.95)
    beta2 = Number(0.75, 0, 0.95)
    decay = Number(0.1, 0, 1)
    steps = Number(0, 0, 40, whole=True)
