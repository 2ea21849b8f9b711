"""How a network's arrays go to a file or to PyTorch and back, with names and shapes checked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from functools import partial

import numpy as np

from lecturelib._validate import finite_array
from lecturelib.layers import Linear

# What NumPy raises for a file that is cut off, damaged or no archive of arrays at all.
_DAMAGED = (EOFError, KeyError, MemoryError, OSError, RuntimeError, TypeError, ValueError)
_DAMAGED += (zipfile.BadZipFile, zlib.error)


def read_npz(path) -> dict[str, np.ndarray]:
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


def _modules():
    """Activation name -> PyTorch module with the same settings."""
    from torch import nn

    return {
        "sigmoid": nn.Sigmoid,
        "tanh": nn.Tanh,
        "relu": nn.ReLU,
        "leaky_relu": partial(nn.LeakyReLU, 0.1),
        "elu": nn.ELU,
    }


def to_sequential(layers, activation: str):
    """The layers of an FFNN as ``torch.nn.Sequential`` with copies of the weights."""
    import torch

    if activation not in _modules():
        raise ValueError(
            f"activation: expected one that PyTorch has, {list(_modules())}, got {activation!r}; "
            "choose another or write it as an nn.Module"
        )
    return torch.nn.Sequential(
        *(
            _linear(layer, torch) if isinstance(layer, Linear) else _modules()[activation]()
            for layer in layers
        )
    )


def _linear(layer, torch):
    # Left empty: drawing weights only to replace them would move PyTorch's global generator.
    dtype = getattr(torch, layer.W.dtype.name)
    linear = torch.nn.utils.skip_init(torch.nn.Linear, layer.n_in, layer.n_out, dtype=dtype)
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(layer.W))  # (out, in) in both
        linear.bias.copy_(torch.from_numpy(layer.b))
    return linear


def from_sequential(sequential) -> tuple[list[int], str, dict[str, np.ndarray]]:
    """Sizes, activation and arrays by FFNN's names of Linear, activation, Linear, …, Linear.

    ValueError for any other sequence of modules, mixed activations and layers without a bias.
    """
    from torch import nn

    modules = list(sequential)
    linears, others = modules[::2], modules[1::2]
    names = {_name(module) for module in others} or {"relu"}
    plain = all(isinstance(m, nn.Linear) and m.bias is not None for m in linears)
    if len(modules) % 2 == 0 or not plain or len(names) > 1 or None in names:
        raise ValueError(
            "sequential: expected Linear, activation, Linear, …, Linear, all with a bias and one "
            f"activation of {list(_modules())} with lecturelib's slope 0.1 or alpha 1, got "
            f"{modules}; build it so or copy the weights layer by layer"
        )
    arrays = {}
    for i, linear in enumerate(linears):
        arrays[f"layers.{2 * i}.W"] = linear.weight.detach().numpy()
        arrays[f"layers.{2 * i}.b"] = linear.bias.detach().numpy()
    sizes = [linears[0].in_features, *(linear.out_features for linear in linears)]
    return sizes, names.pop(), arrays


def _name(module):
    """The activation that a PyTorch module computes, or None."""
    for name, make in _modules().items():
        same = make()
        if type(same) is type(module) and all(
            getattr(same, setting, None) == getattr(module, setting, None)
            for setting in ("negative_slope", "alpha")
        ):
            return name
    return None
