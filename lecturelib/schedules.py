"""Learning rates that change: ``rate = schedule(t)`` for the training step t = 1, 2, 3, ….

``fit(…, schedule=Cosine(0.1, steps))`` sets the optimiser's ``lr`` before every step. A step is one
batch, not one epoch: steps = epochs · ⌈N / batch_size⌉. A schedule with ``steps`` ends there, and
asked for a later step raises ValueError: the training is then longer than was planned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lecturelib._validate import below_one, number, positive, whole

__all__ = ["Constant", "Cosine", "OneCycle", "StepDecay", "WarmupCosine"]


class _Schedule:
    """What all schedules share: the step is checked, then the formula ``rate`` is asked."""

    steps = math.inf

    def __call__(self, t: int) -> float:
        """The learning rate of step t; ValueError for t < 1 and past the end."""
        t = whole(t, "t")
        if t > self.steps:
            raise ValueError(
                f"t: expected a step from 1 to {self.steps}, the end of {self!r}, got {t}; make it "
                "with steps = epochs · batches an epoch"
            )
        return self.rate(t)

    def rate(self, t: int) -> float:
        """The formula."""
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(_Schedule):
    """η_t = lr, without an end. ValueError for lr ≤ 0."""

    lr: float

    def __post_init__(self) -> None:
        positive(self.lr, "lr")

    def rate(self, t: int) -> float:
        """lr."""
        return self.lr


@dataclass(frozen=True)
class StepDecay(_Schedule):
    """η_t = lr · factor^⌊(t − 1) / every⌋: ``factor`` times smaller after every ``every`` steps.

    Without an end. ValueError for lr ≤ 0, every < 1, factor outside (0, 1).
    """

    lr: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        positive(self.lr, "lr")
        whole(self.every, "every")
        positive(below_one(self.factor, "factor"), "factor")

    def rate(self, t: int) -> float:
        """lr · factor^⌊(t − 1) / every⌋."""
        return self.lr * self.factor ** ((t - 1) // self.every)


@dataclass(frozen=True)
class WarmupCosine(_Schedule):
    """η_t = lr · t / warmup up to step ``warmup``, from there half a cosine down to ``end``.

    η_t = end + ½ (lr − end) (1 + cos(π (t − warmup) / (steps − warmup))) for t > warmup: lr at step
    ``warmup``, ``end`` at step ``steps``, the last. ValueError for lr ≤ 0, end outside [0, lr],
    warmup < 1, steps ≤ warmup. Source: Goyal et al. (2017); Loshchilov and Hutter (2017).
    """

    lr: float
    warmup: int
    steps: int
    end: float = 0.0

    def __post_init__(self) -> None:
        _check_end(self.lr, self.end)
        whole(self.steps, "steps", whole(self.warmup, "warmup") + 1)

    def rate(self, t: int) -> float:
        """The line up to ``warmup``, then the cosine."""
        if t <= self.warmup:
            return self.lr * t / self.warmup
        return _cosine(self.lr, self.end, (t - self.warmup) / (self.steps - self.warmup))


@dataclass(frozen=True)
class Cosine(_Schedule):
    """η_t = end + ½ (lr − end) (1 + cos(π (t − 1) / (steps − 1))).

    lr at step 1, ``end`` at step ``steps``, the last. ValueError for lr ≤ 0, end outside [0, lr],
    steps < 2. Source: Loshchilov and Hutter (2017).
    """

    lr: float
    steps: int
    end: float = 0.0

    def __post_init__(self) -> None:
        _check_end(self.lr, self.end)
        whole(self.steps, "steps", 2)

    def rate(self, t: int) -> float:
        """The cosine."""
        return _cosine(self.lr, self.end, (t - 1) / (self.steps - 1))


@dataclass(frozen=True)
class OneCycle(_Schedule):
    """Half a cosine up from lr / div to lr, then half a cosine down to lr / (div · final).

    The peak lies at step ``warmup`` · steps, the end at step ``steps``. As PyTorch's OneCycleLR,
    but only the rate is changed, not the momentum. ValueError for lr, div or final ≤ 0, warmup
    outside (0, 1), and fewer steps than have the peak after the first of them.
    Source: Smith and Topin (2019).
    """

    lr: float
    steps: int
    warmup: float = 0.3
    div: float = 25.0
    final: float = 1e4

    def __post_init__(self) -> None:
        for name in ("lr", "div", "final"):
            positive(getattr(self, name), name)
        positive(below_one(self.warmup, "warmup"), "warmup")
        whole(self.steps, "steps")
        if self.warmup * self.steps <= 1:
            raise ValueError(
                f"steps: expected more than {1 / self.warmup:g}, so that the rate has time to rise "
                f"in the first {self.warmup:g} of them, got {self.steps}; train longer or raise "
                "warmup"
            )

    def rate(self, t: int) -> float:
        """Up, then down."""
        start, peak = self.lr / self.div, self.warmup * self.steps
        if t <= peak:
            return _cosine(start, self.lr, (t - 1) / (peak - 1))
        return _cosine(self.lr, start / self.final, (t - peak) / (self.steps - peak))


def _cosine(start, end, share):
    """From start (share 0) to end (share 1) along half a cosine."""
    return end + 0.5 * (start - end) * (1 + math.cos(math.pi * share))


def _check_end(lr, end) -> None:
    if not 0 <= number(end, "end") <= positive(lr, "lr"):
        raise ValueError(f"end: expected a rate from 0 to lr = {lr}, got {end}; 0 is usual")
