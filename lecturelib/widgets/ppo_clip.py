"""PPO's clipped objective over the ratio of new to old probability, with a point to drag."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Number


class PpoClip(BookWidget, module="ppo_clip"):
    """min(ρ A, clip(ρ, 1 − c, 1 + c) A) for a ratio ρ and an advantage A, and where it is flat.

    A value outside its range raises ``TraitError``.
    """

    heights = (658, 760)
    ratio = Number(1, 0, 2)
    advantage = Number(2, -4, 4)
    clip = Number(0.2, 0.05, 0.5)
