"""Checks for the chapter "Generative adversarial networks"."""

from __future__ import annotations

import numpy as np

from lecturelib.activations import sigmoid
from lecturelib.checks import code, number

loss = number("gan", "by_hand", "loss")
slope = number("gan", "by_hand", "slope")
minimax_slope = number("gan", "by_hand", "minimax_slope")
other_slope = number("gan", "by_hand", "other_slope")
best_first = number("gan", "theory", "best_first")
value = number("gan", "theory", "value")
earth = number("gan", "theory", "earth")
penalty = number("gan", "numbers", "penalty")
noised_value = number("gan", "numbers", "noised_value")
cleaned_value = number("gan", "numbers", "cleaned_value")

_rng = np.random.default_rng(0)


@code(
    (_rng.normal(size=(4, 1)), _rng.normal(size=(3, 1))),
    otherwise="Of a mean of −log σ(a), each of N logits gets (σ(a) − 1) / N; what do the fakes?",
    says="σ(a) minus the target, divided by the size of its own batch.",
)
def slopes(a_real: np.ndarray, a_fake: np.ndarray) -> tuple:
    """A function (a_real, a_fake): ∂L/∂a of D's loss, the rows of the real ones first."""

    def joined(real_target=1, fake_target=0, share=None):
        real, fake = sigmoid.bare(a_real) - real_target, sigmoid.bare(a_fake) - fake_target
        return np.concatenate([part / (share or len(part)) for part in (real, fake)])

    both = len(a_real) + len(a_fake)
    wrong = {
        "Real and fake have changed their targets: D wants 1 for real ones.": joined(0, 1),
        "That is what G wants: for D the target of a fake is 0.": joined(1, 1),
        "The losses are means: each logit gets its share of its batch.": joined(share=1),
        "Each of the two means has a batch of its own; they are added, not averaged over both.": (
            joined(share=both)
        ),
        "The sign: the gradient of a loss, not the direction in which D moves.": -joined(),
        "The targets are missing: the slope is σ(a) − y.": joined(0, 0),
    }
    return joined(), wrong


@code(
    (
        _rng.normal(size=(4, 3)),
        _rng.normal(size=(4, 3)),
        np.array([0.1, 0.2, 0.3, 0.35, 0.4, 0.5]),
        np.array([1, 5, 2, 5]),
    ),
    otherwise="Begin with α = 1 − β and its running product; every row has a step of its own.",
    says="Any step in one go, without the steps before it.",
)
def noised(x0: np.ndarray, eps: np.ndarray, beta: np.ndarray, t: np.ndarray) -> tuple:
    """A function (x0, eps, beta, t): x_t of every row, for steps t from 1 on."""
    bar = np.cumprod(1 - beta)

    def mixed(share, rest=None):
        share = share[:, None]
        return share * x0 + (np.sqrt(1 - share**2) if rest is None else rest[:, None]) * eps

    roots = np.sqrt(bar)
    wrong = {
        "That is the step after: entry 0 of β belongs to t = 1.": mixed(roots[t]),
        "That is the noise of one step; ᾱ is the product of all α up to t.": mixed(
            np.sqrt(1 - beta[t - 1])
        ),
        "The square roots are missing.": mixed(bar[t - 1], 1 - bar[t - 1]),
        "The running product is that of 1 − β, not of β.": mixed(np.sqrt(np.cumprod(beta)[t - 1])),
        "The second factor is √(1 − ᾱ), not 1 − √ᾱ.": mixed(roots[t - 1], 1 - roots[t - 1]),
        "The data keep their full size; they shrink by √ᾱ.": x0
        + np.sqrt(1 - bar[t - 1])[:, None] * eps,
    }
    return mixed(roots[t - 1]), wrong
