"""Initialisation: variances, orthogonality, radius are what they say; one draw for both types."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecturelib.initialisation import he, matrix_of_radius, orthogonal, xavier
from lecturelib.rnn import spectral_radius


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("draw", "shape", "variance"),
    [
        (he, (300, 200), 2 / 200),
        (xavier, (300, 200), 2 / 500),
        (he, (60, 20, 5, 3), 2 / (20 * 15)),  # all inputs of one output of a convolution
        (xavier, (60, 20, 5, 3), 2 / ((60 + 20) * 15)),
    ],
)
def test_the_variance_is_the_documented_one(draw, shape, variance):
    W = draw(shape, rng=rng())
    assert W.shape == shape
    assert W.var() == pytest.approx(variance, rel=0.03)
    assert abs(W.mean()) < 4 * (variance / W.size) ** 0.5


@pytest.mark.parametrize("shape", [(3, 2), (4, 3, 2, 2)])
def test_the_variance_is_pytorchs(shape):
    init = pytest.importorskip("torch").nn.init
    fan_in, fan_out = init._calculate_fan_in_and_fan_out(pytest.importorskip("torch").empty(shape))
    standard = rng(1).standard_normal(shape)
    np.testing.assert_allclose(he(shape, rng=rng(1)), standard * (2 / fan_in) ** 0.5)
    scale = (2 / (fan_in + fan_out)) ** 0.5
    np.testing.assert_allclose(xavier(shape, rng=rng(1)), standard * scale)


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (1, 4)])
def test_the_fewer_of_rows_and_columns_are_orthonormal(shape):
    Q = orthogonal(shape, rng=rng())
    assert Q.shape == shape
    product = Q @ Q.T if shape[0] < shape[1] else Q.T @ Q
    np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-12)


@pytest.mark.parametrize("draw", [he, xavier, orthogonal])
def test_the_same_generator_gives_the_same_weights_in_both_types(draw):
    wide, narrow = (draw((4, 3), rng=rng(7), dtype=dtype) for dtype in (np.float64, np.float32))
    assert (wide.dtype, narrow.dtype) == (np.float64, np.float32)
    np.testing.assert_array_equal(np.float32(wide), narrow)
    assert (wide != draw((4, 3), rng=rng(8))).any()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20), st.floats(0.01, 10), st.booleans(), st.integers(0, 2**32))
def test_a_matrix_has_the_radius_asked_for(n, radius, turn, seed):
    W = matrix_of_radius(n, radius, rng=rng(seed), orthogonal=turn)
    assert W.shape == (n, n)
    assert W.dtype == np.float64
    assert spectral_radius(W) == pytest.approx(radius, rel=1e-6)
    if turn:
        np.testing.assert_allclose(W @ W.T, radius**2 * np.eye(n), atol=1e-12 * radius**2)


def test_orthogonal_matrices_have_entries_of_both_signs_alike():
    generator = rng()
    corners = [orthogonal((2, 2), rng=generator)[0, 0] for _ in range(400)]
    assert abs(np.mean(corners)) < 0.15  # QR without the signs gives −0.64


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: he((3,), rng=rng()), r"^shape: expected \(out, in\) or .*got \(3,\); a bias"),
        (lambda: xavier(3, rng=rng()), r"^shape: expected \(out, in\) or .*got 3"),
        (lambda: he((3, 0), rng=rng()), r"^shape\[1\]: expected a whole number .*got 0"),
        (lambda: he((3, 2.0), rng=rng()), r"^shape\[1\]: expected a whole number .*got 2.0"),
        (lambda: orthogonal((3, 2, 2), rng=rng()), r"^shape: expected \(out, in\), got \(3, 2, 2"),
        (lambda: he((3, 2), rng=3), r"^rng: expected a NumPy Generator, got int"),
        (lambda: orthogonal((3, 2), rng=rng(), dtype=int), r"^dtype: expected float32 or float64"),
        (lambda: matrix_of_radius(0, 1, rng=rng()), r"^n: "),
        (lambda: matrix_of_radius(3, 0, rng=rng()), r"^radius: .*above 0"),
        (lambda: matrix_of_radius(3, 1, rng=None), r"^rng: "),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
