"""Regularisation: layers and losses against PyTorch, linear solvers against their optimality."""

import copy
import inspect

import numpy as np
import pytest
from contracts.models import ModelContract
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.regularization import SEEDS, wanted
from lecturelib.activations import softmax
from lecturelib.data import digits, regularization
from lecturelib.gradcheck import check_gradients
from lecturelib.layers import Linear, ReLU, Sequential
from lecturelib.losses import CrossEntropy, MeanSquaredError
from lecturelib.optim import SGD, Adam
from lecturelib.regularization import (
    L1,
    L2,
    Dropout,
    EarlyStopping,
    Penalised,
    SoftCrossEntropy,
    lasso,
    mixup,
    random_shift,
    ridge,
    shift,
    soft_labels,
    soft_threshold,
    study,
)
from lecturelib.training import accuracy, fit

CLOSE = {"rtol": 1e-10, "atol": 1e-10}


def rng(seed=0):
    return np.random.default_rng(seed)


def small(seed=0, dtype=np.float64):
    """A 3-4-2 network."""
    draw = rng(seed)
    return Sequential(
        Linear(3, 4, rng=draw, dtype=dtype), ReLU(), Linear(4, 2, rng=draw, dtype=dtype)
    )


# Dropout


class Again(np.random.Generator):
    """A generator that draws the same numbers every time, also after a copy."""

    def __init__(self, seed=0):
        super().__init__(np.random.PCG64(seed))
        self.seed = seed

    def random(self, size=None, dtype=np.float64, out=None):
        return np.random.default_rng(self.seed).random(size, dtype, out)

    def __reduce__(self):
        return Again, (self.seed,)


class TestDropout(ModelContract):
    refuses_shapes = False

    def make(self, rng, dtype):
        return Dropout(0.4, rng=Again(5))

    def inputs(self, rng):
        return (rng.normal(size=(5, 6)),)

    def torch_twin(self, model):
        torch = pytest.importorskip("torch")
        factor = Dropout(0.4, rng=Again(5)).forward(np.ones((5, 6)))
        state = torch.random.get_rng_state()
        assert repr(model.to_torch()) == "Dropout(p=0.4, inplace=False)"
        torch.random.set_rng_state(state)
        return (lambda x: x * torch.tensor(factor)), {}

    def test_copies_and_pickles_are_independent(self):
        model, (x,), _ = self.case()
        model.rng = rng(3)
        other = copy.deepcopy(model)
        h = model.forward(x)
        np.testing.assert_array_equal(other.forward(x), h)  # the masks are copied too
        assert (model.forward(x) != h).any()


def test_dropout_by_hand():
    layer = Dropout(0.5, rng=rng())
    x = np.array([[2.0, 4.0, 6.0, 8.0]])
    h = layer.forward(x)
    kept = h != 0
    np.testing.assert_array_equal(h[kept], 2 * x[kept])
    dh = np.array([[1.0, 10.0, 100.0, 1000.0]])
    np.testing.assert_array_equal(layer.backward(dh), 2 * kept * dh)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_the_mean_over_the_masks_is_the_full_layer_as_in_torch(p):
    torch = pytest.importorskip("torch")
    x, layer = np.linspace(1, 2, 7), Dropout(p, rng=rng(1))
    h = layer.forward(np.tile(x, (20_000, 1)))
    assert np.mean(h == 0) == pytest.approx(p, abs=0.004)
    np.testing.assert_allclose(h.mean(axis=0), x, rtol=0.06)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        twin = layer.to_torch()(torch.ones(20_000, 7)).numpy()
    np.testing.assert_allclose(np.unique((h / x).round(9)), np.unique(twin), rtol=1e-6)
    assert np.std(h / x) == pytest.approx(twin.std(), rel=0.03)


def test_dropout_does_nothing_in_eval_mode_nor_with_p_0():
    x = rng().normal(size=(3, 4))
    layer = Dropout(0.5, rng=rng())
    np.testing.assert_array_equal(layer.predict(x), x)
    layer.eval()
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(2 * x), 2 * x)
    np.testing.assert_array_equal(layer.train().forward(x) != x, True)
    np.testing.assert_array_equal(Dropout(0, rng=rng()).forward(x), x)


