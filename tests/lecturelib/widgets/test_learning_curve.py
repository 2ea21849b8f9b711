"""The learning curves: the JavaScript against the library, the record, the figure itself."""

import json
import math
from functools import cache

import numpy as np
import pytest
from contracts.widgets import WidgetContract

from lecturelib.data import learning_curve
from lecturelib.learning_curve import MODELS, crossing
from lecturelib.widgets import LearningCurve

DATA = ("mnist1d", "digits", "houses", "windsor")


@cache
def measured():
    return LearningCurve.measured()


def at(n, curves, x):
    """Every seed's accuracy at x, straight over ln n between the sizes."""
    return np.array([np.interp(math.log(x), np.log(n), curve) for curve in curves])


def curves_of(state):
    """The sizes, and the curves of the models that are shown and measured on this data set."""
    measured = learning_curve()
    here = set(measured.model[measured.data == state["data"]])
    names = [name for name in MODELS if name in state["shown"] and name in here]
    curves = {name: measured.curve(state["data"], name)[1] for name in names}
    return measured.curve(state["data"], "SVM")[0], curves


class TestLearningCurve(WidgetContract):
    widget = LearningCurve
    state = {"n": 300, "shown": ["SVM", "MLP", "CNN"]}
    other = {"data": "houses", "measure": "error", "logarithmic": False, "n": 2500}
    controls = "range number checkbox select-one handle"

    def make(self, **state):
        return LearningCurve(_record=measured()._record, **(self.state | state))

    sentences = """
    {"shown": []} No model is shown: tick one.
    {"shown": ["MLP"]} MNIST-1D signals, n = 1000: MLP leads, accuracy 44.7 ± 1.2 %.
    {} MNIST-1D signals, n = 1000: CNN leads, accuracy 64.3 ± 3.5 %; then random forest, 51.1 ±
      2.2 %. CNN is ahead of random forest at every size measured.
    {"data": "windsor", "n": 3000} Windsor prices, n = 400 (measured no further): logistic
      regression leads, accuracy 46.9 ± 5.7 %; then random forest, 44.8 ± 3.7 %. The lead is
      smaller than the spread over the seeds. Logistic regression overtakes random forest for
      good at about n = 190 (3 of 5 seeds: 210–370, never in the others).
    {"measure": "error", "data": "houses", "n": 200} King County prices, n = 200: random forest
      leads, error 45.3 ± 1.6 %; then logistic regression, 47.7 ± 0.7 %. Random forest is ahead
      of logistic regression at every size measured.
    """

    def test_the_cursor_goes_by_tenths_of_the_axis_and_ends_at_its_ends(self, desk):
        desk.set({"n": 1000})
        grip = desk.page.locator(".dl-handle")
        grip.press("Shift+ArrowLeft")
        assert desk.state()["n"] == 631
        for _ in range(9):
            grip.press("Shift+ArrowLeft")
        assert desk.state()["n"] == 100

    def test_a_curve_a_bar_and_points_for_each_model_shown(self, desk):
        desk.set({"shown": ["SVM", "CNN"]})
        assert len(desk.all("svg.dl-plane .dl-curve")) == 2
        assert len(desk.all("svg.dl-plane .dl-point")) == 2 * 7
        for path in desk.all(".dl-whisker"):
            assert path.get_attribute("d").count("M") == 7
        assert len(desk.all(".dl-readings tbody tr")) == 2

    def test_the_calculation_is_right(self, desk):
        desk.set({"n": 700, "shown": ["CNN"]})
        _, accuracy = learning_curve().curve("mnist1d", "CNN")
        text = desk.page.locator(".dl-formula").inner_text()
        share = math.log(700 / 500) / math.log(2)
        low, high = 100 * accuracy.mean(axis=0)[2:4]
        result = low + share * (high - low)
        assert f"= {share:.2f};" in text
        assert text.endswith(f"(1 − t) · {low:.1f} + t · {high:.1f} = {result:.1f} %")

    def test_without_a_record_it_says_so(self, show):
        page, log = show(LearningCurve())
        assert "No measurement is in this figure" in page.locator(".dl-state").inner_text()
        page.get_by_label("size n, typed").fill("300")
        assert log.problems() == []


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
    body = """({learning_curve: c}, cases) => cases.map(([n, a, b]) => {
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
    body = """({learning_curve: c}, [n, curves, spots]) => spots.map((x) => {
      const { mean, spread } = c.read(n, curves, x);
      return [mean, spread];
    })"""
    for _ in range(20):
        n, curves, _ = random_curves(rng)
        spots = [*n.tolist(), 1, 1e6, *rng.uniform(n[0], n[-1], 20)]
        found = javascript(body, [n.tolist(), curves.tolist(), spots])
        values = [at(n, curves, x) for x in spots]
        expected = [[v.mean(), v.std()] for v in values]
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_ranking_is_from_best_to_worst(javascript):
    body = """({learning_curve: c}, [record, states]) =>
      states.map((s) => c.ranking(c.decode(record), s).map(({ name, mean }) => [name, mean]))"""
    states = [
        {"data": data, "shown": list(MODELS), "n": n} for data in DATA for n in (100, 270, 9000)
    ]
    for state, found in zip(states, javascript(body, [measured()._record, states]), strict=True):
        sizes, curves = curves_of(state)
        best = {k: at(sizes, v, state["n"]).mean() for k, v in curves.items()}
        assert [name for name, _ in found] == sorted(best, key=lambda name: -best[name])
        np.testing.assert_allclose([mean for _, mean in found], sorted(best.values())[::-1])


@pytest.mark.parametrize("log", [True, False])
def test_the_axis_can_be_read_back(javascript, log):
    body = """({learning_curve: c}, [all, log]) =>
      all.map((n) => [c.place(n, 10000, log), c.size(c.place(n, 10000, log), 10000, log)])"""
    sizes = [100, 101, 380, 1000, 9999, 10_000]
    places, back = np.transpose(javascript(body, [sizes, log]))
    assert back.tolist() == sizes
    assert places[0] == 0
    assert places[-1] == 1
    assert places[3] == pytest.approx(0.5 if log else 900 / 9900)


def test_heights_on_both_axes(javascript):
    body = "({learning_curve: c}, [p, m]) => p.map((x) => c.height(x, m))"
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
    body = """({learning_curve: c}, curves) => [["A", "B"], ["B", "A"]].map(([p, q]) =>
      c.overtaking({ n: [100, 1000], curves }, p, q))"""
    found = javascript(body, {"A": a, "B": b})
    assert found[0] == text
    assert found[1] == (text if case != "level" else "B and A end level.")
