"""Features written by hand: worked examples, invariances, an independent count, refusals."""

import numpy as np
import pytest

from lecturelib.data import digits
from lecturelib.features import (
    NAMES,
    column_profile,
    features,
    holes,
    ink,
    left_right_symmetry,
    row_profile,
    top_bottom_symmetry,
)

# Rows, columns and pictures differ in number, so that a wrong axis cannot hide.
IMAGES = np.random.default_rng(0).random((7, 5, 4))
SINGLE = [ink, left_right_symmetry, top_bottom_symmetry, row_profile, column_profile, holes]


def drawn(*rows):
    """One picture from rows such as '.##.'."""
    return np.array([[[float(c == "#") for c in row] for row in rows]])


def test_ink_and_profiles_by_hand():
    image = np.array([[[0, 0.5, 1], [1, 0, 0]]])
    assert ink(image) == pytest.approx([2.5 / 6])
    np.testing.assert_allclose(row_profile(image), [[0.5, 1 / 3]])
    np.testing.assert_allclose(column_profile(image), [[0.5, 0.25, 0.5]])


def test_symmetry_by_hand():
    image = np.array([[[0, 0.5, 1], [1, 0, 0]]])
    # Left-right: four corners differ by 1; top-bottom: six pixels by 1, 0.5 and 1, twice.
    assert left_right_symmetry(image) == pytest.approx([1 - 4 / 6])
    assert top_bottom_symmetry(image) == pytest.approx([1 - 5 / 6])


@pytest.mark.parametrize(
    ("symmetry", "axis", "other"),
    [(left_right_symmetry, 2, 1), (top_bottom_symmetry, 1, 2)],
)
def test_symmetry_is_one_for_a_mirror_image_and_only_along_its_axis(symmetry, axis, other):
    both = (IMAGES + np.flip(IMAGES, axis)) / 2
    np.testing.assert_allclose(symmetry(both), 1)
    assert (symmetry(IMAGES) < 0.9).all()
    np.testing.assert_allclose(symmetry(np.flip(IMAGES, other)), symmetry(IMAGES))
    np.testing.assert_allclose(symmetry(1 - IMAGES), symmetry(IMAGES))  # ink and paper exchanged


def test_profiles_average_to_the_ink():
    for profile, length in ((row_profile, 5), (column_profile, 4)):
        assert profile(IMAGES).shape == (7, length)
        np.testing.assert_allclose(profile(IMAGES).mean(axis=1), ink(IMAGES))


HOLES = {
    ("...", "...", "..."): 0,
    ("###", "###", "###"): 0,
    ("###", "#.#", "###"): 1,
    ("#.#", "#.#", "###"): 0,  # open at the top
    (".#.", "#.#", ".#."): 1,  # closed by corners
    ("#####", "#.#.#", "#####"): 2,
    ("#####", "#..##", "##..#", "#####"): 1,  # one winding hole
    ("#####", "#.###", "###.#", "#####"): 2,
    ("#####", "#.#.#", "#...#", "#####"): 1,  # joined below
    ("#######", "#.....#", "#.###.#", "#.#.#.#", "#.###.#", "#.....#", "#######"): 2,  # a ring
}


@pytest.mark.parametrize(("rows", "count"), HOLES.items(), ids=lambda v: str(v)[:40])
def test_holes(rows, count):
    image = drawn(*rows)
    for same in (image, image[:, ::-1], image[:, :, ::-1], image.transpose(0, 2, 1)):
        assert holes(same) == [count]


def test_holes_take_what_is_darker_than_half_for_ink():
    ring = drawn("###", "#.#", "###")
    np.testing.assert_array_equal(holes(np.concatenate([0.5 * ring, 0.51 * ring])), [0, 1])


def holes_one_by_one(image):
    """The same count, by walking from one pixel of paper to the next."""
    paper = {(r, c) for r, c in np.ndindex(image.shape) if image[r, c] <= 0.5}
    found = 0
    while paper:
        reached, out = [paper.pop()], False
        for r, c in reached:
            out |= r in (0, image.shape[0] - 1) or c in (0, image.shape[1] - 1)
            near = {(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)} & paper
            paper -= near
            reached.extend(near)
        found += not out
    return found


def test_holes_are_those_of_a_walk():
    sharp = (np.random.default_rng(1).random((200, 8, 8)) < 0.6).astype(float)
    images = np.concatenate([digits().images[:200], sharp])
    np.testing.assert_array_equal(holes(images), [holes_one_by_one(image) for image in images])


def test_all_features_in_the_order_of_their_names():
    images = digits().images[:9]
    F = features(images)
    assert F.shape == (9, len(NAMES)) == (9, 20)
    column = dict(zip(NAMES, F.T, strict=True))
    np.testing.assert_array_equal(column["ink"], ink(images))
    np.testing.assert_array_equal(column["left-right symmetry"], left_right_symmetry(images))
    np.testing.assert_array_equal(column["top-bottom symmetry"], top_bottom_symmetry(images))
    np.testing.assert_array_equal(column["holes"], holes(images))
    for i in range(8):
        np.testing.assert_allclose(column[f"row {i + 1}"], images[:, i].mean(axis=1))
        np.testing.assert_allclose(column[f"column {i + 1}"], images[:, :, i].mean(axis=1))


def test_the_pictures_stay_as_they_are():
    images = digits().images[:3]
    before = images.copy()
    features(images)
    np.testing.assert_array_equal(images, before)


def test_pictures_do_not_influence_each_other():
    images = digits().images[:30]
    one_by_one = [features(image[None])[0] for image in images]
    np.testing.assert_allclose(features(images), one_by_one)


WRONG = {
    "a flat row": (
        np.zeros((3, 64)),
        r"images: expected shape \(N, rows, columns\), got \(3, 64\)",
    ),
    "one picture": (np.zeros((8, 8)), r"one picture is images\[None\]"),
    "0 to 16": (np.full((1, 8, 8), 16.0), r"from 0 to 1, got 16.* divide by"),
    "negative": (np.full((1, 8, 8), -0.1), "from 0 to 1"),
    "nan": (np.full((1, 8, 8), np.nan), "finite"),
    "none": (np.zeros((0, 8, 8)), "at least one"),
    "words": ([[["a"]]], "real numbers"),
}


@pytest.mark.parametrize("function", [*SINGLE, features], ids=lambda f: f.__name__)
@pytest.mark.parametrize(("value", "words"), WRONG.values(), ids=WRONG)
def test_what_is_no_picture_is_refused(function, value, words):
    with pytest.raises(ValueError, match=words):
        function(value)


def test_features_are_for_eight_by_eight_pixels():
    with pytest.raises(ValueError, match=r"expected shape \(N, 8, 8\), got \(2, 28, 28\); shrink"):
        features(np.zeros((2, 28, 28)))