def test_every_pass_has_a_new_mask_the_same_in_both_types():
    wide, narrow = Dropout(0.5, rng=rng(2)), Dropout(0.5, rng=rng(2))
    first = wide.forward(np.ones((4, 5)))
    h = narrow.forward(np.ones((4, 5), np.float32))
    assert h.dtype == np.float32
    np.testing.assert_array_equal(h, first)
    assert (wide.forward(np.ones((4, 5))) != first).any()


def test_dropout_in_a_network_that_is_trained_and_saved(tmp_path):
    draw = rng(3)
    model = Sequential(
        Linear(3, 6, rng=draw), ReLU(), Dropout(0.25, rng=draw), Linear(6, 2, rng=draw)
    )
    X, y = draw.normal(size=(20, 3)), draw.integers(2, size=20)
    fit(model, CrossEntropy(), Adam(model), X, y, epochs=2, batch_size=7, rng=draw)
    assert model.training
    assert "Dropout(p=0.25)" in repr(model)
    model.save(tmp_path / "model")
    other = Sequential.load(tmp_path / "model")
    np.testing.assert_array_equal(other.predict(X), model.predict(X))


# Penalties


@pytest.mark.parametrize("penalty", [L1, L2])
def test_penalties_have_the_gradient_of_their_value_and_leave_biases_alone(penalty):
    model = small()
    for p in model.parameters.values():
        p[...] = rng(4).normal(size=p.shape)

    def value(**parameters):
        probe = small()
        for name, p in parameters.items():
            probe.parameters[name] = p
        return penalty(probe, 0.3).value()

    penalty(model, 0.3).add_gradient()
    check_gradients(value, model.parameters, model.gradients)
    assert not any(model.gradients[f"layers.{i}.b"].any() for i in (0, 2))
    once = model.gradients["layers.0.W"].copy()
    penalty(model, 0.3).add_gradient()
    np.testing.assert_allclose(model.gradients["layers.0.W"], 2 * once)


def test_penalties_by_hand():
    w, dw = np.array([[3.0, -4.0]]), np.zeros((1, 2))
    model = Sequential(Linear(2, 1, rng=rng()))
    model.layers[0].W, model.layers[0].b = w, [7]
    assert L2(model, 2).value() == 25
    assert L1(model, 2).value() == 14
    L2(model, 2).add_gradient()
    np.testing.assert_array_equal(model.layers[0].dW, [[6, -8]])
    model.zero_grad()
    L1(model, 2).add_gradient()
    np.testing.assert_array_equal(model.layers[0].dW, [[2, -2]])
    everything = L2(model, 2, decays=lambda name, p: True)
    assert everything.value() == 25 + 49
    assert not dw.any()


def test_a_penalised_loss_trains_towards_ridge():
    draw = rng(5)
    X, y = draw.normal(size=(12, 3)), draw.normal(size=(12, 1))
    model = Sequential(Linear(3, 1, rng=draw, bias=False))
    # The mean of squares is 2/12 of ½‖Xw − y‖², so its λ is 2/12 of ridge's.
    loss = Penalised(MeanSquaredError(), L2(model, 5 * 2 / 12))
    settings = {"epochs": 500, "batch_size": 12, "rng": draw}
    history = fit(model, loss, SGD(model, lr=0.2), X, y, **settings)
    w = ridge(X, y, 5)
    np.testing.assert_allclose(model.layers[0].W.T, w, **CLOSE)
    value = np.mean((X @ w - y) ** 2) + 5 / 12 * (w**2).sum()
    assert history.train_loss[-1] == pytest.approx(value)


