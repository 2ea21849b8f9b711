"""The checks of the chapter on Keras: right, wrong, missing and odd answers."""

import math
import os

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib.checks import keras_tensorflow as check
from lecturelib.checks import questions
from lecturelib.ffnn import FFNN

# Keras reads its back end at import; TensorFlow's start messages are no part of a test's output.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

CHECKS = checks_of(check)


def transposed(parameters):
    return [p.T.astype("float32") for p in parameters.values()]


def reshaped(parameters):
    return [p.reshape(p.T.shape).astype("float32") for p in parameters.values()]


def transposed_where_it_must_be(parameters):
    return [p.T if p.shape != p.T.shape else p for p in parameters.values()]


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


def unassigned(W, b, x, y, lr):
    return step(tf.Variable(W), tf.Variable(b), x, y, lr)


def without_rate(W, b, x, y, lr):
    return step(W, b, x, y, 1.0)


def lost_tape(W, b, x, y, lr):
    with tf.GradientTape() as tape:
        loss = tf.constant(np.mean((x.numpy() @ W.numpy() + b.numpy() - y.numpy()) ** 2))
    W.assign_sub(lr * tape.gradient(loss, W))
    return loss


def half(W, b, x, y, lr):
    return step(W, b, x, y, lr, factor=0.5)


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


def counted_from_zero(losses, patience):
    return tuple(number - 1 for number in stopping(losses, patience))


def looking_ahead(losses, patience):
    return stopping(losses, patience)[0], int(np.argmin(losses)) + 1


RIGHT = {
    "steps": [860, "860", np.int64(860)],
    "trainable": [79610, 79610.0],
    "keras_weights": [transposed, lambda p: tuple(transposed(p))],
    "train_step": [step, lambda *a: step(*a).numpy(), tf.function(step)],
    "early_stopping": [stopping, by_keras, lambda *a: list(stopping(*a))],
}

# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "steps": [
        (840, "smaller batch of each epoch"),
        (26940, "one step a row"),
        (43, "That is one epoch"),
        (42, "its last, smaller batch is missing"),
        (842, "not once at the end"),
        (861, "rounded up, times epochs"),
    ],
    "trainable": [
        (79810, "mean and variance are not trained"),
        (79710, "made without biases"),
        (79910, "two of the four stay untrained"),
        (79412, "for each of the units"),
        (79410, "two numbers for each unit"),
        (79600, "last layer has biases"),
        (1, "scale and shift of each unit"),
    ],
    "keras_weights": [
        (3, "without calling it"),
        (lambda p: None, "returns nothing"),
        (lambda p: p, "not a dict"),
        (lambda p: transposed(p)[:2], "4 arrays go in, 2 come out"),
        (lambda p: list(p.values()), r"shape \(4, 3\): Keras stores"),
        (weights_then_biases, r"b came out with shape \(4, 4\): look at the order"),
        (transposed_where_it_must_be, "not float32"),
        (
            lambda p: [a.astype("float32") for a in transposed_where_it_must_be(p)],
            "square, so the shape says nothing",
        ),
        (reshaped, "transpose, do not reshape"),
    ],
    "train_step": [
        (3, "without calling it"),
        (lambda *a: None, "returns nothing"),
        (unassigned, "W has not changed"),
        (lambda *a: step(*a, bias=False), "b has not changed"),
        (lambda W, b, x, y, lr: step(W, b, x, y, -lr), "W went uphill"),
        (lambda *a: step(*a, reduce=tf.reduce_sum), "five times too far"),
        (without_rate, "learning rate is missing"),
        (half, "moved half as far"),
        (lambda W, b, x, y, lr: step(W, b, x, y, 1.7 * lr), "not by lr times"),
        (lambda *a: step(*a, after=True), "the one after the step"),
        (lambda *a: step(*a, result=7), "not the loss"),
        (lost_tape, "Your answer raised"),
    ],
    "early_stopping": [
        (3, "without calling it"),
        (lambda losses, patience: None, "returns nothing"),
        (lambda losses, patience: 3, "2 finite numbers are asked for"),
        (counted_from_zero, "count from 0"),
        (lambda *a: stopping(*a)[::-1], "other order"),
        (lambda *a: stopping(*a, forgive=False), "begins anew"),
        (lambda *a: stopping(*a, better=lambda loss, best: loss <= best), "equal loss"),
        (lambda losses, patience: stopping(losses, patience + 1), "too long"),
        (looking_ahead, "must be one that was run"),
        (lambda *a: (stopping(*a)[0], 2), "the best epoch is another"),
        (lambda losses, patience: (4, 1), "since the last improvement"),
    ],
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("answer", ["", "<b>", [], {}, object(), float("nan"), 1e308, [[]], int])
def test_garbage_gets_a_verdict(name, answer):
    verdict = CHECKS[name](answer)
    assert verdict.right is False
    assert verdict.says


@pytest.mark.parametrize(("name", "right"), [("steps", "860"), ("trainable", "79610")])
def test_a_wrong_verdict_never_shows_the_right_number(name, right):
    for answer in [*range(0, 100), 840, 842, 26940, 79410, 79910, "abc", 1e9]:
        assert right not in CHECKS[name](answer).says


def test_the_answers_are_what_keras_says():
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(100, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Dense(10),
        ]
    )
    assert check.trainable(sum(math.prod(v.shape) for v in model.trainable_variables))
    assert check.steps(20 * len(tf.data.Dataset.range(1347).batch(32)))


def test_the_weights_that_the_check_accepts_give_the_same_outputs():
    net = FFNN([5, 4, 3], rng=np.random.default_rng(0))
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((5,)), dense(4, "relu"), dense(3)])
    model.set_weights(transposed(net.parameters))
    x = np.random.default_rng(1).normal(size=(6, 5))
    np.testing.assert_allclose(model(x), net.predict(x), rtol=0, atol=1e-5)


def test_the_function_handed_in_cannot_spoil_the_check():
    def spoils(parameters):
        result = transposed(parameters)
        for p in parameters.values():
            p[:] = 0
        return result

    def spoils_too(losses, patience):
        result = stopping(losses, patience)
        losses.clear()
        return result

    assert check.keras_weights(spoils)
    assert check.early_stopping(spoils_too)


@pytest.mark.parametrize("section", ["recall", "choose"])
def test_the_questions_are_complete(section):
    for question in questions("keras_tensorflow", section):
        if "compute" in question:
            assert eval(question["compute"], {"np": np}) == pytest.approx(
                question["answer"], abs=question["tolerance"]
            )
            assert all(
                abs(mistake["value"] - question["answer"]) > question["tolerance"]
                for mistake in question["mistakes"]
            )


def test_the_quiz_on_tracing_is_what_tensorflow_does():
    f = tf.function(lambda x: 2 * x)
    for x in (tf.constant(1.0), tf.constant(2.0), tf.constant([1.0, 2.0]), 1.0, 2.0, 1.0):
        f(x)
    question = next(q for q in questions("keras_tensorflow", "recall") if q["id"] == "traced")
    assert f.experimental_get_tracing_count() == question["answer"]
