"""Images as ink, and the examples that a figure with a drawing pad begins with."""

import numpy as np
import pytest

from lecturelib.data import digits
from lecturelib.widgets.pad import examples, ink

IMAGES, LABELS = digits().images, digits().y


def test_a_pixel_is_one_digit_row_by_row():
    assert ink([[0, 1], [0.5, 7 / 15]]) == "0f87"


def test_the_pad_reads_what_python_writes(javascript):
    drawn = ink(IMAGES[7])
    read, again = javascript(
        "({dbn_samples: f}, ink) => [f.inkOf(ink, 8), f.inkText(f.inkOf(ink, 8))]", drawn
    )
    np.testing.assert_allclose(np.reshape(read, (8, 8)) / 15, IMAGES[7], atol=0.5 / 15)
    assert again == drawn.rstrip("0")


def test_the_examples_are_the_first_of_each_digit():
    found = examples(IMAGES, LABELS, 8, "digits")
    assert found == [ink(IMAGES[digit == LABELS][0]) for digit in range(10)]


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (IMAGES[:, :4], LABELS, r"images: expected shape \(N, 8, 8\).*pass digits\(\)"),
        (IMAGES[:100][LABELS[:100] > 0], LABELS[:100][LABELS[:100] > 0], "all ten digits"),
        (16 * IMAGES, LABELS, "images: expected values from 0 to 1"),
    ],
)
def test_other_images_are_refused(images, labels, message):
    with pytest.raises(ValueError, match=message):
        examples(images, labels, 8, "digits")
