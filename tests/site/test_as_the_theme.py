"""A light page looks as the theme alone would make it: pictures of both, before and after."""

import pytest
from PIL import Image, ImageChops

from tests.site.looking import FRAMES, STILL, WIDGETS_READY
from tools import plain
from tools.browser import LAY_OUT, open_page

PICTURES = ["book/index.html", "book/neural-networks/neuron.html", "book/start/notation.html"]
# Lazy pictures near the screen are on their way when the page has been loaded.
SEEN = """() => [...document.images].every((image) => image.complete
    || image.getBoundingClientRect().top > innerHeight || !image.checkVisibility())"""


@pytest.fixture(scope="module")
def before(tmp_path_factory, site):
    """The same book as the theme makes it, from the notebooks that were run for the site."""
    return plain.build(tmp_path_factory.mktemp("plain"), site.parent / ".jupyter_cache")


def picture(browser, folder, name, path, **options):
    page, _ = open_page(browser, (folder / name).as_uri(), reduced_motion="reduce", **options)
    page.wait_for_function(WIDGETS_READY)
    page.evaluate(LAY_OUT)  # in a section of its own layout text stands at whole pixels
    page.evaluate("document.fonts.ready")
    page.wait_for_function(SEEN)
    page.evaluate(FRAMES, 3)
    page.evaluate(STILL)
    page.screenshot(path=path)
    page.context.close()
    with Image.open(path) as image:
        return image.convert("L")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PICTURES)
def test_a_light_page_looks_as_the_theme_made_it(
    browser, site, before, tmp_path, name, width, scheme
):
    # Tall enough for formulas, code and tables to be in the picture.
    options = {"viewport": {"width": width, "height": 3000}, "color_scheme": scheme}
    theme = picture(browser, before, name, tmp_path / "before.png", **options)
    light = picture(browser, site, name, tmp_path / "after.png", **options)
    assert theme.size == light.size
    differs = ImageChops.difference(theme, light).point(lambda value: 255 if value > 48 else 0)
    share = differs.histogram()[255] / (differs.width * differs.height)
    # Icons are a font instead of drawings, a few hundred pixels.
    assert share < 0.001, f"{share:.4f} of the picture, within {differs.getbbox()}"
