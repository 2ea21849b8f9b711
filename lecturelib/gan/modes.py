"""A ring of small Gaussians, and how many of them a generator has found."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib._validate import below_one, finite_array, generator, positive, whole

__all__ = ["Modes", "count_modes", "ring", "ring_centres"]

STD = 0.1


def ring_centres(modes: int = 8, radius: float = 2.0) -> np.ndarray:
    """``modes`` points on a circle, the first on the right;  -> (modes, 2)."""
    angle = np.arange(whole(modes, "modes")) * (2 * np.pi / modes)
    return positive(radius, "radius") * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def ring(N: int, rng, *, modes: int = 8, std: float = STD, labels: bool = False):
    """N points of a ring of Gaussians, float32, (N, 2); with ``labels`` also which one, (N,).

    A mode is chosen for each point, all equally likely, and normal noise of deviation ``std`` added
    to its centre. ValueError for counts below 1 and std ≤ 0.
    """
    which = generator(rng).integers(0, whole(modes, "modes"), whole(N, "N"))
    x = ring_centres(modes)[which] + positive(std, "std") * rng.standard_normal((N, 2))
    x = x.astype(np.float32)
    return (x, which) if labels else x


class Modes(NamedTuple):
    """``counts`` (K,): samples near each centre; ``found``: how many centres have enough of them;

    ``near``: the share of all samples that lie near a centre.
    """

    counts: np.ndarray
    found: int
    near: float


def count_modes(x, centres, *, radius: float = 3 * STD, share: float = 0.01) -> Modes:
    """Which modes do the samples cover?  x (N, D), centres (K, D) -> Modes.

    A sample is near its nearest centre if it is closer than ``radius``; a mode is found if more
    than ``share`` of all samples are near it. ValueError for NaN or infinity, unequal numbers of
    columns, radius ≤ 0 and a share outside [0, 1).
    """
    x, centres = finite_array(x, "x"), finite_array(centres, "centres")
    if x.ndim != 2 or centres.ndim != 2 or x.shape[1] != centres.shape[1]:
        raise ValueError(
            f"x, centres: expected (N, D) and (K, D), got {x.shape} and {centres.shape}; one point "
            "is a row"
        )
    distance = np.sqrt(np.square(x[:, None] - centres).sum(axis=2))  # (N, K)
    near = distance.min(axis=1) < positive(radius, "radius")
    counts = np.bincount(distance.argmin(axis=1)[near], minlength=len(centres))
    found = int((counts > below_one(share, "share") * len(x)).sum())
    return Modes(counts, found, float(near.mean()))
