"""How a recurrent network goes to PyTorch and comes back: names, shapes and the two biases."""

from __future__ import annotations


def to_modules(model):
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


def from_modules(rnn, linear):
    """Sizes (D, H, C) and arrays by name of an ``nn.RNN`` and an ``nn.Linear``, or ValueError."""
    _check(rnn, linear)
    tensors = {"U": rnn.weight_ih_l0, "W": rnn.weight_hh_l0, "V": linear.weight}
    if rnn.bias:
        tensors |= {"b": rnn.bias_ih_l0 + rnn.bias_hh_l0, "c": linear.bias}
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
    return (rnn.input_size, rnn.hidden_size, linear.out_features), arrays


def _check(rnn, linear):
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
