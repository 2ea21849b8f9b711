"""Losses: values by hand and by PyTorch, gradients by central differences, safe for any logits."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lecturelib.gradcheck import check_gradients
from lecturelib.losses import CrossEntropy, MeanSquaredError

sizes = st.tuples(st.integers(1, 5), st.integers(1, 4))
logits = sizes.flatmap(lambda shape: arrays(np.float64, shape, elements=st.floats(-5, 5)))
EACH = pytest.mark.parametrize("loss", [CrossEntropy(), MeanSquaredError()], ids=repr)


def gradient(loss, z, y):
    loss.forward(z, y)
    return loss.backward()


def test_by_hand():
    assert CrossEntropy().forward([[0, 0, 0, 0]], [2]) == pytest.approx(np.log(4))
    z = np.log([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])  # logits whose softmax is known
    loss = CrossEntropy()
    assert loss.forward(z, [0, 1]) == pytest.approx(-(np.log(0.7) + np.log(0.1)) / 2)
    np.testing.assert_allclose(loss.backward(), [[-0.15, 0.1, 0.05], [0.05, -0.45, 0.4]])
    squares = MeanSquaredError()
    assert squares.forward([[1, 2], [3, 5]], [[0, 2], [3, 1]]) == 17 / 4
    np.testing.assert_array_equal(squares.backward(), [[0.5, 0], [0, 2]])


@settings(max_examples=40, deadline=None)
@given(logits, st.data())
def test_gradients_in_every_shape(z, data):
    N, C = z.shape
    labels = data.draw(arrays(np.int64, N, elements=st.integers(0, C - 1)))
    targets = data.draw(arrays(np.float64, (N, C), elements=st.floats(-5, 5)))
    for loss, y in ((CrossEntropy(), labels), (MeanSquaredError(), targets)):
        # At a perfect fit the differences are rounding alone, and f = 0 gives no scale to tell.
        assume(loss.forward(z, y) > 1e-3 or isinstance(loss, CrossEntropy))
        dz = gradient(loss, z, y)
        assert dz.shape == z.shape
        check_gradients(lambda z, f=loss.forward, y=y: f(z, y), {"z": z}, {"z": dz})


@settings(max_examples=30, deadline=None)
@given(logits, st.floats(-1e3, 1e3))
def test_cross_entropy_ignores_a_shift_and_its_gradient_sums_to_zero(z, shift):
    y = np.zeros(len(z), int)
    loss = CrossEntropy()
    assert loss.forward(z, y) >= 0
    assert loss.forward(z + shift, y) == pytest.approx(loss.forward(z, y), abs=1e-10)
    np.testing.assert_allclose(loss.backward().sum(axis=1), 0, atol=1e-14)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_equal_to_torch(dtype, tolerance):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    z, targets = rng.normal(size=(2, 7, 4)).astype(dtype) * 3
    labels = rng.integers(4, size=7)
    for loss, y, reference in [
        (CrossEntropy(), labels, torch.nn.CrossEntropyLoss()),
        (MeanSquaredError(), targets, torch.nn.MSELoss()),
    ]:
        t = torch.tensor(z, requires_grad=True)
        expected = reference(t, torch.tensor(y))
        expected.backward()
        assert loss.forward(z, y) == pytest.approx(expected.item(), abs=tolerance)
        np.testing.assert_allclose(loss.backward(), t.grad, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_overflows_and_small_losses_keep_their_digits(dtype):
    loss = CrossEntropy()
    z = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype)
    with np.errstate(all="raise", under="ignore"):
        assert loss.forward(z, [0, 1]) == 0
        assert loss.forward(z, [1, 0]) == 2e4
        np.testing.assert_array_equal(loss.backward(), [[0.5, -0.5], [-0.5, 0.5]])


@EACH
def test_the_type_stays_and_the_logits_too(loss):
    z = np.array([[0.5, 2.0], [1.0, -1.0]], np.float32)
    before = z.copy()
    y = np.array([0, 1]) if isinstance(loss, CrossEntropy) else np.ones((2, 2))  # float64
    value = loss.forward(z, y)
    assert type(value) is float
    assert loss.backward().dtype == np.float32
    np.testing.assert_array_equal(z, before)
    np.testing.assert_array_equal(loss.backward(), loss.backward())


def test_the_bare_formula_gives_nan_for_nan():
    for loss, y in ((CrossEntropy(), np.array([0])), (MeanSquaredError(), np.ones((1, 2)))):
        z = np.array([[np.nan, 1.0]])
        assert np.isnan(type(loss).forward.bare(loss, z, y))


@EACH
def test_float16_is_refused_as_its_gradient_can_be_zero(loss):
    z, y = np.ones((2, 3), np.float16), np.zeros((2, 3))
    with pytest.raises(ValueError, match=r"^z: expected float32 or float64, got float16, .*astype"):
        loss.forward(z, y if isinstance(loss, MeanSquaredError) else np.array([0, 1]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradient_of_a_large_batch_is_not_zero(dtype):
    N = 70_000
    loss, z, y = CrossEntropy(), np.zeros((N, 2), dtype), np.zeros(N, int)
    loss.forward(z, y)
    np.testing.assert_allclose(loss.backward(), np.full((N, 2), 0.5 / N) * [-1, 1], rtol=1e-6)
    square = MeanSquaredError()
    square.forward(z, np.ones_like(z))
    np.testing.assert_allclose(square.backward(), np.full((N, 2), -1 / N), rtol=1e-6)


@EACH
def test_backward_needs_a_forward(loss):
    with pytest.raises(ValueError, match=rf"^{type(loss).__name__}.backward: expected a forward"):
        type(loss)().backward()


LOGITS = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("z", "y", "message"),
    [
        (LOGITS, [0, 3], r"^y: expected labels from 0 to 2, .* got 3 at index \(1,\); number"),
        (LOGITS, [-1, 0], r"^y: expected labels from 0 to 2, .* got -1 at index \(0,\)"),
        (LOGITS, [0], r"^z, y: expected one label for each of the 2 rows of z, got 1; look"),
        (LOGITS, [0.0, 1.0], r"^y: expected integer labels .* float64 .*; turn one-hot"),
        (LOGITS, [True, False], r"^y: expected integer labels of shape \(N,\), got dtype bool"),
        (LOGITS, np.eye(3, dtype=int)[:2], r"^y: expected integer labels .* \(2, 3\)"),
        (LOGITS[0], [0], r"^z: expected shape \(N, C\), .* got \(3,\); make one example a row"),
        (LOGITS[:0], np.empty(0, int), r"^z: expected at least one number, got an empty array"),
        ([[np.nan, 0]], [0], r"^z: expected finite numbers, got nan at index \(0, 0\)"),
        ([[0, np.inf]], [0], r"^z: expected finite numbers, got inf"),
    ],
)
def test_cross_entropy_refuses(z, y, message):
    with pytest.raises(ValueError, match=message):
        CrossEntropy().forward(z, y)


@pytest.mark.parametrize(
    ("z", "y", "message"),
    [
        (np.ones((3, 1)), np.ones((1, 3)), r"^y: expected the shape of z, \(3, 1\), got \(1, 3\)"),
        (
            np.ones((3, 1)),
            np.ones(3),
            r"^y: expected shape \(N, C\), .* a column, y\[:, None\]",
        ),
        (np.ones((3, 1)), [[1], [np.nan], [1]], r"^y: expected finite"),
        (np.ones((0, 1)), np.ones((0, 1)), r"^z: expected at least one number"),
    ],
)
def test_mean_squared_error_refuses(z, y, message):
    with pytest.raises(ValueError, match=message):
        MeanSquaredError().forward(z, y)
