"""Checks for the chapter "What is deep learning?"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lecturelib.checks import AnswerError, called, check, code, compare


def _centres(weights):
    """Mean row and column of the weights of each picture;  (N, R, C) -> (N, 2)."""
    grid = np.indices(weights.shape[1:])  # (2, R, C)
    return np.einsum("nrc,krc->nk", weights, grid) / weights.sum(axis=(1, 2))[:, None]


@code(
    (np.random.default_rng(0).random((5, 6, 4)) ** 3,),
    otherwise="The shape is right, the numbers are not: a mean of places, weighted by ink.",
    says="Two features more, and both say where something is.",
)
def centre(images: np.ndarray) -> tuple:
    """A function images (N, R, C) -> mean row and mean column of the ink, (N, 2)."""
    right = _centres(images)
    unweighted = _centres((images > 0).astype(float))
    return right, {
        "Row first, then column: the two are exchanged.": right[:, ::-1],
        "Rows and columns are counted from 0.": right + 1,
        "Divide by the ink of the picture.": right * images.sum(axis=(1, 2))[:, None],
        "Divide by all ink, not by its pixels.": right * images.mean(axis=(1, 2))[:, None],
        "Every pixel counts the same; weight each by its darkness.": unweighted,
        "Grey counts too: weight it, do not cut it.": _centres((images > 0.5).astype(float)),
    }


@check
def one_hot(answer: Callable) -> str:
    """A function (values, known) -> one-hot rows (N, C), zeros for an unknown value."""
    values, known = np.array(["b", "a", "c", "b"]), np.array(["c", "b", "a"])
    right = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]], float)
    numbered = right.argmax(axis=1)[:, None] * right
    mistakes = {
        "The columns come in the order of `known`, not of the alphabet.": right[:, ::-1],
        "1 where the word is, 0 elsewhere: it is the other way round.": 1 - right,
        "The entry is 1, whatever the column's number.": numbered,
    }
    otherwise = "Each row has a single 1, in the column of its word."
    compare(called(answer, values, known), right, mistakes, otherwise)
    try:
        strange = np.asarray(called(answer, np.array(["a", "z"]), np.array(["a", "b"])), float)
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
    results = called(answer, train, test, 0.1)
    if not isinstance(results, tuple | list) or len(results) != 2:
        raise AnswerError("Two arrays are asked for: the training set and the test set, scaled.")
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    floored = np.maximum(deviation, 0.1)
    both = np.concatenate([train, test])
    own = (test - test.mean(axis=0)) / np.maximum(test.std(axis=0), 0.1)
    joint = (train - both.mean(axis=0)) / np.maximum(both.std(axis=0), 0.1)
    for rows, result in zip((train, test), results, strict=True):
        centred, elsewhere = rows - mean, own if rows is test else joint
        mistakes = {
            "Mean and deviation come from the training set only.": elsewhere,
            "The deviation of the last column is below the floor.": centred / deviation,
            "The mean is taken away; the deviation is still to divide by.": centred,
            "The floor is a least value, not something to add.": centred / (deviation + 0.1),
            "That is the variance; divide by its root.": centred / floored**2,
            "The mean has to be taken away first.": rows / floored,
        }
        otherwise = "Columns, minus the training mean, over the training deviation or the floor."
        compare(result, centred / floored, mistakes, otherwise)
    return "The test set had no say."