@pytest.mark.parametrize("penalty", [L1, L2])
def test_penalties_refuse(penalty):
    with pytest.raises(
        ValueError, match=r"^strength: expected a number of at least 0, got -0.1; a"
    ):
        penalty(small(), -0.1)
    with pytest.raises(ValueError, match=r"^strength: expected one finite real number, got nan"):
        penalty(small(), np.nan)
    with pytest.raises(
        ValueError, match=r"^decays: expected at least one .* out of \['layers.0.W'"
    ):
        penalty(small(), 1, decays=lambda name, p: False)


# Soft targets


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(2, 4), st.floats(0, 0.99), st.integers(0, 99))
def test_soft_cross_entropy_equals_torch_and_has_its_gradient(N, C, smoothing, seed):
    torch = pytest.importorskip("torch")
    draw = rng(seed)
    z, y = 3 * draw.normal(size=(N, C)), draw.integers(C, size=N)
    shares = draw.dirichlet(np.ones(C), size=N)
    loss = SoftCrossEntropy(smoothing)
    reference = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    for targets in (y, shares):
        t = torch.tensor(z, requires_grad=True)
        expected = reference(t, torch.tensor(targets))
        expected.backward()
        assert loss.forward(z, targets) == pytest.approx(expected.item(), abs=1e-10)
        dz = loss.backward()
        np.testing.assert_allclose(dz, t.grad, **CLOSE)
        check_gradients(lambda z, y=targets: loss.forward(z, y), {"z": z}, {"z": dz})


def test_without_smoothing_it_is_the_cross_entropy():
    z, y = rng(6).normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])
    hard, soft = CrossEntropy(), SoftCrossEntropy()
    for targets in (y, soft_labels(y, 3)):
        assert soft.forward(z, targets) == pytest.approx(hard.forward(z, y))
        np.testing.assert_allclose(soft.backward(), hard.backward(), **CLOSE)
    narrow = SoftCrossEntropy(0.1)
    narrow.forward(z.astype(np.float32), soft_labels(y, 3))
    assert narrow.backward().dtype == np.float32
    given = soft_labels(y, 3)
    narrow.forward(z, given)
    np.testing.assert_array_equal(given, soft_labels(y, 3))
    assert repr(narrow) == "SoftCrossEntropy(smoothing=0.1)"


def test_soft_labels_by_hand():
    np.testing.assert_allclose(soft_labels([0], 4, 0.2), [[0.85, 0.05, 0.05, 0.05]])
    np.testing.assert_array_equal(soft_labels([2, 0], 3), [[0, 0, 1], [1, 0, 0]])
    assert soft_labels([0], 2, 0.1, dtype=np.float32).dtype == np.float32


def test_mixup_blends_images_and_labels_alike():
    draw = rng(7)
    y = draw.permutation(10)
    # Each image is filled with its label, so what a row is made of shows in both.
    X = np.broadcast_to(y[:, None, None].astype(float), (10, 2, 3))
    mixed, targets = mixup(X, soft_labels(y, 10), 0.5, rng=rng(8))
    assert mixed.shape == (10, 2, 3)
    np.testing.assert_allclose(targets.sum(axis=1), 1)
    np.testing.assert_allclose(
        mixed, np.broadcast_to((targets @ range(10))[:, None, None], X.shape)
    )
    assert ((targets > 0).sum(axis=1) == 2).sum() >= 5
    again, _ = mixup(X, soft_labels(y, 10), 0.5, rng=rng(8))
    np.testing.assert_array_equal(again, mixed)
    narrow, _ = mixup(X.astype(np.float32), soft_labels(y, 10), rng=rng(8))
    assert narrow.dtype == np.float32


def test_the_shares_of_mixup_are_beta():
    N, alpha = 5000, 0.4
    mixed, _ = mixup(np.eye(N)[:, :1] * 0 + 1, soft_labels(np.zeros(N, int), 2), alpha, rng=rng())
    np.testing.assert_allclose(mixed, 1)
    zeros_and_ones = np.arange(N) % 2
    _, targets = mixup(np.zeros((N, 1)), soft_labels(zeros_and_ones, 2), alpha, rng=rng(9))
    mixed_rows = (targets > 0).all(axis=1)
    share = targets[mixed_rows, 0]
    assert mixed_rows.mean() == pytest.approx(0.5, abs=0.03)
    assert share.mean() == pytest.approx(0.5, abs=0.02)
    assert share.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.05)


