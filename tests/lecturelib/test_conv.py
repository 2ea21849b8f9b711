"""Convolution and pooling: the fast forms against loops, central differences and PyTorch."""

import copy
import itertools

import numpy as np
import pytest
from contracts.models import ModelContract
from hypothesis import given, settings
from hypothesis import strategies as st

from lecturelib.conv import (
    AvgPool2d,
    Conv2d,
    Flatten,
    GlobalAveragePool,
    MaxPool2d,
    ResidualBlock,
    convolve,
    output_size,
    receptive_field,
)
from lecturelib.layers import Linear, ReLU, Sequential, Tanh
from lecturelib.losses import CrossEntropy

# The example to compute by hand.
X = np.array([[1, 2, 0, 1], [0, 1, 3, 1], [2, 0, 1, 0], [1, 1, 0, 2]], float)
K = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], float)


def conv(n_in=1, n_out=1, kernel=3, seed=0, **settings):
    return Conv2d(n_in, n_out, kernel, rng=np.random.default_rng(seed), **settings)


def by_hand(**settings):
    layer = conv(**settings)
    layer.W = K[None, None]
    return layer


def spaced(rng, *shape):
    """Numbers 0.02 apart: no kink of a maximum within reach of a small step."""
    return rng.permutation(np.prod(shape)).reshape(shape) * 0.02 - 1


# The contract of every layer

KINDS = {
    "plain": {},
    "padded": {"padding": 2},
    "strided": {"stride": 2, "padding": 1},
    "dilated": {"dilation": 2, "padding": 1, "stride": 3},
    "groups": {"groups": 2, "padding": 1},
    "depthwise": {"groups": 4, "n_out": 8, "stride": 2},
    "one by one": {"kernel": 1},
    "uneven": {"kernel": (2, 3), "padding": 1, "bias": False},
    "all": {"kernel": (3, 2), "padding": 2, "stride": 2, "dilation": 2, "groups": 2},
}


class TestConv2d(ModelContract):
    names = ("W", "b")
    refuses_shapes = False  # images of any size

    @pytest.fixture(autouse=True, params=KINDS.values(), ids=KINDS)
    def kind(self, request):
        self.settings = {"n_in": 4, "n_out": 6, "kernel": 3} | request.param
        self.names = ("W", "b") if self.settings.get("bias", True) else ("W",)

    def make(self, rng, dtype):
        return Conv2d(**self.settings, rng=rng, dtype=dtype)

    def inputs(self, rng):
        return (rng.normal(size=(2, 4, 5, 7)),)

    def test_it_is_the_loops(self):
        model, (x,), _ = self.case()
        moves = {k: v for k, v in self.settings.items() if k[0] in "psdg"}
        np.testing.assert_allclose(model.forward(x), convolve(x, model.W, model.b, **moves))

    def test_it_comes_back_from_torch(self):
        model, (x,), _ = self.case()
        other = Conv2d.from_torch(model.to_torch())
        assert repr(other) == repr(model)
        np.testing.assert_array_equal(other.forward(x), model.forward(x))


class TestPooling(ModelContract):
    refuses_shapes = False

    @pytest.fixture(
        autouse=True,
        params=[MaxPool2d(), MaxPool2d(3, 2), MaxPool2d(1, 2), AvgPool2d(3, 1), AvgPool2d(2, 3)],
        ids=repr,
    )
    def kind(self, request):
        self.layer = request.param

    def make(self, rng, dtype):
        return copy.deepcopy(self.layer)

    def inputs(self, rng):
        return (spaced(rng, 2, 3, 5, 7),)


class TestToRows(TestPooling):
    @pytest.fixture(autouse=True, params=[GlobalAveragePool(), Flatten()], ids=repr)
    def kind(self, request):
        self.layer = request.param


class TestResidualBlock(ModelContract):
    names = ("layers.0.W", "layers.0.b", "layers.2.W", "layers.2.b")
    refuses_shapes = False

    def make(self, rng, dtype):
        settings = {"padding": 1, "rng": rng, "dtype": dtype}
        return ResidualBlock(Conv2d(3, 2, **settings), Tanh(), Conv2d(2, 3, **settings))

    def inputs(self, rng):
        return (rng.normal(size=(2, 3, 4, 5)),)


