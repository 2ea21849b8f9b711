"""The feed-forward network: its gradient, its names, its way to PyTorch and to a file and back."""

import copy
import subprocess
import sys

import numpy as np
import pytest
from contracts.models import ModelContract
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lecturelib.ffnn import FFNN
from lecturelib.gradcheck import check_gradients
from lecturelib.layers import ELU, LeakyReLU, Linear, Maxout, ReLU, Sigmoid, Tanh
from lecturelib.losses import CrossEntropy, MeanSquaredError
from lecturelib.optim import SGD

ACTIVATIONS = {
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "elu": ELU,
    "maxout": Maxout,
}
IN_TORCH = [name for name in ACTIVATIONS if name != "maxout"]


def network(sizes=(3, 5, 4, 2), activation="tanh", seed=0, **settings):
    return FFNN(sizes, activation, rng=np.random.default_rng(seed), **settings)


def with_biases(model, seed=1):
    """The same model with biases that are not 0: nothing hides behind a zero."""
    rng = np.random.default_rng(seed)
    for name, p in model.parameters.items():
        if name.endswith("b"):
            p[...] = rng.normal(size=p.shape)
    return model


class TestFFNN(ModelContract):
    @pytest.fixture(autouse=True, params=ACTIVATIONS)
    def kind(self, request):
        self.activation = request.param
        self.in_torch = self.activation != "maxout"

    sizes = (3, 5, 4, 2)
    names = tuple(f"layers.{i}.{name}" for i in (0, 2, 4) for name in "Wb")

    def make(self, rng, dtype):
        return FFNN(self.sizes, self.activation, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(size=(6, 3)),)

    def backward(self, model, dh):
        return (model.backward(dh, input_gradient=True),)


# The fill-in example, and gradients


def test_a_network_computed_by_hand():
    model = network([2, 2, 1], "relu")
    first, _, last = model.layers
    first.W, first.b = [[1, -1], [2, 1]], [0, -1]
    last.W, last.b = [[3, -2]], [0.5]
    # a = (1·1 − 1·2, 2·1 + 1·2 − 1) = (−1, 3), h = (0, 3), z = 3·0 − 2·3 + 0.5
    np.testing.assert_array_equal(model.forward([[1, 2]]), [[-5.5]])
    np.testing.assert_array_equal(model.predict([[1, 2], [2, 1]]), [[-5.5], [-4.5]])
    np.testing.assert_array_equal(model.backward([[1]], input_gradient=True), [[-4, -2]])
    np.testing.assert_array_equal(first.dW, [[0, 0], [-2, -4]])
    np.testing.assert_array_equal(last.dW, [[0, 3]])


def check_network(model, x, loss, y):
    def value(x, **parameters):
        probe = copy.deepcopy(model)
        for name, p in probe.parameters.items():
            p[...] = parameters[name]
        return loss.forward(probe.predict(x), y)

    model.zero_grad()
    loss.forward(model.forward(x), y)
    dx = model.backward(loss.backward(), input_gradient=True)
    check_gradients(value, {"x": x, **model.parameters}, {"x": dx, **model.gradients})


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.integers(1, 4), st.integers(0, 99))
def test_gradients_for_any_sizes(sizes, N, seed):
    rng = np.random.default_rng(seed)
    model = with_biases(network(sizes, "tanh", seed), seed)
    y, x = rng.integers(sizes[-1], size=N), rng.normal(size=(N, sizes[0]))
    # A small cross-entropy is a difference of numbers about 1: a difference quotient of it has more
    # rounding than the check, which looks at its size, allows for. One class alone has exactly 0.
    assume(sizes[-1] == 1 or CrossEntropy().forward(model.predict(x), y) > 0.05)
    check_network(model, x, CrossEntropy(), y)


def test_only_on_request_is_the_input_gradient_computed():
    model = network()
    model.forward(np.ones((1, 3)))
    assert model.backward(np.ones((1, 2))) is None