# Shifts


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3), st.integers(2, 5), st.integers(2, 6), st.data())
def test_shift_moves_each_pixel_or_drops_it(N, H, W, data):
    images = rng(N).normal(size=(N, H, W))
    down = np.array(data.draw(st.lists(st.integers(1 - H, H - 1), min_size=N, max_size=N)))
    right = np.array(data.draw(st.lists(st.integers(1 - W, W - 1), min_size=N, max_size=N)))
    expected = np.zeros_like(images)
    for n, i, j in np.ndindex(images.shape):
        a, b = i + down[n], j + right[n]
        if 0 <= a < H and 0 <= b < W:
            expected[n, a, b] = images[n, i, j]
    np.testing.assert_array_equal(shift(images, down, right), expected)
    np.testing.assert_array_equal(
        shift(images, int(down[0]), int(right[0]))[0], shift(images, down, right)[0]
    )


def test_all_shifts_are_equally_likely():
    dot = np.zeros((9000, 3, 3), np.float32)
    dot[:, 1, 1] = 1
    moved = random_shift(dot, 1, rng=rng(10))
    assert moved.dtype == np.float32
    np.testing.assert_allclose(moved.mean(axis=0), 1 / 9, atol=0.012)


# Early stopping

VALIDATION = [5, 4, 3, 3.5, 3.2, 2.9]


class History:
    """What the callback reads of a training's record."""

    def __init__(self, values, watch="validation_loss"):
        self.validation_loss = self.metric = None
        setattr(self, watch, np.array(values, float))


def follow(stopping, values, watch="validation_loss"):
    """(epoch of the end or None, W[0, 0] of the model then); epoch e sets it to e."""
    model = Sequential(Linear(1, 1, rng=rng()))
    for epoch in range(1, len(values) + 1):
        model.layers[0].W = [[epoch]]
        if stopping(model, History(values[:epoch], watch)) is True:
            return epoch, model.layers[0].W.item(), model
    return None, model.layers[0].W.item(), model


@pytest.mark.parametrize(
    ("patience", "end", "kept"), [(1, 4, 3), (2, 5, 3), (3, None, 6), (9, None, 6)]
)
def test_patience_by_hand(patience, end, kept):
    stopping = EarlyStopping(patience)
    found, weight, model = follow(stopping, VALIDATION)
    assert (found, weight, stopping.best_epoch) == (end, kept, kept)
    assert stopping.best == VALIDATION[kept - 1]
    stopping.restore(model)
    assert model.layers[0].W.item() == kept


def test_the_epochs_may_run_out_and_a_metric_goes_up():
    stopping = EarlyStopping(9)
    end, weight, model = follow(stopping, [3, 1, 2, 4])
    assert (end, weight) == (None, 4)
    stopping.restore(model)
    assert model.layers[0].W.item() == 2
    rising = EarlyStopping(2, "metric")
    assert follow(rising, [0.5, 0.7, 0.7, 0.6, 0.9], "metric")[:2] == (4, 2)
    assert follow(rising, [0.4, 0.3, 0.2], "metric")[:2] == (3, 1)  # another training
    assert rising.best == 0.4


def test_early_stopping_ends_fit_with_the_best_weights():
    rows, draw = digits(), rng(11)
    X, y = rows.X[:80], rows.y[:80].copy()
    y[:30] = draw.integers(10, size=30)
    validation = rows.X[1000:1200], rows.y[1000:1200]
    model = Sequential(Linear(64, 32, rng=draw), ReLU(), Linear(32, 10, rng=draw))
    stopping = EarlyStopping(5)
    settings = {"epochs": 400, "batch_size": 16, "rng": draw, "callbacks": [stopping]}
    history = fit(
        model, CrossEntropy(), Adam(model, lr=1e-2), X, y, validation=validation, **settings
    )
    losses = history.validation_loss
    assert len(losses) == stopping.best_epoch + 5 < 400
    assert losses.argmin() == stopping.best_epoch - 1
    assert CrossEntropy().forward(model.predict(validation[0]), validation[1]) == losses.min()


