"""The gradient check finds wrong gradients, says where they are, and accepts right ones."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from lecturelib.gradcheck import (
    GradientError,
    check_gradients,
    numerical_gradient,
    relative_error,
)


def squared_error(x, W, b, y):
    """1/2 Σ (x Wᵀ + b − y)²;  x (N, D), W (H, D), b (H,), y (N, H)."""
    return 0.5 * ((x @ W.T + b - y) ** 2).sum()


@pytest.fixture
def problem():
    rng = np.random.default_rng(3)
    N, D, H = 4, 3, 2
    x, W = rng.normal(size=(N, D)), rng.normal(size=(H, D))
    b, y = rng.normal(size=H), rng.normal(size=(N, H))
    d = x @ W.T + b - y  # (N, H)
    return {"x": x, "W": W, "b": b, "y": y}, {"x": d @ W, "W": d.T @ x, "b": d.sum(axis=0)}


shapes = array_shapes(min_dims=0, max_dims=3, max_side=3)
small = st.floats(-2, 2)


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, shapes, elements=small))
def test_numerical_gradient_of_a_cubic_in_any_shape(x):
    before = x.copy()
    gradient = numerical_gradient(lambda v: (v**3 / 3 + v).sum(), x)
    assert gradient.shape == x.shape
    np.testing.assert_allclose(gradient, x**2 + 1, rtol=1e-6)
    np.testing.assert_array_equal(x, before)


def test_the_error_falls_with_the_square_of_the_step():
    coarse, fine = (abs(numerical_gradient(np.exp, 0.0, eps) - 1) for eps in (1e-2, 1e-3))
    assert coarse / fine == pytest.approx(100, rel=1e-2)  # forward differences would give 10


def test_the_step_is_the_one_floating_point_makes():
    # Next to 1e6 the numbers lie 1.2e-10 apart, so a step of 1e-8 is off by up to one percent.
    assert numerical_gradient(lambda v: v.sum(), [1e6], eps=1e-8) == pytest.approx([1], rel=1e-12)


def test_a_function_that_writes_into_its_argument_does_no_harm():
    def square_in_place(x):
        x **= 2
        return x.sum()

    x = np.array([1.0, -2.0])
    np.testing.assert_allclose(numerical_gradient(square_in_place, x), [2, -4], rtol=1e-6)
    check_gradients(square_in_place, {"x": x}, {"x": 2 * x})
    np.testing.assert_array_equal(x, [1, -2])


def test_integers_are_read_as_float64():
    np.testing.assert_allclose(numerical_gradient(lambda v: (v**2).sum(), [1, 2]), [2, 4])


@pytest.mark.parametrize(
    ("function", "x", "eps", "message"),
    [
        (np.sum, np.float32([1]), 1e-6, r"^x: expected float64, got float32, whose rounding"),
        (np.sum, [np.nan], 1e-6, r"^x: expected finite"),
        (np.sum, [1.0], 0, r"^eps: expected a number above 0"),
        (np.sum, [1e12], 1e-6, r"^eps: 1e-06 is too small to change the entry .* index \(0,\)"),
        (np.exp, [1.0, 2.0], 1e-6, r"^exp: expected one number.*shape \(2,\); sum or average"),
        (np.float32, 1.0, 1e-6, r"^float32: expected one number in double precision"),
        (lambda v: np.nan, [1.0], 1e-6, r"<lambda>: expected a finite value, got nan"),
    ],
)
def test_numerical_gradient_refuses(function, x, eps, message):
    with pytest.raises(ValueError, match=message):
        numerical_gradient(function, x, eps)


def test_relative_error_by_hand():
    np.testing.assert_allclose(
        relative_error([2.0, 0.0, 1.0, 3.0], [1.0, 0.0, -1.0, 3.0]), [0.5, 0.0, 2.0, 0.0]
    )
    np.testing.assert_allclose(relative_error([1e-3], [0.0], floor=1.0), [1e-3])


@given(arrays(np.float64, 3, elements=small), arrays(np.float64, 3, elements=small))
def test_relative_error_is_symmetric_and_at_most_two(expected, actual):
    error = relative_error(expected, actual)
    np.testing.assert_array_equal(error, relative_error(actual, expected))
    assert ((error >= 0) & (error <= 2)).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0], [[1.0, 2.0]]), r"^actual: expected the shape of expected, \(2,\), got"),
        (([1.0], [np.inf]), r"^actual: expected finite"),
        (([1.0], [1.0], -1), r"^floor: expected a number of at least 0, got -1"),
    ],
)
def test_relative_error_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        relative_error(*arguments)


def test_right_gradients_give_a_table_of_small_errors(problem):
    arguments, gradients = problem
    before = {name: value.copy() for name, value in arguments.items()}
    errors = check_gradients(squared_error, arguments, gradients)
    assert list(errors) == ["x", "W", "b"]
    assert all(type(error) is float and error < 1e-6 for error in errors.values())
    for name, value in before.items():
        np.testing.assert_array_equal(arguments[name], value)


@pytest.mark.parametrize("name", ["x", "W", "b"])
@pytest.mark.parametrize("wrong_by", [-1, 0, 0.5, 1 + 1e-4])
def test_one_wrong_entry_is_found_and_reported(problem, name, wrong_by):
    arguments, gradients = problem
    index = tuple(side - 1 for side in gradients[name].shape)
    expected = gradients[name][index]
    gradients[name][index] *= wrong_by
    with pytest.raises(GradientError) as caught:
        check_gradients(squared_error, arguments, gradients)
    message = str(caught.value)
    assert message.startswith(f"squared_error: the gradient of {name!r} is wrong")
    assert f"worst at index {index}" in message
    assert f"expected {expected:.5g}"[:14] in message
    assert f"got {gradients[name][index]:.10g}," in message
    error = relative_error(expected, gradients[name][index])
    assert f"relative error {error:.2g} > 1e-06; 1 of {gradients[name].size} entries" in message


def test_the_error_is_an_assertion_error_and_works_for_single_numbers():
    assert issubclass(GradientError, AssertionError)
    with pytest.raises(GradientError, match=r"worst at index \(\): expected 6.* got 5,"):
        check_gradients(lambda w: w**2, {"w": 3.0}, {"w": 5.0})


def test_rounding_is_forgiven_but_a_flipped_sign_under_a_large_value_is_not():
    def loss(w):
        return 1e6 + 1e-2 * w.sum()

    w = np.ones(3)
    check_gradients(loss, {"w": w}, {"w": np.full(3, 1e-2)})
    with pytest.raises(GradientError):
        check_gradients(loss, {"w": w}, {"w": np.full(3, -1e-2)})


def test_gradients_too_small_for_floating_point_pass():
    w = np.array([0.0, 1.0])
    check_gradients(lambda w: 5e-324 * w.sum(), {"w": w}, {"w": np.full(2, 5e-324)})


def test_a_gradient_that_is_zero_only_up_to_rounding_passes():
    def loss(z, c):
        return np.log(np.exp(z + c).sum()) - (z + c)[0]

    z = np.random.default_rng(0).normal(size=5)
    check_gradients(loss, {"z": z, "c": 0.3}, {"c": 0.0})


def test_other_arguments_pass_through_and_a_generator_repeats_itself():
    def dropout_sum(x, labels, rng):
        assert labels == ["a"]
        labels.append("b")
        return (x * (rng.random(x.shape) < 0.5)).sum()

    rng = np.random.default_rng(5)
    state = rng.bit_generator.state
    mask = np.random.default_rng(5).random(6) < 0.5
    labels = ["a"]
    arguments = {"x": np.ones(6), "labels": labels, "rng": rng}
    check_gradients(dropout_sum, arguments, {"x": mask.astype(float)})
    assert rng.bit_generator.state == state
    assert labels == ["a"]


def test_tolerance_and_functions_without_a_name():
    cube = functools.partial(lambda power, x: x**power, 3)
    assert check_gradients(cube, {"x": 2.0}, {"x": 12.01}, tolerance=1e-2)["x"] > 1e-4
    with pytest.raises(GradientError, match=r"functools\.partial"):
        check_gradients(cube, {"x": 2.0}, {"x": 12.01})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"V": np.ones(2)}, r"^gradients: expected names among .*'W'.*, got \['V'\]"),
        ({"W": np.ones((3, 2))}, r"^gradients\['W'\]: expected the shape .*\(2, 3\), got \(3, 2\)"),
        ({"W": np.ones((2, 3), np.float32)}, r"^gradients\['W'\]: expected float64, got float32"),
        ({"b": [np.nan, 0]}, r"^gradients\['b'\]: expected finite"),
    ],
)
def test_gradients_that_do_not_fit_are_refused(problem, change, message):
    arguments, gradients = problem
    with pytest.raises(ValueError, match=message):
        check_gradients(squared_error, arguments, gradients | change)


def test_other_mistakes_at_the_entrance(problem):
    arguments, gradients = problem
    with pytest.raises(ValueError, match="expected at least one, got none"):
        check_gradients(squared_error, arguments, {})
    with pytest.raises(ValueError, match="tolerance: expected a number above 0"):
        check_gradients(squared_error, arguments, gradients, tolerance=0)
    with pytest.raises(ValueError, match=r"tolerance: expected a number in \[0, 1\), got 1"):
        check_gradients(squared_error, arguments, gradients, tolerance=1)
    single = arguments | {"W": arguments["W"].astype(np.float32)}
    with pytest.raises(ValueError, match=r"arguments\['W'\]: expected float64, got float32"):
        check_gradients(squared_error, single, gradients)
