"""A record of trainings that a figure carries: arrays as whole multiples of one small unit.

A record is ``{"unit": 1024, "shapes": {name: [21, 22], …}, "data": "…"}``: all numbers are int16 in
units of 1/1024, little-endian, one array after the other, row by row, in base64. ``kit/record.js``
reads it. A unit that is a power of two makes the rounded numbers exact in both languages.

A large network travels in the types of its file, ``{"arrays": [[name, shape, type], …], "data":
"…"}``: int8, int16 and float16, one array after the other in base64.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets

from lecturelib.ffnn import FFNN

__all__ = ["Record", "fill", "flat", "pack", "pack_typed", "rounded", "unpack", "unpack_typed"]


class Record(traitlets.Dict):
    """The trait of a figure that holds a record; empty where there is none."""

    def __init__(self) -> None:
        """Start without a record."""
        super().__init__()
        self.tag(sync=True)


def rounded(values, unit: int) -> np.ndarray:
    """The nearest multiples of 1/unit that int16 holds: within ±32767/unit."""
    return np.clip(np.round(np.asarray(values) * unit), -32768, 32767) / unit


def pack(arrays: Mapping[str, Any], unit: int) -> dict[str, Any]:
    """The record of the arrays, each rounded; what int16 does not hold is cut off."""
    parts = {name: rounded(values, unit) for name, values in arrays.items()}
    numbers = np.concatenate([part.ravel() for part in parts.values()]) * unit
    data = base64.b64encode(numbers.astype("<i2").tobytes()).decode("ascii")
    return {"unit": unit, "shapes": {k: list(v.shape) for k, v in parts.items()}, "data": data}


def unpack(record: Mapping[str, Any], maker: str) -> dict[str, np.ndarray]:
    """The arrays of a record, by name. ValueError where there is none: ``maker`` would make one."""
    if not record:
        raise ValueError(
            f"{maker.partition('.')[0]}: expected a figure with a record, got an empty one; "
            f"make the figure by {maker}"
        )
    numbers = np.frombuffer(base64.b64decode(record["data"]), "<i2") / record["unit"]
    shapes = record["shapes"]
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes.values()])[:-1]
    parts = zip(shapes.items(), np.split(numbers, ends), strict=True)
    return {name: part.reshape(shape) for (name, shape), part in parts}


def pack_typed(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The record of arrays of int8, int16 and float16, as they are."""
    about = [[name, list(a.shape), a.dtype.name] for name, a in arrays.items()]
    numbers = b"".join(a.astype(a.dtype.newbyteorder("<")).tobytes() for a in arrays.values())
    return {"arrays": about, "data": base64.b64encode(numbers).decode("ascii")}


def unpack_typed(record: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of such a record, by name; none for an empty record."""
    numbers, at, found = base64.b64decode(record.get("data", "")), 0, {}
    for name, shape, kind in record.get("arrays", []):
        count, dtype = int(np.prod(shape)), np.dtype(kind).newbyteorder("<")
        found[name] = np.frombuffer(numbers, dtype, count, at).reshape(shape).astype(kind)
        at += count * dtype.itemsize
    return found


def flat(model: FFNN) -> np.ndarray:
    """The parameters of a network in their order, W and b layer by layer;  -> (count,)."""
    return np.concatenate([p.ravel() for p in model.parameters.values()])


def fill(model: FFNN, numbers: np.ndarray) -> FFNN:
    """The same network with parameters from ``flat``;  numbers (count,)."""
    ends = np.cumsum([p.size for p in model.parameters.values()])[:-1]
    for p, part in zip(model.parameters.values(), np.split(numbers, ends), strict=True):
        p[...] = part.reshape(p.shape)
    return model
