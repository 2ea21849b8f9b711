"""The script that trains GPTs on the plays: texts, its file, a slice run again, the package."""

from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from importlib.resources import files

import numpy as np
import pytest

from experiments import gpt as script
from lecturelib.data import gpt_runs, shakespeare, shakespeare_gpt
from lecturelib.ngrams import NGrams
from lecturelib.tokenizer import BytePairs

PLAY = """# Toy

## ACT I

_Enter FOOL and
KING_

**FOOL**  
Nuncle, \\[give me an egg\\],  
  and I'll give thee two crowns.

_Exit_

**KING**  
_Aside_

**FOOL** & **KING:**  
What two _[They look]_ crowns?  

*Exeunt.*
"""  # noqa: W291
SPEECHES = """FOOL:
Nuncle, [give me an egg],
  and I'll give thee two crowns.

FOOL & KING:
What two  crowns?
"""


@pytest.fixture
def calls(monkeypatch):
    """Instead of trainings, a list of what would have been trained, written and measured."""
    made = []
    row = lambda *key: ";".join(map(str, [*key, 1, 2, 3.0, 1.5]))  # noqa: E731

    def gpt(part, case, seed, steps):
        made.append((case, seed, steps))
        return row(part, case, seed), case

    # The version of the plays is asked for where they are: not every machine has them.
    monkeypatch.setattr(script, "RECORD", replace(script.RECORD, libraries=("numpy",)))
    monkeypatch.setattr(script, "gpt", gpt)
    monkeypatch.setattr(script, "ngrams", lambda part, case: row(part, case, 0))
    monkeypatch.setattr(script, "package", lambda model, path: made.append((model, path)))
    monkeypatch.setattr(script, "packaged", lambda part, case, path: row(part, case, 0))
    return made


def test_speeches_are_those_of_the_packaged_text():
    assert script.speeches(PLAY) == SPEECHES
    # The plays themselves, where their package is installed.
    try:
        plays = script.plays()
    except PackageNotFoundError:
        return
    names = ["hamlet", "macbeth", "romeo-and-juliet"]
    assert "\n".join(plays[name] for name in names) == shakespeare()


def test_the_file_is_written_model_by_model_and_gone_on_with(tmp_path, calls):
    path, weights = tmp_path / "gpt.csv", tmp_path / "gpt.npz"
    script.main(path, weights, range(1), 70)
    text = path.read_text("utf-8")
    lines = text.splitlines()
    assert lines[0] == "# command: python -m experiments.gpt --steps 70"
    assert lines[5] == script.RECORD.columns
    trained = [call for call in calls if len(call) == 3]
    assert trained[:2] == [(*script.SLICE[:1], 0, script.SLICE[1]), (script.FIGURE, 0, 70)]
    assert sorted(case for case, _, steps in trained[1:]) == sorted(script.SIZES)
    assert calls.count((script.FIGURE, weights)) == 1
    calls.clear()
    script.main(path, weights, range(2), 70)
    assert [call[:2] for call in calls] == [(case, 1) for case in script.SIZES]
    assert path.read_text("utf-8").startswith(text)


def test_a_slice_gives_the_same_again():
    runs = gpt_runs().runs
    case, steps = script.SLICE
    row, _ = script.gpt("tragedies", case, 0, steps)
    kept = runs["tragedies", case][0]
    assert kept.steps == steps
    assert float(row.split(";")[-1]) == pytest.approx(kept.nats, abs=2e-3)
    row = script.ngrams("tragedies", "order 5, characters")
    kept = runs["tragedies", "order 5, characters"][0]
    assert [int(row.split(";")[3]), float(row.split(";")[-1])] == [kept.parameters, kept.nats]


def test_the_packaged_weights_are_those_that_were_measured():
    path = files("lecturelib.data").joinpath("gpt.npz")
    row = script.packaged("romeo", script.PACKAGED, path)
    kept = gpt_runs().runs["romeo", script.PACKAGED][0]
    assert float(row.split(";")[-1]) == pytest.approx(kept.nats, abs=1e-3)
    assert path.stat().st_size <= 600_000


def test_the_curve_has_four_sizes_and_n_grams_beside_it():
    about, runs = gpt_runs()
    assert {"command", "date", "versions", "text", "nats"} == about.keys()
    sizes = [runs["plays", case][0] for case in script.SIZES]
    assert len(sizes) >= 4
    assert len({run.steps for run in sizes}) == 1
    parameters, nats = (np.array([run[i] for run in sizes]) for i in (0, 3))
    assert (np.diff(parameters) > 0).all()
    assert (np.diff(nats) < 0).all()
    others = [
        run[0].nats
        for (part, model), run in runs.items()
        if (part, model[:5]) == ("plays", "order")
    ]
    assert len(others) == sum(map(len, script.NGRAMS.values()))
    assert min(others) > nats[-1]
    eight = runs["plays", script.PACKAGED][0].nats
    assert eight == pytest.approx(runs["plays", script.FIGURE][0].nats, abs=0.01)


def test_the_followers_are_the_likeliest_of_the_n_gram():
    ids = BytePairs.learn("a rose is a rose is a rose. ", 3).encode(
        "a rose is a rose is a rose. " * 9
    )
    V = 259
    found = script.followers(ids, V)
    model = NGrams(ids, 3, V)
    contexts = [[i] for i in range(V)] + found["pairs"].tolist()
    assert len(contexts) == len(found["after"]) == len(found["p"])
    for row in (0, int(ids[0]), V, len(contexts) - 1):
        p = model.distribution(contexts[row])
        order = np.argsort(-p, kind="stable")[: script.FOLLOWERS]
        np.testing.assert_array_equal(found["after"][row], order)
        np.testing.assert_allclose(found["p"][row], p[order], rtol=1e-3)


def test_what_is_packaged_is_whole():
    arrays = shakespeare_gpt()
    V = len(arrays["embedding.E"])
    assert len(arrays["merges"]) == V - 256
    assert (
        arrays["after"].shape == arrays["p"].shape == (V + len(arrays["pairs"]), script.FOLLOWERS)
    )
    assert (np.diff(arrays["p"].astype(float), axis=1) <= 0).all()
    assert {a.dtype.name for a in arrays.values()} == {"int8", "int16", "float16"}
