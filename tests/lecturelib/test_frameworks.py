"""To Keras and back: equal outputs and arrays, clear refusals; what a missing package says."""

import os
import subprocess
import sys

import numpy as np
import pytest

from lecturelib import frameworks
from lecturelib.exchange.int8 import dequantised, quantised
from lecturelib.ffnn import FFNN
from lecturelib.frameworks import from_keras, need, to_keras
from lecturelib.rnn import RNN

RNG = np.random.default_rng(7)
ACTIVATIONS = ["sigmoid", "tanh", "relu", "leaky_relu", "elu"]
T, N, D, H, C = 5, 3, 4, 6, 2  # all different: a mix-up of axes does not fit


@pytest.fixture(scope="module")
def keras():
    """Keras on TensorFlow, without the lines that TensorFlow writes while it starts."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return pytest.importorskip("keras")


def ffnn(activation="relu", dtype=np.float64, sizes=(D, H, 5, C)):
    """A network whose biases are not 0, so that a lost one is seen."""
    model = FFNN(sizes, activation, rng=np.random.default_rng(1), dtype=dtype)
    return _with_biases(model)


def rnn(bias=True, dtype=np.float64):
    return _with_biases(RNN(D, H, C, rng=np.random.default_rng(2), bias=bias, dtype=dtype))


def _with_biases(model):
    for name, p in model.parameters.items():
        if p.ndim == 1:
            p[...] = np.random.default_rng(len(name) + p.size).normal(size=p.shape)
    return model


def same(one, other):
    assert one.parameters.keys() == other.parameters.keys()
    for name, p in one.parameters.items():
        np.testing.assert_array_equal(p, other.parameters[name])
        assert p.dtype == other.parameters[name].dtype


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_feed_forward_network_computes_the_same_in_keras(keras, activation):
    ours = ffnn(activation)
    theirs = to_keras(ours)
    x = RNG.normal(size=(N, D))
    outputs = theirs(x).numpy()
    assert outputs.dtype == np.float64
    # TensorFlow keeps the slope of leaky ReLU in float32.
    tolerance = 1e-8 if activation == "leaky_relu" else 1e-10
    np.testing.assert_allclose(outputs, ours.predict(x), rtol=0, atol=tolerance)
    back = from_keras(theirs)
    assert (back.sizes, back.activation) == (ours.sizes, activation)
    same(back, ours)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("last_only", [True, False])
def test_a_recurrent_network_computes_the_same_in_keras(keras, bias, last_only):
    ours = rnn(bias)
    theirs = to_keras(ours, last_only=last_only)
    x = RNG.normal(size=(T, N, D))
    outputs, wanted = theirs(x.swapaxes(0, 1)).numpy(), ours.forward(x, last_only=last_only)
    assert outputs.dtype == np.float64
    wanted = wanted if last_only else wanted.swapaxes(0, 1)
    np.testing.assert_allclose(outputs, wanted, rtol=0, atol=1e-10)
    same(from_keras(theirs), ours)


def test_float32_stays_float32(keras):
    for ours in (ffnn(dtype=np.float32), rnn(dtype=np.float32)):
        theirs = to_keras(ours)
        assert {v.dtype for v in theirs.trainable_variables} == {"float32"}
        same(from_keras(theirs), ours)


def test_the_copies_are_copies(keras):
    ours = ffnn()
    theirs = to_keras(ours)
    back = from_keras(theirs)
    kept = ours.parameters["layers.0.W"].copy()
    theirs.layers[0].kernel.assign_add(np.ones((D, H)))
    back.parameters["layers.0.W"] += 5
    np.testing.assert_array_equal(ours.parameters["layers.0.W"], kept)
    assert theirs.layers[0].kernel.numpy().max() < 5


def test_from_pytorch_to_keras_and_back(keras):
    torch = pytest.importorskip("torch")
    x = RNG.normal(size=(N, D))
    theirs = ffnn("tanh").to_torch()
    outputs = theirs(torch.from_numpy(x)).detach().numpy()
    there = to_keras(FFNN.from_torch(theirs))
    np.testing.assert_allclose(there(x).numpy(), outputs, rtol=0, atol=1e-10)
    x = RNG.normal(size=(T, N, D))
    module, linear = rnn().to_torch()
    with torch.no_grad():
        module.bias_hh_l0.copy_(torch.arange(H))  # two biases, of which Keras has the sum
        states, _ = module(torch.from_numpy(x))
        outputs = linear(states).numpy()
    there = to_keras(RNN.from_torch(module, linear))
    np.testing.assert_allclose(
        there(x.swapaxes(0, 1)).numpy(), outputs.swapaxes(0, 1), rtol=0, atol=1e-10
    )


def test_making_a_network_does_not_move_the_global_generator(keras):
    draws = []
    for convert in (False, True):
        keras.utils.set_random_seed(3)
        if convert:
            to_keras(ffnn()), to_keras(rnn())
        draws.append(keras.random.normal((2,)).numpy())
    np.testing.assert_array_equal(*draws)


def test_activations_may_stand_in_layers_of_their_own(keras):
    layers = keras.layers
    x = RNG.normal(size=(N, D))
    for own in (layers.ReLU(), layers.ELU(), layers.Activation("tanh"), layers.LeakyReLU(0.1)):
        own_dtype = type(own).from_config(own.get_config() | {"dtype": "float64"})
        dense = [layers.Dense(n, dtype="float64", bias_initializer="ones") for n in (H, C)]
        theirs = keras.Sequential(
            [keras.Input((D,), dtype="float64"), dense[0], own_dtype, dense[1]]
        )
        np.testing.assert_allclose(from_keras(theirs).predict(x), theirs(x).numpy(), atol=1e-8)


def sequential(keras, *layers, inputs=(D,)):
    return keras.Sequential([keras.Input(inputs), *layers])


REFUSED = {
    "a softmax at the end": lambda k: sequential(k, k.layers.Dense(C, activation="softmax")),
    "a bend at the end": lambda k: sequential(k, k.layers.Dense(C, activation="relu")),
    "a softmax layer": lambda k: sequential(k, k.layers.Dense(C), k.layers.Softmax()),
    "two activations": lambda k: sequential(
        k,
        k.layers.Dense(H, activation="relu"),
        k.layers.Dense(H, activation="tanh"),
        k.layers.Dense(C),
    ),
    "no activation between": lambda k: sequential(k, k.layers.Dense(H), k.layers.Dense(C)),
    "no bias": lambda k: sequential(k, k.layers.Dense(C, use_bias=False)),
    "Keras's own slope": lambda k: sequential(
        k, k.layers.Dense(H), k.layers.LeakyReLU(), k.layers.Dense(C)
    ),
    "an activation twice": lambda k: sequential(
        k, k.layers.Dense(H, activation="relu"), k.layers.ReLU(), k.layers.Dense(C)
    ),
    "an activation first": lambda k: sequential(k, k.layers.ReLU(), k.layers.Dense(C)),
    "another kind of layer": lambda k: sequential(
        k, k.layers.Dense(H, activation="relu"), k.layers.Dropout(0.5), k.layers.Dense(C)
    ),
    "an LSTM": lambda k: sequential(k, k.layers.LSTM(H), k.layers.Dense(C), inputs=(T, D)),
    "a recurrent network with ReLU": lambda k: sequential(
        k, k.layers.SimpleRNN(H, activation="relu"), k.layers.Dense(C), inputs=(T, D)
    ),
    "one that reads backwards": lambda k: sequential(
        k, k.layers.SimpleRNN(H, go_backwards=True), k.layers.Dense(C), inputs=(T, D)
    ),
    "dropout on the inputs": lambda k: sequential(
        k, k.layers.SimpleRNN(H, dropout=0.2), k.layers.Dense(C), inputs=(T, D)
    ),
    "one bias of two": lambda k: sequential(
        k, k.layers.SimpleRNN(H), k.layers.Dense(C, use_bias=False), inputs=(T, D)
    ),
    "no output layer": lambda k: sequential(k, k.layers.SimpleRNN(H), inputs=(T, D)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_match_is_refused_with_its_layers_named(keras, name):
    with pytest.raises(ValueError, match=r"model: expected .* got \['.*\]; build it so"):
        from_keras(REFUSED[name](keras))


def test_other_refusals(keras):
    with pytest.raises(ValueError, match="is built, got Sequential"):
        from_keras(keras.Sequential([keras.layers.Dense(3)]))
    with pytest.raises(ValueError, match="is built, got int"):
        from_keras(3)
    with pytest.raises(ValueError, match="is built, got Sequential"):
        from_keras(keras.Sequential([keras.Input((D,))]))  # no layers
    half = sequential(keras, keras.layers.Dense(C, dtype="float16"))
    with pytest.raises(ValueError, match="float32 or float64"):
        from_keras(half)
    with pytest.raises(ValueError, match="activation: expected one that Keras has"):
        to_keras(ffnn("maxout"))
    with pytest.raises(ValueError, match="last_only: expected False"):
        to_keras(ffnn(), last_only=True)
    with pytest.raises(ValueError, match=r"FFNN or an RNN of lecturelib, got list.*from_torch"):
        to_keras([1, 2])


def test_need_is_silent_where_all_is_there():
    assert need("numpy", "json") is None
    assert need() is None


@pytest.mark.parametrize(
    ("packages", "words"),
    [
        (("torch",), ["torch: not", "pip install torch\n", "lecturelib[torch]", "--index-url"]),
        (("keras", "tensorflow"), ["keras and tensorflow", "lecturelib[keras]", "tensorflow-cpu"]),
        (("torch", "keras"), ["pip install torch keras\n", "lecturelib[torch,keras]", "Colab"]),
        (("numpy", "nobody"), ["nobody: not", "pip install nobody\n", "restart the kernel"]),
    ],
)
def test_need_says_what_is_missing_and_how_to_get_it(monkeypatch, packages, words):
    monkeypatch.setattr(frameworks, "_there", lambda name: name == "numpy")
    with pytest.raises(ImportError) as caught:
        need(*packages)
    for word in words:
        assert word in str(caught.value)
    assert sys.executable in str(caught.value)
    assert caught.value.name == next(p for p in packages if p != "numpy")


def test_need_names_only_what_is_missing(monkeypatch):
    monkeypatch.setattr(frameworks, "_there", lambda name: name == "torch")
    with pytest.raises(ImportError, match=r"^keras: not installed") as caught:
        need("torch", "keras")
    assert "index-url" not in str(caught.value)
    assert "lecturelib[keras]" in str(caught.value)


def test_asking_imports_no_framework():
    code = (
        "import sys; from lecturelib import frameworks; frameworks.need('numpy')\n"
        "try: frameworks.need('torch', 'keras', 'tensorflow')\nexcept ImportError: pass\n"
        "assert not {'torch', 'keras', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# Weights in eight bits


def test_eight_bits_are_off_by_at_most_half_a_scale():
    W = RNG.normal(size=(6, 50)).astype(np.float32) * 10.0 ** np.arange(-3, 3)[:, None]
    W[2] = 0
    b = RNG.normal(size=5).astype(np.float32)
    arrays = quantised({"W": W.astype(np.float32), "b": b})
    assert {name: a.dtype.name for name, a in arrays.items()} == {
        "W": "int8",
        "W.scale": "float16",
        "b": "float16",
    }
    found = dequantised(arrays | {"merges": np.ones(3, np.int16)})
    assert found.keys() == {"W", "b"}
    assert {a.dtype.name for a in found.values()} == {"float32"}
    scale = np.abs(W).max(axis=1, keepdims=True) / 127
    # Half a step for the rounding, and what float16 rounds off the scale, 127 times at most.
    assert (np.abs(found["W"] - W) <= scale * (0.5 + 127 / 2048) + 1e-9).all()
    assert (np.abs(arrays["W"].astype(int)).max(axis=1)[[0, 1, 3, 4, 5]] >= 126).all()
    np.testing.assert_allclose(found["b"], b, rtol=1e-3)


def test_eight_bits_refuse_what_is_no_number():
    with pytest.raises(ValueError, match=r"^W: "):
        quantised({"W": np.array([[1.0, np.nan]])})
