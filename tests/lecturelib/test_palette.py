"""The colours keep their contrast and stay apart, also for colour-blind readers."""

from itertools import combinations

import numpy as np
import pytest

from lecturelib.palette import DARK, LIGHT, SERIES, stylesheet

TEXT = ("ink", "muted", "forward", "backward", "positive", "negative", "target", "error")
LINES = (*TEXT, *SERIES)

# Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB.
VISION = {
    "full": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(colour):
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG 2: (L1 + 0.05) / (L2 + 0.05) of the relative luminances."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    """CIE L*a*b* of linear RGB, white D65."""
    xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ) @ np.clip(rgb, 0, 1)
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_the_paper(theme):
    assert all(contrast(theme[name], theme["paper"]) >= 4.5 for name in TEXT)
    assert all(contrast(theme[name], theme["paper"]) >= 3 for name in LINES)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_two_signs_stay_apart_for_every_eye(theme, vision):
    positive, negative = (lab(VISION[vision] @ linear(theme[n])) for n in ("positive", "negative"))
    assert np.linalg.norm(positive - negative) > 30


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_six_series_differ_at_full_vision(theme):
    colours = [lab(linear(theme[name])) for name in SERIES]
    assert min(np.linalg.norm(a - b) for a, b in combinations(colours, 2)) > 20


def test_both_themes_name_the_same_colours_and_recolouring_is_unambiguous():
    assert LIGHT.keys() == DARK.keys()
    partners = {}
    for name, colour in LIGHT.items():
        assert partners.setdefault(colour, DARK[name]) == DARK[name]


def test_the_stylesheet_has_every_colour_for_screen_and_paper():
    css = stylesheet('html[data-theme="dark"]')
    screen, paper = css.split("@media print")
    for name, colour in LIGHT.items():
        assert f"--dl-{name}: {colour};" in screen
        assert f"--dl-{name}: {colour};" in paper
        assert f"--dl-{name}: {DARK[name]};" in screen.split('html[data-theme="dark"]')[1]
        assert f"--dl-{name}: {DARK[name]};" not in paper or DARK[name] == colour