class TestNetwork(ModelContract):
    names = ("layers.0.W", "layers.0.b", "layers.3.layers.0.W", "layers.3.layers.0.b")
    names += ("layers.5.W", "layers.5.b")
    refuses_shapes = False
    refuses_nan = True

    def make(self, rng, dtype):
        settings = {"rng": rng, "dtype": dtype}
        block = ResidualBlock(Conv2d(4, 4, padding=1, **settings), Tanh())
        first = Conv2d(1, 4, padding=1, **settings)
        return Sequential(first, Tanh(), MaxPool2d(), block, Flatten(), Linear(24, 3, **settings))

    def inputs(self, rng):
        return (rng.normal(size=(2, 1, 4, 6)),)


# By hand


def test_the_example_there_and_back():
    layer = by_hand()
    np.testing.assert_array_equal(layer.forward(X[None, None])[0, 0], [[-4, 1], [0, -1]])
    dx = layer.backward(np.array([[[[1.0, 0], [0, -1]]]]))
    np.testing.assert_array_equal(layer.dW[0, 0], [[0, -1, -1], [0, 0, 3], [1, 0, -1]])
    assert layer.db.tolist() == [0]
    np.testing.assert_array_equal(dx[0, 0, 0], [1, 0, -1, 0])
    np.testing.assert_array_equal(dx[0, 0, 3], [0, -1, 0, 1])
    wide = by_hand(padding=1, stride=2).forward(X[None, None])
    np.testing.assert_array_equal(wide[0, 0], [[-5, 2], [-2, -1]])
    pooled = MaxPool2d().forward(ReLU().forward(layer.forward(X[None, None])))
    assert pooled.tolist() == [[[[1]]]]


def test_a_true_convolution_turns_the_kernel():
    layer = by_hand()
    layer.W = K[None, None, ::-1, ::-1]
    np.testing.assert_array_equal(layer.forward(X[None, None])[0, 0], [[4, -1], [0, 1]])


def test_the_bias_is_one_a_map_and_gradients_sum_over_examples_and_places():
    layer = conv(1, 2)
    x = np.random.default_rng(0).normal(size=(3, 1, 5, 5))
    h = layer.forward(x)
    assert layer.b.shape == (2,)
    layer.backward(np.ones_like(h))
    assert layer.db.tolist() == [27, 27]  # 3 examples with 3 × 3 places
    whole = layer.dW.copy()
    layer.zero_grad()
    for one in x:
        layer.forward(one[None])
        layer.backward(np.ones((1, 2, 3, 3)))
    np.testing.assert_allclose(layer.dW, whole)


# Against PyTorch, over all settings


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.integers(0, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 99),
)
def test_all_gradients_are_those_of_torch(sizes, kernel, padding, stride, dilation, seed):
    torch = pytest.importorskip("torch")
    rng, (N, G, c) = np.random.default_rng(seed), sizes
    moves = {"padding": padding, "stride": stride, "dilation": dilation, "groups": G}
    layer = Conv2d(G * c, 2 * G, kernel, rng=rng, **moves)
    layer.b = rng.normal(size=2 * G)
    sides = [dilation * (k - 1) + 1 + int(rng.integers(0, 5)) for k in kernel]
    x = rng.normal(size=(N, G * c, *sides))
    module, t = layer.to_torch(), torch.tensor(x, requires_grad=True)
    expected, h = module(t), layer.forward(x)
    dh = rng.normal(size=h.shape)
    expected.backward(torch.tensor(dh))
    pairs = [(h, expected.detach()), (layer.backward(dh), t.grad)]
    pairs += [(layer.dW, module.weight.grad), (layer.db, module.bias.grad)]
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("layer", [MaxPool2d(), MaxPool2d(3, 1), MaxPool2d(2, 1)], ids=repr)
def test_of_equal_pixels_the_first_gets_the_gradient(layer):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, size=(2, 3, 6, 4)).astype(float)
    t, h = torch.tensor(x, requires_grad=True), layer.forward(x)
    dh = rng.normal(size=h.shape)
    layer.to_torch()(t).backward(torch.tensor(dh))
    np.testing.assert_allclose(layer.backward(dh), t.grad)


def test_a_first_layer_may_save_the_gradient_of_the_images():
    for layer in (conv(1, 2), ResidualBlock(conv(1, 1, padding=1), ReLU())):
        x = np.random.default_rng(1).normal(size=(2, 1, 4, 4))
        h = layer.forward(x)
        layer.backward(np.ones_like(h))
        whole = {name: g.copy() for name, g in layer.gradients.items()}
        layer.zero_grad()
        assert layer.backward(np.ones_like(h), input_gradient=False) is None
        for name, g in layer.gradients.items():
            np.testing.assert_array_equal(g, whole[name])


