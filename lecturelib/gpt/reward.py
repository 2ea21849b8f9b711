"""A reward model: a GPT whose head gives one number for a whole text."""

from __future__ import annotations

import numpy as np

from lecturelib.gpt.model import GPT
from lecturelib.layers import Layer
from lecturelib.transformer import TokenLinear

__all__ = ["RewardModel"]


class RewardModel(Layer):
    """r_n = w · h_n + b, with h_n what a GPT makes of the last token;  ids (N, T) -> r (N,).

    The last token has seen all others. The GPT is a part of the model: pass a copy of the trained
    one. Its own head is not used, and keeps gradients of 0. w starts at 0, so that all rewards are
    equal; b has no influence on a preference. Errors as in ``GPT.forward``.
    Source: Christiano et al. (2017); on a language model Ouyang et al. (2022).
    """

    def __init__(self, gpt: GPT, *, rng) -> None:
        if not isinstance(gpt, GPT):
            raise ValueError(
                f"gpt: expected a GPT, got {type(gpt).__name__}; pass copy.deepcopy(model)"
            )
        self.gpt = gpt
        self.score = TokenLinear(gpt.width, 1, rng=rng, dtype=gpt.head.W.dtype)
        self.score.W *= 0

    def forward(self, ids):
        """The reward of each text;  (N, T) -> (N,)."""
        h = self.gpt.features(ids)
        return self._keep(h.shape, self.score.forward(h[:, -1])[:, 0])

    def backward(self, dr) -> None:
        """All gradients are added up;  dr (N,) -> None."""
        dr, shape = self._recall(dr)
        dh = np.zeros(shape, dr.dtype)
        dh[:, -1] = self.score.backward(dr[:, None])
        self.gpt.backward_features(dh)
