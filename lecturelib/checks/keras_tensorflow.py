"""Checks for the chapter "Keras on TensorFlow"; those of code that uses TensorFlow import it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, as_number, as_vector, called, check, number

steps = number("keras_tensorflow", "numbers", "steps")
trainable = number("keras_tensorflow", "numbers", "trainable")


@check
def keras_weights(answer: Callable) -> str:
    """A function (parameters of an FFNN) -> list of arrays for ``set_weights``."""
    rng = np.random.default_rng(6)
    # A square matrix too: there a forgotten transpose shows in no shape.
    shapes = {"layers.0.W": (4, 3), "layers.0.b": (4,), "layers.2.W": (4, 4), "layers.2.b": (4,)}
    parameters = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    result = called(answer, parameters)
    if not isinstance(result, (list, tuple)):
        raise AnswerError(f"A list of arrays is asked for, not a {type(result).__name__}.")
    if len(result) != len(parameters):
        raise AnswerError(f"{len(parameters)} arrays go in, {len(result)} come out.")
    for (name, p), array in zip(parameters.items(), result, strict=True):
        _same_array(name, p, np.asarray(array))
    return "One transpose apart, and only for the matrices."


def _same_array(name, p, array):
    """Raise the AnswerError that says how ``array`` differs from the transpose of ``p``."""
    if array.shape != p.T.shape:
        says = "Keras stores (in, out)" if array.shape == p.shape else "look at the order"
        raise AnswerError(f"{name} came out with shape {array.shape}: {says}.")
    if np.allclose(array, p.T, atol=1e-6):
        if array.dtype != np.float32:
            raise AnswerError(f"The numbers are right; {name} is {array.dtype}, not float32.")
        return
    if array.shape == p.shape and np.allclose(array, p, atol=1e-6):
        raise AnswerError(f"{name} is square, so the shape says nothing; it is not transposed.")
    raise AnswerError(f"{name} has the right shape and other numbers: transpose, do not reshape.")


@check
def train_step(answer: Callable) -> str:
    """A function (W, b, x, y, lr) -> loss that makes one step of linear regression in place."""
    from lecturelib.frameworks import need

    need("tensorflow")
    import tensorflow as tf

    rng = np.random.default_rng(7)
    W, b, x, y = (rng.normal(size=shape) for shape in ((3, 1), (1,), (5, 3), (5, 1)))
    variables = tf.Variable(W), tf.Variable(b)
    value = called(answer, *variables, tf.constant(x), tf.constant(y), 0.1)
    e = x @ W + b - y  # (5, 1)
    steps = 0.1 * 2 / 5 * x.T @ e, 0.1 * 2 / 5 * e.sum(axis=0)
    moved = [old - new.numpy() for old, new in zip((W, b), variables, strict=True)]
    for name, way, right in zip("Wb", moved, steps, strict=True):
        _moved(name, way, right)
    after = np.mean((x @ (W - steps[0]) + b - steps[1] - y) ** 2)
    _loss(as_number(value), np.mean(e**2), after)
    return "Four lines: forward, loss, gradient, update."


def _moved(name, way, right):
    """Raise the AnswerError that says how the variable moved instead of by ``-right``."""
    wrong = [
        (0 * right, f"{name} has not changed: assign_sub changes a variable, minus makes another."),
        (-right, f"{name} went uphill: the step goes against the gradient."),
        (5 * right, f"{name} moved five times too far: the loss is the mean over the rows."),
        (right / 0.1, f"{name} moved by the whole gradient: the learning rate is missing."),
        (right / 2, f"{name} moved half as far as it should: is there a ½ in your loss?"),
    ]
    for other, says in wrong:
        if np.allclose(way, other):
            raise AnswerError(says)
    if not np.allclose(way, right):
        raise AnswerError(f"{name} moved, but not by lr times its gradient.")


def _loss(value, before, after):
    """Raise the AnswerError that says which other number than the loss before was returned."""
    if np.isclose(value, after):
        raise AnswerError("Both variables are right; the loss returned is the one after the step.")
    if not np.isclose(value, before):
        raise AnswerError("Both variables are right; what is returned is not the loss.")


# One that stops, one that a later epoch would have improved, ties, and one that runs to its end.
_CURVES = [
    ([5, 4, 3, 3.5, 3.2, 3.1, 1], 3),
    ([5, 4, 4.5, 3, 3.5, 3.4, 3.3, 2], 3),
    ([2, 2, 2, 1], 2),
    ([5, 4, 3, 2], 2),
    ([3, 2, 2.5], 2),
    ([1, 2, 3], 1),
]


def _stopping(losses, patience, better=lambda loss, best: loss < best, in_a_row=True):
    """(epochs run, best epoch), both from 1; ``in_a_row=False`` never forgives a bad epoch."""
    best, waited = 1, 0
    for epoch, loss in enumerate(losses[1:], start=2):
        if better(loss, losses[best - 1]):
            best, waited = epoch, waited * (not in_a_row)
        else:
            waited += 1
        if waited == patience:
            return epoch, best
    return len(losses), best


@check
def early_stopping(answer: Callable) -> str:
    """A function (losses, patience) -> (epochs run, best epoch), both counted from 1."""
    for losses, patience in _CURVES:
        epochs, best = as_vector(called(answer, losses, patience), 2)
        right = _stopping(losses, patience)
        if (epochs, best) != right:
            raise AnswerError(_stopping_mistake((epochs, best), losses, patience, right))
    return "The weights to keep are those of the second number."


def _stopping_mistake(given, losses, patience, right):
    """What is wrong with ``given``, in words."""
    case = f"For losses {losses} and patience {patience}: "
    if given == (right[0] - 1, right[1] - 1):
        return case + "you count from 0."
    if given[::-1] == right:
        return case + "the two numbers are in the other order."
    if given == _stopping(losses, patience, in_a_row=False):
        return case + "the wait begins anew with every improvement."
    if given == _stopping(losses, patience, better=lambda loss, best: loss <= best):
        return case + "an equal loss is no improvement."
    if given == _stopping(losses, patience + 1):
        return case + "training ran on for too long."
    if given == (right[0], int(np.argmin(losses)) + 1):
        return case + "the best epoch must be one that was run."
    if given[0] == right[0]:
        return case + "it stops at the right time, and the best epoch is another."
    return case + "count the epochs since the last improvement."
