"""The two flows: the JavaScript against lecturelib, the record, the figure itself."""

import ml_vs_dl_words as flows
import numpy as np
import pytest
import traitlets

from lecturelib.data import digits, split
from lecturelib.features import NAMES, features
from lecturelib.training import accuracy
from lecturelib.widgets import MlVsDlFlow

MODULE = "({'ml-vs-dl-flow': f}, x)"


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
    found = javascript(body, [flows.trained()._record, images.reshape(-1, 64).tolist()])
    for image, numbers in zip(images, found, strict=True):
        right = flows.both_flows(image)
        assert set(numbers) == set(right)
        for name, values in right.items():
            np.testing.assert_allclose(numbers[name], values, rtol=1e-9, atol=1e-9, err_msg=name)


def test_softmax_does_not_overflow(javascript):
    found = javascript(f"{MODULE} => f.softmax([1000, 0, -1000])")
    np.testing.assert_allclose(found, [1, 0, 0], atol=1e-12)


def test_the_picture_is_the_example_with_its_pixels_toggled(javascript):
    states = [
        {"example": 0, "toggled": []},
        {"example": 4, "toggled": [0, 20, 35, 63]},
        {"example": 11, "toggled": list(range(64))},
    ]
    body = f"{MODULE} => {{ const r = f.decode(x[0]); return x[1].map((s) => f.picture(r, s)); }}"
    found = javascript(body, [flows.trained()._record, states])
    for state, pixels in zip(states, found, strict=True):
        np.testing.assert_array_equal(pixels, flows.picture(state).ravel())


def test_whatever_comes_in_a_valid_state_comes_out(javascript):
    garbage = [None, "1", True, [], {}, 0.5, -1, 64, float("nan"), float("inf"), [1, "2", 1, 0.5]]
    names = MlVsDlFlow.state_names()
    assert names == ["example", "stage", "toggled"]
    raws = [{}, *({name: value} for name in names for value in garbage)]
    found = javascript(f"{MODULE} => x.map(f.clean)", raws)
    for state in found:
        assert MlVsDlFlow(**state).state() == state
    assert found[0] == MlVsDlFlow().state()
    assert found[-1]["toggled"] == [1]
    raw = {"example": 11, "stage": 3, "toggled": [63, 0, 7]}
    assert javascript(f"{MODULE} => f.clean(x)", raw) == {**raw, "toggled": [0, 7, 63]}


# The record


def test_the_same_seed_gives_the_same_record():
    assert MlVsDlFlow.trained(rng=np.random.default_rng(0))._record == flows.trained()._record


def test_the_examples_are_ten_digits_and_two_that_one_flow_misreads():
    images, y = flows.trained().pictures()
    assert images.shape == (12, 8, 8)
    answers = [flows.both_flows(image) for image in images]
    ml, dl = (np.array([a[name].argmax() for a in answers]) for name in ("ml", "dl"))
    np.testing.assert_array_equal(y[:10], np.arange(10))
    np.testing.assert_array_equal(ml == y, [True] * 10 + [False, True])
    np.testing.assert_array_equal(dl == y, [True] * 11 + [False])


def test_the_recorded_models_read_digits_they_have_not_seen():
    data, flow = digits(), flows.trained()
    parts = split(data.images, data.y, rng=np.random.default_rng(0))
    images, y = parts.X_test, parts.y_test
    seen = {picture.tobytes() for picture in parts.X_train}
    assert not any(picture.tobytes() in seen for picture in flow.pictures()[0])
    mean, deviation, linear = flow.linear()
    np.testing.assert_allclose(mean, features(parts.X_train).mean(axis=0), atol=1 / 4096)
    assert accuracy(linear.predict((features(images) - mean) / deviation), y) > 0.9
    assert accuracy(flow.network().predict(images.reshape(-1, 64)), y) > 0.95


def test_no_number_is_cut_off():
    models = flows.trained().linear()[2], flows.trained().network()
    for model in models:
        assert max(np.abs(p).max() for p in model.parameters.values()) < 15


@pytest.mark.parametrize("ask", ["pictures", "linear", "network"])
def test_without_a_record_there_is_nothing_to_ask_for(ask):
    with pytest.raises(ValueError, match=r"make the figure by MlVsDlFlow\.trained"):
        getattr(MlVsDlFlow(), ask)()


def test_a_generator_is_asked_for():
    with pytest.raises(ValueError, match="rng"):
        MlVsDlFlow.trained(rng=0)


@pytest.mark.parametrize("wrong", [{"example": 12}, {"stage": 4}, {"toggled": [64]}])
def test_python_refuses_what_is_no_state(wrong):
    with pytest.raises(traitlets.TraitError):
        MlVsDlFlow(**wrong)


# In the page


def said(page):
    return page.locator(".dl-state").inner_text()


def test_stepping_back_and_forth(show):
    page, log = show(flows.recorded())
    # What is not computed yet is not drawn.
    filled = ".dl-plus:not([height='0']):not([width='0'])"
    counts = [page.locator(filled).count()]
    for stage in (1, 2, 3):
        page.get_by_role("button", name="Step", exact=True).click()
        assert f"Stage {stage} of 3" in said(page)
        counts.append(page.locator(filled).count())
    assert counts[0] == 0
    assert counts == sorted(set(counts))
    assert "A person: ten outputs, softmax" in page.locator(".dl-formula").inner_text()
    page.get_by_role("button", name="Step", exact=True).click()
    assert "Stage 3 of 3" in said(page)
    for stage in (2, 1, 0, 0):
        page.get_by_role("button", name="Back", exact=True).click()
        assert f"Stage {stage} of 3" in said(page)
    page.get_by_role("button", name="Run").click()
    page.get_by_text("Stage 1 of 3").wait_for()
    page.get_by_role("button", name="Pause").click()
    assert log.problems() == []


def test_pixels_are_toggled_by_mouse_and_by_keys(show, state_of):
    page, log = show(flows.recorded(stage=3))
    state = lambda: state_of(page, "ml-vs-dl-flow")  # noqa: E731
    cell = lambda r, c: page.get_by_role("button", name=f"row {r}, column {c}, ink")  # noqa: E731
    cell(3, 4).click()
    assert state()["toggled"] == [19]
    assert ", 1 pixel changed." in said(page)
    for key in ("ArrowRight", "ArrowDown", "Space", "ArrowLeft", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    assert state()["toggled"] == [28]  # the first one is as it was
    assert "changed" in cell(4, 5).get_attribute("aria-label")
    for key in ("ArrowUp",) * 5 + ("ArrowLeft",) * 9 + ("Space",):
        page.keyboard.press(key)
    assert state()["toggled"] == [0, 28]  # the edge is an edge
    assert page.locator(".dl-cell[tabindex='0']").count() == 1
    page.locator("label", has_text="stage").locator("select").select_option("1")
    assert "Stage 1 of 3" in said(page)
    page.locator("label", has_text="example").locator("select").select_option("7")
    assert state() == {"example": 7, "stage": 1, "toggled": []}
    assert log.problems() == []


def test_without_a_record_it_says_so(show):
    page, log = show(MlVsDlFlow())
    assert "Nothing is recorded" in said(page)
    assert log.problems() == []
