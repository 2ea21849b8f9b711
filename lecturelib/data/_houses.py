"""Prices of houses: a large table from King County and a small one from Windsor."""

from __future__ import annotations

import gzip
from typing import NamedTuple

import numpy as np

from lecturelib.data._files import read


class Houses(NamedTuple):
    """``X`` (N, D), one house a row; ``price`` (N,); ``features``, the D names of the columns."""

    X: np.ndarray
    price: np.ndarray
    features: tuple[str, ...]


def houses() -> Houses:
    """21,613 house sales around Seattle: X (21613, 17) and price (21613,), both float64.

    Sold from May 2014 to May 2015 in King County, price in US dollars, in the order of the source
    and not by date. Columns, areas in square feet (1 sqft = 0.0929 m²):

    - bedrooms, bathrooms (in quarters: a toilet alone is half a room), floors (in halves)
    - sqft_living = sqft_above + sqft_basement, so the three are collinear; sqft_lot, the land
    - sqft_living15 and sqft_lot15, the same of the 15 nearest neighbours
    - waterfront 0 or 1; view 0..4; condition 1..5 and grade 1..13, the county's ratings
    - yr_built; yr_renovated, 0 for never; lat and long in degrees

    A few rows look mistyped (33 bedrooms on 1620 sqft); they are left as they came. Identifier,
    date and postcode of the source are dropped. Source: "House Sales in King County, USA".
    """
    return _table(gzip.decompress(read("houses.csv.gz")))


def houses_windsor() -> Houses:
    """546 house sales in Windsor, Canada, in 1987: X (546, 11) and price (546,), both float64.

    Price in Canadian dollars. Columns: lotsize in square feet (1 sqft = 0.0929 m²); bedrooms,
    bathrms (full ones), stories (without the basement), garagepl (places in the garage); and 1 for
    yes, 0 for no: driveway, recroom (recreational room), fullbase (finished basement), gashw (hot
    water by gas), airco (central air conditioning), prefarea (preferred neighbourhood).
    Source: Anglin and Gencay (1996), Journal of Applied Econometrics 11(6).
    """
    return _table(read("houses_windsor.csv"))


def _table(content):
    """A comma-separated table with a line of names and the price in front."""
    head, *rows = content.decode("utf-8").splitlines()
    table = np.loadtxt(rows, delimiter=",")
    return Houses(table[:, 1:].copy(), table[:, 0].copy(), tuple(head.split(",")[1:]))