# Linear models

X_HAND, Y_HAND = np.array([[1.0, 2.0], [2.0, -1.0]]), np.array([5.0, 5.0])


@pytest.mark.parametrize(
    ("strength", "by_ridge", "by_lasso"),
    [(0, (3, 1), (3, 1)), (5, (1.5, 0.5), (2, 0)), (15, (0.75, 0.25), (0, 0))],
)
def test_ridge_and_lasso_by_hand(strength, by_ridge, by_lasso):
    np.testing.assert_allclose(ridge(X_HAND, Y_HAND, strength), by_ridge, **CLOSE)
    np.testing.assert_allclose(lasso(X_HAND, Y_HAND, strength), by_lasso, **CLOSE)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 7), st.floats(1e-3, 50), st.integers(0, 99))
def test_where_the_gradient_is_zero_or_within_the_kink(N, D, strength, seed):
    X, y = rng(seed).normal(size=(N, D)), rng(seed + 1).normal(size=N)
    w = ridge(X, y, strength)
    np.testing.assert_allclose(X.T @ (X @ w - y) + strength * w, 0, atol=1e-9)
    w = lasso(X, y, strength, passes=100_000)
    slope = X.T @ (X @ w - y)
    np.testing.assert_allclose(slope[w != 0], -strength * np.sign(w[w != 0]), atol=1e-5)
    assert (np.abs(slope[w == 0]) <= strength + 1e-9).all()


