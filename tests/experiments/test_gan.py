"""The record of the chapter on adversarial networks: its script, file and loader."""

import numpy as np
import pytest

from experiments import gan as script
from lecturelib.data import gan_runs

SEEDS = 3


def test_the_file_is_written_line_by_line_and_gone_on_with(tmp_path, monkeypatch, capsys):
    made = []

    def pretend(case, seed):
        made.append((case, seed))
        return {"found": 3, "near": 0.5}

    monkeypatch.setattr(script, "RUN", dict.fromkeys(script.RUN, pretend))
    path = tmp_path / "runs.csv"
    script.main(path, range(1))
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# command: python -m experiments.gan"
    assert lines[4:7] == [
        script.RECORD.columns,
        "ring;non-saturating;0;found;3.0000",
        "ring;non-saturating;0;near;0.5000",
    ]
    assert len(made) == len(script.RUN)
    path.write_text("\n".join(lines[:-2]) + "\n", "utf-8")
    made.clear()
    script.main(path, range(1))
    assert made == [("without BatchNorm", 0)]
    assert path.read_text("utf-8").splitlines() == lines
    assert "digits;BatchNorm;0;found;3" in capsys.readouterr().out


def test_the_record_has_every_training_of_every_seed():
    found = gan_runs()
    assert found.about["command"] == "python -m experiments.gan"
    assert "numpy " in found.about["versions"]
    assert found.values.keys() == script.RUN.keys()
    for (part, case), values in found.values.items():
        assert {len(numbers) for numbers in values.values()} == {SEEDS}, case
        assert (values["found"] <= (8 if part == "ring" else 10)).all()
        for name in ("near", "obeyed", "smallest share", "confidence", "judge"):
            assert (np.abs(values.get(name, 0.5) - 0.5) <= 0.5).all()
    # The judge is the same one everywhere.
    assert np.ptp(found.values["digits", "BatchNorm"]["judge"]) == 0


@pytest.mark.parametrize("part_case", script.RUN, ids=" ".join)
def test_every_training_of_the_record_runs(part_case):
    _, case = part_case
    found = script.RUN[part_case](case, 0, share=0.002)
    assert found.keys() == gan_runs().values[part_case].keys()
    assert all(np.isfinite(list(found.values())))


def test_a_diffusion_model_of_a_tenth_of_the_steps_finds_modes():
    found = script.diffusion("diffusion", 0, share=0.1)
    assert found["found"] == 8
    assert 0.15 < found["near"] < gan_runs().values["ring", "diffusion"]["near"][0]