# Structure and names


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_structure_names_and_shapes(activation):
    model = network([3, 5, 2], activation)
    kinds = [type(layer) for layer in model.layers]
    assert kinds == [Linear, ACTIVATIONS[activation], Linear]
    hidden = 10 if activation == "maxout" else 5
    shapes = {name: p.shape for name, p in model.parameters.items()}
    assert shapes == {
        "layers.0.W": (hidden, 3),
        "layers.0.b": (hidden,),
        "layers.2.W": (2, 5),
        "layers.2.b": (2,),
    }
    assert {name: g.shape for name, g in model.gradients.items()} == shapes
    assert model.parameters["layers.0.W"] is model.layers[0].W
    assert model.gradients["layers.2.b"] is model.layers[2].db


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_initialisation_fits_the_activation(activation):
    first, _, last = network([300, 200, 100], activation).layers
    squashing = activation in ("sigmoid", "tanh")
    assert first.W.var() == pytest.approx(2 / 500 if squashing else 2 / 300, rel=0.05)
    assert last.W.var() == pytest.approx(2 / 300, rel=0.05)


def test_the_representation_shows_shapes_and_counts():
    assert repr(network([64, 128, 10], "relu", dtype=np.float32)) == "\n".join(
        [
            "FFNN([64, 128, 10], 'relu'), float32",
            "  layers.0  Linear(64, 128)    W (128, 64), b (128,)          8,320",
            "  layers.1  ReLU()",
            "  layers.2  Linear(128, 10)    W (10, 128), b (10,)           1,290",
            "  total                                                       9,610",
        ]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_whole_step_keeps_the_type(dtype, activation):
    model = network(activation=activation, dtype=dtype)
    loss, optimiser = MeanSquaredError(), SGD(model, 0.1)
    z = model.forward(np.ones((4, 3)))  # float64 comes in
    loss.forward(z, np.zeros((4, 2)))
    model.backward(loss.backward())
    optimiser.step()
    arrays = [z, loss.backward(), *model.parameters.values(), *model.gradients.values()]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


# PyTorch


@pytest.mark.parametrize("activation", IN_TORCH)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_there_and_back_again(activation, dtype):
    torch = pytest.importorskip("torch")
    model = with_biases(network(activation=activation, dtype=dtype))
    state = torch.random.get_rng_state()
    sequential = model.to_torch()
    assert torch.equal(torch.random.get_rng_state(), state)
    back = FFNN.from_torch(sequential)
    assert (back.sizes, back.activation, back.dtype) == (model.sizes, activation, model.dtype)
    for name, p in model.parameters.items():
        np.testing.assert_array_equal(back.parameters[name], p)
    model.layers[0].W += 1  # copies on both sides
    with torch.no_grad():
        sequential[0].weight.fill_(9)
    assert (model.layers[0].W != back.layers[0].W).all()
    assert not (back.layers[0].W == 9).any()


def test_a_network_made_in_torch_is_read():
    torch = pytest.importorskip("torch")
    nn = torch.nn
    sequential = nn.Sequential(nn.Linear(3, 5), nn.ReLU(inplace=True), nn.Linear(5, 2))
    model = FFNN.from_torch(sequential)
    x = np.float32([[1, 2, 3]])
    expected = sequential(torch.tensor(x)).detach()
    assert model.dtype == np.float32
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5, atol=1e-6)


def test_torch_is_told_what_does_not_fit():
    nn = pytest.importorskip("torch").nn
    with pytest.raises(ValueError, match=r"^to_torch: expected a layer .* got Maxout"):
        network(activation="maxout").to_torch()
    for modules in (
        [],
        [nn.ReLU()],
        [nn.Linear(3, 5), nn.ReLU()],
        [nn.Linear(3, 5), nn.GELU(), nn.Linear(5, 2)],
        [nn.Linear(3, 5), nn.LeakyReLU(0.01), nn.Linear(5, 2)],
        [nn.Linear(3, 5), nn.ELU(0.5), nn.Linear(5, 2)],
        [nn.Linear(3, 5, bias=False), nn.ReLU(), nn.Linear(5, 2)],
        [nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2)],
    ):
        with pytest.raises(ValueError, match=r"^sequential: expected Linear, activation, Linear"):
            FFNN.from_torch(nn.Sequential(*modules))
    mismatched = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(4, 2))
    with pytest.raises(ValueError, match=r"expected layers.2.W of shape \(2, 5\), got \(2, 4\)"):
        FFNN.from_torch(mismatched)


