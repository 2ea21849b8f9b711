"""Shrinking pictures, a new head on an old body, and two learning rates."""

import copy

import numpy as np
import pytest

from lecturelib.data import mnist
from lecturelib.ffnn import FFNN
from lecturelib.losses import CrossEntropy
from lecturelib.optim import Adam
from lecturelib.training import fit
from lecturelib.transfer import BodyAndHead, fine_tune, replace_head, shrink

N, D, C = 23, 5, 4
BODY = ["layers.0.W", "layers.0.b", "layers.2.W", "layers.2.b"]
HEAD = ["layers.4.W", "layers.4.b"]


def network(seed=0, classes=C, **settings):
    return FFNN([D, 7, 6, classes], rng=np.random.default_rng(seed), **settings)


def task(seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(N, D)), rng.integers(C, size=N)


def tuned(model, body_lr=0.001, head_lr=0.01, **settings):
    settings = {"epochs": 3, "batch_size": 7, "rng": np.random.default_rng(2)} | settings
    return fine_tune(model, *task(), body_lr=body_lr, head_lr=head_lr, **settings)


# shrink


def area_mean(picture, border):
    """The mean over each cell of the grid, as an integral over fine sub-pixels."""
    inner = picture[border : 28 - border, border : 28 - border]
    fine = np.kron(inner, np.ones((8, 8)))  # 8 sub-pixels a pixel: any cell is a whole number
    n = len(inner)
    return np.array(
        [
            [fine[i * n : (i + 1) * n, j * n : (j + 1) * n].mean() for j in range(8)]
            for i in range(8)
        ]
    )


@pytest.mark.parametrize("border", [0, 2, 4, 6, 12])
def test_a_cell_is_the_mean_ink_of_its_area(border):
    pictures = np.random.default_rng(0).random((3, 28, 28))
    small = shrink(pictures, border=border)
    assert small.shape == (3, 8, 8)
    for picture, result in zip(pictures, small, strict=True):
        np.testing.assert_allclose(result, area_mean(picture, border), rtol=0, atol=1e-12)


def test_two_rows_of_border_give_blocks_of_three():
    pictures = np.random.default_rng(0).random((2, 28, 28))
    block = pictures[1, 2 + 3 * 5 : 2 + 3 * 6, 2 + 3 : 2 + 6]
    assert shrink(pictures, border=2)[1, 5, 1] == pytest.approx(block.mean())


def test_the_border_of_four_keeps_mnists_ink():
    images = mnist().images
    ink = 400 / 64 * shrink(images).sum()  # a cell is 2.5 × 2.5 pixels
    # Not all of it: the box was moved so that the centre of mass lies in the middle.
    assert ink == pytest.approx(images.sum(), rel=0.05)
    assert ink < images.sum()
    assert shrink(images).max() <= 1


def test_float32_stays_float32():
    assert shrink(np.ones((1, 28, 28), np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((28, 28)), "one picture is a batch of one"),
        (np.zeros((2, 784)), r"images\.reshape"),
        (np.zeros((2, 8, 8)), r"expected shape \(N, 28, 28\), got \(2, 8, 8\)"),
        (np.zeros((0, 28, 28)), "at least one number"),
        (np.full((1, 28, 28), 255.0), "divide grey values"),
        (np.full((1, 28, 28), np.nan), "finite"),
    ],
)
def test_shrink_names_what_is_wrong(images, message):
    with pytest.raises(ValueError, match=message):
        shrink(images)


@pytest.mark.parametrize("border", [-2, 3, 14, 2.0])
def test_shrink_refuses_a_border_that_does_not_fit(border):
    with pytest.raises(ValueError, match="border: expected"):
        shrink(np.zeros((1, 28, 28)), border=border)


# replace_head


@pytest.mark.parametrize("activation", ["relu", "tanh", "maxout"])
def test_the_body_is_the_old_one_and_the_head_is_new(activation):
    old = network(activation=activation)
    new = replace_head(old, 9, rng=np.random.default_rng(5))
    assert new.sizes == [D, 7, 6, 9]
    assert new.activation == activation
    for name in BODY:
        np.testing.assert_array_equal(new.parameters[name], old.parameters[name])
        assert not np.shares_memory(new.parameters[name], old.parameters[name])
    assert new.parameters["layers.4.W"].shape == (9, 6)
    assert np.ptp(new.parameters["layers.4.W"]) > 0
    assert not new.parameters["layers.4.b"].any()


