"""What becomes of an SVG: its colours for the dark theme, and its size."""

import pytest

from lecturelib import svg
from lecturelib.palette import DARK, LIGHT


def test_recolour_replaces_whole_tokens_of_the_palette_only():
    light, dark = LIGHT["forward"], DARK["forward"]
    changed = f'<a fill="{light}" style="stroke: {light.upper()};color:{light}"/>'
    assert svg.recolour(changed) == f'<a fill="{dark}" style="stroke: {dark};color:{dark}"/>'
    kept = f'<a fill="#123456" x="{light}80" y="url({light})" href="{light}" z="{light}-1"/>'
    assert svg.recolour(kept) == kept


def test_every_light_colour_has_one_dark_partner():
    for name, colour in LIGHT.items():
        assert svg.recolour(colour) == DARK[name]


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="72pt" height="36pt"', (96, 48)),
        ('width="300" height="99.6px"', (300, 100)),
        ('width="1in" height="2.54cm"', (96, 96)),
        ('viewBox="0 0 640 480"', (640, 480)),
        ('width="100%" height="auto" viewBox="0,0,64,48"', (64, 48)),
        ('width="100%"', None),
    ],
)
def test_size_in_pixels(attributes, size):
    assert svg.size(f"<svg {attributes}/>") == size


@pytest.mark.parametrize(("text", "reason"), [("<svg", "no SVG"), ("<html/>", "expected <svg>")])
def test_size_refuses_what_is_no_svg(text, reason):
    with pytest.raises(ValueError, match=reason):
        svg.size(text)
