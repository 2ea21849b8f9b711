"""Two numbers through one and back by hand, with the reader's results marked."""

from __future__ import annotations

from lecturelib.widgets.base import BookWidget, Number, Numbers


class AutoencoderSteps(BookWidget, module="autoencoder_steps"):
    """z = w·x, x̂ = v z, L = ½ |x̂ − x|² and all gradients, one value at a time.

    ``x`` are the two inputs, ``w`` the encoder's weights, ``v`` the decoder's; ``done`` of the nine
    values z, x̂₁, x̂₂, L, dv₁, dv₂, dz, dw₁, dw₂ are shown. A value outside its range raises
    ``TraitError``.
    """

    heights = (728, 995)
    x = Numbers([3.0, 1.0], -5, 5)
    w = Numbers([1.0, 0.0], -3, 3)
    v = Numbers([1.0, 1.0], -3, 3)
    done = Number(0, 0, 9, whole=True)
