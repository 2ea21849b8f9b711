"""The training loop: the loop written out, what it records, how it stops, and what it learns."""

import copy
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecturelib import data
from lecturelib.ffnn import FFNN
from lecturelib.layers import Linear
from lecturelib.losses import CrossEntropy, MeanSquaredError
from lecturelib.optim import SGD, Adam
from lecturelib.training import DivergenceError, History, accuracy, fit


def points(N=23, D=3, C=4, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(N, D)), rng.integers(C, size=N)


def network(sizes=(3, 6, 4), seed=1, **settings):
    return FFNN(sizes, rng=np.random.default_rng(seed), **settings)


def train(model, X, y, *, loss=None, optimiser=None, seed=2, **settings):
    settings = {"epochs": 3, "batch_size": 5} | settings
    rng = np.random.default_rng(seed)
    loss, optimiser = loss or CrossEntropy(), optimiser or Adam(model, 0.01)
    return fit(model, loss, optimiser, X, y, rng=rng, **settings)


# The loop


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 12), st.integers(1, 15), st.integers(1, 3), st.integers(0, 99))
def test_fit_is_the_loop_written_out(N, batch_size, epochs, seed):
    X, y = points(N, seed=seed)
    model, rng = network(seed=seed), np.random.default_rng(seed)
    expected, losses = copy.deepcopy(model), []
    loss, optimiser = CrossEntropy(), SGD(expected, 0.1, momentum=0.5)
    for _ in range(epochs):
        order, total = rng.permutation(N), 0
        for start in range(0, N, batch_size):
            rows = order[start : start + batch_size]
            total += len(rows) * loss.forward(expected.forward(X[rows]), y[rows])
            optimiser.zero_grad()
            expected.backward(loss.backward())
            optimiser.step()
        losses.append(total / N)
    optimiser = SGD(model, 0.1, momentum=0.5)
    history = train(
        model, X, y, optimiser=optimiser, epochs=epochs, batch_size=batch_size, seed=seed
    )
    np.testing.assert_allclose(history.train_loss, losses, rtol=1e-12)
    for name, p in expected.parameters.items():
        np.testing.assert_array_equal(model.parameters[name], p)


def test_every_row_comes_once_an_epoch_in_an_order_of_its_own():
    seen = []

    class Recorder(Linear):
        def forward(self, x):
            seen.append(x[:, 0].copy())
            return super().forward(x)

        predict = forward

    model = Recorder(1, 1, rng=np.random.default_rng(0))
    X = np.arange(7.0)[:, None]
    train(model, X, X, loss=MeanSquaredError(), optimiser=SGD(model, 1e-6), batch_size=3)
    batches = seen[1:]  # the first is the look at one row
    assert [len(batch) for batch in batches] == [3, 3, 1] * 3
    epochs = [np.concatenate(batches[i : i + 3]) for i in (0, 3, 6)]
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch), np.arange(7))
    assert any((epoch != epochs[0]).any() for epoch in epochs)


def test_training_repeats_itself_with_the_same_seed_only():
    X, y = points()
    models = [network() for _ in range(3)]
    first, again, other = (train(m, X, y, seed=s) for m, s in zip(models, (5, 5, 6), strict=True))
    np.testing.assert_array_equal(first.train_loss, again.train_loss)
    assert (first.train_loss != other.train_loss).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_of_the_network_is_kept(dtype):
    model = network(dtype=dtype)
    X, y = points()
    targets = np.eye(4)[y]
    train(model, X, targets, loss=MeanSquaredError(), validation=(X, targets))
    arrays = [model.predict(X), *model.parameters.values(), *model.gradients.values()]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


def test_rows_are_converted_to_the_networks_type_once():
    seen = []

    class Recorder(Linear):
        def forward(self, x):
            seen.append(x.dtype)
            return super().forward(x)

    model = Recorder(3, 4, rng=np.random.default_rng(0), dtype=np.float32)
    train(model, *points())
    assert set(seen[1:]) == {np.dtype(np.float32)}  # the first is the look at one row


# The record


