"""The two flows: the JavaScript against lecturelib, the record, the figure itself."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib import activations
from lecturelib.data import digits, split
from lecturelib.features import NAMES, features
from lecturelib.training import accuracy
from lecturelib.widgets import MlVsDlFlow
from lecturelib.widgets.record import pack

MODULE = "({ml_vs_dl_flow: f}, x)"


@cache
def figure():
    """Models by chance and the first pictures of the digits: the same on every machine."""
    rng = np.random.default_rng(7)
    found = digits()
    chosen = [np.flatnonzero(found.y == c)[0] for c in (*range(10), 0, 1)]
    labels = [*range(11), 8]
    arrays = {"pictures": found.X[chosen], "labels": labels}
    arrays |= {"mean": np.full(20, 0.25), "deviation": np.full(20, 0.5)}
    for name, sizes in (("linear", [20, 10]), ("network", [64, 24, 16, 10])):
        arrays[name] = rng.normal(size=sum((n + 1) * m for n, m in pairwise(sizes)))
    return MlVsDlFlow(_record=pack(arrays, 2048))


@cache
def trained():
    return MlVsDlFlow.trained(rng=np.random.default_rng(0))


def picture(state, flow):
    """The 8 × 8 pixels that a state shows."""
    pixels = flow.pictures()[0][state["example"]].reshape(64).copy()
    for i in state["toggled"]:
        pixels[i] = 0 if pixels[i] > 0.5 else 1
    return pixels.reshape(8, 8)


def both_flows(image, flow):
    """Features, scaled, answers of the linear model; hidden layers and answers of the network."""
    mean, deviation, linear = flow.linear()
    p = flow.network().parameters
    found = features(image[None])[0]
    scaled = (found - mean) / deviation
    h1 = np.maximum(0, p["layers.0.W"] @ image.ravel() + p["layers.0.b"])
    h2 = np.maximum(0, p["layers.2.W"] @ h1 + p["layers.2.b"])
    ml = activations.softmax(linear.predict(scaled[None]))[0]
    dl = activations.softmax(flow.network().predict(image.reshape(1, 64)))[0]
    return {"features": found, "scaled": scaled, "ml": ml, "h1": h1, "h2": h2, "dl": dl}


class TestMlVsDlFlow(WidgetContract):
    widget = MlVsDlFlow
    state = {"example": 2, "stage": 3}
    other = {"example": 11, "stage": 2, "toggled": [3, 28]}
    controls = "select-one cell"
    plays = True

    def make(self, **state):
        return MlVsDlFlow(_record=figure()._record, **(self.state | state))

    sentences = """
    {} Example 1, labelled 0. Stage 0 of 3: Both flows get the same 64 pixels; their mean is
      0.29.
    {"stage": 1} Example 1, labelled 0. Stage 1 of 3: 20 features by rules that a person wrote;
      24 hidden units by learned weights, 7 of them above 0.
    {"stage": 2, "toggled": [3]} Example 1, labelled 0, 1 pixel changed. Stage 2 of 3: The
      features are scaled; 16 more hidden units, 8 of them above 0.
    {"stage": 3} Example 1, labelled 0. Stage 3 of 3: The features say 4 (0.39), wrong; the
      network says 5 (1.00), wrong.
    {"stage": 3, "example": 11} Example 12, labelled 8. Stage 3 of 3: The features say 8 (0.76),
      right; the network says 5 (1.00), wrong.
    {"stage": 3, "toggled": [3, 28]} Example 1, labelled 0, 2 pixels changed. Stage 3 of 3: The
      features say 8 (0.45); the network says 5 (1.00).
    """

    def test_stepping_back_and_forth(self, desk):
        desk.set({"stage": 0})
        # What is not computed yet is not drawn.
        filled = desk.page.locator(".dl-plus:not([height='0']):not([width='0'])")
        counts = [filled.count()]
        for stage in (1, 2, 3):
            desk.button("Step").click()
            assert f"Stage {stage} of 3" in desk.words()
            counts.append(filled.count())
        assert counts[0] == 0
        assert counts == sorted(set(counts))
        assert "A person: ten outputs, softmax" in desk.page.locator(".dl-formula").inner_text()
        desk.button("Step").click()
        assert desk.state()["stage"] == 3
        for stage in (2, 1, 0, 0):
            desk.button("Back").click()
            assert desk.state()["stage"] == stage

    def test_pixels_are_toggled_by_mouse_and_by_keys(self, desk):
        def cell(row, column):
            return desk.page.get_by_role("button", name=f"row {row}, column {column}, ink")

        cell(3, 4).click()
        assert desk.state()["toggled"] == [19]
        for key in ("ArrowRight", "ArrowDown", "Space", "ArrowLeft", "ArrowUp", "Enter"):
            desk.page.keyboard.press(key)
        assert desk.look()[0]["toggled"] == [28]  # the first one is as it was
        assert "changed" in cell(4, 5).get_attribute("aria-label")
        for key in ("ArrowUp",) * 5 + ("ArrowLeft",) * 9 + ("Space",):
            desk.page.keyboard.press(key)
        assert desk.state()["toggled"] == [0, 28]  # the edge is an edge
        assert len(desk.all(".dl-cell[tabindex='0']")) == 1
        desk.page.locator("label", has_text="example").locator("select").select_option("7")
        assert desk.state()["toggled"] == []

    def test_without_a_record_it_says_so(self, show):
        page, log = show(MlVsDlFlow())
        assert "Nothing is recorded" in page.locator(".dl-state").inner_text()
        assert log.problems() == []


def pictures():
    """Digits, noise, patterns of sharp ink with many holes, and nothing at all."""
    rng = np.random.default_rng(0)
    noise, ink = rng.random((40, 8, 8)), (rng.random((120, 8, 8)) < 0.55).astype(float)
    board = np.indices((8, 8)).sum(axis=0) % 2
    grey = np.full((8, 8), 0.5)  # exactly at the threshold
    return np.concatenate([digits().images[:40], noise, ink, [board, 1 - board, grey, 0 * grey]])


# Mathematics


def test_names_are_those_of_the_library(javascript):
    assert javascript(f"{MODULE} => f.NAMES") == list(NAMES)


def test_features_are_those_of_the_library(javascript):
    images = pictures()
    found = javascript(f"{MODULE} => x.map(f.features)", images.reshape(-1, 64).tolist())
    np.testing.assert_allclose(found, features(images), rtol=0, atol=1e-9)


def test_both_flows_are_those_of_the_library(javascript):
    images = pictures()
    body = f"{MODULE} => {{ const r = f.decode(x[0]); return x[1].map((p) => f.flow(r, p)); }}"
    found = javascript(body, [figure()._record, images.reshape(-1, 64).tolist()])
    for image, numbers in zip(images, found, strict=True):
        right = both_flows(image, figure())
        assert set(numbers) == set(right)
        for name, values in right.items():
            np.testing.assert_allclose(numbers[name], values, rtol=1e-9, atol=1e-9, err_msg=name)


def test_the_picture_is_the_example_with_its_pixels_toggled(javascript):
    states = [
        {"example": 0, "toggled": []},
        {"example": 4, "toggled": [0, 20, 35, 63]},
        {"example": 11, "toggled": list(range(64))},
    ]
    body = f"{MODULE} => {{ const r = f.decode(x[0]); return x[1].map((s) => f.picture(r, s)); }}"
    found = javascript(body, [figure()._record, states])
    for state, pixels in zip(states, found, strict=True):
        np.testing.assert_array_equal(pixels, picture(state, figure()).ravel())


# The record


def test_the_same_seed_gives_the_same_record():
    assert MlVsDlFlow.trained(rng=np.random.default_rng(0))._record == trained()._record


def test_the_examples_are_ten_digits_and_two_that_one_flow_misreads():
    images, y = trained().pictures()
    assert images.shape == (12, 8, 8)
    answers = [both_flows(image, trained()) for image in images]
    ml, dl = (np.array([a[name].argmax() for a in answers]) for name in ("ml", "dl"))
    np.testing.assert_array_equal(y[:10], np.arange(10))
    np.testing.assert_array_equal(ml == y, [True] * 10 + [False, True])
    np.testing.assert_array_equal(dl == y, [True] * 11 + [False])


def test_the_recorded_models_read_digits_they_have_not_seen():
    data, flow = digits(), trained()
    parts = split(data.images, data.y, rng=np.random.default_rng(0))
    images, y = parts.X_test, parts.y_test
    seen = {picture.tobytes() for picture in parts.X_train}
    assert not any(picture.tobytes() in seen for picture in flow.pictures()[0])
    mean, deviation, linear = flow.linear()
    np.testing.assert_allclose(mean, features(parts.X_train).mean(axis=0), atol=1 / 4096)
    assert accuracy(linear.predict((features(images) - mean) / deviation), y) > 0.9
    assert accuracy(flow.network().predict(images.reshape(-1, 64)), y) > 0.95


def test_no_number_is_cut_off():
    models = trained().linear()[2], trained().network()
    for model in models:
        assert max(np.abs(p).max() for p in model.parameters.values()) < 15


@pytest.mark.parametrize("ask", ["pictures", "linear", "network"])
def test_without_a_record_there_is_nothing_to_ask_for(ask):
    with pytest.raises(ValueError, match=r"make the figure by MlVsDlFlow\.trained"):
        getattr(MlVsDlFlow(), ask)()


def test_a_generator_is_asked_for():
    with pytest.raises(ValueError, match="rng"):
        MlVsDlFlow.trained(rng=0)
