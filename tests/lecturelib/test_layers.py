"""Layers: every way back is the derivative of the way there, and equals PyTorch's."""

import copy
import inspect
import pickle

import numpy as np
import pytest
from contracts.models import ModelContract
from hypothesis import given, settings
from hypothesis import strategies as st

from lecturelib.ffnn import FFNN
from lecturelib.layers import (
    ELU,
    Buffer,
    Layer,
    LeakyReLU,
    Linear,
    Maxout,
    Parameter,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
)

ACTIVATION_LAYERS = [
    Sigmoid(),
    Tanh(),
    ReLU(),
    LeakyReLU(),
    LeakyReLU(0.3),
    ELU(),
    ELU(1.7),
    Maxout(),
    Maxout(pieces=3),
]


def linear(n_in=3, n_out=4, seed=0, **settings):
    return Linear(n_in, n_out, rng=np.random.default_rng(seed), **settings)


def spaced(rng, *shape):
    """Numbers that are 0.02 apart and as far from 0: no kink within reach of a small step."""
    return (rng.permutation(np.arange(np.prod(shape)) - np.prod(shape) // 2) + 0.5).reshape(
        shape
    ) * 0.04


class TestLinear(ModelContract):
    names = ("W", "b")
    refuses_nan = False

    def make(self, rng, dtype):
        return Linear(3, 4, rng=rng, dtype=dtype, bias="b" in self.names)

    def inputs(self, rng):
        return (rng.normal(size=(5, 3)),)

    def test_one_row(self):
        model = self.make(np.random.default_rng(0), np.float64)
        assert model.forward(np.ones((1, 3))).shape == (1, 4)
        assert model.backward(np.ones((1, 4))).shape == (1, 3)


class TestLinearWithoutBias(TestLinear):
    names = ("W",)


class TestActivation(ModelContract):
    refuses_nan = False

    @pytest.fixture(autouse=True, params=ACTIVATION_LAYERS, ids=repr)
    def kind(self, request):
        self.layer = request.param
        self.in_torch = not isinstance(self.layer, Maxout)
        self.refuses_shapes = not self.in_torch  # an elementwise function takes any shape

    def make(self, rng, dtype):
        return copy.deepcopy(self.layer)

    def inputs(self, rng):
        return (spaced(rng, 5, 6),)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 6), st.booleans(), st.integers(0, 99))
def test_linear_in_every_shape(N, D, H, bias, seed):
    rng = np.random.default_rng(seed)
    layer, x, dh = linear(D, H, seed, bias=bias), rng.normal(size=(N, D)), rng.normal(size=(N, H))
    b = rng.normal(size=H) if bias else 0
    if bias:
        layer.b = b
    np.testing.assert_allclose(layer.forward(x), np.einsum("nd,hd->nh", x, layer.W) + b)
    np.testing.assert_allclose(layer.backward(dh), np.einsum("nh,hd->nd", dh, layer.W))
    np.testing.assert_allclose(layer.dW, np.einsum("nh,nd->hd", dh, x))
    assert (layer.db is None) != bias
    if bias:
        np.testing.assert_allclose(layer.db, np.einsum("nh->h", dh))


# Gradients


def test_a_layer_in_front_may_leave_out_the_input_gradient():
    layer = linear(3, 4)
    layer.forward(np.ones((2, 3)))
    assert layer.backward(np.ones((2, 4)), input_gradient=False) is None
    np.testing.assert_array_equal(layer.dW, np.full((4, 3), 2))


def test_maxout_equals_torchs_maximum_over_the_pieces():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    a, dh = rng.normal(size=(4, 6)), rng.normal(size=(4, 2))
    t = torch.tensor(a, requires_grad=True)
    expected = t.reshape(4, 2, 3).max(dim=-1).values
    expected.backward(torch.tensor(dh))
    layer = Maxout(pieces=3)
    np.testing.assert_array_equal(layer.forward(a), expected.detach())
    np.testing.assert_array_equal(layer.backward(dh), t.grad)