def test_the_record_holds_what_was_asked_for():
    X, y = points()
    history = train(network(), X, y)
    assert history.train_loss.shape == (3,)
    assert history.validation_loss is history.metric is None
    Xv, yv = points(9, seed=4)
    model = network()
    history = train(model, X, y, validation=(Xv, yv), metric=accuracy)
    assert [len(part) for part in history] == [3, 3, 3]
    assert history.validation_loss[-1] == CrossEntropy().forward(model.predict(Xv), yv)
    assert history.metric[-1] == accuracy(model.predict(Xv), yv)
    history = train(model, X, y, metric=accuracy)
    assert history.validation_loss is None
    assert history.metric[-1] == accuracy(model.predict(X), y)


def test_the_metric_gets_outputs_and_targets():
    X, y = points()
    targets = np.eye(4)[y]

    def largest_error(z, targets):
        return np.abs(z - targets).max()

    model = network()
    history = train(model, X, targets, loss=MeanSquaredError(), metric=largest_error)
    assert history.metric[-1] == largest_error(model.predict(X), targets)


def test_validation_changes_nothing():
    X, y = points()
    plain, watched = network(), network()
    train(plain, X, y)
    train(watched, X, y, validation=points(9), metric=accuracy)
    for name, p in plain.parameters.items():
        np.testing.assert_array_equal(watched.parameters[name], p)


def test_accuracy_by_hand():
    z = [[0.1, 0.9], [2, 1], [0, 3], [1, 0]]
    assert accuracy(z, [1, 0, 0, 0]) == 0.75


@pytest.mark.parametrize(
    ("z", "y", "message"),
    [
        ([[1, 2], [3, 4]], [[1, 0], [0, 1]], r"^y: expected integer labels .* one-hot"),
        ([[1, 2], [3, 4]], [1], r"^z, y: expected one label for each of the 2 rows"),
        ([[1, 2], [3, 4]], [1, 2], r"^y: expected labels from 0 to 1, .* got 2 at index \(1,\)"),
        ([[1, 2], [3, 4]], [-1, 0], r"^y: expected labels from 0 to 1, .* got -1"),
        ([[1, 2], [3, 4]], [0.0, 1.0], r"^y: expected integer labels .* float64"),
        ([[1, 2], [3, 4]], ["a", "b"], r"^y: expected integer labels .* <U1"),
        ([[1], [-1]], [1, 0], r"^z: expected outputs \(N, C\), a column .* \(2, 1\); .*ravel"),
        ([1, 0], [1, 0], r"^z: expected outputs \(N, C\), .* not their argmax"),
        ([[np.nan, 1]], [0], r"^z: expected finite"),
    ],
)
def test_accuracy_refuses_what_it_cannot_mean(z, y, message):
    with pytest.raises(ValueError, match=message):
        accuracy(z, y)


def test_the_advice_for_one_output_is_right():
    z, y = np.array([[2.0], [-1.0], [0.5], [-3.0]]), np.array([1, 0, 0, 0])
    assert np.mean((z.ravel() > 0) == y) == accuracy(np.column_stack([-z, z]), y) == 0.75


# Interruption


class Interrupting(Linear):
    """Ctrl-C in the middle of the forward pass number ``at`` of the training."""

    at, passes = 0, 0

    def forward(self, x):
        self.passes += self.training
        if self.training and self.passes == self.at:
            raise KeyboardInterrupt
        return super().forward(x)


@pytest.mark.parametrize(
    ("step", "epochs", "validated"),
    [(1, 0, False), (4, 0, True), (5, 1, False), (6, 1, True), (13, 3, False)],
)
def test_ctrl_c_keeps_the_history_and_the_weights(step, epochs, validated):
    X, y = points(20)  # batches of 5: four steps an epoch
    model = Interrupting(3, 4, rng=np.random.default_rng(0))
    full = copy.deepcopy(model)
    settings = {"validation": points(7), "metric": accuracy} if validated else {}
    model.at = step
    expected = train(full, X, y, epochs=5, **settings)
    with pytest.warns(UserWarning, match=rf"^fit: interrupted .* in epoch {epochs + 1} of 5; the"):
        history = train(model, X, y, epochs=5, **settings)
    for found, whole in zip(history, expected, strict=True):
        assert (found is None) == (whole is None)
        if found is not None:
            np.testing.assert_array_equal(found, whole[:epochs])
    moved = (model.W != Interrupting(3, 4, rng=np.random.default_rng(0)).W).any()
    assert moved == (step > 1)
    model.at = 0
    assert len(train(model, X, y, epochs=2).train_loss) == 2  # training can go on


