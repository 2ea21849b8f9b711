"""How networks of this library go to PyTorch and come back, with copied weights."""

from __future__ import annotations

import numpy as np

# Our activations under PyTorch's names; their one setting is the first argument in both.
_MODULES = {
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
}
_SETTINGS = {"leaky_relu": ("negative_slope", 0.1), "elu": ("alpha", 1.0)}


def activation(name: str, *settings: float):
    """The module of ``torch.nn`` for an activation of ``lecturelib.activations.ACTIVATIONS``."""
    from torch import nn

    return getattr(nn, _MODULES[name])(*settings)


def linear(W, b):
    """``torch.nn.Linear`` with copies of W (out, in) and b (out,), without a bias for b None."""
    import torch

    dtype = getattr(torch, W.dtype.name)
    # Left empty: drawing weights only to replace them would move PyTorch's global generator.
    made = torch.nn.utils.skip_init(
        torch.nn.Linear, *reversed(W.shape), bias=b is not None, dtype=dtype
    )
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(W))  # (out, in) in both
        if b is not None:
            made.bias.copy_(torch.from_numpy(b))
    return made


def norm(kind: str, layer, arrays: dict[str, str], **settings):
    """The module ``kind`` of ``torch.nn`` for a normalisation, in its mode, with copied arrays.

    ``arrays`` maps names of the module to those of ``layer``.
    """
    import torch

    dtype = getattr(torch, layer.gamma.dtype.name)
    made = getattr(torch.nn, kind)(layer.n, eps=layer.eps, dtype=dtype, **settings)
    with torch.no_grad():
        for theirs, ours in arrays.items():
            getattr(made, theirs).copy_(torch.from_numpy(getattr(layer, ours)))
    return made.train(layer.training)


def conv2d(W, b, **settings):
    """``torch.nn.Conv2d`` with copies of W (out, in / groups, kh, kw) and b; settings as there."""
    import torch

    groups, (n_out, depth, *kernel) = settings["groups"], W.shape
    settings |= {"bias": b is not None, "dtype": getattr(torch, W.dtype.name)}
    made = torch.nn.utils.skip_init(torch.nn.Conv2d, depth * groups, n_out, kernel, **settings)
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(W))
        if b is not None:
            made.bias.copy_(torch.from_numpy(b))
    return made


def from_conv2d(module):
    """Arguments of a Conv2d of ``lecturelib.conv`` and its arrays, or ValueError."""
    from torch import nn

    plain = isinstance(module, nn.Conv2d) and module.padding_mode == "zeros"
    moves = ("padding", "stride", "dilation")
    if not plain or not all(_even(getattr(module, name)) for name in moves):
        raise ValueError(
            "module: expected a torch.nn.Conv2d, padded with zeros and with the same padding, "
            f"stride and dilation along both axes, got {module}; build it so"
        )
    arguments = {name: getattr(module, name)[0] for name in moves}
    arguments |= {"n_in": module.in_channels, "n_out": module.out_channels}
    arguments |= {"groups": module.groups, "bias": module.bias is not None}
    arrays = {"W": module.weight, "b": module.bias}
    arrays = {name: t.detach().cpu().numpy() for name, t in arrays.items() if t is not None}
    return arguments | {"kernel": list(module.kernel_size)}, arrays


def _even(pair):
    """Whether it is a pair of equal numbers; padding may be a word."""
    return isinstance(pair, tuple) and pair[0] == pair[1]


def to_sequential(layers):
    """``torch.nn.Sequential`` of the layers, with copies of their weights."""
    from torch import nn

    return nn.Sequential(*(layer.to_torch() for layer in layers))


def from_sequential(sequential):
    """Arguments of an FFNN and its arrays by name, of Linear, activation, Linear, …, Linear.

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
            f"activation of {list(_MODULES)} with lecturelib's slope 0.1 or alpha 1, got "
            f"{modules}; build it so or copy the weights layer by layer"
        )
    arrays = {}
    for i, linear in enumerate(linears):
        arrays[f"layers.{2 * i}.W"] = linear.weight.detach().numpy()
        arrays[f"layers.{2 * i}.b"] = linear.bias.detach().numpy()
    sizes = [linears[0].in_features, *(linear.out_features for linear in linears)]
    return {"sizes": sizes, "activation": names.pop()}, arrays


def _name(module):
    """The activation that a PyTorch module computes with lecturelib's settings, or None."""
    for name, kind in _MODULES.items():
        attribute, value = _SETTINGS.get(name, (None, None))
        if type(module).__name__ == kind and getattr(module, attribute or "", None) == value:
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
    """Arguments of an RNN and its arrays, of ``nn.RNN`` and ``nn.Linear``, or ValueError."""
    _check_recurrent(rnn, linear)
    tensors = {"U": rnn.weight_ih_l0, "W": rnn.weight_hh_l0, "V": linear.weight}
    if rnn.bias:
        tensors |= {"b": rnn.bias_ih_l0 + rnn.bias_hh_l0, "c": linear.bias}
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
    sizes = {"n_in": rnn.input_size, "n_hidden": rnn.hidden_size, "n_out": linear.out_features}
    return sizes | {"bias": rnn.bias}, arrays