def test_the_modules_import_numpy_only():
    code = (
        "import sys, lecturelib.ffnn, lecturelib.training, lecturelib.optim\n"
        "print(*({'torch', 'tqdm', 'matplotlib'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not run.stdout.split()


# Files


def test_a_damaged_file_is_never_loaded_in_silence(tmp_path):
    model, path = network([2, 3, 2]), tmp_path / "net.npz"
    model.save(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(6)
    for end in {0, 1, 10, len(whole) // 2, len(whole) - 1, *rng.integers(len(whole), size=40)}:
        path.write_bytes(whole[:end])
        with pytest.raises(ValueError, match=r"net.npz: expected a whole .npz file, got one that"):
            FFNN.load(path)
    for position in rng.integers(len(whole), size=150):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        try:
            loaded = FFNN.load(path)
        except ValueError as error:
            assert "net.npz" in str(error)  # noqa: PT017 damage in unused bytes may pass
        else:
            for name, p in model.parameters.items():
                np.testing.assert_array_equal(loaded.parameters[name], p)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x04N.", b"PK\x05\x06" + bytes(18)])
def test_foreign_files_are_refused(tmp_path, content):
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="foreign: expected"):
        FFNN.load(path)


def test_an_array_alone_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.ones(3))
    with pytest.raises(ValueError, match=r"a\.npy: expected a whole \.npz file"):
        FFNN.load(tmp_path / "a.npy")
    with pytest.raises(FileNotFoundError):
        FFNN.load(tmp_path / "missing.npz")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": None}, r"net.npz: expected sizes, activation and the arrays of FFNN, got \["),
        ({"layers.2.b": None}, r"missing \['layers.2.b'\] and unknown \[\]"),
        ({"layers.0.W": None}, r"net.npz: .*layers.0.W"),
        ({"layers.9.W": np.ones(2)}, r"missing \[\] and unknown \['layers.9.W'\]"),
        ({"layers.2.W": np.ones((3, 2))}, r"expected layers.2.W of shape \(2, 3\), got \(3, 2\)"),
        ({"layers.0.b": np.full(3, np.nan)}, r"net.npz: layers.0.b: expected finite"),
        ({"layers.0.W": np.array([["a"]])}, r"net.npz: .*dtype"),
        ({"activation": np.array("swish")}, r"net.npz: activation: expected one of"),
        ({"sizes": np.array([2.5, 3])}, r"net.npz: sizes\[0\]: expected a whole number"),
        ({"sizes": np.array(2)}, r"net.npz: "),
    ],
)
def test_other_contents_are_named(tmp_path, change, message):
    model, path = network([2, 3, 2]), tmp_path / "net.npz"
    arrays = {"sizes": [2, 3, 2], "activation": "tanh", **model.parameters, **change}
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(ValueError, match=message):
        FFNN.load(path)


# Entrances


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sizes": [3]}, r"^sizes: expected at least inputs and outputs, got \[3\]; pass"),
        ({"sizes": [3, 0, 2]}, r"^sizes\[1\]: expected a whole number of at least 1, got 0"),
        ({"activation": "Relu"}, r"^activation: expected one of \['sigmoid', .*\], got 'Relu'"),
        ({"rng": 3}, r"^rng: expected a NumPy Generator, got int"),
        ({"dtype": int}, r"^dtype: expected float32 or float64"),
    ],
)
def test_construction_refuses(arguments, message):
    arguments = {"sizes": [3, 2], "rng": np.random.default_rng(0)} | arguments
    with pytest.raises(ValueError, match=message):
        FFNN(**arguments)


@pytest.mark.parametrize("method", ["forward", "predict"])
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((2, 4)), r"^x: expected shape \(N, 3\), one row an example, got \(2, 4\)"),
        (np.ones(3), r"^x: expected shape \(N, 3\), one row .* got \(3,\); one example is a row"),
        (np.ones((0, 3)), r"^x: expected at least one number, got an empty array"),
        ([[0, np.nan, 1]], r"^x: expected finite numbers, got nan at index \(0, 1\)"),
    ],
)
def test_inputs_are_checked(method, x, message):
    with pytest.raises(ValueError, match=message):
        getattr(network(), method)(x)
