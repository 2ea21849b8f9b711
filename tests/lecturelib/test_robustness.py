"""Pictures moved, pixels nudged: the formulas, the gradient, what is refused."""

import numpy as np
import pytest

from lecturelib.activations import softmax
from lecturelib.ffnn import FFNN
from lecturelib.gradcheck import numerical_gradient, relative_error
from lecturelib.losses import CrossEntropy, MeanSquaredError
from lecturelib.robustness import fgsm, input_gradient, random_signs, shift


def network(seed=0, sizes=(6, 5, 4), activation="tanh"):
    return FFNN(sizes, activation, rng=np.random.default_rng(seed))


def batch(n=7, d=6, c=4, seed=1):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.2, 0.8, (n, d)), rng.integers(c, size=n)


# shift


def test_down_and_right_are_positive():
    picture = np.arange(1.0, 7).reshape(1, 2, 3)
    np.testing.assert_array_equal(shift(picture, 1, 0), [[[0, 0, 0], [1, 2, 3]]])
    np.testing.assert_array_equal(shift(picture, 0, 1), [[[0, 1, 2], [0, 4, 5]]])
    np.testing.assert_array_equal(shift(picture, -1, 0), [[[4, 5, 6], [0, 0, 0]]])
    np.testing.assert_array_equal(shift(picture, 0, -2), [[[3, 0, 0], [6, 0, 0]]])


@pytest.mark.parametrize("dy", range(-4, 5))
@pytest.mark.parametrize("dx", range(-5, 6))
def test_every_move_is_roll_with_paper_instead_of_the_other_side(dy, dx):
    pictures = np.random.default_rng(0).random((2, 4, 5))
    around = np.zeros((2, 12, 15))
    around[:, 4:8, 5:10] = pictures
    expected = np.roll(around, (dy, dx), axis=(1, 2))[:, 4:8, 5:10]
    np.testing.assert_array_equal(shift(pictures, dy, dx), expected)


def test_the_pictures_given_stay_as_they_are():
    pictures = np.ones((1, 3, 3))
    shift(pictures, 0, 0)[:] = 5
    assert (pictures == 1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((2, 64)), 1, 0), "X.reshape"),
        ((np.zeros((2, 8, 8)), 0.5, 0), "dy: expected a whole number"),
        ((np.zeros((2, 8, 8)), 9, 0), "dy: expected a whole number from -8 to 8"),
        ((np.zeros((2, 8, 5)), 0, -6), "dx: expected a whole number from -5 to 5"),
        ((np.full((1, 8, 8), np.nan), 0, 0), "finite"),
    ],
)
def test_shift_names_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        shift(*arguments)


# The gradient with respect to the inputs


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "elu"])
def test_the_input_gradient_is_the_central_difference(activation):
    model, (X, y) = network(activation=activation), batch()
    expected = numerical_gradient(lambda X: CrossEntropy().forward(model.predict(X), y), X)
    found = input_gradient(model, CrossEntropy(), X, y)
    assert relative_error(expected, found, floor=1e-6).max() < 1e-5


def test_it_works_for_any_loss():
    model, (X, _) = network(), batch()
    y = np.random.default_rng(3).normal(size=(7, 4))
    expected = numerical_gradient(lambda X: MeanSquaredError().forward(model.predict(X), y), X)
    found = input_gradient(model, MeanSquaredError(), X, y)
    assert relative_error(expected, found, floor=1e-6).max() < 1e-5


def test_it_leaves_no_gradient_behind():
    model, (X, y) = network(), batch()
    input_gradient(model, CrossEntropy(), X, y)
    assert not any(g.any() for g in model.gradients.values())


# fgsm and its control


def test_for_one_neuron_it_is_the_hand_computation():
    model = network(sizes=(2, 2))
    model.parameters["layers.0.W"][:] = [[0, 0], [2, -1]]  # z₂ − z₁ = 2 x₁ − x₂
    X, y = np.array([[0.5, 0.5]]), np.array([1])
    np.testing.assert_allclose(fgsm(model, CrossEntropy(), X, y, 0.2), [[0.3, 0.7]])
    np.testing.assert_allclose(fgsm(model, CrossEntropy(), X, 1 - y, 0.2), [[0.7, 0.3]])


def test_every_pixel_moves_by_epsilon_up_the_loss():
    model, (X, y) = network(), batch()
    moved = fgsm(model, CrossEntropy(), X, y, 0.1)
    np.testing.assert_allclose(np.abs(moved - X), 0.1)
    assert (np.sign(moved - X) == np.sign(input_gradient(model, CrossEntropy(), X, y))).all()
    before, after = (softmax(model.predict(x))[np.arange(7), y] for x in (X, moved))
    assert (after < before).all()


def test_pixels_stay_in_their_range():
    model, (X, y) = network(), batch()
    X = X.round()
    for moved in (
        fgsm(model, CrossEntropy(), X, y, 0.3),
        random_signs(X, 0.3, rng=np.random.default_rng(0)),
    ):
        assert moved.min() >= 0
        assert moved.max() <= 1
        assert (moved != X).any()


def test_epsilon_zero_changes_nothing():
    model, (X, y) = network(), batch()
    np.testing.assert_array_equal(fgsm(model, CrossEntropy(), X, y, 0), X)
    np.testing.assert_array_equal(random_signs(X, 0, rng=np.random.default_rng(0)), X)


def test_the_control_moves_as_far_and_either_way_alike():
    X = np.full((40, 50), 0.5)
    change = random_signs(X, 0.1, rng=np.random.default_rng(0)) - X
    np.testing.assert_allclose(np.abs(change), 0.1)
    assert abs(change.mean()) < 0.01
    again = random_signs(X, 0.1, rng=np.random.default_rng(0)) - X
    np.testing.assert_array_equal(again, change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epsilon": -0.1}, r"epsilon: expected a number in \[0, 1\]"),
        ({"epsilon": 1.1}, "share of the grey scale"),
        ({"X": np.full((7, 6), 16.0)}, r"scale the pixels to \[0, 1\]"),
        ({"X": np.full((7, 5), 0.5)}, r"expected shape \(N, 6\)"),
        ({"y": np.zeros(3, int)}, "one label for each"),
    ],
)
def test_fgsm_names_what_is_wrong(change, message):
    X, y = batch()
    arguments = {"X": X, "y": y, "epsilon": 0.1} | change
    with pytest.raises(ValueError, match=message):
        fgsm(network(), CrossEntropy(), **arguments)


@pytest.mark.parametrize(
    ("X", "epsilon", "rng", "message"),
    [
        (np.full((2, 3), 2.0), 0.1, np.random.default_rng(0), "scale the pixels"),
        (np.zeros((2, 3)), 2, np.random.default_rng(0), "epsilon"),
        (np.zeros((2, 3)), 0.1, 0, "rng"),
    ],
)
def test_random_signs_names_what_is_wrong(X, epsilon, rng, message):
    with pytest.raises(ValueError, match=message):
        random_signs(X, epsilon, rng=rng)
