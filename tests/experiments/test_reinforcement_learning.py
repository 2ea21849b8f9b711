"""The record of the chapter on reinforcement learning: its script, file and loader, and a slice."""

import numpy as np
import pytest

from experiments import reinforcement_learning as script
from lecturelib import rl
from lecturelib.data import frozen_lake_runs


def test_the_file_is_written_line_by_line_and_gone_on_with(tmp_path, monkeypatch, capsys):
    made = []

    def pretend(setting, seed):
        made.append((setting, seed))
        return 0.5, 0.74, 1.0

    monkeypatch.setattr(script, "run", pretend)
    path = tmp_path / "runs.csv"
    script.main(path, range(2))
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# command: python -m experiments.reinforcement_learning"
    assert lines[3:5] == [script.RECORD.columns, "Q-learning;0;0.500;0.7400;1.0000"]
    assert len(made) == len(lines) - 4 == 2 * len(script.SETTINGS)
    path.write_text("\n".join(lines[:-2]) + "\n", "utf-8")
    made.clear()
    script.main(path, range(2))
    assert made == [(setting, 1) for setting in list(script.SETTINGS)[-2:]]
    assert path.read_text("utf-8").splitlines() == lines
    assert "ties to the first;1" in capsys.readouterr().out


def test_the_record_has_each_run_once_and_none_beats_the_optimum():
    found = frozen_lake_runs()
    assert found.about["command"] == "python -m experiments.reinforcement_learning"
    assert found.settings == list(script.SETTINGS)
    rows = list(zip(found.setting.tolist(), found.seed.tolist(), strict=True))
    assert rows == [(setting, seed) for seed in range(10) for setting in script.SETTINGS]
    best = rl.value_within(rl.frozen_lake(), 100)[0]
    assert found.greedy.max() <= best + 1e-4
    learning, greedy, largest = found.of("SARSA")
    assert learning.shape == greedy.shape == largest.shape == (10,)
    with pytest.raises(ValueError, match="setting: expected one of"):
        found.of("TD")


@pytest.mark.parametrize("setting", ["ε 0 after 20 episodes", "the same, ties to the first"])
def test_a_line_can_be_measured_again(setting):
    learning, greedy, largest = script.run(setting, 0)
    recorded = [column[0] for column in frozen_lake_runs().of(setting)]
    assert [learning, greedy, largest] == pytest.approx(recorded, abs=1e-3)


def test_ties_go_to_the_first():
    settings = {"alpha": 0.1, "epsilon": 0.0, "rng": np.random.default_rng(0)}
    agent = script.FirstBest(rl.frozen_lake(), **settings)
    assert {agent.act(0) for _ in range(50)} == {0}