def test_a_schedule_sets_the_rate_of_every_step():
    X, y = points(N=7)
    model, asked = network(), []
    optimiser = SGD(model, 0.5)

    def schedule(t):
        asked.append(t)
        return 0.0 if t > 2 else 0.1

    seen = []
    train(
        model,
        X,
        y,
        optimiser=optimiser,
        epochs=2,
        batch_size=4,
        schedule=schedule,
        callbacks=[lambda model, _: seen.append(model.layers[0].W.copy())],
    )
    assert asked == [1, 2, 3, 4]  # over both epochs
    np.testing.assert_array_equal(*seen)  # the rate is 0 from step 3 on
    assert optimiser.lr == 0


@pytest.mark.parametrize("rate", [-0.1, np.nan, np.inf, None, "0.1"])
def test_a_schedule_that_returns_no_rate_is_refused(rate):
    with pytest.raises(ValueError, match=r"schedule: expected a learning rate ≥ 0 for step 1, got"):
        train(network(), *points(), schedule=lambda t: rate)


def test_a_callback_ends_the_training_and_the_others_are_still_called():
    X, y = points()
    first, second = [], []

    def stop(model, history):
        first.append((model, len(history.train_loss), history.validation_loss[-1]))
        return len(first) == 2

    history = train(
        model := network(),
        X,
        y,
        epochs=5,
        validation=(X, y),
        callbacks=[stop, lambda *_: second.append(1)],
    )
    assert [n for _, n, _ in first] == [1, 2]
    assert len(history.train_loss) == len(second) == 2
    assert first[-1][0] is model
    assert first[-1][2] == history.validation_loss[-1]


def test_only_true_ends_it():
    values = iter([None, False, 1, "stop"])
    history = train(network(), *points(), epochs=4, callbacks=[lambda *_: next(values)])
    assert len(history.train_loss) == 4


def test_the_check_of_the_data_does_not_train():
    """A layer may count or adapt in training mode: it sees the batches of the training only."""
    seen = []

    class Counting(Linear):
        def forward(self, x):
            if self.training:
                seen.append(len(x))
            return super().forward(x)

    X, y = points(N=8)
    train(Counting(3, 4, rng=np.random.default_rng(0)), X, y, epochs=2, batch_size=4)
    assert seen == [4] * 4


def test_ctrl_c_between_two_records_leaves_rows_of_one_length():
    def metric(z, y):
        if len(seen) == 1:
            raise KeyboardInterrupt
        seen.append(1)
        return 0.5

    seen, (X, y) = [], points()
    with pytest.warns(UserWarning, match="interrupted"):
        history = train(network(), X, y, validation=points(9), metric=metric)
    assert [len(row) for row in history] == [1, 1, 1]


# Divergence


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_divergence_stops_and_says_where(dtype):
    X = np.linspace(-1, 1, 20)[:, None]
    model = network([1, 1], dtype=dtype)
    optimiser = SGD(model, 1e4)
    with pytest.raises(DivergenceError, match=r"the loss became (inf|nan) at step") as caught:
        train(
            model,
            X,
            3 * X,
            loss=MeanSquaredError(),
            optimiser=optimiser,
            epochs=500,
            batch_size=8,
            validation=(X, 3 * X),
        )
    error = caught.value
    assert isinstance(error, ArithmeticError)
    assert error.lr == 1e4
    assert error.epoch == len(error.history.train_loss) + 1
    assert error.epoch == (error.step - 1) // 3 + 1
    assert len(error.history.train_loss) == len(error.history.validation_loss) >= 1
    assert np.isfinite(error.history.train_loss).all()
    assert f"at step {error.step}, in epoch {error.epoch}, with learning rate 10000;" in str(error)
    assert "1000, and inputs scaled" in str(error)


def test_divergence_in_the_last_step_shows_in_the_validation_loss():
    model = network([1, 1])
    X = np.full((1, 1), 1e100)
    with pytest.raises(DivergenceError) as caught:
        train(
            model,
            X,
            X,
            loss=MeanSquaredError(),
            optimiser=SGD(model, 1e10),
            epochs=1,
            validation=(X, X),
        )
    assert (caught.value.step, caught.value.epoch) == (1, 1)
    assert isinstance(caught.value.history, History)
    assert not len(caught.value.history.train_loss)


