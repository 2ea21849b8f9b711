"""The script that measures: its tasks, its file, and that it goes on where it was broken off."""

from datetime import date

import numpy as np
import pytest

from experiments import learning_curve as script
from lecturelib.data import houses
from lecturelib.learning_curve import Measurement


@pytest.fixture
def calls(monkeypatch):
    """Instead of trainings, a list of what would have been trained."""
    made = []

    def pretend(model, X, y, X_test, y_test, *, seed):
        made.append((model, len(X), seed))
        return Measurement(0.5, 0.25, 7, 9)

    monkeypatch.setattr(script, "measure", pretend)
    few = {name: script.Task((100, 200), task.table) for name, task in script.TASKS.items()}
    monkeypatch.setattr(script, "TASKS", {name: few[name] for name in ("digits", "windsor")})
    return made


def test_a_price_class_is_a_fifth():
    classes = script.price_class(houses().price)
    shares = np.bincount(classes) / len(classes)
    np.testing.assert_allclose(shares, 0.2, atol=0.01)
    order = np.argsort(houses().price, kind="stable")
    assert (np.diff(classes[order]) >= 0).all()


@pytest.mark.parametrize(("data", "test"), [("digits", 797), ("houses", 2000), ("windsor", 146)])
def test_training_and_test_rows_are_different_and_differ_by_seed(data, test):
    rows = script.split_of(data, 0)
    assert len(rows.X_train) == len(rows.y_train) == script.TASKS[data].sizes[-1]
    assert len(rows.X_test) == len(rows.y_test) == test
    again, other = script.split_of(data, 0), script.split_of(data, 1)
    np.testing.assert_array_equal(rows.X_train, again.X_train)
    assert not np.array_equal(rows.y_train, other.y_train)


def test_tables_are_scaled_by_their_own_training_rows(monkeypatch):
    seen = []
    monkeypatch.setattr(script, "measure", lambda *rows, seed: seen.append(rows))
    rows = script.split_of("houses", 0)
    script.run("houses", rows, "SVM", 200, 0)
    _, X, y, X_test, _ = seen[0]
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-8)
    np.testing.assert_allclose(X.std(axis=0).round(6), 1)
    assert len(X) == len(y) == 200
    first = rows.X_train[:200]
    np.testing.assert_allclose(X_test, (rows.X_test - first.mean(axis=0)) / first.std(axis=0))


def test_the_file_is_written_line_by_line_and_gone_on_with(tmp_path, calls, capsys):
    path = tmp_path / "curve.csv"
    script.main(path, range(1))
    assert len(calls) == 2 * 4 * 2
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# command: python -m experiments.learning_curve"
    assert lines[1] == f"# date: {date.today().isoformat()}"
    assert lines[4] == script.RECORD.columns
    assert lines[5] == "digits,logistic regression,100,0,0.5000,0.250,7,9"
    assert len(capsys.readouterr().out.splitlines()) == len(lines) - 5

    path.write_text("\n".join(lines[:-3]) + "\n", "utf-8")
    calls.clear()
    script.main(path, range(2))
    assert len(calls) == 3 + 16
    assert [seed for *_, seed in calls] == [0] * 3 + [1] * 16
    assert path.read_text("utf-8").splitlines()[: len(lines)] == lines
    calls.clear()
    script.main(path, range(2))
    assert calls == []


def test_seed_by_seed_and_no_cnn_on_tables():
    cases = list(script.wanted(range(2)))
    assert len(cases) == len(set(cases))
    assert [seed for _, seed, _, _ in cases] == sorted(seed for _, seed, _, _ in cases)
    assert {data for data, _, model, _ in cases if model == "CNN"} == {"mnist1d"}