def test_maxout_is_the_lectures_formula_after_a_linear_layer():
    rng = np.random.default_rng(4)
    layer, x = linear(3, 2 * 2), rng.normal(size=(5, 3))
    layer.b = rng.normal(size=4)
    w1, w2, b1, b2 = layer.W[2], layer.W[3], layer.b[2], layer.b[3]
    second_unit = Maxout().forward(layer.forward(x))[:, 1]
    np.testing.assert_allclose(second_unit, [max(w1 @ v + b1, w2 @ v + b2) for v in x])


# Initialisation


@pytest.mark.parametrize(("init", "variance"), [("he", 2 / 200), ("xavier", 2 / 500)])
def test_initial_weights_have_the_documented_variance(init, variance):
    layer = linear(200, 300, init=init)
    assert layer.W.shape == (300, 200)
    assert layer.W.var() == pytest.approx(variance, rel=0.03)
    assert abs(layer.W.mean()) < 0.001
    assert not layer.b.any()


def test_he_keeps_the_size_of_a_signal_through_relu_layers():
    rng = np.random.default_rng(5)
    h = rng.normal(size=(200, 100))
    for _ in range(20):
        h = ReLU().forward(Linear(100, 100, rng=rng).forward(h))
    assert 0.2 < (h**2).mean() < 5


# Types, copies, representation


def test_lists_and_integers_are_read_as_numbers():
    layer = linear(2, 1)
    layer.W, layer.b = [[1, -2]], [3]
    np.testing.assert_array_equal(layer.forward([[1, 1], [2, 0]]), [[2], [5]])
    np.testing.assert_array_equal(layer.backward([[1], [1]]), [[1, -2], [1, -2]])
    half = LeakyReLU(0.5)
    np.testing.assert_array_equal(half.forward([[-2, 2]]), [[-1, 2]])
    np.testing.assert_array_equal(half.backward([[0.5, 0.5]]), [[0.25, 0.5]])


def test_assigning_copies_into_the_array_that_others_hold():
    layer = linear(3, 4)
    W, new = layer.parameters["W"], np.ones((4, 3))
    layer.W = new
    assert layer.W is W
    assert layer.W is not new
    layer.dW += 1
    layer.W -= 0.5 * layer.dW
    np.testing.assert_array_equal(W, np.full((4, 3), 0.5))


def test_representations():
    assert repr(linear(3, 4)) == "Linear(3, 4)"
    assert repr(linear(3, 4, bias=False)) == "Linear(3, 4, bias=False)"
    assert [repr(layer) for layer in ACTIVATION_LAYERS[2:8]] == [
        "ReLU()",
        "LeakyReLU(slope=0.1)",
        "LeakyReLU(slope=0.3)",
        "ELU(alpha=1)",
        "ELU(alpha=1.7)",
        "Maxout(pieces=2)",
    ]


def test_defaults_are_the_lectures():
    for layer, name, value in [
        (LeakyReLU, "slope", 0.1),
        (ELU, "alpha", 1.0),
        (Maxout, "pieces", 2),
    ]:
        assert inspect.signature(layer).parameters[name].default == value


