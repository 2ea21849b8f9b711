"""Generative adversarial networks: a generator G and a discriminator D that learn from each other.

``Game`` holds the two and plays rounds; ``Minimax``, ``NonSaturating`` and ``Wasserstein`` say what
each of them pays, ``GradientPenalty`` keeps a critic's slope near 1. ``ring`` and ``count_modes``
are the test, ``optimal_discriminator`` and the distances its theory.
"""

from lecturelib.gan.distances import (
    jensen_shannon,
    kl,
    optimal_discriminator,
    value_of_game,
    wasserstein,
)
from lecturelib.gan.game import Game, Losses, noise, with_condition
from lecturelib.gan.judge import Judged, judged, nearest_distance, train_judge
from lecturelib.gan.losses import BinaryCrossEntropy, Minimax, NonSaturating, Wasserstein
from lecturelib.gan.modes import Modes, count_modes, ring, ring_centres
from lecturelib.gan.networks import digit_networks, ring_networks
from lecturelib.gan.penalty import GradientPenalty, between, input_gradient

__all__ = [
    "BinaryCrossEntropy",
    "Game",
    "GradientPenalty",
    "Judged",
    "Losses",
    "Minimax",
    "Modes",
    "NonSaturating",
    "Wasserstein",
    "between",
    "count_modes",
    "digit_networks",
    "input_gradient",
    "jensen_shannon",
    "judged",
    "kl",
    "nearest_distance",
    "noise",
    "optimal_discriminator",
    "ring",
    "ring_centres",
    "ring_networks",
    "train_judge",
    "value_of_game",
    "wasserstein",
    "with_condition",
]
