"""The layers of kit/nn.js against NumPy, over random shapes, to float32's precision."""

import numpy as np
import pytest
import rjsmin
from numpy.lib.stride_tricks import sliding_window_view

from lecturelib.widgets import modules
from tools.browser import open_page as open_in

RUN = """([layer, tensors, more]) => {
  const all = tensors.map((one) => one && nn.tensor(one.shape, one.data));
  if (layer === "embedding") all[0] = tensors[0].data;
  const found = nn[layer](...all, ...more), { shape, data } = found.y ?? found, { weights } = found;
  return { shape, data: Array.from(data), weights: weights && Array.from(weights.data) };
}"""
SEEDS = range(8)


@pytest.fixture(scope="module")
def layer(browser):
    """``layer("dense", x, W, b, more…)``: arrays in, an array out; `more` are plain arguments."""
    page, _ = open_in(browser, "about:blank")
    page.add_script_tag(content=modules.bundle("nn").replace("export const", "var"))

    def run(name, *arrays, more=()):
        tensors = [
            None if a is None else {"shape": a.shape, "data": a.ravel().tolist()} for a in arrays
        ]
        found = page.evaluate(RUN, [name, tensors, list(more)])
        y = np.reshape(found["data"], found["shape"])
        return (y, found["weights"]) if found["weights"] else y

    yield run
    page.context.close()


def normal(rng, *shape):
    return rng.normal(size=shape).astype(np.float32).astype(float)


def close(found, expected):
    assert found.shape == expected.shape
    scale = max(1, np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=4e-7 * scale)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_dense_softmax_and_layer_norm(layer, seed):
    rng = np.random.default_rng(seed)
    *before, n, out = rng.integers(1, 9, 2 + seed % 3)
    x, W, b = normal(rng, *before, n), normal(rng, out, n), normal(rng, out)
    close(layer("dense", x, W, b), x @ W.T + b)
    close(layer("dense", x, W, None), x @ W.T)
    close(layer("softmax", 40 * x), softmax(40 * x))
    gamma, beta = normal(rng, n), normal(rng, n)
    x = 3 + 10 * x
    centred = x - x.mean(axis=-1, keepdims=True)
    expected = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * gamma + beta
    close(layer("layerNorm", x, gamma, beta), expected)
    close(layer("add", x, 2 * x), 3 * x)


@pytest.mark.parametrize("seed", SEEDS[:3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_convolution_and_pooling(layer, seed, padding, stride):
    rng = np.random.default_rng(seed)
    N, C, O, k, l = rng.integers(1, 5, 5)  # noqa: E741
    H, W = rng.integers(4, 10, 2)
    x, w, b = normal(rng, N, C, H, W), normal(rng, O, C, k, l), normal(rng, O)
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (k, l), axis=(2, 3))[:, :, ::stride, ::stride]
    expected = np.einsum("ncrsij,ocij->nors", windows, w)
    options = {"padding": padding, "stride": stride}
    close(layer("conv2d", x, w, b, more=[options]), expected + b[:, None, None])
    close(layer("conv2d", x, w, None, more=[options]), expected)
    side = int(rng.integers(1, 4))
    windows = sliding_window_view(x, (side, side), axis=(2, 3))[:, :, ::stride, ::stride]
    close(layer("maxPool", x, more=[side, stride]), windows.max(axis=(4, 5)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("causal", [True, False])
def test_attention(layer, seed, causal):
    rng = np.random.default_rng(seed)
    heads, d, T, earlier = rng.integers(1, 6, 4)
    S = T + earlier * (seed % 2)  # keys and values of earlier tokens that were kept
    q, k, v = (normal(rng, n, heads * d) for n in (T, S, S))
    split = [a.reshape(-1, heads, d).transpose(1, 0, 2) for a in (q, k, v)]
    scores = split[0] @ split[1].transpose(0, 2, 1) / np.sqrt(d)
    if causal:
        scores[:, ~np.tri(T, S, S - T, dtype=bool)] = -np.inf
    weights = softmax(scores)
    y, found = layer("attention", q, k, v, more=[int(heads), causal])
    close(y, (weights @ split[2]).transpose(1, 0, 2).reshape(T, heads * d))
    close(np.reshape(found, weights.shape), weights)


def test_activations(layer):
    x = np.concatenate([np.linspace(-8, 8, 161), [-1e3, 1e3, 0]]).astype(np.float32).astype(float)
    sigmoid = lambda a: np.exp(-np.logaddexp(0, -a))  # noqa: E731
    cubic = np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)
    expected = {"relu": np.maximum(0, x), "sigmoid": sigmoid(x), "tanh": np.tanh(x)}
    expected |= {"gelu": x * sigmoid(1.702 * x), "geluTanh": x / 2 * (1 + np.tanh(cubic))}
    for name, y in expected.items():
        close(layer(name, x), y)


def test_embedding(layer):
    table = normal(np.random.default_rng(0), 7, 3)
    ids = np.array([6, 0, 6, 2])
    np.testing.assert_array_equal(layer("embedding", ids, table), table[ids])
    with pytest.raises(Exception, match="expected ids from 0 to 6, got 7"):
        layer("embedding", np.array([7]), table)


@pytest.mark.parametrize(
    ("name", "shapes", "more", "says"),
    [
        ("dense", [(2, 3), (4, 5)], [None], "inputs of dense: expected 5, got 3"),
        ("conv2d", [(1, 2, 4, 4), (1, 3, 2, 2)], [None], "channels of conv2d: expected 3, got 2"),
        ("attention", [(2, 4)] * 3, [3], "4 features do not go into 3 heads"),
        ("add", [(2,), (3,)], [], "numbers of add: expected 2, got 3"),
        ("layerNorm", [(2, 3), (2,), (2,)], [], "features of layerNorm: expected 2, got 3"),
    ],
)
def test_what_does_not_fit_is_named(layer, name, shapes, more, says):
    with pytest.raises(Exception, match=says):
        layer(name, *(np.zeros(shape) for shape in shapes), more=more)


def test_it_is_small():
    assert len(rjsmin.jsmin(modules.bundle("nn")).encode()) <= 8_000
