"""The checks of the chapter on generative adversarial networks."""

import numpy as np
import pytest
from contracts.checks import CheckContract

from lecturelib.checks import gan
from lecturelib.diffusion import Schedule
from lecturelib.gan import (
    GradientPenalty,
    NonSaturating,
    jensen_shannon,
    optimal_discriminator,
    value_of_game,
    wasserstein,
)
from lecturelib.layers import Linear, Sequential


def by_hand(a_real, a_fake, targets=(1, 0), share=True):
    real, fake = (1 / (1 + np.exp(-a)) - y for a, y in zip((a_real, a_fake), targets, strict=True))
    return np.concatenate([real / len(real), fake / len(fake)] if share else [real, fake])


def by_the_library(a_real, a_fake):
    return np.concatenate(NonSaturating().discriminator(a_real, a_fake)[1:])


def noised(x0, eps, beta, t, start=1, factor=None):
    bar = factor if factor is not None else np.cumprod(1 - beta)
    bar = bar[t - start][:, None]
    return np.sqrt(bar) * x0 + np.sqrt(1 - bar) * eps


def step_by_step(x0, eps, beta, t):
    """Row by row, α by α."""
    rows = []
    for n, steps in enumerate(t):
        bar = 1.0
        for b in beta[:steps]:
            bar *= 1 - b
        rows.append(bar**0.5 * x0[n] + (1 - bar) ** 0.5 * eps[n])
    return np.array(rows)


class TestGan(CheckContract):
    check = gan
    NUMBERS = {
        "loss": [0.629, 1.322, 0.223, 0.405, 0.314, -0.629],
        "slope": [-0.733, -0.067, 0.133, -0.4, 0.267, 0.733],
        "minimax_slope": [-0.231, 0.231, -0.462, -0.333, -0.154],
        "other_slope": [-0.462, -0.231, 0.462, -0.667, -0.154],
        "best_first": [0.75, 0.6, 0.25, 3],
        "value": [-1.136, -0.560, 1.136, -1.386, -0.568, -1.721],
        "earth": [0.8, 0.4, 1.6],
        "penalty": [144, 169, 12, 13, 64, 256],
        "noised_value": [1.0, 0.44, 2.6, 2.2, 1.4, 1.8],
        "cleaned_value": [3.5, 2.1, 3.33, 6.06, 4.83, 3.77],
    }
    CHOICES = {
        "losses": "By itself nothing",
        "saturation": "Its slope by the logit",
        "detach": "It saves the way back",
        "collapse": "How many kinds occur",
        "cost": "One pass of its network",
    }
    RIGHT = {"slopes": [by_hand, by_the_library], "noised": [noised, step_by_step]}
    WRONG = {
        "slopes": [
            (lambda *a: by_hand(*a, targets=(0, 1)), "changed their targets"),
            (lambda *a: by_hand(*a, targets=(1, 1)), "what G wants"),
            (lambda *a: by_hand(*a, share=False), "losses are means"),
            (lambda r, f: by_hand(r, f, share=False) / 7, "batch of its own"),
            (lambda *a: -by_hand(*a), "The sign"),
            (lambda *a: by_hand(*a, targets=(0, 0)), "targets are missing"),
            (lambda r, f: np.concatenate([r, f]), "each of N logits"),
        ],
        "noised": [
            (lambda *a: noised(*a, start=0), "step after"),
            (lambda x, e, b, t: noised(x, e, b, t, factor=1 - b), "noise of one step"),
            (lambda x, e, b, t: noised(x, e, b, t, factor=np.cumprod(1 - b) ** 2), "product"),
            (lambda x, e, b, t: noised(x, e, b, t, factor=np.cumprod(b)), "not of β"),
            (lambda x, e, b, t: x, "running product"),
        ],
    }

    def test_the_numbers_are_the_librarys(self):
        p, q = [0.6, 0.3, 0.1], [0.2, 0.3, 0.5]
        assert gan.best_first(optimal_discriminator(p, q)[0])
        assert gan.value(value_of_game(p, q))
        assert value_of_game(p, q) == pytest.approx(2 * jensen_shannon(p, q) - np.log(4))
        assert gan.earth(wasserstein(p, q))
        plane = Sequential(Linear(2, 1, rng=np.random.default_rng(0)))
        plane.layers[0].W = [[5, -12]]
        assert gan.penalty(GradientPenalty(1).value(plane, np.ones((1, 2))))
        schedule = Schedule(1, 0.64, 0.64)
        assert gan.noised_value(schedule.add_noise([[3.0]], [[-1.0]], 1).item())
        assert gan.cleaned_value(schedule.clean([[2.5]], [[0.5]], 1).item())
