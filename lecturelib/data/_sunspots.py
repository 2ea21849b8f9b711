"""Sunspots, year by year: a real time series."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class Sunspots(NamedTuple):
    """``year`` (T,), int64, one after the other; ``number`` (T,), float64."""

    year: np.ndarray
    number: np.ndarray


def sunspots() -> Sunspots:
    """The yearly mean sunspot number, 1700 to 2008: year (309,) and number (309,).

    An index without unit, 0 (1711, 1712, 1810) to 190.2 (1957), that counts groups of spots and
    single spots; it rises and falls about every 11 years. In the scale used until 2015: newer
    tables are higher. Source: National Geophysical Data Center.
    """
    table = np.loadtxt(read("sunspots.csv").decode("utf-8").splitlines()[1:], delimiter=",")
    return Sunspots(table[:, 0].astype(np.int64), table[:, 1].copy())
