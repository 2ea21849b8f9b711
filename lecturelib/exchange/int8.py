"""Weights in eight bits: a matrix as whole numbers from −127 to 127, and a scale for each row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lecturelib._validate import finite_array

SCALE = ".scale"  # behind the name of a matrix


def quantised(parameters: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Each matrix W as ``name``, int8, and ``name.scale``, float16 (rows,): W ≈ scale · int8.

    The scale of a row is its largest size / 127, so no entry is off by more than half a scale and
    what float16 rounds off. All else becomes float16. ValueError for NaN and infinity.
    """
    found: dict[str, np.ndarray] = {}
    for name, values in parameters.items():
        p = finite_array(values, name)
        if p.ndim < 2:
            found[name] = p.astype(np.float16)
            continue
        scale = (np.abs(p).max(axis=1) / 127).astype(np.float16)
        # A row of zeros, or of numbers that float16 holds for 0, is divided by 1.
        whole = np.round(p / np.where(scale, scale, 1).astype(p.dtype)[:, None])
        found[name] = np.clip(whole, -127, 127).astype(np.int8)
        found[name + SCALE] = scale
    return found


def dequantised(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The parameters in float32, as any reader of ``quantised`` arrays has them; others stay away.

    The product of eight bits and a float16 is exact in float32: every language gets the same.
    """
    found = {}
    for name, values in arrays.items():
        if name.endswith(SCALE) or values.dtype not in (np.int8, np.float16):
            continue
        p = values.astype(np.float32)
        scale = arrays.get(name + SCALE)
        found[name] = p if scale is None else p * scale.astype(np.float32)[:, None]
    return found
