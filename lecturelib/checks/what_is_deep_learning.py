"""Checks for the chapter "What is deep learning?"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, check


def _called(answer, *arguments):
    """What the reader's function returns for copies of the arguments."""
    if not callable(answer):
        raise AnswerError("Hand over the function itself, without calling it.")
    with np.errstate(all="ignore"):  # a division by zero shows in the result, where it is named
        result = answer(*(np.array(argument) for argument in arguments))
    if result is None:
        raise AnswerError("The function returns nothing yet.")
    return result


def _compared(result, right, mistakes, otherwise):
    """Raise the AnswerError that belongs to the result, an array, unless it is right."""
    result = np.asarray(result, dtype=float)
    if result.shape != right.shape:
        raise AnswerError(f"Shape {right.shape} is asked for; it returned {result.shape}.")
    if np.allclose(result, right):
        return
    for wrong, says in mistakes:
        if np.allclose(result, wrong):
            raise AnswerError(says)
    raise AnswerError(otherwise)


def _centres(weights):
    """Mean row and column of the weights of each picture;  (N, R, C) -> (N, 2)."""
    grid = np.indices(weights.shape[1:])  # (2, R, C)
    return np.einsum("nrc,krc->nk", weights, grid) / weights.sum(axis=(1, 2))[:, None]


@check
def centre(answer: Callable) -> str:
    """A function images (N, R, C) -> mean row and mean column of the ink, (N, 2)."""
    images = np.random.default_rng(0).random((5, 6, 4)) ** 3
    right = _centres(images)
    unweighted = _centres((images > 0).astype(float))
    mistakes = [
        (right[:, ::-1], "Row first, then column: the two are exchanged."),
        (right + 1, "Rows and columns are counted from 0."),
        (right * images.sum(axis=(1, 2))[:, None], "Divide by the ink of the picture."),
        (right * (images.mean(axis=(1, 2)))[:, None], "Divide by all ink, not by its pixels."),
        (unweighted, "Every pixel counts the same; weight each by its darkness."),
        (_centres((images > 0.5).astype(float)), "Grey counts too: weight it, do not cut it."),
    ]
    otherwise = "The shape is right, the numbers are not: a mean of places, weighted by ink."
    _compared(_called(answer, images), right, mistakes, otherwise)
    return "Two features more, and both say where something is."


@check
def one_hot(answer: Callable) -> str:
    """A function (values, known) -> one-hot rows (N, C), zeros for an unknown value."""
    values, known = ["b", "a", "c", "b"], ["c", "b", "a"]
    right = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]], float)
    mistakes = [
        (right[:, ::-1], "The columns come in the order of `known`, not of the alphabet."),
        (1 - right, "1 where the word is, 0 elsewhere: it is the other way round."),
        (right.argmax(axis=1)[:, None] * right, "The entry is 1, whatever the column's number."),
    ]
    otherwise = "Each row has a single 1, in the column of its word."
    _compared(_called(answer, values, known), right, mistakes, otherwise)
    try:
        strange = np.asarray(_called(answer, ["a", "z"], ["a", "b"]), float)
    except (KeyError, ValueError, IndexError) as error:
        raise AnswerError("A word without a column breaks it; its row is all zeros.") from error
    if not np.array_equal(strange, [[1, 0], [0, 0]]):
        raise AnswerError("A word without a column gets a row of zeros.")
    return "No word is larger than another, and a new one does no harm."


@check
def scale(answer: Callable) -> str:
    """A function (train, test, floor) -> both scaled by mean and deviation of train."""
    rng = np.random.default_rng(1)
    spread = np.array([3, 0.5, 0.01])
    train, test = rng.normal(2, spread, (9, 3)), rng.normal(5, spread, (4, 3))
    results = _called(answer, train, test, 0.1)
    if not isinstance(results, tuple | list) or len(results) != 2:
        raise AnswerError("Two arrays are asked for: the training set and the test set, scaled.")
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    floored = np.maximum(deviation, 0.1)
    both = np.concatenate([train, test])
    own = (test - test.mean(axis=0)) / np.maximum(test.std(axis=0), 0.1)
    joint = (train - both.mean(axis=0)) / np.maximum(both.std(axis=0), 0.1)
    for rows, result in zip((train, test), results, strict=True):
        centred = rows - mean
        mistakes = [
            (own if rows is test else joint, "Mean and deviation come from the training set only."),
            (centred / deviation, "The deviation of the last column is below the floor."),
            (centred, "The mean is taken away; the deviation is still to divide by."),
            (centred / (deviation + 0.1), "The floor is a least value, not something to add."),
            (centred / floored**2, "That is the variance; divide by its root."),
            (rows / floored, "The mean has to be taken away first."),
        ]
        otherwise = "Columns, minus the training mean, over the training deviation or the floor."
        _compared(result, centred / floored, mistakes, otherwise)
    return "The test set had no say."