# Entrances


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_in": 0}, r"^n_in: expected a whole number of at least 1, got 0 \(int\); pass"),
        ({"n_out": 2.0}, r"^n_out: expected a whole number of at least 1, got 2.0 \(float\)"),
        ({"n_out": True}, r"^n_out: expected a whole number .* got True \(bool\)"),
        ({"rng": 0}, r"^rng: expected a NumPy Generator, got int; pass np.random.default_rng"),
        ({"dtype": int}, r"^dtype: expected float32 or float64, got <class 'int'>; pass"),
        ({"dtype": "float16"}, r"^dtype: expected float32 or float64, got 'float16'"),
        ({"dtype": "x"}, r"^dtype: expected float32 or float64, got 'x'"),
        ({"init": "zeros"}, r"^init: expected one of \['he', 'xavier'\], got 'zeros'"),
    ],
)
def test_linear_refuses(arguments, message):
    settings = {"n_in": 2, "n_out": 3, "rng": np.random.default_rng(0)} | arguments
    with pytest.raises(ValueError, match=message):
        Linear(**settings)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LeakyReLU(1.0), r"^slope: expected a number in \[0, 1\)"),
        (lambda: ELU(0), "^alpha: expected a number above 0"),
        (lambda: Maxout(1), "^pieces: expected a whole number of at least 2, got 1"),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_attributes_refuse_other_shapes_and_numbers():
    layer = linear(3, 4)
    with pytest.raises(
        ValueError, match=r"^W: expected shape \(4, 3\) in Linear\(3, 4\), got.*\(3, 4\)"
    ):
        layer.W = np.ones((3, 4))
    with pytest.raises(ValueError, match=r"^b: expected finite"):
        layer.b = [0, 0, np.nan, 0]
    with pytest.raises(
        ValueError,
        match=r"^b: expected nothing, .* in Linear\(3, 4, bias=False\)",
    ):
        linear(bias=False).b = np.ones(4)
    assert linear(bias=False).b is linear(bias=False).db is None


def test_the_base_promises_both_ways():
    for method in (Layer().forward, Layer().backward):
        with pytest.raises(NotImplementedError):
            method(np.ones((1, 1)))


# The base: arrays as attributes, layers within layers


class Norm(Layer):
    """h = w (x − mean), and while it learns the mean moves halfway to that of the batch."""

    w, mean = Parameter(), Buffer()
    arguments = "n", "rate"

    def __init__(self, n, *, rate=0.5, dtype=np.float64):
        self.n, self.rate = n, rate
        self.w, self.mean = np.ones(n, dtype), np.zeros(n, dtype)

    def forward(self, x):
        if self.training:
            self.mean += self.rate * (x.mean(axis=0) - self.mean)
        return self._keep(x - self.mean, (x - self.mean) * self.w)

    def backward(self, dh):
        dh, centred = self._recall(dh)
        self.dw += (dh * centred).sum(axis=0)
        return dh * self.w


class Tower(Layer):
    """Blocks in a list, one child with children, an array of its own, and a private alias."""

    scale, absent = Parameter(), Parameter()
    arguments = "width", "blocks"

    def __init__(self, width, blocks=2, *, rng, dtype=np.float64):
        self.width = width
        self.inner = [Norm(width, dtype=dtype) for _ in range(blocks)]
        self.head = FFNN([width, 3, 2], rng=rng, dtype=dtype)
        self.scale, self.absent = np.full(1, 2, dtype), None
        self._first = self.inner[0]

    blocks = property(lambda self: len(self.inner))

    def forward(self, x):
        x = x * self.scale
        for norm in self.inner:
            x = norm.forward(x)
        return self.head.forward(x)


def tower(**settings):
    return Tower(3, rng=np.random.default_rng(0), **settings)


def test_the_names_of_all_arrays_below():
    model = tower()
    names = ["scale", "inner.0.w", "inner.1.w"]
    names += [f"head.layers.{i}.{name}" for i in (0, 2) for name in "Wb"]
    assert list(model.parameters) == list(model.gradients) == names
    assert list(model.buffers) == ["inner.0.mean", "inner.1.mean"]
    assert model.parameters["head.layers.0.W"] is model.head.layers[0].W
    assert model.gradients["inner.1.w"] is model.inner[1].dw
    assert model.buffers["inner.1.mean"] is model.inner[1].mean
    assert model.count == 1 + 3 + 3 + 12 + 8 == sum(p.size for p in model.parameters.values())
    assert (model.absent, model.dabsent) == (None, None)


