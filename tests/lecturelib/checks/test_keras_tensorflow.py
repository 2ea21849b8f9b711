"""The checks of the chapter on Keras."""

import math
import os

import numpy as np
import pytest
from contracts.checks import CheckContract, rows_of

from lecturelib.checks import keras_tensorflow
from lecturelib.ffnn import FFNN

# Keras reads its back end at import; TensorFlow's start messages are no part of a test's output.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")


def transposed(parameters, change=np.transpose, dtype="float32"):
    return [change(p).astype(dtype) for p in parameters.values()]


def where_it_must_be(p):
    return p.T if p.shape != p.T.shape else p


def weights_then_biases(parameters):
    names = sorted(parameters, key=lambda name: name[-1])
    return [parameters[name].T.astype("float32") for name in names]


def step(W, b, x, y, lr, *, reduce=tf.reduce_mean, factor=1.0, bias=True, after=False, result=None):
    def loss_of():
        return factor * reduce((x @ W + b - y) ** 2)

    with tf.GradientTape() as tape:
        loss = loss_of()
    dW, db = tape.gradient(loss, [W, b])
    W.assign_sub(lr * dW)
    if bias:
        b.assign_sub(lr * db)
    return result if result is not None else loss_of() if after else loss


def lost_tape(W, b, x, y, lr):
    with tf.GradientTape() as tape:
        loss = tf.constant(np.mean((x.numpy() @ W.numpy() + b.numpy() - y.numpy()) ** 2))
    W.assign_sub(lr * tape.gradient(loss, W))
    return loss


def stopping(losses, patience, better=lambda loss, best: loss < best, forgive=True):
    best, waited = 1, 0
    for epoch, loss in enumerate(losses[1:], start=2):
        if better(loss, losses[best - 1]):
            best, waited = epoch, 0 if forgive else waited
        else:
            waited += 1
        if waited == patience:
            return epoch, best
    return len(losses), best


def by_keras(losses, patience):
    """What the callback itself does with these losses."""
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    stop.set_model(model)
    model.stop_training = False  # as fit does at its beginning
    stop.on_train_begin()
    for epoch, loss in enumerate(losses):
        stop.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    return epoch + 1, stop.best_epoch + 1


class TestKerasTensorflow(CheckContract):
    check = keras_tensorflow
    NUMBERS = {
        "traced": [4, 6, 5, 3, 2, 1],
        "steps": [860, 840, 26940, 43, 42, 842],
        "trainable": [79610, 79810, 79710, 79910, 79412, 79410, 79600],
    }
    CHOICES = {
        "none": "On tape",
        "compile": "It stores",
        "inside": ("The forward", "The loss", "The gradient", "The update"),
        "output": "Dense(10), and from_logits",
        "style": "Functional",
        "order": "ds.shuffle(number",
    }
    RIGHT = {
        "keras_weights": [transposed, lambda p: tuple(transposed(p))],
        "train_step": [step, lambda *a: step(*a).numpy(), tf.function(step)],
        "early_stopping": [stopping, by_keras, lambda *a: list(stopping(*a))],
    }
    WRONG = {
        "keras_weights": [
            (lambda p: p, "not a dict"),
            (lambda p: transposed(p)[:2], "4 arrays go in, 2 come out"),
            (lambda p: list(p.values()), r"shape \(4, 3\): Keras stores"),
            (weights_then_biases, r"b came out with shape \(4, 4\): look at the order"),
            (lambda p: transposed(p, dtype=float), "not float32"),
            (lambda p: transposed(p, where_it_must_be), "square, so the shape says nothing"),
            (lambda p: transposed(p, lambda a: a.reshape(a.T.shape)), "do not reshape"),
        ],
        "train_step": [
            (lambda W, b, *a: step(tf.Variable(W), tf.Variable(b), *a), "W has not changed"),
            (lambda *a: step(*a, bias=False), "b has not changed"),
            (lambda W, b, x, y, lr: step(W, b, x, y, -lr), "W went uphill"),
            (lambda *a: step(*a, reduce=tf.reduce_sum), "five times too far"),
            (lambda W, b, x, y, lr: step(W, b, x, y, 1.0), "learning rate is missing"),
            (lambda *a: step(*a, factor=0.5), "moved half as far"),
            (lambda W, b, x, y, lr: step(W, b, x, y, 1.7 * lr), "not by lr times"),
            (lambda *a: step(*a, after=True), "the one after the step"),
            (lambda *a: step(*a, result=7), "not the loss"),
            (lost_tape, "Your answer raised"),
        ],
        "early_stopping": [
            (lambda losses, patience: 3, "2 finite numbers are asked for"),
            (lambda *a: tuple(number - 1 for number in stopping(*a)), "count from 0"),
            (lambda *a: stopping(*a)[::-1], "other order"),
            (lambda *a: stopping(*a, forgive=False), "begins anew"),
            (lambda *a: stopping(*a, better=lambda loss, best: loss <= best), "equal loss"),
            (lambda losses, patience: stopping(losses, patience + 1), "too long"),
            (lambda *a: (stopping(*a)[0], int(np.argmin(a[0])) + 1), "must be one that was run"),
            (lambda *a: (stopping(*a)[0], 2), "the best epoch is another"),
            (lambda losses, patience: (4, 1), "since the last improvement"),
        ],
    }

    def test_the_answers_are_what_keras_says(self):
        layers = [keras.layers.Dense(100, use_bias=False), keras.layers.BatchNormalization()]
        layers += [keras.layers.Activation("relu"), keras.layers.Dense(10)]
        model = keras.Sequential([keras.Input((784,)), *layers])
        trained = sum(math.prod(v.shape) for v in model.trainable_variables)
        assert keras_tensorflow.trainable(trained)
        assert keras_tensorflow.steps(20 * len(tf.data.Dataset.range(1347).batch(32)))

    def test_the_weights_that_the_check_accepts_give_the_same_outputs(self):
        net = FFNN([5, 4, 3], rng=np.random.default_rng(0))
        dense = keras.layers.Dense
        model = keras.Sequential([keras.Input((5,)), dense(4, "relu"), dense(3)])
        model.set_weights(transposed(net.parameters))
        x = np.random.default_rng(1).normal(size=(6, 5))
        np.testing.assert_allclose(model(x), net.predict(x), rtol=0, atol=1e-5)

    def test_the_quiz_on_tracing_is_what_tensorflow_does(self):
        f = tf.function(lambda x: 2 * x)
        for x in (tf.constant(1.0), tf.constant(2.0), tf.constant([1.0, 2.0]), 1.0, 2.0, 1.0):
            f(x)
        traced = rows_of("keras_tensorflow", "number")["traced"]
        assert f.experimental_get_tracing_count() == traced["answer"]