# Entrances

X, Y = points()
HOLE = X.copy()
HOLE[4, 1] = np.nan


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"X": HOLE}, r"^X: expected finite numbers, got nan at index \(4, 1\)"),
        ({"X": X[:0], "y": Y[:0]}, r"^X: expected at least one number, got an empty array"),
        ({"y": Y[:-1]}, r"^X, y: expected one row of y for each row of X, .*\(23, 3\) and \(22,\)"),
        ({"y": Y + 1}, r"^y: expected labels from 0 to 3, .* got 4"),
        ({"y": Y + 0.0}, r"^y: expected integer labels"),
        ({"X": X[:, :2]}, r"^x: expected shape \(N, 3\), one row an example, got \(1, 2\)"),
        ({"batch_size": 0}, r"^batch_size: expected a whole number of at least 1, got 0"),
        ({"batch_size": 2.5}, r"^batch_size: expected a whole number"),
        ({"epochs": 0}, r"^epochs: expected a whole number of at least 1, got 0"),
        ({"rng": 7}, r"^rng: expected a NumPy Generator, got int"),
        ({"validation": (HOLE, Y)}, r"^validation X: expected finite numbers"),
        ({"validation": (X, Y[1:])}, r"^validation X, validation y: expected one row"),
        ({"validation": (X, Y + 1)}, r"^y: expected labels from 0 to 3"),
        ({"validation": X}, r"^validation: expected a pair \(X, y\), got ndarray"),
    ],
)
def test_arguments_are_checked_before_anything_changes(changes, message):
    model = network()
    before = copy.deepcopy(model.parameters)
    arguments = {"X": X, "y": Y, "epochs": 1, "batch_size": 4, "rng": np.random.default_rng(0)}
    with pytest.raises(ValueError, match=message):
        fit(model, CrossEntropy(), Adam(model), **(arguments | changes))
    for name, p in model.parameters.items():
        np.testing.assert_array_equal(p, before[name])


def test_targets_of_a_regression_need_the_shape_of_the_outputs():
    model = network([3, 1])
    with pytest.raises(ValueError, match=r"^y: expected shape \(N, C\)"):
        train(model, X, X[:, 0], loss=MeanSquaredError())
    with pytest.raises(ValueError, match=r"^y: expected finite"):
        train(model, X, HOLE[:, 1:2], loss=MeanSquaredError())


def test_an_optimiser_of_another_model_is_refused():
    with pytest.raises(ValueError, match=r"^optimiser: expected one made for this model"):
        train(network(), X, Y, optimiser=Adam(network()))


def test_fine_tuning_the_last_layer_leaves_the_others_alone():
    model = network()
    first = model.layers[0].W.copy()
    train(model, X, Y, optimiser=Adam(model.layers[-1]))
    np.testing.assert_array_equal(model.layers[0].W, first)


# Progress


def test_the_progress_bar_shows_epochs_and_loss(capsys):
    pytest.importorskip("tqdm")
    train(network(), X, Y, progress=True)
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert "loss=" in shown


def test_without_tqdm_the_message_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(ImportError, match="progress=True needs tqdm: pip install tqdm"):
        train(network(), X, Y, progress=True)
    train(network(), X, Y)


# Learning


@pytest.mark.parametrize("seed", [0, 1])
def test_the_digits_are_learnt(seed):
    rng = np.random.default_rng(seed)
    images = data.digits()
    X, X_test, y, y_test = data.split(images.X, images.y, rng=rng)
    model = FFNN([64, 128, 64, 10], rng=rng)
    history = train(
        model,
        X,
        y,
        optimiser=Adam(model, 1e-3),
        epochs=15,
        batch_size=32,
        validation=(X_test, y_test),
        metric=accuracy,
    )
    assert history.metric[-1] >= 0.95
    assert history.train_loss[-1] < 0.1
    assert history.train_loss[0] > 0.5


def test_a_line_is_found():
    x = np.linspace(-1, 1, 64)[:, None]
    model = network([1, 1])
    train(model, x, 3 * x - 1, loss=MeanSquaredError(), optimiser=SGD(model, 0.1), epochs=60)
    slope, intercept = (p.item() for p in model.parameters.values())
    assert slope == pytest.approx(3, abs=1e-3)
    assert intercept == pytest.approx(-1, abs=1e-3)
