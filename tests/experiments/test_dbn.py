"""The record of the chapter on deep belief networks: its script, file, loader, some lines."""

import numpy as np
import pytest

from experiments import dbn as script
from lecturelib.data import dbn_runs, digits


def test_the_file_is_written_case_by_case_and_gone_on_with(tmp_path, monkeypatch):
    made = []

    def pretend(part):
        def run(case, seed):
            made.append((part, case, seed))
            yield from [(script.ROWS[part], 1, 0.5), ("more", 2, 0.25)]

        return run

    parts = {name: (pretend(name), cases[:2]) for name, (_, cases) in script.PARTS.items()}
    monkeypatch.setattr(script, "PARTS", parts)
    path = tmp_path / "runs.csv"
    script.main(path, range(1))
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# command: python -m experiments.dbn"
    start = lines.index(script.RECORD.columns) + 1
    assert lines[start : start + 2] == [
        "training;CD-1, rate 0.05;0;1;0.5000",
        "more;CD-1, rate 0.05;0;2;0.2500",
    ]
    assert len(made) == 4
    made.clear()
    script.main(path, range(4))
    assert len(made) == 2 * 2 + 2 * 3  # likelihoods stop at the third seed
    assert path.read_text("utf-8").splitlines()[: len(lines)] == lines


def test_the_record_has_each_training_once():
    runs = dbn_runs()
    assert runs.about["command"] == "python -m experiments.dbn"
    for case in script.PARTS["likelihood"][1]:
        for part in ("training", "test"):
            assert runs.values[part, case].shape == (3, len(script.WATCHED))
            np.testing.assert_array_equal(runs.x[part, case], script.WATCHED)
    for case in script.STARTS:
        assert runs.values["labels", case].shape == (5, 1 if "alone" in case else 2)


@pytest.mark.parametrize(
    ("case", "n"), [("random, ReLU, Adam", 100), ("DBN of the labelled alone, sigmoid, SGD", 100)]
)
def test_a_line_can_be_measured_again(case, n):
    runs = dbn_runs()
    expected = runs.values["labels", case][0][list(runs.x["labels", case]).index(n)]
    # Other processors round otherwise, and a training amplifies it.
    assert script.with_labels(case, 0, n) == pytest.approx(expected, abs=0.03)


def test_a_likelihood_can_be_measured_again(monkeypatch):
    monkeypatch.setattr(script, "WATCHED", (1, 2))
    found = {(part, x): value for part, x, value in script.likelihood("CD-1, rate 0.01", 0)}
    expected = dbn_runs().values["test", "CD-1, rate 0.01"][0]
    assert found["test", 1] == pytest.approx(expected[0], abs=0.1)
    assert len(found) == 4


def test_training_and_test_images_are_different():
    X, y, X_test, y_test = script.split_of(2)
    assert (len(X), len(y), len(X_test), len(y_test)) == (1347, 1347, 450, 450)
    both = np.concatenate([X, X_test])
    assert len(np.unique(both, axis=0)) == len(np.unique(digits().X, axis=0))


def test_the_stack_of_few_images_takes_as_many_steps(monkeypatch):
    seen = []
    monkeypatch.setattr(script, "pretrain", lambda dbn, X, **how: seen.append((len(X), how)))
    for n in (100, 1347):
        script.stack(np.zeros((n, 64), np.float32), np.random.default_rng(0))
    steps = [-(-n // how["batch_size"]) * how["epochs"] for n, how in seen]
    assert steps[0] == pytest.approx(steps[1], rel=0.02)
