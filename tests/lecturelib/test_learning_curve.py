"""Measuring, crossings, power laws, and the packaged file against a fresh measurement."""

import importlib.util
import math
import sys
from functools import cache

import numpy as np
import pytest

from experiments.learning_curve import SEEDS, TASKS, run, split_of, wanted
from lecturelib.data import learning_curve
from lecturelib.ffnn import FFNN
from lecturelib.learning_curve import MODELS, crossing, measure, power_law

NO_TORCH = importlib.util.find_spec("torch") is None


@cache
def blobs(n=300, seed=0):
    """Three clouds in six dimensions that a plane separates nearly."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    return rng.normal(size=(n, 6)) + 4 * np.eye(6)[y], y


@cache
def signals():
    return split_of("mnist1d", 0)


# Crossings


def test_a_crossing_by_hand():
    found = crossing([100, 1000], [[0.60, 0.66]], [[0.50, 0.80]])
    assert found.at == pytest.approx(100 * 10 ** (10 / 24))
    assert found.low == found.high == found.at


def test_mean_and_seeds_cross_at_different_places():
    a = np.full((3, 2), 0.5)
    b = np.array([[0.4, 0.6], [0.6, 0.7], [0.3, 0.4]])
    found = crossing([100, 10_000], a, b)
    np.testing.assert_allclose(found.seeds, [1000, 100, math.inf])
    assert (found.low, found.high) == (100, math.inf)
    share = (0.5 - b[:, 0].mean()) / (b[:, 1].mean() - b[:, 0].mean())
    assert found.at == pytest.approx(100 * 100**share)


def test_the_last_overtaking_counts():
    a, b = np.full((1, 4), 0.5), np.array([[0.4, 0.6, 0.4, 0.6]])
    assert crossing([1, 2, 4, 8], a, b).at == pytest.approx(4 * math.sqrt(2))


def test_a_tie_is_not_ahead():
    a = np.full((1, 3), 0.5)
    assert crossing([1, 2, 4], a, [[0.6, 0.6, 0.5]]).at == math.inf
    assert crossing([1, 2, 4], a, [[0.6, 0.5, 0.6]]).at == 2
    assert crossing([1, 2, 4], a, a).at == math.inf


@pytest.mark.parametrize(
    ("n", "a", "b"),
    [
        ([100], [[0.1]], [[0.2]]),
        ([200, 100], [[0.1, 0.2]], [[0.2, 0.3]]),
        ([0, 100], [[0.1, 0.2]], [[0.2, 0.3]]),
        ([100, 200], [0.1, 0.2], [0.2, 0.3]),
        ([100, 200], [[0.1, 0.2]] * 2, [[0.2, 0.3]]),
        ([100, 200], [[0.1, np.nan]], [[0.2, 0.3]]),
    ],
)
def test_what_is_no_pair_of_curves_is_refused(n, a, b):
    with pytest.raises(ValueError, match=r"expected .*, got .*; "):
        crossing(n, a, b)


def test_a_power_law_is_found_again():
    n = np.array([10, 100, 500, 4000])
    c, k = power_law(n, 3.7 * n**-0.42)
    assert (c, k) == (pytest.approx(3.7), pytest.approx(0.42))


@pytest.mark.parametrize(
    ("n", "error"),
    [
        ([1, 2], [0.1]),
        ([1], [0.1]),
        ([1, 2], [0.1, 0]),
        ([0, 2], [0.1, 0.2]),
        ([2, 2], [0.1, 0.2]),  # no slope through points above one another
    ],
)
def test_what_has_no_logarithm_is_refused(n, error):
    with pytest.raises(ValueError, match=r"n, error: expected"):
        power_law(n, error)


# Measuring


@pytest.mark.parametrize("model", [name for name in MODELS if name != "CNN"])
def test_every_model_learns_what_is_easy(model):
    found = measure(model, *blobs(), *blobs(200, seed=1), seed=0)
    assert found.accuracy > 0.9
    assert found.seconds > 0


def test_the_test_rows_decide_the_accuracy():
    X_test, y_test = blobs(200, seed=1)
    found = measure("SVM", *blobs(), X_test, (y_test + 1) % 3, seed=0)
    assert found.accuracy < 0.1


def test_parameters_and_operations_are_counted_as_said():
    X, y = blobs()
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.svm import SVC

    found = {name: measure(name, X, y, X, y, seed=3) for name in MODELS if name != "CNN"}
    assert found["logistic regression"][2:] == (3 * 6 + 3, 3 * 6)
    net = FFNN([6, 256, 128, 3], rng=np.random.default_rng(0))
    assert found["MLP"].parameters == sum(p.size for p in net.parameters.values())
    assert found["MLP"].operations == 6 * 256 + 256 * 128 + 128 * 3
    kept = len(SVC(C=10).fit(X, y).support_)
    assert found["SVM"][2:] == (kept * (6 + 2) + 3, kept * (6 + 2))
    trees = RandomForestClassifier(100, random_state=3).fit(X, y).estimators_
    assert found["random forest"].parameters == sum(t.tree_.node_count for t in trees)
    comparisons = sum((t.decision_path(X).sum(axis=1) - 1).mean() for t in trees)
    assert found["random forest"].operations == pytest.approx(comparisons, abs=1)


@pytest.mark.skipif(NO_TORCH, reason="needs torch")
def test_the_cnn_is_counted_and_leaves_torchs_randomness_alone(monkeypatch):
    import torch

    monkeypatch.setattr("lecturelib.learning_curve._classifiers.SEEN", 3000)
    rows = signals()
    X, y = rows.X_train[:100], rows.y_train[:100]
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    found = [measure("CNN", X, y, X, y, seed=seed) for seed in (0, 0, 1)]
    assert torch.equal(torch.rand(3), expected)
    assert found[0].accuracy == found[1].accuracy > 0.15
    assert found[0].parameters == (5 + 1) * 32 + 2 * (3 * 32 + 1) * 32 + (5 * 32 + 1) * 10
    assert found[0].operations == 20 * 5 * 32 + (10 + 5) * 3 * 32 * 32 + 5 * 32 * 10


def test_the_same_seed_gives_the_same_forest_and_another_another():
    X, y = signals().X_train[:200], signals().y_train[:200]
    found = [
        measure("random forest", X, y, *signals()[1::2], seed=seed).accuracy for seed in (0, 0, 1)
    ]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "kNN"}, "model: expected one of"),
        ({"y": np.zeros(300, int)}, "at least two classes"),
        ({"y": np.zeros(299, int)}, "X, y: expected shapes"),
        ({"y": np.zeros(300)}, "X, y: expected shapes"),
        ({"X": np.zeros(300)}, "X, y: expected shapes"),
        ({"X": np.full((300, 6), np.nan)}, "X: expected finite"),
        ({"X_test": np.zeros((200, 5))}, "equally wide rows"),
        ({"y_test": np.full(200, -1)}, "X_test, y_test: expected"),
        ({"seed": -1}, "seed: expected"),
    ],
)
def test_what_cannot_be_measured_is_refused(change, words):
    X, y = blobs()
    X_test, y_test = blobs(200, seed=1)
    arguments = {"model": "SVM", "X": X, "y": y, "X_test": X_test, "y_test": y_test, "seed": 0}
    arguments |= change
    with pytest.raises(ValueError, match=words):
        measure(**arguments)


@pytest.mark.parametrize(("model", "package"), [("SVM", "sklearn"), ("CNN", "torch")])
def test_without_its_package_a_model_says_what_to_install(monkeypatch, model, package):
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=r'pip install "lecturelib\[(classic|torch)\]"'):
        measure(model, *blobs(), *blobs(), seed=0)


# The packaged file


def test_the_file_is_complete_and_says_where_it_is_from():
    found = learning_curve()
    assert found.about["command"] == "python -m experiments.learning_curve"
    assert found.about["date"] == "2026-11-23"
    for name in ("Python", "numpy", "scikit-learn", "torch", "mnist1d"):
        assert f"{name} " in found.about["versions"]
    rows = list(
        zip(*(a.tolist() for a in (found.data, found.seed, found.model, found.n)), strict=True)
    )
    assert len(rows) == len(set(rows))
    assert set(rows) == set(wanted(SEEDS))
    assert ((found.accuracy > 0) & (found.accuracy < 1)).all()
    assert (found.parameters > 0).all()
    assert (found.operations > 0).all()


def test_curves_are_ordered_by_seed_and_size():
    found = learning_curve()
    for task, (sizes, _) in TASKS.items():
        n, rows = found.curve(task, "SVM")
        assert n.tolist() == list(sizes)
        assert rows.shape == (len(SEEDS), len(sizes))
    one = (found.data == "mnist1d") & (found.model == "CNN") & (found.n == 500) & (found.seed == 3)
    assert found.curve("mnist1d", "CNN")[1][3, 2] == found.accuracy[one].item()
    assert found.curve("mnist1d", "CNN", "seconds")[1][3, 2] == found.seconds[one].item()


@pytest.mark.parametrize("wrong", [("houses", "CNN"), ("mnist", "SVM"), ("digits", "SVM", "n")])
def test_what_was_not_measured_is_refused(wrong):
    with pytest.raises(ValueError, match=r"data, model, column: expected one of"):
        learning_curve().curve(*wrong)


# Processors round differently: a row on the border may change sides, a training its way.
SLICE = [
    ("logistic regression", 100, 0.002),
    ("SVM", 500, 0.002),
    ("random forest", 500, 0.02),
    ("MLP", 500, 0.04),
    pytest.param("CNN", 200, 0.06, marks=pytest.mark.skipif(NO_TORCH, reason="needs torch")),
]


@pytest.mark.parametrize(("model", "n", "tolerance"), SLICE)
def test_a_fresh_measurement_agrees_with_the_file(model, n, tolerance):
    found = run("mnist1d", signals(), model, n, seed=0)
    sizes, rows = learning_curve().curve("mnist1d", model)
    assert found.accuracy == pytest.approx(rows[0, sizes == n].item(), abs=tolerance)
    _, kept = learning_curve().curve("mnist1d", model, "parameters")
    assert found.parameters == pytest.approx(kept[0, sizes == n].item(), rel=0.02)


@pytest.mark.parametrize("task", ["digits", "houses", "windsor"])
def test_the_tables_agree_too(task):
    found = run(task, split_of(task, 1), "SVM", 100, seed=1)
    _, rows = learning_curve().curve(task, "SVM")
    assert found.accuracy == pytest.approx(rows[1, 0], abs=0.01)
