"""The lecture's table of purchases: what structured data look like."""

from __future__ import annotations

import csv

import numpy as np

from lecturelib.data._files import read

_FIELDS = [
    ("purchase_id", np.int64),
    ("last_name", "U16"),
    ("first_name", "U16"),
    ("birthday", "datetime64[D]"),
    ("country", "U16"),
    ("date_of_purchase", "datetime64[D]"),
    ("amount", np.int64),
]


def purchases() -> np.ndarray:
    """The 15 purchases of the lecture as a structured array of shape (15,), in the slide's order.

    Fields: purchase_id, last_name, first_name, birthday, country, date_of_purchase, amount.
    The slide names no currency. Source: the slide "Deep Learning is useful for Unstructured Data".
    """
    _, *rows = csv.reader(read("purchases.csv").decode("utf-8").splitlines())
    return np.array(
        [
            (number, last, first, _date(birthday), country, _date(bought), amount)
            for number, last, first, birthday, country, bought, amount in rows
        ],
        dtype=_FIELDS,
    )


def _date(text):
    """'23/08/1972' -> 1972-08-23: the table writes the day first (there is no 23rd month)."""
    day, month, year = text.split("/")
    return np.datetime64(f"{year}-{month}-{day}")
