"""The checks of the chapter that opens the book."""

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import what_is_deep_learning


def centre(images, first=0, weight=lambda x: x):
    images = weight(images)
    rows, columns = images.sum(axis=2), images.sum(axis=1)
    r = rows @ (first + np.arange(rows.shape[1])) / rows.sum(axis=1)
    return np.column_stack([r, columns @ (first + np.arange(columns.shape[1])) / rows.sum(axis=1)])


def one_hot(values, known):
    return (np.asarray(values)[:, None] == np.asarray(known)).astype(float)


def by_index(values, known):
    known = list(known)
    return np.eye(len(known))[[known.index(value) for value in values]]


def scale(train, test, floor, power=1, source=lambda train, test: train, shift=1, least=np.maximum):
    rows = source(train, test)
    mean, deviation = shift * rows.mean(axis=0), least(rows.std(axis=0), floor) ** power
    return (train - mean) / deviation, (test - mean) / deviation


def each_by_its_own(train, test, floor):
    return scale(train, train, floor)[0], scale(test, test, floor)[0]


class TestWhatIsDeepLearning(CheckContract):
    check = what_is_deep_learning
    NUMBERS = {
        "ink": [0.78, 7, 0.22],
        "symmetry": [0.78, 0.22, 0.89, 0.67],
        "holes": [1, 2, 0],
    }
    CHOICES = {
        "chess": "AI, but",
        "regression": "machine learning, but",
        "use": "New data",
        "shuffle": "stays the same",
        "structured": ("The mean of the amounts", "The days"),
        "symmetry": "a person",
        "W": "it was learned",
        "units": "a person",
        "unit": "it was learned",
        "mean": "measured",
    }
    RIGHT = {
        "centre": [centre, lambda images: centre(images).tolist()],
        "one_hot": [
            one_hot,
            lambda v, k: one_hot(v, k).astype(bool),
            lambda v, k: one_hot(v, k).tolist(),
        ],
        "scale": [scale, lambda *a: list(scale(*a))],
    }
    WRONG = {
        "centre": [
            (lambda images: centre(images).T, r"not of shape \(2, 5\)"),
            (lambda images: centre(images)[:, ::-1], "exchanged"),
            (lambda images: centre(images, first=1), "counted from 0"),
            (lambda images: centre(images) * images.sum(axis=(1, 2))[:, None], "Divide by the ink"),
            (lambda images: centre(images) * images.mean(axis=(1, 2))[:, None], "by its pixels"),
            (lambda images: centre(images, weight=np.ones_like), "counts the same"),
            (lambda images: centre(images, weight=lambda x: (x > 0.5) * 1.0), "Grey counts too"),
            (lambda images: 0 * centre(images), "weighted by ink"),
        ],
        "one_hot": [
            (lambda v, k: one_hot(v, k).T, r"not of shape \(3, 4\)"),
            (lambda v, k: one_hot(v, sorted(k)), "order of `known`"),
            (lambda v, k: 1 - one_hot(v, k), "other way round"),
            (lambda v, k: one_hot(v, k) * np.arange(len(k)), "entry is 1"),
            (lambda v, k: one_hot(v, k) / 2, "single 1"),
            (by_index, "breaks it"),
            (lambda v, k: np.eye(len(k))[one_hot(v, k).argmax(axis=1)], "row of zeros"),
        ],
        "scale": [
            (lambda *a: scale(*a)[0], "Two arrays"),
            (lambda *a: scale(*a)[::-1], r"not of shape \(4, 3\)"),
            (each_by_its_own, "training set only"),
            (lambda *a: scale(*a, source=lambda *both: np.concatenate(both)), "training set only"),
            (lambda *a: scale(*a, least=lambda s, floor: s), "below the floor"),
            (lambda *a: scale(*a, power=0), "still to divide by"),
            (lambda *a: scale(*a, least=np.add), "not something to add"),
            (lambda *a: scale(*a, power=2), "That is the variance"),
            (lambda *a: scale(*a, shift=0), "taken away first"),
            (lambda *a: [x + 1 for x in scale(*a)], "training mean"),
        ],
    }
