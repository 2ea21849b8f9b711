"""How a network's arrays go to Keras and come back: layouts, activations, and what has no match."""

from __future__ import annotations

# The same formula under the same name in both; of leaky_relu only the layer has our slope, which
# TensorFlow rounds to float32: outputs then agree to 1e-8, not to 1e-15.
_SHARED = ("sigmoid", "tanh", "relu", "elu")
_SLOPE = 0.1


def _options(model) -> dict:
    """Settings for every layer; zeros, as drawing weights would move Keras's global generator."""
    return {"kernel_initializer": "zeros", "dtype": model.dtype.name}


def feed_forward(model):
    """An FFNN as ``keras.Sequential`` of Dense layers with copies of the weights."""
    import keras

    if model.activation not in (*_SHARED, "leaky_relu"):
        raise ValueError(
            f"activation: expected one that Keras has, {[*_SHARED, 'leaky_relu']}, got "
            f"{model.activation!r}; choose another or write it as a keras.layers.Layer"
        )
    inside = model.activation if model.activation in _SHARED else None
    stack = [keras.Input((model.sizes[0],), dtype=model.dtype.name)]
    for size in model.sizes[1:-1]:
        stack.append(keras.layers.Dense(size, activation=inside, **_options(model)))
        if inside is None:
            stack.append(keras.layers.LeakyReLU(negative_slope=_SLOPE, dtype=model.dtype.name))
    stack.append(keras.layers.Dense(model.sizes[-1], **_options(model)))
    made = keras.Sequential(stack)
    # .T leaves a bias as it is.
    made.set_weights([array.T for array in model.parameters.values()])
    return made


def recurrent(model, last_only: bool):
    """An RNN as ``keras.Sequential`` of SimpleRNN and Dense with copies of the weights."""
    import keras

    bias, options = model.b is not None, _options(model)
    options["use_bias"] = bias
    made = keras.Sequential(
        [
            keras.Input((None, model.n_in), dtype=model.dtype.name),
            keras.layers.SimpleRNN(
                model.n_hidden,
                return_sequences=not last_only,
                recurrent_initializer="zeros",
                seed=0,  # of a dropout that is 0; without one it is drawn
                **options,
            ),
            keras.layers.Dense(model.n_out, **options),
        ]
    )
    # .T leaves a bias as it is.
    made.set_weights([model.parameters[name].T for name in ("UWbVc" if bias else "UWV")])
    return made


def layers_of(model) -> list:
    """The layers of a built Sequential, or ValueError."""
    import keras

    if not isinstance(model, keras.Sequential) or not model.built:
        raise ValueError(
            f"model: expected a keras.Sequential that is built, got {type(model).__name__}; put "
            "a keras.Input in front of its layers, or copy the weights of another kind by hand"
        )
    return list(model.layers)


def is_recurrent(layers) -> bool:
    """Does the network begin with a layer that reads sequences?"""
    import keras

    return isinstance(layers[0], keras.layers.RNN)


def read_recurrent(layers):
    """Arguments of an RNN and its arrays by name, of [SimpleRNN, Dense], or ValueError."""
    import keras

    rnn, *others = layers
    simple = type(rnn) is keras.layers.SimpleRNN and (
        (
            rnn.activation.__name__,
            rnn.go_backwards,
            rnn.stateful,
            rnn.dropout + rnn.recurrent_dropout,
        )
        == ("tanh", False, False, 0)
    )
    dense = len(others) == 1 and _plain(others[0])
    if not simple or not dense or rnn.use_bias != others[0].use_bias:
        raise ValueError(
            "model: expected SimpleRNN with tanh, forwards, stateless, without dropout, then one "
            "Dense without activation, both with or both without a bias, got "
            f"{_named(layers)}; build it so, and leave a softmax to the loss"
        )
    kernels = [array.T for array in (*rnn.get_weights(), *others[0].get_weights())]
    arrays = dict(zip("UWbVc" if rnn.use_bias else "UWV", kernels, strict=True))
    sizes = {"n_in": arrays["U"].shape[1], "n_hidden": rnn.units, "n_out": others[0].units}
    return sizes | {"bias": rnn.use_bias}, arrays


def read_feed_forward(layers):
    """Arguments of an FFNN and its arrays by name, of Dense layers, or ValueError."""
    import keras

    dense = [layer for layer in layers if isinstance(layer, keras.layers.Dense)]
    found = _activations(layers)
    used = set(found[:-1]) or {"relu"}
    if found[-1:] != ["linear"] or not all(d.use_bias for d in dense) or len(used) > 1:
        raise _refusal(layers)
    activation = used.pop()
    if activation == "linear":
        raise _refusal(layers)
    arrays = {}
    for i, layer in enumerate(dense):
        kernel, arrays[f"layers.{2 * i}.b"] = layer.get_weights()
        arrays[f"layers.{2 * i}.W"] = kernel.T
    sizes = [dense[0].kernel.shape[0], *(layer.units for layer in dense)]
    return {"sizes": sizes, "activation": activation}, arrays


def _activations(layers) -> list[str]:
    """What follows each Dense layer, one name each; ValueError for a layer with no match."""
    import keras

    found = []
    for layer in layers:
        if isinstance(layer, keras.layers.Dense):
            found.append(_name(layer))
        elif found[-1:] == ["linear"] and _name(layer):
            found[-1] = _name(layer)
        else:
            raise _refusal(layers)
    return found if all(found) else []


def _name(layer) -> str | None:
    """The activation that a layer ends with, 'linear' for none; None for one we do not have."""
    import keras

    match layer:
        case keras.layers.LeakyReLU(negative_slope=slope):
            return "leaky_relu" if slope == _SLOPE else None
        case keras.layers.ReLU(max_value=None, negative_slope=0, threshold=0):
            return "relu"
        case keras.layers.ELU(alpha=1.0):
            return "elu"
        case keras.layers.Dense() | keras.layers.Activation():
            name = getattr(layer.activation, "__name__", None)
            return name if name in (*_SHARED, "linear") else None
    return None


def _plain(layer) -> bool:
    import keras

    return isinstance(layer, keras.layers.Dense) and _name(layer) == "linear"


def _refusal(layers) -> ValueError:
    return ValueError(
        "model: expected Dense layers with biases and one activation between them, of "
        f"{[*_SHARED, 'leaky_relu']} with slope {_SLOPE}, and none after the last, got "
        f"{_named(layers)}; build it so, and leave a softmax to the loss"
    )


def _named(layers) -> list[str]:
    """The layers in an error's words: Dense(relu), SimpleRNN(tanh), Dropout."""
    functions = [getattr(getattr(layer, "activation", None), "__name__", "") for layer in layers]
    kinds = [type(layer).__name__ for layer in layers]
    return [f"{kind}({f})" if f else kind for kind, f in zip(kinds, functions, strict=True)]