def test_a_child_may_be_exchanged_added_and_removed():
    model = tower()
    assert model.count == 27
    model.head = linear(3, 1)
    assert list(model.parameters)[3:] == ["head.W", "head.b"]
    model.tail = (ReLU(), linear(1, 2))
    assert list(model.parameters)[5:] == ["tail.1.W", "tail.1.b"]
    model.head.layers = [linear(1, 1)]  # far below, and a list
    assert "head.layers.0.W" in model.parameters
    model.inner = None
    del model.tail
    left = ["scale", "head.W", "head.b", "head.layers.0.W", "head.layers.0.b"]
    assert list(model.parameters) == left
    growing = Layer()
    growing.blocks = []
    growing.blocks.append(linear(1, 1))
    assert list(growing.parameters) == ["blocks.0.W", "blocks.0.b"]
    with pytest.raises(AttributeError):
        growing.blocks.append(linear(1, 1))  # nobody would see it


def test_a_layer_in_two_places_counts_once():
    model = Layer()
    model.first = linear(2, 2)
    model.again = model.first
    assert list(model.parameters) == ["first.W", "first.b"]
    model.loop = model
    assert list(model.parameters) == ["first.W", "first.b"]


def test_a_list_of_layers_and_other_things_is_refused():
    model = Layer()
    model.parts = [ReLU(), np.tanh]
    with pytest.raises(ValueError, match=r"^parts: expected layers only, got \['ReLU', 'ufunc'\]"):
        _ = model.parameters


def test_assigning_under_a_name_copies_into_the_array():
    model = tower()
    W = model.head.layers[0].W
    model.parameters["head.layers.0.W"] = np.ones((3, 3))
    model.parameters["head.layers.0.W"] += 1
    assert W.tolist() == [[2, 2, 2]] * 3
    with pytest.raises(ValueError, match=r"^W: expected nothing, there is no .*'inner.0.w'"):
        model.parameters["W"] = W
    with pytest.raises(ValueError, match=r"^scale: expected shape \(1,\)"):
        model.parameters["scale"] = [1, 2]
    copied = copy.deepcopy(model.parameters)
    copied["W"] = 3  # a plain dict
    assert copied["scale"] is not model.scale


def test_zero_grad_reaches_all_and_keeps_the_arrays():
    model = tower()
    before = model.gradients
    for g in before.values():
        g.fill(1)
    model.zero_grad()
    assert all(g is before[name] and not g.any() for name, g in model.gradients.items())


def test_the_mode_reaches_all_and_predict_changes_nothing():
    model, x = tower(), np.arange(6.0).reshape(2, 3)
    assert model.training
    assert model.eval() is model
    assert not any(layer.training for layer in (model, model.inner[1], model.head.layers[0]))
    z = model.forward(x)
    assert not model.inner[0].mean.any()
    assert model.train() is model
    assert all(layer.training for layer in (model, model.inner[1], model.head.layers[0]))
    np.testing.assert_array_equal(model.predict(x), z)
    assert not model.inner[0].mean.any()
    model.forward(x)
    assert model.inner[0].mean.tolist() == [1.5, 2.5, 3.5]
    model.predict(x[:1])
    assert model.inner[0].backward(np.ones((2, 3))).shape == (2, 3)  # of the two rows


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_file_has_the_arguments_and_all_arrays(tmp_path, dtype):
    model = tower(blocks=3, dtype=dtype)
    model.forward(np.arange(6, dtype=dtype).reshape(2, 3))
    model.save(tmp_path / "tower.npz")
    names = {"width", "blocks", *model.parameters, *model.buffers}
    assert set(np.load(tmp_path / "tower.npz")) == names
    other = Tower.load(tmp_path / "tower.npz")
    assert len(other.inner) == 3
    for name, array in (model.parameters | model.buffers).items():
        same = (other.parameters | other.buffers)[name]
        assert same.dtype == dtype
        np.testing.assert_array_equal(same, array)
    norm = Norm(2, rate=0.25)
    norm.save(tmp_path / "norm")
    assert Norm.load(tmp_path / "norm").rate == 0.25
    with pytest.raises(ValueError, match=r"norm: expected width, blocks and the arrays of Tower"):
        Tower.load(tmp_path / "norm")


def test_what_no_file_can_hold_is_refused(tmp_path):
    norm = Norm(2, rate=None)
    with pytest.raises(ValueError, match=r"expected numbers and strings, .* under \['rate'\]"):
        norm.save(tmp_path / "norm")
    assert not list(tmp_path.iterdir())


