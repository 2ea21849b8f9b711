"""The script that trains with every optimiser: its file, and that the file is what it measures."""

from datetime import date

import numpy as np
import pytest

from experiments import optimization as script
from lecturelib.data import optimisers


def test_the_file_holds_all_that_was_wanted():
    found = optimisers()
    assert script.RECORD.done(script.OUTPUT) == set(script.wanted(script.SEEDS))
    assert found.names == list(script.OPTIMISERS)
    np.testing.assert_array_equal(found.rates, script.RATES)
    assert found.accuracy.shape == (7, 9, 5)


@pytest.mark.parametrize(("name", "rate", "seed"), [("AdaGrad", 0.03, 0), ("Muon", 0.01, 1)])
def test_a_line_of_the_file_is_measured_again(name, rate, seed):
    found = optimisers()
    at = found.names.index(name), list(found.rates).index(rate), seed
    loss, right = script.run(name, rate, seed)
    assert loss == pytest.approx(found.loss[at], rel=0.02, abs=1e-4)
    assert right == pytest.approx(found.accuracy[at], abs=3 / 450)  # other machines round otherwise


def test_a_training_that_diverges_has_no_accuracy():
    loss, right = script.run("SGD", 1e6, 0)
    assert (loss, np.isnan(right)) == (np.inf, True)


def test_it_goes_on_where_it_was_broken_off(tmp_path, monkeypatch):
    made = []

    def pretend(name, rate, seed):
        made.append((name, rate, seed))
        return 0.5, 0.25

    monkeypatch.setattr(script, "run", pretend)
    monkeypatch.setattr(script, "RATES", (1e-4, 0.3))
    path = tmp_path / "new.csv"
    path.write_text(script.RECORD.header(date(2026, 1, 2)) + "SGD,0.0001,0,0.5,0.25\n", "utf-8")
    script.main(path, range(2))
    assert len(made) == 2 * 7 * 2 - 1
    assert ("SGD", 1e-4, 0) not in made
    assert script.RECORD.done(path) == set(script.wanted(range(2)))
    script.main(path, range(2))
    assert len(made) == 2 * 7 * 2 - 1


def test_the_best_rate_is_that_of_the_mean():
    found = optimisers()
    rate, accuracies = found.best("Adam")
    means = np.nan_to_num(found.accuracy[found.names.index("Adam")]).mean(axis=1)
    assert accuracies.mean() == means.max()
    assert found.rates[means.argmax()] == rate
    with pytest.raises(ValueError, match=r"^name: expected one of .* got 'Newton'"):
        found.best("Newton")
