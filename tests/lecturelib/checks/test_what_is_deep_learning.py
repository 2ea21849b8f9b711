"""The checks of the chapter that opens the book: right, wrong, missing and odd answers."""

import numpy as np
import pytest
from check_contract import (  # noqa: F401 the tests that all chapters share
    checks_of,
    test_dots_are_no_answer_yet,
    test_every_check_is_tested,
    test_right,
    test_wrong_names_the_mistake,
)

from lecturelib import features
from lecturelib.checks import questions
from lecturelib.checks import what_is_deep_learning as check

CHECKS = checks_of(check)


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


RIGHT = {
    "centre": [centre, lambda images: centre(images).tolist()],
    "one_hot": [
        one_hot,
        lambda v, k: one_hot(v, k).astype(bool),
        lambda v, k: one_hot(v, k).tolist(),
    ],
    "scale": [scale, lambda *a: list(scale(*a))],
}

# Each wrong answer with words of the reply that names its mistake.
WRONG = {
    "centre": [
        (3, "without calling it"),
        (lambda images: None, "returns nothing"),
        (lambda images: centre(images).T, r"it returned \(2, 5\)"),
        (lambda images: centre(images)[:, ::-1], "exchanged"),
        (lambda images: centre(images, first=1), "counted from 0"),
        (
            lambda images: centre(images) * images.sum(axis=(1, 2))[:, None],
            "Divide by the ink",
        ),
        (lambda images: centre(images) * images.mean(axis=(1, 2))[:, None], "not by its pixels"),
        (lambda images: centre(images, weight=np.ones_like), "counts the same"),
        (lambda images: centre(images, weight=lambda x: (x > 0.5) * 1.0), "Grey counts too"),
        (lambda images: 0 * centre(images), "weighted by ink"),
    ],
    "one_hot": [
        ("one-hot", "without calling it"),
        (lambda v, k: None, "returns nothing"),
        (lambda v, k: one_hot(v, k).T, r"it returned \(3, 4\)"),
        (lambda v, k: one_hot(v, sorted(k)), "order of `known`"),
        (lambda v, k: 1 - one_hot(v, k), "other way round"),
        (lambda v, k: one_hot(v, k) * np.arange(len(k)), "entry is 1"),
        (lambda v, k: one_hot(v, k) / 2, "single 1"),
        (by_index, "breaks it"),
        (lambda v, k: np.eye(len(k))[one_hot(v, k).argmax(axis=1)], "row of zeros"),
    ],
    "scale": [
        (1.0, "without calling it"),
        (lambda *a: None, "returns nothing"),
        (lambda *a: scale(*a)[0], "Two arrays"),
        (lambda *a: scale(*a)[::-1], r"it returned \(4, 3\)"),
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


def test_the_function_handed_in_cannot_spoil_the_check():
    def spoils(images):
        result = centre(images)
        images[:] = 0
        return result

    def spoils_too(train, test, floor):
        results = scale(train, test, floor)
        train[:], test[:] = 0, 0
        return results

    assert CHECKS["centre"](spoils)
    assert CHECKS["scale"](spoils_too)


@pytest.mark.parametrize("section", ["recall", "written_or_learned", "by_hand"])
def test_the_questions_are_complete(section):
    space = {"np": np, "features": features}
    for question in questions("what_is_deep_learning", section):
        if question["kind"] != "number":
            assert sum(option.get("right", False) for option in question["options"]) >= 1
            continue
        value = eval(question["compute"], space)
        assert value == pytest.approx(question["answer"], abs=question["tolerance"])
        for mistake in question["mistakes"]:
            assert mistake["value"] != pytest.approx(value, abs=2 * question["tolerance"])
