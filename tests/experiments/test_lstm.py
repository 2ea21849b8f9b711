"""The record of the LSTM chapter: its script, file and loader, and two lines measured again."""

import numpy as np
import pytest

from experiments import lstm as script
from lecturelib.data import gated_runs
from lecturelib.lstm.tasks import adding_problem, reversal
from lecturelib.rnn import RNN


def test_the_file_is_written_line_by_line_and_gone_on_with(tmp_path, monkeypatch, capsys):
    made = []

    def pretend(model, length, seed):
        made.append((model, length, seed))
        return 0.5, script.network("RNN", (1, 2, 3), np.random.default_rng(0))

    monkeypatch.setattr(script, "RUN", dict.fromkeys(script.RUN, pretend))
    path = tmp_path / "runs.csv"
    script.main(path, range(1))
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# command: python -m experiments.lstm"
    assert lines[3:5] == [script.RECORD.columns, "adding;RNN;50;0;0.50000;17"]
    assert len(made) == len(lines) - 4 == 14
    path.write_text("\n".join(lines[:-3]) + "\n", "utf-8")
    made.clear()
    script.main(path, range(1))
    assert [model for model, _, _ in made] == ["attention", "one state", "attention"]
    assert path.read_text("utf-8").splitlines() == lines
    assert "reversal;attention;12;0" in capsys.readouterr().out


def test_the_record_has_each_training_once():
    found = gated_runs()
    assert found.about["command"] == "python -m experiments.lstm"
    assert "numpy " in found.about["versions"]
    columns = (found.task, found.model, found.length, found.seed)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    assert len(rows) == len(set(rows))
    assert set(rows) == set(script.wanted(range(3)))
    assert (found.score >= 0).all()
    scores = found.scores("adding", "LSTM", 50)
    here = (found.model == "LSTM") & (found.task == "adding") & (found.seed == 1)
    assert scores[1] == found.score[here].item()
    with pytest.raises(ValueError, match=r"^task, model, length: .*got 'adding', 'LSTM', 51"):
        found.scores("adding", "LSTM", 51)


@pytest.mark.parametrize(
    ("task", "model", "length"), [("adding", "RNN", 50), ("reversal", "one state", 4)]
)
def test_a_line_can_be_measured_again(task, model, length):
    score, net = script.RUN[task](model, length, 0)
    found = gated_runs()
    # Other processors round otherwise, and a training amplifies it.
    assert score == pytest.approx(found.scores(task, model, length)[0], abs=0.02)
    here = (found.task == task) & (found.model == model) & (found.length == length)
    assert set(found.parameters[here]) == {net.count}


def test_a_network_is_that_of_its_name():
    rng = np.random.default_rng(0)
    assert isinstance(script.network("RNN", (1, 2, 3), rng), RNN)
    assert script.network("LSTM, forget bias 0", (1, 2, 3), rng).b.max() == 0
    assert script.network("LSTM", (1, 2, 3), rng).b.max() == 1
    assert type(script.network("GRU", (1, 2, 3), rng)).__name__ == "GRU"


def test_the_adding_problem_adds_two_numbers_one_of_each_half():
    x, y = adding_problem(7, 500, np.random.default_rng(0))
    assert (x.dtype, y.shape) == (np.float32, (500, 1))
    marks = x[..., 1]
    assert (marks[:3].sum(axis=0) == 1).all()
    assert (marks[3:].sum(axis=0) == 1).all()
    assert (marks.sum(axis=1) > 0).all()
    for n in range(5):
        assert y[n, 0] == pytest.approx(sum(x[t, n, 0] for t in range(7) if x[t, n, 1]))
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, rel=0.2)
    for T in (1, 2.5):
        with pytest.raises(ValueError, match=r"^T: .*at least 2"):
            adding_problem(T, 3, np.random.default_rng(0))


def test_the_reversal_is_backwards_and_symbols_are_all_drawn():
    read, wanted = reversal(5, 200, 4, np.random.default_rng(0))
    np.testing.assert_array_equal(wanted, np.flip(read, axis=0))
    assert set(read.ravel()) == {0, 1, 2, 3}
    assert not np.shares_memory(read, wanted)
    with pytest.raises(ValueError, match=r"^symbols: "):
        reversal(5, 2, 0, np.random.default_rng(0))