def test_as_many_classes_still_mean_a_new_head():
    old = network()
    new = replace_head(old, C, rng=np.random.default_rng(5))
    assert not np.allclose(new.parameters["layers.4.W"], old.parameters["layers.4.W"])


def test_the_new_network_has_the_old_ones_type():
    new = replace_head(network(dtype=np.float32), 3, rng=np.random.default_rng(0))
    assert {p.dtype for p in new.parameters.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "net"}, "model: expected an FFNN"),
        ({"model": FFNN([3, 2], rng=np.random.default_rng(0))}, "hidden layer"),
        ({"classes": 0}, "classes"),
        ({"rng": 3}, "rng"),
    ],
)
def test_replace_head_names_what_is_wrong(change, message):
    arguments = {"model": network(), "classes": 3, "rng": np.random.default_rng(0)} | change
    with pytest.raises(ValueError, match=message):
        replace_head(arguments["model"], arguments["classes"], rng=arguments["rng"])


# Two learning rates


def test_equal_rates_are_plain_adam():
    model, plain = network(), network()
    tuned(model, body_lr=0.01, head_lr=0.01)
    sizes = {"epochs": 3, "batch_size": 7, "rng": np.random.default_rng(2)}
    fit(plain, CrossEntropy(), Adam(plain, 0.01), *task(), **sizes)
    for name, p in plain.parameters.items():
        np.testing.assert_allclose(model.parameters[name], p, rtol=0, atol=1e-12)


def test_each_part_has_its_own_rate():
    model = network()
    before = copy.deepcopy(model.parameters)
    optimiser = BodyAndHead(model, body_lr=0.001, head_lr=0.05)
    loss, (X, y) = CrossEntropy(), task()
    loss.forward(model.forward(X), y)
    model.backward(loss.backward())
    moving = {name: g != 0 for name, g in model.gradients.items()}
    optimiser.step()
    for names, rate in ((BODY, 0.001), (HEAD, 0.05)):
        for name in names:
            # The first step of Adam is its rate, whatever the gradient's size.
            step = np.abs(model.parameters[name] - before[name])[moving[name]]
            np.testing.assert_allclose(step, rate, rtol=1e-3)


def test_a_frozen_body_stays_exactly_as_it_is():
    model = network()
    before = copy.deepcopy(model.parameters)
    tuned(model, body_lr=0)
    for name in BODY:
        np.testing.assert_array_equal(model.parameters[name], before[name])
    for name in HEAD:
        assert not np.allclose(model.parameters[name], before[name])


def test_zero_grad_clears_a_frozen_body_too():
    model = network()
    loss, (X, y) = CrossEntropy(), task()
    loss.forward(model.forward(X), y)
    model.backward(loss.backward())
    BodyAndHead(model, body_lr=0, head_lr=0.1).zero_grad()
    assert not any(g.any() for g in model.gradients.values())


def test_it_belongs_to_its_model():
    model = network()
    optimiser = BodyAndHead(model, body_lr=0, head_lr=0.1)
    assert optimiser.lr == 0.1
    assert optimiser.updates(model)
    assert not optimiser.updates(network())


def test_fine_tuning_makes_the_loss_smaller():
    history = tuned(network(), epochs=40)
    assert len(history.train_loss) == 40
    assert history.train_loss[-1] < 0.8 * history.train_loss[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"body_lr": -0.1}, "0 freezes the body"),
        ({"body_lr": float("nan")}, "body_lr"),
        ({"head_lr": 0}, "head_lr: expected a number above 0"),
        ({"epochs": 0}, "epochs"),
    ],
)
def test_fine_tune_names_what_is_wrong(change, message):
    with pytest.raises(ValueError, match=message):
        tuned(network(), **change)


def test_labels_beyond_the_head_are_refused():
    with pytest.raises(ValueError, match="widen the last layer"):
        tuned(network(classes=2))