def test_copies_share_nothing_or_only_the_arrays():
    model = tower()
    model.count  # noqa: B018 has been collected before
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        other.head = linear(3, 1)
        other.scale += 1
        assert (other.count, model.count, model.scale.item()) == (11, 27, 2)
    shallow = copy.copy(model)
    shallow.head = linear(3, 1)
    assert (shallow.count, model.count) == (11, 27)
    shallow.scale += 1
    assert model.scale.item() == 3


def test_the_representation_is_a_tree():
    lines = [
        "Tower(3, blocks=2)",
        "                                              scale (1,)                         1",
        "  inner.0    Norm(3)                          w (3,), mean (3,)                  3",
        "  inner.1    Norm(3)                          w (3,), mean (3,)                  3",
        "  head       FFNN([3, 3, 2], 'relu'), float32",
        "    layers.0 Linear(3, 3)                     W (3, 3), b (3,)                  12",
        "    layers.1 ReLU()",
        "    layers.2 Linear(3, 2)                     W (2, 3), b (2,)                   8",
        "  total                                                                         27",
    ]
    assert repr(tower(dtype=np.float32)).splitlines() == lines
    assert repr(Norm(3, rate=0.25)) == "Norm(3, rate=0.25)"


def test_arrays_are_made_once_and_from_finite_numbers():
    given = np.ones(2)
    norm = Norm(2)
    norm.w = given
    assert norm.w is not given
    with pytest.raises(ValueError, match=r"^mean: expected shape \(2,\) in Norm\(2\), got"):
        norm.mean = np.ones(3)
    with pytest.raises(ValueError, match=r"^dw: expected shape \(2,\) in Norm"):
        norm.dw = np.ones(3)
    with pytest.raises(ValueError, match=r"^w: expected finite numbers"):
        norm.w = [1, np.nan]
    with pytest.raises(ValueError, match=r"^dtype: expected float32 or float64"):
        Norm(2, dtype=np.float16)
    with pytest.raises(ValueError, match=r"^absent: expected nothing, .* in Tower\(3, blocks=2\)"):
        tower().absent = [1]
    with pytest.raises(ValueError, match=r"^to_torch: expected a layer .* got Norm\(2\); choose"):
        norm.to_torch()


# One after the other


class TestSequential(ModelContract):
    names = ("layers.0.W", "layers.0.b", "layers.2.layers.0.W")
    refuses_nan = True

    def make(self, rng, dtype):
        inner = Sequential(Linear(4, 2, rng=rng, dtype=dtype, bias=False), LeakyReLU(0.3))
        return Sequential(Linear(3, 4, rng=rng, dtype=dtype), Tanh(), inner)

    def inputs(self, rng):
        return (rng.normal(size=(5, 3)),)


def test_a_first_layer_may_save_the_gradient_of_the_inputs():
    rng = np.random.default_rng(0)
    x, dh = rng.normal(size=(2, 3)), np.ones((2, 4))
    for first, shape in ((Linear(3, 4, rng=rng), None), (Tanh(), (2, 3))):
        model = Sequential(first, *([Linear(3, 4, rng=rng)] if shape else [Tanh()]))
        model.forward(x)
        dx = model.backward(dh, input_gradient=False)
        assert getattr(dx, "shape", None) == shape
        assert model.backward(dh).shape == x.shape


def test_it_refuses_what_is_no_layer(tmp_path):
    with pytest.raises(ValueError, match=r"expected at least one layer .* got \[\]"):
        Sequential()
    with pytest.raises(ValueError, match=r"got \['ReLU', 'str'\]"):
        Sequential(ReLU(), "relu")
    path = tmp_path / "model.npz"
    np.savez(path, spec=['["Foreign", {}]'])
    with pytest.raises(
        ValueError, match=r"model.npz: expected layers .* got \['Foreign'\]; import"
    ):
        Sequential.load(path)
