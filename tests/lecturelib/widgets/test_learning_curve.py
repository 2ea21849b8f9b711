"""The learning curves: the JavaScript against the library, the record, the figure itself."""

import json
import math
from functools import cache

import learning_curve_words
import numpy as np
import pytest
import traitlets

from lecturelib.data import learning_curve
from lecturelib.learning_curve import MODELS, crossing
from lecturelib.widgets import LearningCurve

DATA = ("mnist1d", "digits", "houses", "windsor")


@cache
def measured():
    return LearningCurve.measured()


def figure(**state):
    return LearningCurve(_record=measured()._record, **state)


def random_curves(rng, seeds=4, sizes=6):
    n = np.cumsum(rng.integers(1, 3000, sizes)) + 20
    return n, rng.random((seeds, sizes)), rng.random((seeds, sizes))


def test_the_record_holds_what_was_measured():
    record, found = json.loads(measured()._record), learning_curve()
    assert list(record) == list(DATA)
    for data, part in record.items():
        for model, curves in part["curves"].items():
            n, accuracy = found.curve(data, model)
            assert part["n"] == n.tolist()
            assert curves == accuracy.tolist()
    assert list(record["mnist1d"]["curves"]) == list(MODELS)
    assert "CNN" not in record["houses"]["curves"]


def test_crossings_are_those_of_the_library(javascript):
    rng = np.random.default_rng(0)
    cases = [random_curves(rng) for _ in range(200)]
    body = """({'learning-curve': c}, cases) => cases.map(([n, a, b]) => {
      const { at, seeds } = c.crossing(n, a, b);
      return [at, ...seeds].map((x) => (Number.isFinite(x) ? x : null));
    })"""
    arguments = [[part.tolist() for part in case] for case in cases]
    kinds = set()
    for case, found in zip(cases, javascript(body, arguments), strict=True):
        wanted = crossing(*case)
        expected = np.array([wanted.at, *wanted.seeds])
        got = np.array([math.inf if x is None else x for x in found])
        np.testing.assert_allclose(got, expected, rtol=1e-9)
        first = expected == case[0][0]
        kinds |= set(np.where(np.isinf(expected), "never", np.where(first, "always", "between")))
    assert kinds == {"never", "always", "between"}


def test_readings_are_those_of_numpy(javascript):
    rng = np.random.default_rng(1)
    body = """({'learning-curve': c}, [n, curves, spots]) => spots.map((x) => {
      const { mean, spread } = c.read(n, curves, x);
      return [mean, spread];
    })"""
    for _ in range(20):
        n, curves, _ = random_curves(rng)
        spots = [*n.tolist(), 1, 1e6, *rng.uniform(n[0], n[-1], 20)]
        found = javascript(body, [n.tolist(), curves.tolist(), spots])
        values = [learning_curve_words.at(n, curves, x) for x in spots]
        expected = [[v.mean(), v.std()] for v in values]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_ranking_is_from_best_to_worst(javascript):
    body = """({'learning-curve': c}, [record, states]) =>
      states.map((s) => c.ranking(c.decode(record), s).map(({ name, mean }) => [name, mean]))"""
    states = [
        {"data": data, "shown": list(MODELS), "n": n} for data in DATA for n in (100, 270, 9000)
    ]
    for state, found in zip(states, javascript(body, [measured()._record, states]), strict=True):
        sizes, curves = learning_curve_words.curves_of(state)
        best = {k: learning_curve_words.at(sizes, v, state["n"]).mean() for k, v in curves.items()}
        assert [name for name, _ in found] == sorted(best, key=lambda name: -best[name])
        np.testing.assert_allclose([mean for _, mean in found], sorted(best.values())[::-1])


@pytest.mark.parametrize("log", [True, False])
def test_the_axis_can_be_read_back(javascript, log):
    body = """({'learning-curve': c}, [all, log]) =>
      all.map((n) => [c.place(n, 10000, log), c.size(c.place(n, 10000, log), 10000, log)])"""
    sizes = [100, 101, 380, 1000, 9999, 10_000]
    places, back = np.transpose(javascript(body, [sizes, log]))
    assert back.tolist() == sizes
    assert places[0] == 0
    assert places[-1] == 1
    assert places[3] == pytest.approx(0.5 if log else 900 / 9900)


