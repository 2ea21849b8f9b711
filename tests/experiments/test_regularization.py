"""The script that measures the regularisers: its file, and that it goes on where it stopped."""

from datetime import date

from experiments import regularization as script
from lecturelib.regularization.study import METHODS, Scores


def test_the_file_is_written_line_by_line_and_gone_on_with(tmp_path, monkeypatch, capsys):
    calls = []

    def pretend(*case):
        calls.append(case)
        return Scores(1.0, 0.5, 0.25, 0.125)

    monkeypatch.setattr(script, "measure", pretend)
    monkeypatch.setattr(script, "STRENGTHS", {"none": (0,), "L2": (0.003, 0.1)})
    path = tmp_path / "scores.csv"
    script.main(path, range(1))
    assert len(calls) == 2 * 3
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# command: python -m experiments.regularization"
    assert lines[1] == f"# date: {date.today().isoformat()}"
    assert lines[4] == "method,strength,noise,seed,train,validation,test,shifted"
    assert lines[6] == "L2,0.003,0.3,0,1.0000,0.5000,0.2500,0.1250"
    assert len(capsys.readouterr().out.splitlines()) == len(lines) - 5
    path.write_text("\n".join(lines[:-2]) + "\n", "utf-8")
    calls.clear()
    script.main(path, range(2))
    assert calls[:2] == [("L2", 0.003, 0.0, 0), ("L2", 0.1, 0.0, 0)]
    assert len(calls) == 2 + 6
    calls.clear()
    script.main(path, range(2))
    assert calls == []


def test_every_method_is_measured_seed_by_seed():
    cases = list(script.wanted(range(2)))
    assert len(cases) == len(set(cases))
    assert [case[3] for case in cases] == sorted(case[3] for case in cases)
    assert {case[0] for case in cases} == set(METHODS)
