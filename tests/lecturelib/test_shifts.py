"""Moved images, the networks of the chapter on CNNs, and a slice of their recorded runs."""

import numpy as np
import pytest

from experiments import cnn as script
from lecturelib.data import cnn_runs, mnist
from lecturelib.layers import Linear, Sequential
from lecturelib.shifts import (
    NETWORKS,
    accuracy_when_shifted,
    cnn,
    mlp,
    randomly_shifted,
    shifted,
    train,
    trained_cnn,
)

IMAGE = np.arange(1.0, 13).reshape(3, 4)


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        ((0, 0), IMAGE),
        ((1, 0), [[0, 0, 0, 0], [1, 2, 3, 4], [5, 6, 7, 8]]),
        ((-1, -1), [[6, 7, 8, 0], [10, 11, 12, 0], [0, 0, 0, 0]]),
        ((0, 2), [[0, 0, 1, 2], [0, 0, 5, 6], [0, 0, 9, 10]]),
        ((2, -3), [[0, 0, 0, 0], [0, 0, 0, 0], [4, 0, 0, 0]]),
        ((-3, 0), np.zeros((3, 4))),
        ((0, 9), np.zeros((3, 4))),
    ],
)
def test_images_move_and_leave_zeros(move, expected):
    np.testing.assert_array_equal(shifted(IMAGE, *move), expected)
    batch = np.stack([IMAGE, 2 * IMAGE])[:, None].astype(np.float32)
    found = shifted(batch, *move)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[1, 0], 2 * np.array(expected))


def test_every_image_has_a_random_move_of_its_own():
    images = np.zeros((400, 1, 9, 9))
    images[:, 0, 4, 4] = np.arange(1, 401)
    moved = randomly_shifted(images, 2, rng=np.random.default_rng(0))
    where = np.argwhere(moved[:, 0])
    np.testing.assert_array_equal(moved.max(axis=(1, 2, 3)), np.arange(1, 401))
    steps, counts = np.unique(where[:, 1:] - 4, axis=0, return_counts=True)
    assert len(steps) == 25
    assert np.abs(steps).max() == 2
    assert counts.min() > 5
    np.testing.assert_array_equal(randomly_shifted(images, 0, rng=np.random.default_rng(0)), images)


def test_accuracy_is_the_mean_over_four_directions():
    look = Sequential(Linear(1, 1, rng=np.random.default_rng(0)))

    def ink_in_the_upper_half(images):
        upper = images[:, 0, :2].sum(axis=(1, 2))
        return np.stack([1 - upper, upper], axis=1)

    look.predict = ink_in_the_upper_half
    images = np.zeros((2, 1, 4, 4))
    images[0, 0, 1, 1] = images[1, 0, 2, 2] = 1
    y = np.array([1, 0])
    assert accuracy_when_shifted(look, images, y, 0) == 1
    assert accuracy_when_shifted(look, images, y, 1) == 0.75  # up or down, one of the two is lost


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shifted(np.ones(4), 0, 0), r"^images: expected shape \(…, H, W\), got \(4,\)"),
        (lambda: shifted(IMAGE, 0.5, 0), "^shift: expected a whole number"),
        (lambda: randomly_shifted(IMAGE, -1, rng=np.random.default_rng(0)), "^most: expected"),
        (lambda: randomly_shifted(IMAGE, 1, rng=0), "^rng: expected"),
        (lambda: accuracy_when_shifted(mlp(4, 2, rng=np.random.default_rng(0)), IMAGE, [1], -1),
         "^pixels: expected"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_three_of_the_four_networks_are_equally_large():
    rng, images = np.random.default_rng(0), np.zeros((2, 1, 28, 28), np.float32)
    made = {name: build(rng) for name, build in NETWORKS.items()}
    for model in made.values():
        assert model.forward(images).shape == (2, 10)
        assert {p.dtype for p in model.parameters.values()} == {np.dtype(np.float32)}
    counts = {name: model.count for name, model in made.items()}
    assert counts.pop("wide MLP") == 50_890
    assert max(counts.values()) < 1.1 * min(counts.values())
    small = {name: build(rng).count for name, build in script.SMALL.items()}
    assert max(small, key=small.get) == "MLP"  # what the CNNs win, they do not win by size


def test_training_starts_anew_from_the_same_seed():
    images, y = script.images_of(mnist())
    losses = []
    for _ in range(2):
        rng = np.random.default_rng(0)
        model = cnn(28, rng=rng, channels=(2, 3))
        losses.append(train(model, images[::50], y[::50], epochs=2, rng=rng, most=2))
    assert losses[0] == losses[1]
    assert losses[0][1] < losses[0][0]


def test_the_recorded_network_reads_digits_that_have_moved():
    images, y = script.images_of(mnist())
    model = trained_cnn()
    assert accuracy_when_shifted(model, images[::25], y[::25], 0) > 0.93
    assert accuracy_when_shifted(model, images[::25], y[::25], 3) > 0.88


# The record


def test_the_record_is_whole():
    runs = cnn_runs()
    assert runs.about["command"] == "python -m experiments.cnn"
    cases = {(part, case) for part, (_, cases) in script.PARTS.items() for case in cases}
    assert set(runs.values) == cases
    for key, values in runs.values.items():
        assert values.shape == (len(script.SEEDS), len(runs.x[key]))
        assert (values >= 0).all()
        assert (values[:, 1:] < 20).all()


@pytest.mark.parametrize(
    ("part", "case"),
    [("mnist", "MLP"), ("digits", "MLP"), ("depth", "residual 4"), ("transfer", "from scratch")],
)
def test_a_slice_measured_again_is_as_recorded(part, case):
    measure, _ = script.PARTS[part]
    found = dict(measure(case, 0))
    runs = cnn_runs()
    assert list(found) == runs.x[part, case].tolist()
    # Processors add up in different orders, and a training carries that on.
    np.testing.assert_allclose(list(found.values()), runs.values[part, case][0], atol=0.06)
