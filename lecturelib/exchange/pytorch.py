"""How feed-forward and recurrent networks go to PyTorch and come back, with copied weights."""

from __future__ import annotations

from functools import partial

import numpy as np

from lecturelib.layers import Linear


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


def to_recurrent(model):
    """An RNN of ``lecturelib.rnn`` as (``nn.RNN``, ``nn.Linear``) with copies of the weights."""
    import torch
    from torch import nn

    bias, dtype = model.b is not None, getattr(torch, model.dtype.name)
    # Without memory at first: drawing weights only to replace them would move PyTorch's generator.
    options = {"bias": bias, "dtype": dtype, "device": "meta"}
    rnn = nn.RNN(model.n_in, model.n_hidden, **options).to_empty(device="cpu")
    linear = nn.Linear(model.n_hidden, model.n_out, **options).to_empty(device="cpu")
    pairs = [(rnn.weight_ih_l0, "U"), (rnn.weight_hh_l0, "W"), (linear.weight, "V")]
    if bias:
        pairs += [(rnn.bias_ih_l0, "b"), (linear.bias, "c")]
    with torch.no_grad():
        for tensor, name in pairs:
            tensor.copy_(torch.from_numpy(model.parameters[name]))
        if bias:
            rnn.bias_hh_l0.zero_()
    return rnn, linear


def from_recurrent(rnn, linear):
    """Sizes (D, H, C) and arrays by name of an ``nn.RNN`` and an ``nn.Linear``, or ValueError."""
    _check_recurrent(rnn, linear)
    tensors = {"U": rnn.weight_ih_l0, "W": rnn.weight_hh_l0, "V": linear.weight}
    if rnn.bias:
        tensors |= {"b": rnn.bias_ih_l0 + rnn.bias_hh_l0, "c": linear.bias}
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
    return (rnn.input_size, rnn.hidden_size, linear.out_features), arrays


def _check_recurrent(rnn, linear):
    from torch import nn

    if not isinstance(rnn, nn.RNN) or (
        (rnn.num_layers, rnn.bidirectional, rnn.batch_first) != (1, False, False)
        or rnn.nonlinearity != "tanh"
    ):
        raise ValueError(
            "rnn: expected a torch.nn.RNN of one layer and one direction with tanh and time first, "
            f"got {rnn}; build nn.RNN(n_in, n_hidden)"
        )
    if (
        not isinstance(linear, nn.Linear)
        or linear.in_features != rnn.hidden_size
        or (linear.bias is not None) != rnn.bias
    ):
        raise ValueError(
            f"linear: expected a torch.nn.Linear with {rnn.hidden_size} inputs and bias="
            f"{rnn.bias}, as rnn has, got {linear}; build it so"
        )