def test_a_block_of_zeros_hands_everything_on():
    block = ResidualBlock(conv(2, 2, padding=1), ReLU(), conv(2, 2, padding=1))
    for p in block.parameters.values():
        p[...] = 0
    x = np.random.default_rng(0).normal(size=(1, 2, 3, 3))
    np.testing.assert_array_equal(block.forward(x), x)
    np.testing.assert_array_equal(block.backward(x), x)


def test_equivariant_until_the_edge():
    layer, rng = conv(1, 2, padding=1), np.random.default_rng(0)
    x = np.zeros((1, 1, 9, 9))
    x[0, 0, 3:6, 3:6] = rng.normal(size=(3, 3))
    moved = np.roll(x, (1, 2), axis=(2, 3))
    np.testing.assert_allclose(
        np.roll(layer.forward(x), (1, 2), axis=(2, 3)), layer.forward(moved), atol=1e-12
    )


def test_it_learns():
    rng = np.random.default_rng(0)
    stripes = np.zeros((40, 1, 6, 6))
    y = np.arange(40) % 2
    stripes[y == 0, :, 2], stripes[y == 1, :, :, 2] = 1, 1
    stripes += rng.normal(scale=0.3, size=stripes.shape)
    net = Sequential(conv(1, 3), ReLU(), GlobalAveragePool(), Linear(3, 2, rng=rng))
    loss, losses = CrossEntropy(), []
    for _ in range(200):
        losses.append(loss.forward(net.forward(stripes), y))
        net.zero_grad()
        net.backward(loss.backward(), input_gradient=False)
        for name, p in net.parameters.items():
            p -= 0.5 * net.gradients[name]
    assert losses[-1] < 0.2 * losses[0]


# Sizes


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((28, 5, 2, 2, 1), 14),
        ((28, 3, 1, 1, 1), 28),
        ((8, 2, 0, 2, 1), 4),
        ((7, 2, 0, 2, 1), 3),
        ((10, 3, 0, 1, 3), 4),
        ((3, 3, 0, 5, 1), 1),
    ],
)
def test_output_size(arguments, expected):
    names = ("size", "kernel", "padding", "stride", "dilation")
    assert output_size(**dict(zip(names, arguments, strict=True))) == expected


def test_output_size_is_what_the_layer_gives():
    for size, k, p, s, d in itertools.product((6, 9), (1, 3), (0, 2), (1, 2, 3), (1, 2)):
        layer = conv(kernel=k, padding=p, stride=s, dilation=d)
        expected = output_size(size, k, padding=p, stride=s, dilation=d)
        assert layer.forward(np.ones((1, 1, size, size))).shape == (1, 1, expected, expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 4, "kernel": 5}, r"^kernel: .* at most the 4 pixels .* which spans 5; take"),
        ({"size": 4, "kernel": 3, "dilation": 2}, r"kernel 3 with dilation 2, which spans 5"),
        ({"size": 7, "kernel": 2, "stride": 2, "exact": True}, r"^stride: .* leaves 1 of 7 pixels"),
        ({"size": 0, "kernel": 1}, r"^size: expected a whole number of at least 1"),
        ({"size": 3, "kernel": 1, "padding": -1}, r"^padding: expected a whole number of at least"),
        ({"size": 3, "kernel": 1, "stride": 0}, r"^stride: expected a whole number"),
    ],
)
def test_output_size_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        output_size(**arguments)


def test_receptive_field():
    assert receptive_field([(3, 1), (2, 2), (3, 1), (2, 2)]) == 10
    assert receptive_field([]) == 1
    assert receptive_field([(3, 1, 1), (3, 1, 2), (3, 1, 4)]) == 15
    layers = [conv(), ReLU(), MaxPool2d(), ResidualBlock(conv(padding=1), ReLU()), AvgPool2d()]
    assert receptive_field(layers) == receptive_field([Sequential(*layers)]) == 10


@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (2, 2)])
def test_the_receptive_field_is_where_the_gradient_reaches(stride, dilation):
    layers = [conv(stride=stride), Tanh(), conv(dilation=dilation), AvgPool2d()]
    net = Sequential(*layers)
    h = net.forward(np.random.default_rng(0).normal(size=(1, 1, 20, 20)))
    one = np.zeros_like(h)
    one[0, 0, 1, 1] = 1
    reached = np.flatnonzero(net.backward(one)[0, 0].any(axis=0))
    assert np.ptp(reached) + 1 == receptive_field(layers)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([conv(), Flatten()], r"got Flatten\(\), which looks at the whole image"),
        ([3], r"expected layers or tuples \(kernel, stride\[, dilation\]\), got \(3,\)"),
        ([(3, 0)], r"^stride: expected a whole number of at least 1"),
        ([conv(kernel=(2, 3))], r"^kernel: expected a square one, got \(2, 3\)"),
    ],
)
def test_receptive_field_refuses(layers, message):
    with pytest.raises(ValueError, match=message):
        receptive_field(layers)