def test_heights_on_both_axes(javascript):
    body = "({'learning-curve': c}, [p, m]) => p.map((x) => c.height(x, m))"
    assert javascript(body, [[0, 50, 100], "error"]) == [0, 0.5, 1]
    np.testing.assert_allclose(javascript(body, [[0, 1, 10, 100], "log error"]), [0, 0, 0.5, 1])


CURVES = {
    "always": ([[0.2, 0.3]], [[0.4, 0.5]], "B is ahead of A at every size measured."),
    "level": ([[0.2, 0.3]], [[0.4, 0.3]], "A and B end level."),
    "once": (
        [[0.3, 0.3], [0.3, 0.3]],
        [[0.2, 0.4], [0.1, 0.25]],
        "B overtakes A for good at about n = 720 (1 of 2 seeds: 320–320, never in the others).",
    ),
}


@pytest.mark.parametrize("case", CURVES)
def test_how_a_meeting_is_told(javascript, case):
    a, b, text = CURVES[case]
    body = """({'learning-curve': c}, curves) => [["A", "B"], ["B", "A"]].map(([p, q]) =>
      c.overtaking({ n: [100, 1000], curves }, p, q))"""
    found = javascript(body, {"A": a, "B": b})
    assert found[0] == text
    assert found[1] == (text if case != "level" else "B and A end level.")


@pytest.mark.parametrize(
    "wrong", [{"n": 99}, {"n": 10_001}, {"data": "mnist"}, {"measure": "loss"}, {"shown": ["kNN"]}]
)
def test_python_refuses_what_is_no_state(wrong):
    with pytest.raises(traitlets.TraitError):
        LearningCurve(**wrong)


def test_whatever_comes_in_a_valid_state_comes_out(javascript):
    garbage = [None, "1", True, [], {}, "constructor", ["CNN", "CNN", 3], -1e308, 1e308]
    names = LearningCurve.state_names()
    assert names == ["data", "logarithmic", "measure", "n", "shown"]
    raws = [{}, *({name: value} for name in names for value in garbage)]
    for state in javascript("({'learning-curve': c}, raws) => raws.map(c.clean)", raws):
        assert LearningCurve(**state).state() == state


# In the page


def test_cursor_choices_and_words(show, says_what_python_says):
    page, log = show(figure(n=1000))
    key = "learning-curve"
    assert "MNIST-1D signals, n = 1000: CNN leads" in says_what_python_says(page, key)
    grip = page.locator(".dl-handle")
    grip.focus()
    page.keyboard.press("Shift+ArrowLeft")
    assert "n = 631:" in says_what_python_says(page, key)
    box = grip.locator(".dl-dot").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 500, box["y"])
    page.mouse.up()
    assert "n = 100:" in says_what_python_says(page, key)
    for box in page.locator(".dl-tick", has_text="CNN").all():
        box.locator("input").uncheck()
    assert "CNN" not in says_what_python_says(page, key)
    page.locator("label", has_text="data set").locator("select").select_option("windsor")
    page.get_by_label("size n, typed").fill("3000")
    said = says_what_python_says(page, key)
    assert "n = 400 (measured no further)" in said
    assert "smaller than the spread" in said
    page.locator("label", has_text="show").locator("select").select_option("log error")
    assert ", error " in says_what_python_says(page, key)
    assert log.problems() == []


def test_a_curve_a_bar_and_points_for_each_model_shown(show):
    page, log = show(figure(shown=["SVM", "CNN"]))
    assert page.locator("svg.dl-plane .dl-curve").count() == 2
    assert page.locator("svg.dl-plane .dl-point").count() == 2 * 7
    for path in page.locator(".dl-whisker").all():
        assert path.get_attribute("d").count("M") == 7
    assert page.locator(".dl-readings tbody tr").count() == 2
    assert log.problems() == []


def test_the_calculation_is_right(show):
    page, log = show(figure(n=700, shown=["CNN"]))
    _, accuracy = learning_curve().curve("mnist1d", "CNN")
    text = page.locator(".dl-formula").inner_text()
    share = math.log(700 / 500) / math.log(2)
    low, high = 100 * accuracy.mean(axis=0)[2:4]
    assert f"= {share:.2f};" in text
    assert text.endswith(
        f"(1 − t) · {low:.1f} + t · {high:.1f} = {low + share * (high - low):.1f} %"
    )
    assert log.problems() == []


def test_without_a_record_it_says_so(show):
    page, log = show(LearningCurve())
    assert "No measurement is in this figure" in page.locator(".dl-state").inner_text()
    page.get_by_label("size n, typed").fill("300")
    assert log.problems() == []
