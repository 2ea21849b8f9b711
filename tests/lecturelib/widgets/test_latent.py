"""The planes of a code: the JavaScript's decoders against the library, and the figure itself."""

import json
from functools import cache

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.autoencoder import Autoencoder, nearest, trained
from lecturelib.data import digits
from lecturelib.representation import principal_components
from lecturelib.widgets import Latent

PLANES = Latent.spec()["plane"]["among"]


@cache
def figure():
    return Latent.of(*trained(), digits().X, digits().y)


def held():
    return {"_record": figure()._record, "_digits": figure()._digits}


class TestLatent(WidgetContract):
    widget = Latent
    state = {"plane": "VAE", "at": [6.0, 4.0]}
    other = {"plane": "PCA", "at": [2.5, 7.5]}
    controls = "select-one handle"
    sentences = """
    {} The code (0.16, −5.38) in the autoencoder's plane: the nearest real digit is a 2, 0.51 away,
      2.5 times the usual gap between neighbours. Digits are near. The two pictures differ by 0.12
      a pixel.
    {"at": [1, 1]} The code (−5.52, −13.56) in the autoencoder's plane: the nearest real digit is
      a 7, 7.13 away, 34.8 times the usual gap between neighbours. You are in a hole: no digit
      taught the decoder what belongs here. The two pictures differ by 0.32 a pixel.
    {"plane": "PCA"} The code (0.05, −0.03) in PCA's plane: the nearest real digit is a 2, 0.08
      away, 1.2 times the usual gap between neighbours. Digits are near. The two pictures differ by
      0.32 a pixel.
    {"plane": "VAE"} The code (0.00, −0.14) in the VAE's plane: the nearest real digit is a 5, 0.07
      away, 1.0 times the usual gap between neighbours. Digits are near. The two pictures differ by
      0.24 a pixel.
    """

    def make(self, **state):
        return Latent(**held(), **(self.state | state))

    def test_the_picture_beside_is_that_of_the_nearest_digit(self, desk):
        desk.set({"plane": "autoencoder", "at": [3.0, 6.0]})
        _, words = desk.look()
        real = desk.page.get_by_role("img", name="Nearest real digit")
        assert f"is {real.get_attribute('aria-label').split(': ')[1]}," in words
        assert real.locator("path").count() > 3
        assert desk.page.get_by_role("img", name="Decoded").locator("path").count() > 3


def test_an_empty_figure_says_how_to_make_one(javascript):
    body = "({latent: w}, s) => w.describe(w.decode({}), [], s)"
    assert "Latent.of(autoencoder, vae, X, y)" in javascript(body, Latent().state())
    with pytest.raises(ValueError, match="expected a figure with a record"):
        Latent().arrays()


def codes_of(name, X):
    plain, vae = trained()
    if name == "PCA":
        return principal_components(digits().X, 2).encode(X)
    return plain.encode(X) if name == "autoencoder" else vae.encode(X)[0]


def decoded(name, z):
    plain, vae = trained()
    if name == "PCA":
        return np.clip(principal_components(digits().X, 2).decode(z), 0, 1)
    return (plain if name == "autoencoder" else vae).decode(z)


@pytest.mark.parametrize("name", PLANES)
def test_codes_pictures_and_distances_are_the_librarys(javascript, name):
    at = np.random.default_rng(0).uniform(0, 10, size=(20, 2))
    body = """({latent: w}, [record, name, all]) => {
      const held = w.decode(record);
      return all.map((at) => {
        const z = w.code(held, { plane: name, at });
        return [z, w.picture(held, name, z), w.neighbour(held, name, z), w.place(held, name, z)];
      });
    }"""
    found = javascript(body, [figure()._record, name, at.tolist()])
    z = np.array([one[0] for one in found])
    low, high = figure().arrays()[f"{name} range"]
    np.testing.assert_allclose(z, low + at / 10 * (high - low), rtol=1e-9)
    np.testing.assert_allclose([one[3] for one in found], at, rtol=1e-9)
    # The rounded weights move a grey value by a percent or two at most.
    np.testing.assert_allclose([one[1] for one in found], decoded(name, z), atol=0.03)
    codes = figure().arrays()[f"{name} codes"]
    rows, far = nearest(codes, z)
    np.testing.assert_array_equal([one[2]["i"] for one in found], rows[:, 0])
    np.testing.assert_allclose([one[2]["far"] for one in found], far[:, 0], rtol=1e-9)
    gap = np.median(nearest(codes, codes, 2)[1][:, 1])
    gaps = [one[2]["gaps"] for one in found]
    np.testing.assert_allclose(gaps, far[:, 0] / gap, rtol=1e-9)


def test_the_digits_are_those_of_the_codes():
    X, y = digits().X, digits().y
    shown = figure().arrays()["digits"].astype(int)
    assert np.bincount(shown).tolist() == [25] * 10
    rows = np.concatenate([np.flatnonzero(y == digit)[:25] for digit in range(10)])
    for name in PLANES:
        codes = codes_of(name, X[rows])
        np.testing.assert_allclose(figure().arrays()[f"{name} codes"], codes, atol=1e-3)
        low, high = figure().arrays()[f"{name} range"]
        assert ((codes > low - 0.01) & (codes < high + 0.01)).all()
    ink = np.array([[int(c, 16) for c in text] for text in figure()._digits])
    np.testing.assert_allclose(ink / 15, X[rows], atol=1 / 30 + 1e-9)


def test_pixels_differ_by_the_root_of_the_mean_square(javascript):
    a, b = np.random.default_rng(0).random((2, 64))
    found = javascript("({latent: w}, [a, b]) => w.difference(a, b)", [a.tolist(), b.tolist()])
    assert found == pytest.approx(np.sqrt(np.square(a - b).mean()))


def test_a_page_may_sort_the_names():
    assert list(figure()._record["shapes"]) == sorted(figure()._record["shapes"])


def test_what_travels_is_small():
    assert len(json.dumps(held())) <= 60_000


def narrow():
    return Autoencoder([64, 8, 3], "relu", output="sigmoid", rng=np.random.default_rng(0))


def wild():
    model, _ = trained()
    model.decoder.layers[0].W[0, 0] = 40
    return model


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a, v, X, y: (narrow(), v, X, y), r"^autoencoder: expected .*sizes \[64, 8, 3\]"),
        (lambda a, v, X, y: (v, a, X, y), "^autoencoder: expected Autoencoder"),
        (lambda a, v, X, y: (a, a, X, y), "^vae: expected VAE"),
        (lambda a, v, X, y: (a, v, 16 * X, y), r"^X: .* scale the pixels"),
        (lambda a, v, X, y: (a, v, X[:100], y[:100]), r"^X, y: expected images .* 25 of each"),
        (lambda a, v, X, y: (wild(), v, X, y), "^autoencoder, vae: expected codes and weights"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Latent.of(*change(*trained(), digits().X, digits().y))