def test_ridge_without_a_penalty_is_the_least_squares_solution_of_smallest_norm():
    X, Y = rng(12).normal(size=(4, 9)), rng(13).normal(size=(4, 2))
    for rows in (X, X.T[:, :3], np.vstack([X, X[:1]]) @ np.ones((9, 9))):
        Y_rows = rng(14).normal(size=(len(rows), 2))
        expected = np.linalg.pinv(rows) @ Y_rows
        np.testing.assert_allclose(ridge(rows, Y_rows, 0), expected, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(X @ ridge(X, Y, 0), Y)
    assert ridge(np.zeros((2, 3)), np.ones(2), 0).tolist() == [0, 0, 0]
    assert ridge(X.astype(np.float32), Y.astype(np.float32), 1.0).dtype == np.float32


def test_soft_threshold_subtracts_and_stops_at_zero():
    np.testing.assert_array_equal(soft_threshold(np.array([3, -3, 1, -1, 0]), 2), [1, -1, 0, 0, 0])
    assert not lasso(np.column_stack([X_HAND, np.zeros(2)]), Y_HAND, 5)[1:].any()


# Entrances


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Dropout(1.0, rng=rng()), r"^p: expected a number in \[0, 1\), got 1.0; choose"),
        (lambda: Dropout(-0.1, rng=rng()), r"^p: expected a number in \[0, 1\), got -0.1"),
        (lambda: Dropout(0.5, rng=0), r"^rng: expected a NumPy Generator, got int"),
        (lambda: SoftCrossEntropy(1), r"^smoothing: expected a number in \[0, 1\), got 1.0"),
        (
            lambda: soft_labels([0, 3], 3),
            r"^y: expected labels from 0 to 2, .* got 3 at index \(1,",
        ),
        (lambda: soft_labels([0.0], 3), r"^y: expected integer labels"),
        (lambda: soft_labels([0], 1), r"^classes: expected a whole number of at least 2, got 1"),
        (
            lambda: SoftCrossEntropy().forward(np.zeros((2, 3)), np.full((2, 3), 0.5)),
            r"^y: expected rows of shares .* got row 0 with sum 1.5 .*; make them with soft_labels",
        ),
        (
            lambda: SoftCrossEntropy().forward(np.zeros((1, 2)), np.array([[1.5, -0.5]])),
            r"^y: expected rows of shares .* minimum -0.5",
        ),
        (
            lambda: SoftCrossEntropy().forward(np.zeros((2, 3)), np.full((2, 2), 0.5)),
            r"^y: expected the shape of z, \(2, 3\), .* got \(2, 2\); pass labels",
        ),
        (lambda: SoftCrossEntropy().forward(np.zeros((1, 2)), [2]), r"^y: expected labels from 0"),
        (lambda: SoftCrossEntropy().backward(), r"^SoftCrossEntropy.backward: expected a forward"),
        (
            lambda: mixup(np.ones((3, 2)), np.ones((2, 2)), rng=rng()),
            r"^X, targets: expected equally many rows, got 3 and 2; look for rows dropped",
        ),
        (
            lambda: mixup(np.ones((3, 2)), np.ones(3), rng=rng()),
            r"^targets: expected rows of shares \(N, C\), got shape \(3,\); turn labels into soft",
        ),
        (
            lambda: mixup(np.ones((3, 2)), np.ones((3, 2)), 0, rng=rng()),
            r"^alpha: expected a number above 0",
        ),
        (
            lambda: shift(np.ones((8, 8)), 1, 0),
            r"^images: expected shape \(N, H, W\), got \(8, 8\)",
        ),
        (
            lambda: shift(np.ones((2, 3, 4)), 3, 0),
            r"^down: expected whole .* −2 and 2, .* got 3; a",
        ),
        (lambda: shift(np.ones((2, 3, 4)), 0, [1, 2, 3]), r"^right: expected .* one or 2 of them"),
        (lambda: shift(np.ones((2, 3, 4)), 0.5, 0), r"^down: expected whole numbers"),
        (lambda: random_shift(np.ones((2, 3, 4)), 0, rng=rng()), r"^most: expected a whole number"),
        (lambda: random_shift(np.ones((2, 3, 4)), rng=1), r"^rng: expected a NumPy Generator"),
        (lambda: EarlyStopping(0), r"^patience: expected a whole number of at least 1, got 0"),
        (
            lambda: EarlyStopping(3, "train_loss"),
            r"^watch: expected one of \['validation_loss', 'metric'\], got 'train_loss'; the",
        ),
        (lambda: EarlyStopping(3).restore(small()), r"^restore: expected at least one epoch"),
        (
            lambda: EarlyStopping(3, "metric")(small(), History([1])),
            r"^watch: expected a training that records 'metric', got one that does not; pass val",
        ),
        (
            lambda: ridge(X_HAND, Y_HAND, -1),
            r"^strength: expected a number of at least 0, got -1.0",
        ),
        (lambda: lasso(X_HAND, Y_HAND, -1), r"^strength: expected a number of at least 0"),
        (lambda: ridge(X_HAND, Y_HAND[:1], 1), r"^X, y: expected shapes \(N, D\) and \(N,\) or"),
        (
            lambda: lasso(X_HAND, Y_HAND[:, None], 1),
            r"^X, y: .* and \(N,\), got \(2, 2\) and \(2, 1",
        ),
        (lambda: ridge([[np.nan]], [1.0], 1), r"^X: expected finite numbers"),
        (
            lambda: lasso(rng().normal(size=(9, 8)) + 5, np.arange(9.0), 1e-3, passes=2),
            r"^passes: expected to settle within 2, but a weight still moved by .*; allow more",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_defaults_are_those_of_the_sources():
    for thing, name, value in [
        (Dropout, "p", 0.5),
        (mixup, "alpha", 0.2),
        (SoftCrossEntropy, "smoothing", 0.0),
        (random_shift, "most", 1),
    ]:
        assert inspect.signature(thing).parameters[name].default == value


def test_the_metric_may_be_watched():
    draw = rng(15)
    model = small(15)
    X, y = draw.normal(size=(30, 3)), draw.integers(2, size=30)
    stopping = EarlyStopping(2, "metric")
    settings = {"epochs": 50, "batch_size": 10, "rng": draw, "validation": (X, y)}
    history = fit(
        model,
        CrossEntropy(),
        SGD(model, lr=0.01),
        X,
        y,
        metric=accuracy,
        callbacks=[stopping],
        **settings,
    )
    assert stopping.best == history.metric.max()
    assert accuracy(model.predict(X), y) == stopping.best


# The comparison, and what was measured


def test_labels_are_redrawn_in_the_rows_to_train_and_validate_with_alone():
    noisy, clean = study.noisy_digits(3, 0.3), study.noisy_digits(3, 0.0)
    assert (len(noisy.X), len(noisy.X_validation), len(noisy.X_test)) == (300, 100, 1397)
    assert noisy.X.dtype == np.float32
    for a, b in zip(noisy[::2], clean[::2], strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(noisy.y_test, clean.y_test)
    wrong = np.concatenate([noisy.y != clean.y, noisy.y_validation != clean.y_validation])
    assert wrong.mean() == pytest.approx(0.27, abs=0.06)
    assert not np.array_equal(study.noisy_digits(4).X, noisy.X)


def test_each_method_is_what_its_name_says(monkeypatch):
    monkeypatch.setattr(study, "EPOCHS", 2)
    task = study.noisy_digits(0)
    found = {
        m: study.scores(study.train(task, m, 1, seed=0), task) for m in ("none", "L2", "decay")
    }
    for method in ("shift", "mixup", "early stopping"):
        found[method] = study.scores(study.train(task, method, 1, seed=0), task)
    for method in ("dropout", "smoothing"):
        found[method] = study.scores(study.train(task, method, 0.5, seed=0), task)
    several = [scores for method, scores in found.items() if method != "early stopping"]
    assert len(set(several)) == len(several)  # each does something of its own
    assert study.train(task, "shift", 1, seed=0).training
    pair = study.Ensemble.trained(task, 2, seed=0)
    z = [softmax(model.predict(task.X_test)) for model in pair.models]
    np.testing.assert_allclose(pair.predict(task.X_test), (z[0] + z[1]) / 2, rtol=1e-6)
    assert not np.array_equal(*z)
    with pytest.raises(
        ValueError, match=r"^method: expected one of \['none', .* got 'ensemble'; an"
    ):
        study.train(task, "ensemble", 5, seed=0)


@pytest.mark.parametrize(
    ("method", "strength", "noise", "seed"),
    [("none", 0, 0.3, 1), ("dropout", 0.5, 0.3, 2), ("decay", 3, 0.3, 0), ("shift", 1, 0.0, 1)],
)
def test_what_is_packaged_is_measured_again(method, strength, noise, seed):
    kept, found = regularization(), study.measure(method, strength, noise, seed)
    for column, value in found._asdict().items():
        # Other machines sum in another order, and a thousand steps carry that on.
        expected = kept.of(method, strength, noise, column)[seed]
        assert value == pytest.approx(expected, abs=0.04), column


def test_the_record_is_whole_and_refuses_what_it_has_not():
    kept = regularization()
    assert kept.about["command"] == "python -m experiments.regularization"
    cases = zip(kept.method, kept.strength, kept.noise, kept.seed, strict=True)
    assert list(cases) == list(wanted(SEEDS))
    assert kept.strengths("dropout").tolist() == [0.3, 0.5, 0.7]
    assert kept.of("none", 0, 0.3).shape == (len(SEEDS),)
    means = [kept.of("dropout", s, 0.3, "validation").mean() for s in (0.3, 0.5, 0.7)]
    assert kept.chosen("dropout", 0.3) == (0.3, 0.5, 0.7)[int(np.argmax(means))]
    with pytest.raises(
        ValueError, match=r"^method, strength, noise, column: .* got 'none', 1, 0.3"
    ):
        kept.of("none", 1, 0.3)
    with pytest.raises(ValueError, match=r"^method: expected one of \['L1', .* got 'l2'"):
        kept.strengths("l2")