def to_gated(model):
    """An LSTM or GRU of ``lecturelib.lstm`` as its module of ``torch.nn``; copied weights.

    A pair with ``nn.Linear`` where the model has an output layer.
    """
    module = _gated_module(model, bidirectional=False)
    _copy_gated(module, "l0", model)
    return module if model.V is None else (module, linear(model.V, model.b_out))


def to_bidirectional(ahead, behind):
    """Two LSTMs or two GRUs as one module of ``torch.nn`` that reads both ways."""
    module = _gated_module(ahead, bidirectional=True)
    _copy_gated(module, "l0", ahead)
    _copy_gated(module, "l0_reverse", behind)
    return module


def _gated_module(model, **options):
    import torch
    from torch import nn

    kind = getattr(nn, type(model).__name__)
    # Without memory at first: drawing weights only to replace them would move PyTorch's generator.
    options |= {"dtype": getattr(torch, model.dtype.name), "device": "meta"}
    return kind(model.n_in, model.n_hidden, **options).to_empty(device="cpu")


def _copy_gated(module, suffix, model):
    """The weights of one direction, with b_s in the block of the second bias where it belongs."""
    import torch

    U, W, b, H = model.U.copy(), model.W.copy(), model.b.copy(), model.n_hidden
    second = np.zeros_like(b)
    if model.b_s is not None:
        second[2 * H :] = model.b_s
        if not model.z_keeps:
            for array in (U, W, b):
                array[H : 2 * H] *= -1  # 1 − σ(a) = σ(−a)
    pairs = {"weight_ih": U, "weight_hh": W, "bias_ih": b, "bias_hh": second}
    with torch.no_grad():
        for name, array in pairs.items():
            getattr(module, f"{name}_{suffix}").copy_(torch.from_numpy(array))


def from_gated(cls, module, linear):
    """Arguments of an LSTM or GRU and its arrays, of its module and perhaps ``nn.Linear``."""
    from torch import nn

    _check_gated(cls, module, bidirectional=False)
    arrays = _gated_arrays(module, "l0")
    if linear is not None:
        if not isinstance(linear, nn.Linear) or linear.in_features != module.hidden_size:
            raise ValueError(
                f"linear: expected a torch.nn.Linear with {module.hidden_size} inputs, got "
                f"{linear}; build it so"
            )
        arrays["V"] = linear.weight.detach().cpu().numpy()
        bias = linear.bias
        arrays["b_out"] = np.zeros_like(arrays["V"][:, 0]) if bias is None else _array(bias)
    n_out = 0 if linear is None else linear.out_features
    return {"n_in": module.input_size, "n_hidden": module.hidden_size, "n_out": n_out}, arrays


def from_bidirectional(cls, module):
    """Sizes and arrays of a module that reads both ways, of the class of its directions."""
    _check_gated(cls, module, bidirectional=True)
    arrays = {
        f"{name}.{key}": array
        for name, suffix in (("ahead", "l0"), ("behind", "l0_reverse"))
        for key, array in _gated_arrays(module, suffix).items()
    }
    return {"n_in": module.input_size, "n_hidden": module.hidden_size}, arrays


def _gated_arrays(module, suffix):
    U, W = (_array(getattr(module, f"weight_{name}_{suffix}")) for name in ("ih", "hh"))
    H = module.hidden_size
    if module.bias:
        b, second = (_array(getattr(module, f"bias_{name}_{suffix}")) for name in ("ih", "hh"))
    else:
        b = second = np.zeros_like(U[:, 0])
    if len(U) == 4 * H:
        return {"U": U, "W": W, "b": b + second}
    inner = second.copy()
    inner[2 * H :] = 0  # in the last block it stands behind the reset gate: b_s
    return {"U": U, "W": W, "b": b + inner, "b_s": second[2 * H :]}


def _array(tensor):
    return tensor.detach().cpu().numpy()


def _check_gated(cls, module, bidirectional):
    from torch import nn

    wanted = (1, bidirectional, False, 0)
    if not isinstance(module, getattr(nn, cls.__name__)) or wanted != (
        module.num_layers,
        module.bidirectional,
        module.batch_first,
        module.proj_size,
    ):
        raise ValueError(
            f"module: expected a torch.nn.{cls.__name__} of one layer with bidirectional="
            f"{bidirectional}, time first and without a projection, got {module}; build "
            f"nn.{cls.__name__}(n_in, n_hidden, bidirectional={bidirectional})"
        )


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