# Refusals


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((2, 8, 8, 3), r"channels come second: x.transpose\(0, 3, 1, 2\)"),
        ((2, 8, 8), r"grey images need an axis for their one channel, x\[:, None\]"),
        ((2, 64), r"rows of pixels become images again"),
        ((2, 4, 8, 8), r"build the layer with n_in=4, or bring images with 3 channels"),
        ((0, 3, 8, 8), "a slice that selected nothing"),
        ((2, 3, 8, 8, 1), "an axis too many"),
    ],
)
def test_what_are_no_images_is_refused(shape, hint):
    with pytest.raises(ValueError, match=rf"of shape \(N, 3, H, W\) with N ≥ 1, got .*{hint}"):
        conv(3, 4).forward(np.ones(shape))
    if len(shape) != 4 or not shape[0]:
        for layer in (MaxPool2d(), AvgPool2d(), GlobalAveragePool()):
            with pytest.raises(ValueError, match=r"expected images of shape \(N, C, H, W\)"):
                layer.forward(np.ones(shape))


def test_a_kernel_larger_than_the_image_is_refused():
    for layer in (conv(kernel=5), MaxPool2d(5)):
        with pytest.raises(ValueError, match="expected a window of at most the 4 pixels"):
            layer.forward(np.ones((1, 1, 6, 4)))
    assert conv(kernel=5, padding=1).forward(np.ones((1, 1, 3, 3))).shape == (1, 1, 1, 1)


def test_rows_and_blocks_that_do_not_fit_are_refused():
    for x in (np.ones(3), np.ones((0, 2, 2))):
        with pytest.raises(ValueError, match=r"^Flatten\(\).forward: expected a batch of shape"):
            Flatten().forward(x)
    block = ResidualBlock(conv(1, 1))
    with pytest.raises(ValueError, match=r"keep the shape \(1, 1, 4, 4\), got \(1, 1, 2, 2\)"):
        block.forward(np.ones((1, 1, 4, 4)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_in": 0}, "^n_in: expected a whole number of at least 1"),
        ({"kernel": (3, 3, 3)}, r"^kernel: expected a side or a pair \(kh, kw\)"),
        ({"kernel": (3, 0)}, r"^kernel\[1\]: expected a whole number"),
        ({"stride": 1.5}, "^stride: expected a whole number"),
        ({"padding": -1}, "^padding: expected a whole number of at least 0"),
        ({"dilation": 0}, "^dilation: expected"),
        ({"groups": 3}, "^groups: expected a divisor of n_in=2 and n_out=4, got 3"),
        ({"rng": 0}, "^rng: expected a NumPy Generator"),
        ({"dtype": "float16"}, "^dtype: expected float32 or float64"),
    ],
)
def test_conv2d_refuses(arguments, message):
    settings = {"n_in": 2, "n_out": 4, "rng": np.random.default_rng(0)} | arguments
    with pytest.raises(ValueError, match=message):
        Conv2d(**settings)


def test_modules_of_torch_that_are_something_else_are_refused():
    torch = pytest.importorskip("torch")
    others = [
        torch.nn.Linear(2, 2),
        torch.nn.Conv2d(1, 1, 3, padding="same"),
        torch.nn.Conv2d(1, 1, 3, stride=(1, 2)),
        torch.nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"),
    ]
    for module in others:
        with pytest.raises(ValueError, match=r"^module: expected a torch.nn.Conv2d, padded with"):
            Conv2d.from_torch(module)


def test_start_and_representation():
    layer = conv(100, 200, 3)
    assert layer.W.var() == pytest.approx(2 / 900, rel=0.02)
    assert not layer.b.any()
    assert repr(conv(1, 8)) == "Conv2d(1, 8, kernel=3)"
    assert repr(conv(4, 8, (3, 5), padding=1, groups=2, bias=False)) == (
        "Conv2d(4, 8, kernel=(3, 5), padding=1, groups=2, bias=False)"
    )
    assert [repr(MaxPool2d()), repr(AvgPool2d(3, 1))] == [
        "MaxPool2d(kernel=2, stride=2)",
        "AvgPool2d(kernel=3, stride=1)",
    ]
