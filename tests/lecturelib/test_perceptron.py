"""Rosenblatt's rule: every update by hand, the theorem, the cycle on XOR, the entrance."""

import itertools

import numpy as np
import pytest

from lecturelib.perceptron import Perceptron, novikoff_bound

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
AND, OR, XOR = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0])
ORDERS = [list(order) for order in itertools.permutations(range(4))]


def cloud(seed, n=60, d=3, gap=0.3):
    """Points at least ``gap`` from a random plane, their sides, and the plane."""
    rng = np.random.default_rng(seed)
    u = rng.normal(size=d + 1)
    X = rng.normal(size=(4 * n, d))
    side = (X @ u[:-1] + u[-1]) / np.linalg.norm(u)
    keep = np.flatnonzero(np.abs(side) > gap)[:n]
    return X[keep], (side[keep] > 0).astype(int), u


# The rule


def test_every_update_is_the_rule_and_no_other_change_happens():
    X, y, _ = cloud(0)
    model = Perceptron(3)
    record = model.fit(X, y, epochs=50)
    weights, k = np.zeros(4), 0
    for epoch, mistakes in enumerate(record.mistakes):
        before = k
        for n, x in enumerate(np.column_stack([X, np.ones(len(X))])):
            output = 1 if weights @ x > 0 else 0
            if output != y[n]:
                weights = weights + (y[n] - output) * x
                k += 1
                assert record.examples[k - 1] == n
                np.testing.assert_allclose(record.weights[k], weights)
        assert k - before == mistakes, epoch
    assert len(record.weights) == k + 1
    np.testing.assert_allclose([*model.w, model.b], weights)


def test_or_by_hand():
    # (0,1) wrong: + (0,1,1). Then (0,0): 1 > 0 wrong: b -> 0; (1,0): 0 is wrong: + (1,0,1); (0,0).
    record = Perceptron(2).fit(CORNERS, OR, epochs=10)
    wanted = [[0, 0, 0], [0, 1, 1], [0, 1, 0], [1, 1, 1], [1, 1, 0]]
    assert record.weights.tolist() == wanted
    assert record.examples.tolist() == [1, 0, 2, 0]
    assert record.mistakes.tolist() == [1, 2, 1, 0]
    assert record.converged


def test_the_step_says_zero_on_the_line():
    assert Perceptron(2).predict(CORNERS).tolist() == [0, 0, 0, 0]


def test_fit_goes_on_from_where_it_is():
    once, twice = Perceptron(2), Perceptron(2)
    once.fit(CORNERS, AND, epochs=3)
    for _ in range(3):
        twice.fit(CORNERS, AND, epochs=1)
    np.testing.assert_array_equal([*once.w, once.b], [*twice.w, twice.b])


def test_nothing_to_learn_is_an_empty_record():
    record = Perceptron(2).fit(CORNERS, np.zeros(4, int), epochs=5)
    assert record.converged
    assert record.mistakes.tolist() == [0]
    assert record.examples.shape == (0,)
    assert record.weights.shape == (1, 3)


def test_what_came_in_is_left_as_it_was():
    X, y = CORNERS.copy(), AND.copy()
    Perceptron(2).fit(X, y, epochs=9, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(X, CORNERS)
    np.testing.assert_array_equal(y, AND)


# The theorem


@pytest.mark.parametrize(("y", "bound"), [(AND, 51), (OR, 27)], ids=["AND", "OR"])
def test_it_converges_within_the_bound_in_every_order(y, bound):
    b = {51: -3, 27: -1}[bound]
    assert novikoff_bound(CORNERS, y, [2, 2], b) == pytest.approx(bound)
    for order in ORDERS:
        model = Perceptron(2)
        record = model.fit(CORNERS[order], y[order], epochs=100)
        assert record.converged
        assert 0 < len(record.examples) <= bound
        np.testing.assert_array_equal(model.predict(CORNERS), y)


@pytest.mark.parametrize("seed", range(8))
def test_it_converges_within_the_bound_on_separable_clouds(seed):
    X, y, u = cloud(seed)
    model = Perceptron(3)
    record = model.fit(X, y, epochs=1000, rng=np.random.default_rng(seed))
    assert record.converged
    assert len(record.examples) <= novikoff_bound(X, y, u[:-1], u[-1])
    np.testing.assert_array_equal(model.predict(X), y)


def test_the_bound_by_hand_and_its_scale():
    X, y = np.array([[3.0], [-4.0]]), np.array([1, 0])
    # u = (1, 0): R² = 16 + 1, γ = 3.
    assert novikoff_bound(X, y, [1.0], 0) == pytest.approx(17 / 9)
    assert novikoff_bound(X, y, [5.0], 0) == pytest.approx(17 / 9)


# XOR


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_xor_never_converges_and_its_weights_repeat(order):
    record = Perceptron(2).fit(CORNERS[order], XOR[order], epochs=50)
    assert not record.converged
    assert (record.mistakes > 0).all()
    ends = record.weights[np.cumsum(record.mistakes)]
    assert any((ends[k] == ends[:k]).all(axis=1).any() for k in range(1, 10))


def test_an_order_is_shuffled_anew_every_epoch():
    runs = [
        Perceptron(2).fit(CORNERS, XOR, epochs=20, rng=np.random.default_rng(seed))
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(runs[0].weights, runs[1].weights)
    assert not np.array_equal(runs[0].examples, runs[2].examples)
    ends = np.cumsum(runs[0].mistakes)
    epochs = [tuple(part) for part in np.split(runs[0].examples, ends[:-1])]
    assert len(set(epochs)) > 3


# The entrance

BAD = {
    "inputs": (lambda: Perceptron(0), "inputs: expected a whole number"),
    "shape": (lambda: Perceptron(3).predict(CORNERS), r"X: expected shape \(N, 3\), got \(4, 2\)"),
    "one row": (lambda: Perceptron(2).predict([0, 1]), r"X: expected shape .* a single one as"),
    "nan": (lambda: Perceptron(1).predict([[np.nan]]), "X: expected finite"),
    "rows": (lambda: Perceptron(2).fit(CORNERS, [0, 1], epochs=1), "y: expected 4 labels"),
    "signs": (lambda: Perceptron(2).fit(CORNERS, [-1, 1, 1, -1], epochs=1), "each 0 or 1"),
    "epochs": (lambda: Perceptron(2).fit(CORNERS, AND, epochs=0), "epochs: expected"),
    "rng": (lambda: Perceptron(2).fit(CORNERS, AND, epochs=1, rng=0), "rng: expected"),
    "separator": (lambda: novikoff_bound(CORNERS, XOR, [1, 1], -0.5), "got 1 of 4 on the wrong"),
    "on the line": (lambda: novikoff_bound(CORNERS, AND, [1, 1], -1), "got 2 of 4"),
    "w in a row": (lambda: novikoff_bound(CORNERS, AND, [[1, 1]], 0), "X, w: expected shapes"),
    "b": (lambda: novikoff_bound(CORNERS, AND, [1, 1], np.nan), "b: expected one finite real"),
    "columns": (lambda: novikoff_bound(CORNERS, AND, [1, 1, 1], 0), "X, w: expected shapes"),
}


@pytest.mark.parametrize("name", BAD)
def test_it_refuses(name):
    call, words = BAD[name]
    with pytest.raises(ValueError, match=words):
        call()
