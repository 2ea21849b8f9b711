"""The record of the Transformer chapter: its script, file and loader, and two lines again."""

import numpy as np
import pytest

from experiments import transformer as script
from lecturelib.data import transformer_runs
from lecturelib.transformer.tasks import added, held_out_pairs, learn, question, reversal, sums


def test_the_file_is_written_line_by_line_and_gone_on_with(tmp_path, monkeypatch, capsys):
    made = []

    def pretend(name, seed):
        made.append((name, seed))
        return 0.5, 0.75, script.Recurrent("RNN", 3, 2, rng=np.random.default_rng(0))

    monkeypatch.setattr(script, "RUN", dict.fromkeys(script.RUN, pretend))
    path = tmp_path / "runs.csv"
    script.main(path, range(1))
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "# command: python -m experiments.transformer"
    assert lines[3:5] == [script.RECORD.columns, "reversal;whole;0;0.5000;0.7500;21"]
    assert len(made) == len(lines) - 4 == sum(map(len, script.TASKS.values()))
    path.write_text("\n".join(lines[:-2]) + "\n", "utf-8")
    made.clear()
    script.main(path, range(1))
    assert [name for name, _ in made] == ["ViT, 4 × 4", "ViT, no positions"]
    assert path.read_text("utf-8").splitlines() == lines
    assert "digits;ViT, 4 × 4;0" in capsys.readouterr().out


def test_the_record_has_each_training_once():
    found = transformer_runs()
    assert found.about["command"] == "python -m experiments.transformer"
    assert "numpy " in found.about["versions"]
    rows = list(zip(found.task.tolist(), found.model.tolist(), found.seed.tolist(), strict=True))
    assert len(rows) == len(set(rows))
    assert set(rows) == set(script.wanted(range(3)))
    assert ((found.score >= 0) & (found.score <= found.places) | (found.task == "digits")).all()
    score, places, _ = found.rows("addition", "whole")
    here = (found.model == "whole") & (found.task == "addition") & (found.seed == 1)
    assert (score[1], places[1]) == (found.score[here].item(), found.places[here].item())
    with pytest.raises(ValueError, match=r"^task, model: .*got 'addition', 'GRU'"):
        found.rows("addition", "GRU")


@pytest.mark.parametrize(("task", "name"), [("reversal", "whole"), ("reversal", "no positions")])
def test_a_line_can_be_measured_again(task, name):
    score, places, model = script.RUN[task](name, 0)
    scores, there, count = transformer_runs().rows(task, name)
    # Other processors round otherwise, and a training amplifies it.
    assert score == pytest.approx(scores[0], abs=0.02)
    assert places == pytest.approx(there[0], abs=0.03)
    assert model.count == count


def test_the_rivals_have_as_many_parameters():
    for task, whole in (("reversal", 13738), ("addition", 26508)):
        sizes = {"vocabulary": 10 if task == "reversal" else 12, "length": 10, "depth": 1}
        for name in script.RIVALS[task]:
            model, *_ = script.made(task, name, np.random.default_rng(0), **sizes)
            assert model.count == pytest.approx(whole, rel=0.06)


# The tasks


def test_sums_are_written_from_the_units_on():
    rows = sums([[47, 85], [8, 5]])
    text = ["".join("0123456789+="[i] for i in row) for row in rows]
    assert text == ["47+85=231", "08+05=310"]
    x, y = question(rows)
    assert (x.shape, y.shape) == ((2, 8), (2, 8))
    np.testing.assert_array_equal(y[0], [-1] * 5 + [2, 3, 1])
    np.testing.assert_array_equal(x[0, 1:][y[0, :-1] >= 0], [2, 3])  # the target is the next token
    for pairs in ([[1, 100]], [[-1, 2]], [1, 2]):
        with pytest.raises(ValueError, match=r"^pairs: expected shape"):
            sums(pairs)


def test_held_out_pairs_are_held_out():
    rest, test = held_out_pairs(np.random.default_rng(0))
    assert (len(rest), len(test)) == (9000, 1000)
    assert len({tuple(pair) for pair in [*rest.tolist(), *test.tolist()]}) == 10_000
    with pytest.raises(ValueError, match=r"^n_test: "):
        held_out_pairs(np.random.default_rng(0), 10_000)


def test_the_judge_counts_whole_sums():
    pairs = np.array([[47, 85], [8, 5], [1, 1]])
    right = sums(pairs)

    def write(tokens, steps):
        assert (tokens.shape, steps) == ((3, 6), 3)
        written = right.copy()
        written[1, 7] += 1
        return written

    assert added(write, pairs) == pytest.approx(2 / 3)


def test_a_reversal_is_backwards():
    x, y = reversal(4, 5, 3, np.random.default_rng(0))
    np.testing.assert_array_equal(y, np.flip(x, axis=1))
    with pytest.raises(ValueError, match=r"^symbols: "):
        reversal(4, 5, 0, np.random.default_rng(0))


def test_a_few_steps_lower_the_loss():
    rng = np.random.default_rng(0)
    model, *_ = script.made("reversal", "whole", rng, vocabulary=4, length=5, depth=1)
    losses = learn(model, lambda: reversal(32, 5, 4, rng), steps=40, lr=1e-2)
    assert losses[0] > np.log(4) > losses[-1]
