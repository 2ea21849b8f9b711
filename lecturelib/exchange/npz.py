"""How arrays go to an .npz file and come back, with names and shapes checked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping

import numpy as np

from lecturelib._validate import finite_array

# What NumPy raises for a file that is cut off, damaged or no archive of arrays at all.
_DAMAGED = (EOFError, KeyError, MemoryError, OSError, RuntimeError, TypeError, ValueError)
_DAMAGED += (zipfile.BadZipFile, zlib.error)


def write(path, arrays: Mapping) -> None:
    """The arrays under their names to ``path``, exactly there; numbers, strings, lists of them too.

    ValueError for what would not be read again.
    """
    arrays = {name: np.asarray(value) for name, value in arrays.items()}
    if foreign := [name for name, array in arrays.items() if array.dtype.hasobject]:
        raise ValueError(
            f"{path}: expected numbers and strings, got something else under {foreign}; keep in "
            "`arguments` what an array can hold"
        )
    with open(path, "wb") as file:  # given a name, savez would append .npz to it
        np.savez(file, **arrays)


def read(path) -> dict[str, np.ndarray]:
    """The arrays of an .npz file by name; ValueError for a file that is no whole archive."""
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                return dict(archive)
        except _DAMAGED as error:
            raise ValueError(
                f"{path}: expected a whole .npz file, got one that cannot be read ({error}); "
                "copy it again or save the network anew"
            ) from error


def fill(parameters: Mapping[str, np.ndarray], arrays: Mapping[str, np.ndarray], source) -> None:
    """Copy ``arrays`` into ``parameters`` by name; ValueError unless names and shapes agree."""
    missing, unknown = (
        sorted(a.keys() - b.keys()) for a, b in ((parameters, arrays), (arrays, parameters))
    )
    if missing or unknown:
        raise ValueError(
            f"{source}: expected the parameters {list(parameters)}, got missing {missing} and "
            f"unknown {unknown}; take arrays of a network with the same layers"
        )
    for name, p in parameters.items():
        value = finite_array(arrays[name], f"{source}: {name}")
        if value.shape != p.shape:
            raise ValueError(
                f"{source}: expected {name} of shape {p.shape}, got {value.shape}; "
                "take arrays of a network with the same sizes"
            )
        p[...] = value
